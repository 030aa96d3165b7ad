//! Attested installations (SPEC section 5, DESIGN 4.2): from the challenge to a refresh, and what their rung opens.

use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use http::StatusCode;
use salver_jose::{
    Algorithm, AttestationClaims, AttestationProofClaims, Checked, DpopProofClaims, KeySet,
    Signer as _, SigningKey, sign_attestation, sign_attestation_proof, sign_dpop_proof,
};
use salver_policy::{assessment::Rung, rules::PolicySection, visit::Visit};
use salver_server::anchor::written::WrittenAnchor;
use salver_testkit::{
    browser::{Browser, Page},
    form::Form,
    web::Reply,
};
use serde_json::{Value, json};

use crate::{
    client_keys::{JWT_BEARER, assertion_of},
    pushed::{fields, on, request_uri},
    register::{id, native, register, with},
    statements,
    world::{
        ISSUER, NATIVE_CALLBACK, NATIVE_CLIENT, VERIFIER, World, authorize, json_of, policy,
        refused, tokens,
    },
};

pub(crate) const JWKS: &str = "https://native.example/jwks.json";

/// A vendor whose service signs for its installations.
pub(crate) struct Vendor {
    pub(crate) key: Arc<SigningKey>,
}

/// One copy of its app, with a key of its own.
pub(crate) struct Installation {
    pub(crate) key: Arc<SigningKey>,
}

pub(crate) fn signing_key() -> Arc<SigningKey> {
    Arc::new(SigningKey::generate(Algorithm::Es256).unwrap())
}

/// A world in which a vendor has published its client, with its keys and these methods.
pub(crate) async fn world(methods: Value) -> (World, Vendor, Installation) {
    let world = World::new().await;
    let vendor = Vendor { key: signing_key() };
    publish(&world, &methods, &vendor);
    (world, vendor, Installation { key: signing_key() })
}

pub(crate) fn publish(world: &World, methods: &Value, vendor: &Vendor) {
    let document = json!({
        "client_id": NATIVE_CLIENT, "client_name": "App", "jwks_uri": JWKS,
        "redirect_uris": ["http://127.0.0.1/callback"],
        "token_endpoint_auth_methods_supported": methods,
    });
    world.web.set(NATIVE_CLIENT, Reply::json(document.to_string()));
    world.web.set(JWKS, Reply::json(vendor.key_set()));
}

impl Vendor {
    pub(crate) fn key_set(&self) -> String {
        let set: KeySet = [self.key.public_key().clone()].into_iter().collect();
        String::from_utf8(set.to_json()).unwrap()
    }

    /// A sound attestation of this installation, for this server.
    pub(crate) fn attests(
        &self,
        world: &World,
        installation: &Installation,
        checked: Checked,
    ) -> String {
        self.says(world, installation, |claims| claims.checked = Some(checked))
    }

    /// A sound attestation whose header says where its keys are (ABCA-11).
    fn points_to(&self, world: &World, installation: &Installation, url: &str) -> String {
        let sound = self.attests(world, installation, Checked::Platform);
        let payload = sound.split('.').nth(1).unwrap();
        let typ = "oauth-client-attestation+jwt";
        let header = json!({ "alg": "ES256", "kid": self.key.key_id(), "typ": typ, "jku": url });
        let input = format!("{}.{payload}", URL_SAFE_NO_PAD.encode(header.to_string()));
        let signature = self.key.sign(input.as_bytes()).unwrap();
        format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// The same, changed.
    pub(crate) fn says<'c>(
        &self,
        world: &World,
        installation: &'c Installation,
        change: impl FnOnce(&mut AttestationClaims<'c>),
    ) -> String {
        let now = world.clock.now();
        let mut claims = AttestationClaims {
            client_id: NATIVE_CLIENT,
            issuer: None,
            audience: Some(ISSUER),
            key: installation.key.public_key(),
            checked: Some(Checked::DeviceKey),
            issued_at: now,
            expires_at: now.plus_seconds(300),
        };
        change(&mut claims);
        sign_attestation(self.key.clone(), &claims).unwrap()
    }
}

impl Installation {
    /// A sound proof of its key, with a fresh challenge.
    pub(crate) async fn proves(&self, world: &World) -> String {
        let challenge = challenge(world).await;
        self.answers(world, Some(&challenge), ISSUER)
    }

    pub(crate) fn answers(&self, world: &World, challenge: Option<&str>, audience: &str) -> String {
        let id = format!("{}", u128::from_be_bytes(world.deps.random()));
        let issued_at = world.clock.now();
        let claims = AttestationProofClaims { audience, id: &id, challenge, issued_at };
        sign_attestation_proof(self.key.clone(), &claims).unwrap()
    }

    /// A DPoP proof for this endpoint.
    pub(crate) fn answers_by_dpop(&self, world: &World, nonce: Option<&str>, path: &str) -> String {
        let id = format!("{}", u128::from_be_bytes(world.deps.random()));
        let url = format!("{ISSUER}{path}");
        let issued_at = world.clock.now();
        let claims = DpopProofClaims { method: "POST", url: &url, id: &id, nonce, issued_at };
        sign_dpop_proof(self.key.clone(), self.key.public_key(), &claims).unwrap()
    }
}

/// A fresh challenge.
pub(crate) async fn challenge(world: &World) -> String {
    let page = world.form("/challenge", &[]).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    assert_eq!(page.headers["cache-control"], "no-store", "ABCA-7");
    json_of(&page)["attestation_challenge"].as_str().unwrap().to_owned()
}

/// Posts a form with an attestation and a proof that answers a fresh challenge.
pub(crate) async fn post(
    world: &World,
    path: &str,
    fields: &[(&str, &str)],
    (attestation, installation): (&str, &Installation),
) -> Page {
    let proof = installation.proves(world).await;
    world.form_showing(path, fields, &[(ATTESTATION, attestation), (PROOF, &proof)]).await
}

pub(crate) async fn push(world: &World, by: (&str, &Installation)) -> Page {
    post(world, "/par", &fields(NATIVE_CLIENT, NATIVE_CALLBACK, &[]), by).await
}

/// What redeems this code.
pub(crate) fn code_fields(code: &str) -> [(&str, &str); 5] {
    [
        ("grant_type", "authorization_code"),
        ("client_id", NATIVE_CLIENT),
        ("code", code),
        ("code_verifier", VERIFIER),
        ("redirect_uri", NATIVE_CALLBACK),
    ]
}

pub(crate) fn refresh_fields(token: &str) -> [(&str, &str); 3] {
    [("grant_type", "refresh_token"), ("client_id", NATIVE_CLIENT), ("refresh_token", token)]
}

pub(crate) async fn allow(browser: &mut Browser, asked: &Page) -> String {
    assert_eq!(asked.status, StatusCode::OK, "{}", asked.text);
    let form = Form::to(&asked.text, "/authorize/consent").with("decision", "allow");
    browser.submit(&form).await.answered("code").unwrap()
}

/// The code that comes of this answer, asked or not.
pub(crate) async fn go_on(browser: &mut Browser, answer: &Page) -> String {
    if answer.status == StatusCode::SEE_OTHER {
        return answer.answered("code").unwrap();
    }
    allow(browser, answer).await
}

/// Somebody lets the client in as it is, so that from now on it is known here.
pub(crate) async fn meet(browser: &mut Browser) {
    let asked = browser.get(&authorize(NATIVE_CLIENT, NATIVE_CALLBACK, &[])).await;
    allow(browser, &asked).await;
}

/// A code of a login that an attested installation began.
pub(crate) async fn code(
    world: &World,
    browser: &mut Browser,
    by: (&str, &Installation),
) -> String {
    let uri = request_uri(&push(world, by).await);
    let answer = browser.get(&on(NATIVE_CLIENT, &uri)).await;
    go_on(browser, &answer).await
}

/// Loopback needs attested.
pub(crate) fn only_attested(world: &World) {
    let rules = json!({ "rules": [{
        "name": "loopback-attested", "sentence": "Programs on a computer have to be attested.",
        "when": { "redirect": ["loopback"] }, "then": "allow",
        "limits": { "require": ["attestation"] },
    }] });
    let section: PolicySection = serde_json::from_value(rules).unwrap();
    world.deps.policy.set_rules(&policy(&section).rules);
}

pub(crate) const ATTESTATION: &str = "oauth-client-attestation";
pub(crate) const PROOF: &str = "oauth-client-attestation-pop";
pub(crate) const CHALLENGE: &str = "oauth-client-attestation-challenge";

#[tokio::test]
async fn abca_4_from_the_challenge_to_a_refresh() {
    let (world, vendor, installation) = world(json!(["attest_jwt_client_auth"])).await;
    let mut browser = world.user("alice").await;
    meet(&mut browser).await;
    let attestation = vendor.attests(&world, &installation, Checked::DeviceKey);
    let by = (&*attestation, &installation);
    let pushed = push(&world, by).await;
    assert!(pushed.headers.contains_key(CHALLENGE), "what the next proof has to answer");
    let asked = browser.get(&on(NATIVE_CLIENT, &request_uri(&pushed))).await;
    let code = go_on(&mut browser, &asked).await;
    let bare = world.form("/token", &code_fields(&code)).await;
    assert_eq!(refused(&bare), (401, "invalid_client_attestation".to_owned()));
    let given = post(&world, "/token", &code_fields(&code), by).await;
    assert_eq!(given.status, StatusCode::OK, "{}", given.text);
    let token = tokens(&given).refresh;
    assert_eq!(
        refused(&world.form("/token", &refresh_fields(&token)).await),
        (401, "invalid_client_attestation".to_owned()),
        "ABCA-10"
    );
    // A fresh attestation of the same key, as minutes of life demand.
    world.clock.advance(600);
    world.deps.revocations.refresh(&*world.deps.store, world.clock.now()).await.unwrap();
    let attestation = vendor.attests(&world, &installation, Checked::Platform);
    let by = (&*attestation, &installation);
    let given = post(&world, "/token", &refresh_fields(&token), by).await;
    assert_eq!(given.status, StatusCode::OK, "{}", given.text);
    let given = tokens(&given);
    assert!(world.is_active(&given.access).await);
    let revoke = [("client_id", NATIVE_CLIENT), ("token", &*given.refresh)];
    assert_eq!(world.form("/revoke", &revoke).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(post(&world, "/revoke", &revoke, by).await.status, StatusCode::OK);
    assert!(!world.is_active(&given.access).await);
}

#[tokio::test]
async fn design_4_2_how_it_was_checked_gives_the_rung_and_only_the_highest_is_remembered() {
    let (world, vendor, installation) = world(json!(["none", "attest_jwt_client_auth"])).await;
    let mut browser = world.user("alice").await;
    meet(&mut browser).await;
    let (published, attested) = (Rung::Published, Rung::Attested);
    for (checked, rung, evidence, remembered) in [
        (None, published, "domain_document", false),
        (Some(Checked::User), published, "domain_document, user_attested", false),
        (Some(Checked::DeviceKey), attested, "domain_document, device_key", false),
        (Some(Checked::Platform), attested, "domain_document, platform", true),
        (Some(Checked::User), published, "domain_document, user_attested", false),
    ] {
        let attestation = vendor.says(&world, &installation, |claims| claims.checked = checked);
        let by = (&*attestation, &installation);
        let uri = request_uri(&push(&world, by).await);
        let answer = browser.get(&on(NATIVE_CLIENT, &uri)).await;
        assert_eq!(answer.status == StatusCode::SEE_OTHER, remembered, "{checked:?}");
        let warns = answer.text.contains("any program here can pose as it");
        assert_eq!(warns, rung < Rung::Attested, "{checked:?}");
        let code = go_on(&mut browser, &answer).await;
        let given = post(&world, "/token", &code_fields(&code), by).await;
        assert_eq!(given.status, StatusCode::OK, "{checked:?}: {}", given.text);
        let kept = world.deps.store.list_verdicts(0, 99).await.unwrap();
        let visit = Visit::from_kept(&kept.last().unwrap().facts).unwrap().visit;
        assert_eq!((visit.rung, &*visit.evidence.to_string()), (rung, evidence), "{checked:?}");
    }
    // Another program on the same computer is asked about, however often the real one was let in.
    let asked = browser.get(&authorize(NATIVE_CLIENT, NATIVE_CALLBACK, &[])).await;
    assert!(asked.text.contains("any program here can pose as it"), "{}", asked.text);
}

#[tokio::test]
async fn at_r_1_loopback_needs_attested() {
    let (world, vendor, installation) = world(json!(["none", "attest_jwt_client_auth"])).await;
    only_attested(&world);
    let mut browser = world.user("alice").await;
    let plain = browser.get(&authorize(NATIVE_CLIENT, NATIVE_CALLBACK, &[])).await;
    assert_eq!(plain.status, StatusCode::FORBIDDEN);
    assert!(plain.text.contains("attest this very installation"), "{}", plain.text);
    // That look has left its document and keys here, so that the real one can come in.
    for (checked, comes_in) in
        [(Checked::User, false), (Checked::DeviceKey, true), (Checked::Platform, true)]
    {
        let attestation = vendor.attests(&world, &installation, checked);
        let by = (&*attestation, &installation);
        let uri = request_uri(&push(&world, by).await);
        let answer = browser.get(&on(NATIVE_CLIENT, &uri)).await;
        if !comes_in {
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{checked:?}");
            assert!(answer.text.contains("attest this very installation"), "{}", answer.text);
            continue;
        }
        let code = go_on(&mut browser, &answer).await;
        let given = post(&world, "/token", &code_fields(&code), by).await;
        assert_eq!(given.status, StatusCode::OK, "{checked:?}: {}", given.text);
    }
}

#[tokio::test]
async fn abca_5_one_dpop_proof_does_the_work_of_the_other() {
    let (world, vendor, installation) = world(json!(["attest_jwt_client_auth_dpop"])).await;
    let mut browser = world.user("alice").await;
    meet(&mut browser).await;
    let attestation = vendor.attests(&world, &installation, Checked::DeviceKey);
    let send = async |path: &'static str, fields: &[(&str, &str)]| {
        let nonce = challenge(&world).await;
        let proof = installation.answers_by_dpop(&world, Some(&nonce), path);
        world.form_showing(path, fields, &[(ATTESTATION, &attestation), ("dpop", &proof)]).await
    };
    let pushed = send("/par", &fields(NATIVE_CLIENT, NATIVE_CALLBACK, &[])).await;
    assert!(pushed.headers.contains_key("dpop-nonce"));
    let answer = browser.get(&on(NATIVE_CLIENT, &request_uri(&pushed))).await;
    let code = go_on(&mut browser, &answer).await;
    let given = send("/token", &code_fields(&code)).await;
    assert_eq!(given.status, StatusCode::OK, "{}", given.text);
    let given = send("/token", &refresh_fields(&tokens(&given).refresh)).await;
    assert_eq!(given.status, StatusCode::OK, "{}", given.text);
}

#[tokio::test]
async fn abca_8_beside_another_way_of_authentication() {
    let (world, vendor, installation) = world(json!(["private_key_jwt"])).await;
    let mut browser = world.user("alice").await;
    meet(&mut browser).await;
    let attestation = vendor.attests(&world, &installation, Checked::DeviceKey);
    let by = (&*attestation, &installation);
    let usual = fields(NATIVE_CLIENT, NATIVE_CALLBACK, &[]);
    let alone = post(&world, "/par", &usual, by).await;
    assert_eq!(refused(&alone), (401, "invalid_client".to_owned()), "it is no way of this client");
    let jwt = assertion_of(&world, NATIVE_CLIENT, &vendor.key);
    let asserted = [("client_assertion_type", JWT_BEARER), ("client_assertion", &*jwt)];
    let pushed = post(&world, "/par", &[&usual[..], &asserted].concat(), by).await;
    let answer = browser.get(&on(NATIVE_CLIENT, &request_uri(&pushed))).await;
    let code = go_on(&mut browser, &answer).await;
    let jwt = assertion_of(&world, NATIVE_CLIENT, &vendor.key);
    let asserted = [("client_assertion_type", JWT_BEARER), ("client_assertion", &*jwt)];
    let redeem = [&code_fields(&code)[..], &asserted].concat();
    let unattested = world.form("/token", &redeem).await;
    assert_eq!(refused(&unattested), (401, "invalid_client_attestation".to_owned()));
    let jwt = assertion_of(&world, NATIVE_CLIENT, &vendor.key);
    let asserted = [("client_assertion_type", JWT_BEARER), ("client_assertion", &*jwt)];
    let given = post(&world, "/token", &[&code_fields(&code)[..], &asserted].concat(), by).await;
    assert_eq!(given.status, StatusCode::OK, "{}", given.text);
}

#[tokio::test]
async fn abca_11_attesters_that_the_operator_trusts() {
    const ATTESTER: &str = "https://vendor.example";
    const KEYS_URL: &str = "https://other.example/attester.json";
    let (world, publisher, installation) = world(json!(["none"])).await;
    let attester = Vendor { key: signing_key() };
    let by_attester = attester.says(&world, &installation, |claims| claims.issuer = Some(ATTESTER));
    let status =
        async |attestation: &str| push(&world, (attestation, &installation)).await.status.as_u16();
    let trust = |change: &dyn Fn(&mut WrittenAnchor)| {
        let mut written = WrittenAnchor {
            issuer: ATTESTER.into(),
            keys: Some(attester.key_set()),
            attests: vec![NATIVE_CLIENT.into()],
            ..WrittenAnchor::default()
        };
        change(&mut written);
        world.deps.anchors.set(vec![written.read().unwrap()]);
    };
    let mut browser = world.user("alice").await;
    meet(&mut browser).await;
    assert_eq!(status(&by_attester).await, 401, "nobody's");
    trust(&|anchor| anchor.attests = Vec::new());
    assert_eq!(status(&by_attester).await, 401, "trusted for others: one vendor is not another");
    trust(&|_| {});
    assert_eq!(status(&by_attester).await, 201, "by its name");
    let unnamed = attester.attests(&world, &installation, Checked::Platform);
    assert_eq!(status(&unnamed).await, 201, "by the client");
    let own = publisher.attests(&world, &installation, Checked::Platform);
    assert_eq!(status(&own).await, 401, "who has an attester is attested by that");

    let hits = world.web.all_hits();
    let elsewhere = attester.points_to(&world, &installation, KEYS_URL);
    assert_eq!(status(&elsewhere).await, 401, "ABCA-11: on no list");
    assert_eq!(world.web.all_hits(), hits, "nothing is fetched because an attestation says so");
    world.web.set(KEYS_URL, Reply::json(attester.key_set()));
    trust(&|anchor| {
        anchor.keys = None;
        anchor.keys_url = Some(KEYS_URL.into());
    });
    assert_eq!(status(&elsewhere).await, 201, "on the list");
}

#[tokio::test]
async fn abca_9_a_client_that_registers_itself_may_be_attested() {
    let (world, vendor, installation) = world(json!(["none"])).await;
    let body = with(native("Notes"), "token_endpoint_auth_method", json!("attest_jwt_client_auth"));
    let keys: Value = serde_json::from_str(&vendor.key_set()).unwrap();
    let registered = register(&world, &with(body, "jwks", keys)).await;
    assert_eq!(registered["token_endpoint_auth_method"], "attest_jwt_client_auth");
    let client = id(&registered);
    let mut browser = world.user("alice").await;
    let attestation = vendor.says(&world, &installation, |claims| claims.client_id = &client);
    let asked = fields(&client, NATIVE_CALLBACK, &[]);
    assert_eq!(world.form("/par", &asked).await.status, StatusCode::UNAUTHORIZED);
    let pushed = post(&world, "/par", &asked, (&attestation, &installation)).await;
    let asked = browser.get(&on(&client, &request_uri(&pushed))).await;
    assert!(asked.text.contains("Nobody vouches"), "who attests itself vouches for nothing");
    only_attested(&world);
    let pushed =
        post(&world, "/par", &fields(&client, NATIVE_CALLBACK, &[]), (&attestation, &installation))
            .await;
    let refused = browser.get(&on(&client, &request_uri(&pushed))).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.text);
}

#[tokio::test]
async fn abca_7_a_challenge_of_one_node_is_known_by_the_others() {
    let (world, vendor, installation) = world(json!(["none", "attest_jwt_client_auth"])).await;
    let other = world.beside(|_| {}).await;
    let mut browser = world.user("alice").await;
    meet(&mut browser).await;
    let challenge = challenge(&other).await;
    let proof = installation.answers(&world, Some(&challenge), ISSUER);
    let attestation = vendor.attests(&world, &installation, Checked::DeviceKey);
    let shown = [(ATTESTATION, &*attestation), (PROOF, &proof)];
    let asked = fields(NATIVE_CLIENT, NATIVE_CALLBACK, &[]);
    let page = world.form_showing("/par", &asked, &shown).await;
    assert_eq!(page.status, StatusCode::CREATED, "{}", page.text);
    let again = world.form_showing("/par", &asked, &shown).await;
    assert_eq!(refused(&again), (401, "invalid_client_attestation".to_owned()), "once");
}

#[tokio::test]
async fn design_4_2_a_statement_says_it_too_and_is_worth_no_more_than_a_sign_in() {
    let (world, _, installation) = world(json!(["none"])).await;
    let issuer = statements::Vendor::new();
    issuer.is_trusted(&world, |_| {});
    let methods = ("token_endpoint_auth_method", json!("attest_jwt_client_auth"));
    let statement = issuer.statement(&world, std::slice::from_ref(&methods));
    let client = id(&register(&world, &json!({ "software_statement": statement })).await);
    let mut browser = world.user("alice").await;
    let attester = Vendor { key: issuer.key() };
    for (said, attested, expected) in [
        (json!("user"), None, "statement, user_attested"),
        (json!("platform"), None, "statement"),
        (Value::Null, Some(Checked::Platform), "statement, platform"),
    ] {
        let statement =
            issuer.statement(&world, &[methods.clone(), ("installation_check", said.clone())]);
        let attestation = attester.says(&world, &installation, |claims| {
            claims.client_id = &client;
            claims.issuer = Some("https://vendor.example");
            claims.checked = attested;
        });
        let more = [("software_statement", &*statement)];
        let asked = fields(&client, NATIVE_CALLBACK, &more);
        let pushed = post(&world, "/par", &asked, (&attestation, &installation)).await;
        let asked = browser.get(&on(&client, &request_uri(&pushed))).await;
        allow(&mut browser, &asked).await;
        let kept = world.deps.store.list_verdicts(0, 99).await.unwrap();
        let visit = Visit::from_kept(&kept.last().unwrap().facts).unwrap().visit;
        assert_eq!(visit.evidence.to_string(), expected, "{said}");
        assert_eq!(visit.rung == Rung::Attested, attested.is_some(), "{said}");
    }
}

#[tokio::test]
async fn cimd_k_7_an_attestation_is_no_way_back_from_keys() {
    let (world, vendor, installation) = world(json!(["none", "private_key_jwt"])).await;
    let mut browser = world.user("alice").await;
    meet(&mut browser).await;
    let jwt = assertion_of(&world, NATIVE_CLIENT, &vendor.key);
    let asserted = [("client_assertion_type", JWT_BEARER), ("client_assertion", &*jwt)];
    let asked = [&fields(NATIVE_CLIENT, NATIVE_CALLBACK, &[])[..], &asserted].concat();
    let pushed = world.form("/par", &asked).await;
    let answer = browser.get(&on(NATIVE_CLIENT, &request_uri(&pushed))).await;
    let code = go_on(&mut browser, &answer).await;
    let attestation = vendor.attests(&world, &installation, Checked::User);
    let by = (&*attestation, &installation);
    let alone = post(&world, "/token", &code_fields(&code), by).await;
    assert_eq!(refused(&alone), (401, "invalid_client".to_owned()));
    let jwt = assertion_of(&world, NATIVE_CLIENT, &vendor.key);
    let asserted = [("client_assertion_type", JWT_BEARER), ("client_assertion", &*jwt)];
    let given = post(&world, "/token", &[&code_fields(&code)[..], &asserted].concat(), by).await;
    assert_eq!(given.status, StatusCode::OK, "{}", given.text);
}
