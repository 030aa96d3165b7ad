//! SPEC 8.7 item 18: what an impostor, a thief or a mistaken client shows in place of an attestation.

use http::StatusCode;
use salver_jose::{AttestationClaims, Checked, Signer as _, sign_attestation};
use salver_server::{
    anchor::written::WrittenAnchor,
    flow::{ban, client_authentication::KEYS},
};
use salver_testkit::{
    browser::{Browser, Page},
    web::Reply,
};
use serde_json::json;

use crate::{
    attestation::{
        ATTESTATION, CHALLENGE, Installation, JWKS, PROOF, Vendor, allow, challenge, code,
        code_fields, go_on, meet, only_attested, post, push, refresh_fields, signing_key, world,
    },
    client_keys::{JWT_BEARER, assertion_of},
    pushed::{fields, on, request_uri},
    world::{ISSUER, NATIVE_CALLBACK, NATIVE_CLIENT, WEB_CLIENT, World, refused, tokens},
};

const METHODS: [&str; 2] = ["none", "attest_jwt_client_auth"];
const INVALID: &str = "invalid_client_attestation";
const A: &str = ATTESTATION;
const P: &str = PROOF;
const D: &str = "dpop";

/// Why, what is shown, and what comes of it: a status, and the code of an error.
type Case<'c> = (&'static str, Vec<(&'static str, &'c str)>, u16, &'static str);

/// Who attests and is attested, with a challenge that lives.
struct Scene {
    world: World,
    vendor: Vendor,
    installation: Installation,
    impostor: Installation,
    live: String,
}

impl Scene {
    async fn new() -> Self {
        let (world, vendor, installation) = world(json!(METHODS)).await;
        let mut browser = world.user("alice").await;
        meet(&mut browser).await;
        let impostor = Installation { key: signing_key() };
        let live = challenge(&world).await;
        Self { world, vendor, installation, impostor, live }
    }

    fn good(&self) -> String {
        self.vendor.attests(&self.world, &self.installation, Checked::DeviceKey)
    }

    /// An attestation for this client and server, and how long it lives.
    fn says(&self, client_id: &str, audience: &str, seconds: i64) -> String {
        let now = self.world.clock.now();
        let claims = AttestationClaims {
            client_id,
            issuer: None,
            audience: Some(audience),
            key: self.installation.key.public_key(),
            checked: Some(Checked::DeviceKey),
            issued_at: now.plus_seconds(-60),
            expires_at: now.plus_seconds(seconds),
        };
        sign_attestation(self.vendor.key.clone(), &claims).unwrap()
    }

    /// A sound proof of this key, for this server.
    fn proof_of(&self, by: &Installation) -> String {
        by.answers(&self.world, Some(&self.live), ISSUER)
    }

    fn proof(&self) -> String {
        self.proof_of(&self.installation)
    }

    fn dpop_of(&self, by: &Installation) -> String {
        by.answers_by_dpop(&self.world, Some(&self.live), "/par")
    }

    async fn each(&self, cases: Vec<Case<'_>>) {
        let asked = fields(NATIVE_CLIENT, NATIVE_CALLBACK, &[]);
        for (why, shown, status, code) in cases {
            let page = self.world.form_showing("/par", &asked, &shown).await;
            assert_eq!(page.status.as_u16(), status, "{why}: {}", page.text);
            if status != 201 {
                assert_eq!(refused(&page).1, code, "{why}");
            }
            if code == "use_attestation_challenge" {
                assert!(page.headers.contains_key(CHALLENGE), "ABCA-6: {why}");
            }
            if code == "use_dpop_nonce" {
                assert!(page.headers.contains_key("dpop-nonce"), "ABCA-6: {why}");
            }
        }
    }
}

#[tokio::test]
async fn abca_1_both_halves_once_each() {
    let scene = Scene::new().await;
    let (good, first) = (scene.good(), scene.proof());
    let (one, other) = (scene.proof(), scene.proof());
    scene
        .each(vec![
            ("both", vec![(A, &good), (P, &first)], 201, ""),
            ("the same proof again", vec![(A, &good), (P, &first)], 401, INVALID),
            ("an attestation alone", vec![(A, &good)], 401, INVALID),
            ("a proof alone", vec![(P, &one)], 401, INVALID),
            ("two attestations", vec![(A, &good), (A, &good), (P, &one)], 400, "invalid_request"),
            ("two proofs", vec![(A, &good), (P, &one), (P, &other)], 400, "invalid_request"),
            ("both, mixed up", vec![(A, &one), (P, &good)], 401, INVALID),
            ("no attestation at all", vec![(A, "x.y.z"), (P, &one)], 401, INVALID),
            ("nothing in one of them", vec![(A, &good), (P, "")], 401, INVALID),
            ("none of it was spent", vec![(A, &good), (P, &one)], 201, ""),
        ])
        .await;
}

#[tokio::test]
async fn decision_12_of_a_client_that_nobody_knows_each_proof_counts_as_another_request() {
    let (world, vendor, installation) = world(json!(METHODS)).await;
    let good = vendor.attests(&world, &installation, Checked::DeviceKey);
    let live = challenge(&world).await;
    let asked = fields(NATIVE_CLIENT, NATIVE_CALLBACK, &[]);
    let push = async |proof: &str| {
        let page = world.form_showing("/par", &asked, &[(A, &good), (P, proof)]).await;
        page.status.as_u16()
    };
    let proof = || installation.answers(&world, Some(&live), ISSUER);
    let same = proof();
    for _ in 0..30 {
        assert_eq!(push(&same).await, 401, "the same request again is none more");
    }
    for _ in 1..world.deps.settings.pushed_requests.bounds.per_network {
        assert_eq!(push(&proof()).await, 401, "its keys are not at hand");
    }
    assert_eq!(push(&proof()).await, 429, "the form is the same, the work is not");
    assert_eq!(push(&same).await, 401);
}

#[tokio::test]
async fn abca_4_only_what_a_trusted_attester_says_of_this_client_for_this_server() {
    let scene = Scene::new().await;
    let stranger = Vendor { key: signing_key() };
    let of_impostor = stranger.attests(&scene.world, &scene.impostor, Checked::DeviceKey);
    let own = scene.proof_of(&scene.impostor);
    let (other, elsewhere) =
        (scene.says(WEB_CLIENT, ISSUER, 300), scene.says(NATIVE_CLIENT, "https://b.example", 300));
    let (over, endless) =
        (scene.says(NATIVE_CLIENT, ISSUER, -30), scene.says(NATIVE_CLIENT, ISSUER, 90_000));
    let sound = scene.says(NATIVE_CLIENT, ISSUER, 300);
    let proof = scene.proof();
    scene
        .each(vec![
            ("signed by nobody", vec![(A, &of_impostor), (P, &own)], 401, INVALID),
            ("of another client", vec![(A, &other), (P, &proof)], 401, INVALID),
            ("for another server", vec![(A, &elsewhere), (P, &proof)], 401, INVALID),
            ("over", vec![(A, &over), (P, &proof)], 400, "use_fresh_attestation"),
            ("without an end to speak of", vec![(A, &endless), (P, &proof)], 401, INVALID),
            ("sound", vec![(A, &sound), (P, &proof)], 201, ""),
        ])
        .await;
}

#[tokio::test]
async fn abca_4_a_proof_is_of_the_attested_key_for_this_server_and_answers_a_live_challenge() {
    let scene = Scene::new().await;
    let (world, by) = (&scene.world, &scene.installation);
    let no_challenge = by.answers(world, None, ISSUER);
    let foreign = by.answers(world, Some(&"A".repeat(54)), ISSUER);
    let elsewhere = by.answers(world, Some(&scene.live), "https://b.example");
    let (swapped, good) = (scene.proof_of(&scene.impostor), scene.good());
    let wanted = "use_attestation_challenge";
    scene
        .each(vec![
            ("no challenge", vec![(A, &good), (P, &no_challenge)], 400, wanted),
            ("a foreign one", vec![(A, &good), (P, &foreign)], 400, wanted),
            ("for another server", vec![(A, &good), (P, &elsewhere)], 401, INVALID),
            ("of another key", vec![(A, &good), (P, &swapped)], 401, INVALID),
        ])
        .await;
    world.clock.advance(301);
    let (good, late, fresh) = (scene.good(), scene.proof(), by.proves(world).await);
    scene
        .each(vec![
            ("a stale one", vec![(A, &good), (P, &late)], 400, wanted),
            ("a fresh one", vec![(A, &good), (P, &fresh)], 201, ""),
        ])
        .await;
}

#[tokio::test]
async fn abca_5_dpop_is_of_the_attested_key_or_nothing_here() {
    let scene = Scene::new().await;
    let (world, by) = (&scene.world, &scene.installation);
    let other_key = scene.dpop_of(&scene.impostor);
    let (beside, alone) = (scene.dpop_of(by), scene.dpop_of(by));
    let bare = by.answers_by_dpop(world, None, "/par");
    let elsewhere = by.answers_by_dpop(world, Some(&scene.live), "/token");
    let (good, one, other) = (scene.good(), scene.proof(), scene.proof());
    scene
        .each(vec![
            ("both, two keys", vec![(A, &good), (P, &one), (D, &other_key)], 401, INVALID),
            ("both, one key", vec![(A, &good), (P, &other), (D, &beside)], 201, ""),
            ("in place of the other", vec![(A, &good), (D, &alone)], 201, ""),
            ("the same again", vec![(A, &good), (D, &alone)], 401, INVALID),
            ("of another key", vec![(A, &good), (D, &other_key)], 401, INVALID),
            ("without a nonce", vec![(A, &good), (D, &bare)], 400, "use_dpop_nonce"),
            ("for another endpoint", vec![(A, &good), (D, &elsewhere)], 401, INVALID),
            ("alone it is for tokens", vec![(D, &other_key)], 201, ""),
        ])
        .await;
}

#[tokio::test]
async fn abca_10_what_one_installation_began_no_other_goes_on_with() {
    let (world, vendor, installation) = world(json!(METHODS)).await;
    let other = Installation { key: signing_key() };
    let mut browser = world.user("alice").await;
    meet(&mut browser).await;
    let attestation = vendor.attests(&world, &installation, Checked::DeviceKey);
    let of_other = vendor.attests(&world, &other, Checked::DeviceKey);
    let by_user = vendor.attests(&world, &installation, Checked::User);
    let code = code(&world, &mut browser, (&attestation, &installation)).await;
    let redeem = code_fields(&code);
    let cases = [
        ("another installation", (&*of_other, &other), (400, "invalid_grant")),
        ("a person alone", (&*by_user, &installation), (401, "invalid_client_attestation")),
    ];
    for (why, by, (status, code)) in cases {
        let page = post(&world, "/token", &redeem, by).await;
        assert_eq!(refused(&page), (status, code.to_owned()), "{why}");
    }
    let given = post(&world, "/token", &redeem, (&attestation, &installation)).await;
    assert_eq!(given.status, StatusCode::OK, "{}", given.text);
    let token = tokens(&given).refresh;
    for (why, by, (status, code)) in cases {
        let page = post(&world, "/token", &refresh_fields(&token), by).await;
        assert_eq!(refused(&page), (status, code.to_owned()), "{why}");
    }
    let bare = world.form("/token", &refresh_fields(&token)).await;
    assert_eq!(refused(&bare), (401, "invalid_client_attestation".to_owned()));
    let given =
        post(&world, "/token", &refresh_fields(&token), (&attestation, &installation)).await;
    assert_eq!(given.status, StatusCode::OK, "the thieves have ended nothing: {}", given.text);
}

/// What this login comes to: a code without a question, or the question.
async fn asks(
    world: &World,
    browser: &mut Browser,
    (redirect_uri, scope): (&str, &str),
    by: Option<(&str, &Installation)>,
) -> Page {
    let asked = fields(NATIVE_CLIENT, redirect_uri, &[("scope", scope)]);
    let pushed = match by {
        Some(by) => post(world, "/par", &asked, by).await,
        None => world.form("/par", &asked).await,
    };
    browser.get(&on(NATIVE_CLIENT, &request_uri(&pushed))).await
}

#[tokio::test]
async fn design_4_2_what_one_attested_installation_was_granted_is_for_that_one_alone() {
    const READ: &str = "notes:read";
    const BOTH: &str = "notes:read notes:write";
    let (world, vendor, installation) = world(json!(METHODS)).await;
    let own_host = "https://native.example/callback";
    let document = json!({
        "client_id": NATIVE_CLIENT, "client_name": "App", "jwks_uri": JWKS,
        "redirect_uris": ["http://127.0.0.1/callback", own_host],
        "token_endpoint_auth_methods_supported": METHODS,
    });
    world.web.set(NATIVE_CLIENT, Reply::json(document.to_string()));
    let other = Installation { key: signing_key() };
    let attestation = vendor.attests(&world, &installation, Checked::DeviceKey);
    let of_other = vendor.attests(&world, &other, Checked::DeviceKey);
    let by = Some((&*attestation, &installation));
    let by_other = Some((&*of_other, &other));
    let mut browser = world.user("alice").await;
    let open = world.login(&mut browser, NATIVE_CLIENT, NATIVE_CALLBACK, READ).await;
    for redirect_uri in [NATIVE_CALLBACK, own_host] {
        let first = asks(&world, &mut browser, (redirect_uri, BOTH), by).await;
        allow(&mut browser, &first).await;
        for (why, scope, by, question) in [
            ("itself", BOTH, by, false),
            ("another attested one, such as a thief's", READ, by_other, true),
            ("any program", READ, None, true),
        ] {
            let answer = asks(&world, &mut browser, (redirect_uri, scope), by).await;
            assert_eq!(answer.status == StatusCode::OK, question, "{why}: {}", answer.text);
            if question {
                allow(&mut browser, &answer).await;
            }
        }
        // What any program was allowed is no more than that, whatever the real one was allowed.
        let wider = asks(&world, &mut browser, (redirect_uri, BOTH), None).await;
        assert_eq!(wider.status, StatusCode::OK, "{redirect_uri}: {}", wider.text);
        let again = asks(&world, &mut browser, (redirect_uri, BOTH), by).await;
        assert_eq!(again.status, StatusCode::SEE_OTHER, "{redirect_uri}: {}", again.text);
    }
    // Nor does what it was allowed end by that, or become more.
    let refreshed = world.refresh(NATIVE_CLIENT, &open.refresh).await;
    assert_eq!(tokens(&refreshed).scope, READ);
}

#[tokio::test]
async fn design_4_8_a_banned_key_attests_nobody_and_authenticates_nobody() {
    for method in ["attest_jwt_client_auth", "private_key_jwt"] {
        let (world, vendor, installation) = world(json!([method])).await;
        let mut browser = world.user("alice").await;
        meet(&mut browser).await;
        let attestation = vendor.attests(&world, &installation, Checked::DeviceKey);
        let by = (&*attestation, &installation);
        for banned in [false, true] {
            if banned {
                world.ban("key", vendor.key.key_id()).await;
                ban::follow(&world.deps).await.unwrap();
            }
            let send = async |path: &'static str, form: &[(&str, &str)]| {
                if method == "attest_jwt_client_auth" {
                    return post(&world, path, form, by).await;
                }
                let jwt = assertion_of(&world, NATIVE_CLIENT, &vendor.key);
                let asserted = [("client_assertion_type", JWT_BEARER), ("client_assertion", &*jwt)];
                world.form(path, &[form, &asserted].concat()).await
            };
            let pushed = send("/par", &fields(NATIVE_CLIENT, NATIVE_CALLBACK, &[])).await;
            let answer = browser.get(&on(NATIVE_CLIENT, &request_uri(&pushed))).await;
            let code = go_on(&mut browser, &answer).await;
            let page = send("/token", &code_fields(&code)).await;
            assert_eq!(page.status == StatusCode::OK, !banned, "{method}: {}", page.text);
        }
    }
}

#[tokio::test]
async fn an_attester_that_is_suspended_after_the_push_has_attested_nobody() {
    const ATTESTER: &str = "https://vendor.example";
    let (world, _, installation) = world(json!(["none"])).await;
    let attester = Vendor { key: signing_key() };
    let written = WrittenAnchor {
        issuer: ATTESTER.into(),
        keys: Some(attester.key_set()),
        attests: vec![NATIVE_CLIENT.into()],
        ..WrittenAnchor::default()
    };
    let mut browser = world.user("alice").await;
    meet(&mut browser).await;
    only_attested(&world);
    for (why, trusted, status) in
        [("trusted", true, StatusCode::OK), ("gone", false, StatusCode::FORBIDDEN)]
    {
        world.deps.anchors.set(vec![written.read().unwrap()]);
        let attestation =
            attester.says(&world, &installation, |claims| claims.issuer = Some(ATTESTER));
        let uri = request_uri(&push(&world, (&attestation, &installation)).await);
        if !trusted {
            world.deps.anchors.set(Vec::new());
        }
        let answer = browser.get(&on(NATIVE_CLIENT, &uri)).await;
        assert_eq!(answer.status, status, "{why}: {}", answer.text);
    }
}

#[tokio::test]
async fn cimd_s_4_what_a_removed_key_has_attested_ends_with_it() {
    let (world, vendor, installation) = world(json!(METHODS)).await;
    let successor = Vendor { key: signing_key() };
    let mut browser = world.user("alice").await;
    meet(&mut browser).await;
    let attestation = vendor.attests(&world, &installation, Checked::DeviceKey);
    let by = (&*attestation, &installation);
    let code = code(&world, &mut browser, by).await;
    let given = tokens(&post(&world, "/token", &code_fields(&code), by).await);
    world.web.set(JWKS, Reply::json(successor.key_set()));
    world.deps.egress.forget(JWKS, KEYS);
    let page = post(&world, "/token", &refresh_fields(&given.refresh), by).await;
    assert_eq!(
        refused(&page),
        (401, "invalid_client_attestation".to_owned()),
        "though it was seen before"
    );
    assert!(!world.is_active(&given.access).await);
}

#[tokio::test]
async fn cimd_c_5_attestations_by_keys_that_nobody_has_take_no_good_ones_away() {
    let scene = Scene::new().await;
    let (world, by) = (&scene.world, &scene.installation);
    let hour_long = Reply::json(scene.vendor.key_set()).with("cache-control", "max-age=3600");
    world.web.set(JWKS, hour_long);
    world.deps.egress.forget(JWKS, KEYS);
    let good = scene.good();
    let mut browser = world.user("bob").await;
    let code = code(world, &mut browser, (&good, by)).await;
    let given = tokens(&post(world, "/token", &code_fields(&code), (&good, by)).await);
    let asked = world.web.hits(JWKS);
    world.web.set(JWKS, Reply { status: 503, ..Reply::json("") });
    world.way_out_clock.forward(std::time::Duration::from_mins(1));
    for _ in 0..5 {
        let stranger = Vendor { key: signing_key() };
        let bogus = stranger.attests(world, &scene.impostor, Checked::DeviceKey);
        let fields = refresh_fields(&given.refresh);
        let page = post(world, "/token", &fields, (&bogus, &scene.impostor)).await;
        assert_eq!(refused(&page), (401, INVALID.to_owned()));
    }
    assert_eq!(world.web.hits(JWKS), asked + 1, "it is asked once, and fails");
    let page = post(world, "/token", &refresh_fields(&given.refresh), (&good, by)).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
}
