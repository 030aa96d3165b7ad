//! Software statements (RFC 7591 §2.3; SPEC 2.2, 8.7 item 11): a vendor's signature behind a registration, and nobody else's.

use std::{sync::Arc, time::Duration};

use http::StatusCode;
use salver_jose::{Algorithm, KeySet, SigningKey, sign_statement};
use salver_oauth::Timestamp;
use salver_server::{
    anchor::written::WrittenAnchor,
    flow::{ban, stated},
};
use salver_store::{
    Outcome,
    record::{Anchor, StatedClient},
};
use salver_testkit::web::Reply;
use serde_json::{Map, Value, json};

use crate::{
    pushed::{on, push, request_uri},
    register::{id, post, register},
    world::{
        ENTERED_CALLBACK, ENTERED_CLIENT, ISSUER, NATIVE_CALLBACK, NATIVE_CLIENT, WEB_CLIENT,
        World, authorize, json_of, refused,
    },
};

pub(crate) const VENDOR: &str = "https://vendor.example";
const KEYS_URL: &str = "https://native.example/mcp/jwks.json";
const CALLBACK: &str = "http://127.0.0.1:51004/callback";

/// A vendor with a key.
pub(crate) struct Vendor {
    key: Arc<SigningKey>,
}

impl Vendor {
    pub(crate) fn new() -> Self {
        Self { key: Arc::new(SigningKey::generate(Algorithm::Es256).unwrap()) }
    }

    pub(crate) fn key(&self) -> Arc<SigningKey> {
        self.key.clone()
    }

    pub(crate) fn key_set(&self) -> String {
        let set: KeySet = [self.key.public_key().clone()].into_iter().collect();
        String::from_utf8(set.to_json()).unwrap()
    }

    pub(crate) fn thumbprint(&self) -> String {
        self.key.public_key().thumbprint().to_owned()
    }

    /// A sound statement for this server, with these claims in place of the usual ones; null takes one away.
    pub(crate) fn statement(&self, world: &World, claims: &[(&str, Value)]) -> String {
        sign_statement(self.key.clone(), &claims_with(world.clock.now(), claims)).unwrap()
    }

    /// Is trusted from now on.
    pub(crate) fn is_trusted(&self, world: &World, change: impl FnOnce(&mut WrittenAnchor)) {
        let mut written = WrittenAnchor {
            issuer: VENDOR.into(),
            keys: Some(self.key_set()),
            ..WrittenAnchor::default()
        };
        change(&mut written);
        world.deps.anchors.set(vec![written.read().unwrap()]);
    }
}

fn claims_with(now: Timestamp, changes: &[(&str, Value)]) -> Map<String, Value> {
    let now = now.as_unix();
    let claims = json!({
        "iss": VENDOR, "aud": ISSUER, "iat": now, "exp": now + 600,
        "software_id": "editor", "software_version": "1.0", "client_name": "Vendor Editor",
        "redirect_uris": ["http://127.0.0.1/callback"],
    });
    let mut claims = claims.as_object().unwrap().clone();
    for (name, value) in changes {
        if value.is_null() {
            claims.remove(*name);
        } else {
            claims.insert((*name).to_owned(), value.clone());
        }
    }
    claims
}

pub(crate) fn sent(statement: &str) -> Value {
    json!({ "client_name": "Whatever", "software_statement": statement })
}

pub(crate) async fn told(world: &World, statement: &str) -> (String, String) {
    let page = post(world, sent(statement).to_string()).await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST, "{}", page.text);
    let body = json_of(&page);
    let text = |name: &str| body[name].as_str().unwrap().to_owned();
    (text("error"), text("error_description"))
}

async fn softwares(world: &World) -> Vec<StatedClient> {
    world.deps.store.list_stated_clients().await.unwrap()
}

#[tokio::test]
async fn sw_6_sw_8_two_machines_get_one_id_and_log_in() {
    let (world, vendor) = (World::new().await, Vendor::new());
    vendor.is_trusted(&world, |_| {});
    let statement = vendor.statement(&world, &[]);
    let wider = json!({
        "client_name": "Claude", "software_statement": statement, "token_endpoint_auth_method": "client_secret_basic",
        "redirect_uris": [CALLBACK, "https://evil.example/cb"],
    });
    let first = register(&world, &wider).await;
    assert_eq!(first["software_statement"], statement, "DCR-8: unmodified");
    assert_eq!(first["client_name"], "Vendor Editor", "SW-10: what is signed wins");
    assert_eq!(
        first["redirect_uris"],
        json!([CALLBACK]),
        "nothing that is not signed is registered"
    );
    assert_eq!(first["token_endpoint_auth_method"], "none", "SW-9: no shared secret");
    assert!(
        first.get("client_secret").is_none() && first.get("registration_access_token").is_none()
    );
    world.clock.advance(5);
    let later = vendor.statement(&world, &[("software_version", json!("1.1"))]);
    let second = register(&world, &sent(&later)).await;
    assert_eq!(id(&first), id(&second));
    let known = softwares(&world).await;
    assert_eq!((known.len(), &*known[0].software_version), (1, "1.1"));
    let mut ada = world.user("ada").await;
    let asked = ada.get(&authorize(&id(&first), CALLBACK, &[])).await;
    assert!(asked.text.contains("vendor.example"), "{}", asked.text);
    assert!(asked.text.contains("vouches for this application"), "{}", asked.text);
    let elsewhere = ada.get(&authorize(&id(&first), "https://evil.example/cb", &[])).await;
    assert_eq!(elsewhere.status, StatusCode::BAD_REQUEST, "O21-4");
    for machine in ["ada", "bob"] {
        let mut browser = if machine == "ada" { ada.clone() } else { world.user("bob").await };
        let issued = world.login(&mut browser, &id(&first), CALLBACK, "notes:read").await;
        assert!(world.is_active(&issued.access).await, "{machine}");
    }
}

#[tokio::test]
async fn attack_11_what_is_no_statement_for_this_server() {
    let (world, vendor, other) = (World::new().await, Vendor::new(), Vendor::new());
    vendor.is_trusted(&world, |written| {
        written.names = vec!["Vendor *".into()];
        written.algorithms = vec!["ES256".into()];
    });
    let now = world.clock.now().as_unix();
    let (invalid, unapproved) = ("invalid_software_statement", "unapproved_software_statement");
    let signed = |claims: &[(&str, Value)]| vendor.statement(&world, claims);
    for (why, statement, code, said) in [
        ("another server", signed(&[("aud", json!("https://b.example"))]), invalid, "only aud"),
        (
            "two servers",
            signed(&[("aud", json!([ISSUER, "https://b.example"]))]),
            invalid,
            "only aud",
        ),
        ("no server", signed(&[("aud", Value::Null)]), invalid, "only aud"),
        ("over", signed(&[("exp", json!(now - 61))]), invalid, "fresh one"),
        ("endless", signed(&[("exp", Value::Null)]), invalid, "exp is missing"),
        ("too long", signed(&[("exp", json!(now + 3601))]), invalid, "3600 s"),
        ("of tomorrow", signed(&[("iat", json!(now + 61))]), invalid, "set its clock"),
        (
            "nobody's",
            signed(&[("iss", json!("https://evil.example"))]),
            unapproved,
            "ask the operator",
        ),
        (
            "a subdomain's",
            signed(&[("iss", json!("https://a.vendor.example"))]),
            unapproved,
            "trusts",
        ),
        ("no software", signed(&[("software_id", Value::Null)]), invalid, "software_id"),
        ("another's key", other.statement(&world, &[]), invalid, "no such key"),
        ("a borrowed name", signed(&[("client_name", json!("Claude"))]), unapproved, "client_name"),
        (
            "another's host",
            signed(&[("redirect_uris", json!(["https://claude.ai/cb"]))]),
            unapproved,
            "redirect_uris",
        ),
        (
            "a secret",
            signed(&[("token_endpoint_auth_method", json!("client_secret_post"))]),
            invalid,
            "none",
        ),
        ("no address", signed(&[("redirect_uris", json!([]))]), invalid, "redirect_uris"),
        ("nothing signed", "eyJhbGciOiJub25lIn0.e30.".to_owned(), invalid, "iss"),
        ("no token", "statement".to_owned(), invalid, "compact form"),
    ] {
        let (found, description) = told(&world, &statement).await;
        assert_eq!(found, code, "{why}: {description}");
        assert!(description.contains(said), "{why}: {description}");
    }
    assert!(softwares(&world).await.is_empty());
    register(&world, &sent(&signed(&[("exp", json!(now + 3600))]))).await;
}

#[tokio::test]
async fn rfc_7591_3_1_1_a_server_that_trusts_nobody_ignores_statements() {
    let (world, vendor) = (World::new().await, Vendor::new());
    let body = json!({
        "client_name": "App", "redirect_uris": [CALLBACK], "token_endpoint_auth_method": "none",
        "software_statement": vendor.statement(&world, &[]),
    });
    let answer = register(&world, &body).await;
    assert!(id(&answer).starts_with("dyn_") || !id(&answer).starts_with("sws_"));
    assert!(answer.get("software_statement").is_none());
}

#[tokio::test]
async fn sw_7_unknown_issuers_cause_no_request_and_no_row_however_many_there_are() {
    let (world, vendor) = (World::new().await, Vendor::new());
    vendor.is_trusted(&world, |written| {
        (written.keys, written.keys_url) = (None, Some(KEYS_URL.into()));
    });
    world.web.set(KEYS_URL, Reply::json(vendor.key_set()));
    for number in 0..200 {
        let issuer = json!(format!("https://a{number}.other.example"));
        let jwks = json!("https://other.example/jwks.json");
        let claims = [("iss", issuer), ("jwks_uri", jwks)];
        let (code, _) = told(&world, &vendor.statement(&world, &claims)).await;
        assert_eq!(code, "unapproved_software_statement");
    }
    assert_eq!(world.web.hits("https://other.example/jwks.json"), 0);
    assert_eq!(world.web.hits(KEYS_URL), 0);
    assert!(softwares(&world).await.is_empty());
    for _ in 0..3 {
        register(&world, &sent(&vendor.statement(&world, &[]))).await;
    }
    assert_eq!(world.web.hits(KEYS_URL), 1, "known keys are not fetched again");
}

#[tokio::test]
async fn sw_11_keys_rotate_and_an_unknown_one_is_looked_for_once_a_minute() {
    let (world, old, new) = (World::new().await, Vendor::new(), Vendor::new());
    old.is_trusted(&world, |written| {
        (written.keys, written.keys_url) = (None, Some(KEYS_URL.into()));
    });
    world.web.set(KEYS_URL, Reply::json(old.key_set()));
    register(&world, &sent(&old.statement(&world, &[]))).await;
    world.web.set(KEYS_URL, Reply::json(new.key_set()));
    for _ in 0..5 {
        let (code, _) = told(&world, &new.statement(&world, &[])).await;
        assert_eq!(code, "invalid_software_statement");
    }
    assert_eq!(world.web.hits(KEYS_URL), 1, "not within a minute");
    world.way_out_clock.forward(Duration::from_secs(61));
    register(&world, &sent(&new.statement(&world, &[]))).await;
    assert_eq!(world.web.hits(KEYS_URL), 2);
    let (code, _) = told(&world, &old.statement(&world, &[])).await;
    assert_eq!(code, "invalid_software_statement", "a key that is gone signs nothing");
}

#[tokio::test]
async fn an_anchor_whose_keys_cannot_be_read_vouches_for_nothing() {
    for (why, url, reply) in [
        ("down", KEYS_URL, Reply { status: 502, ..Reply::json("") }),
        ("no key set", KEYS_URL, Reply::json("[]".to_owned())),
        (
            "huge",
            KEYS_URL,
            Reply::json(format!("{{\"keys\":[],\"a\":\"{}\"}}", "a".repeat(70_000))),
        ),
        ("inside", "https://10.0.0.1/jwks.json", Reply::json("{}".to_owned())),
        (
            "moved",
            KEYS_URL,
            Reply {
                status: 302,
                ..Reply::json("{}").with("location", "https://other.example/jwks.json")
            },
        ),
    ] {
        let (world, vendor) = (World::new().await, Vendor::new());
        vendor.is_trusted(&world, |written| {
            (written.keys, written.keys_url) = (None, Some(url.into()));
        });
        world.web.set(KEYS_URL, reply);
        let (code, description) = told(&world, &vendor.statement(&world, &[])).await;
        assert_eq!(code, "invalid_software_statement", "{why}");
        assert!(description.contains("keys of its issuer cannot be read"), "{why}: {description}");
        assert!(softwares(&world).await.is_empty(), "{why}");
    }
}

#[tokio::test]
async fn design_4_7_a_newer_statement_with_another_address_holds_what_was_let_in() {
    let (world, vendor) = (World::new().await, Vendor::new());
    vendor.is_trusted(&world, |_| {});
    let old = vendor.statement(&world, &[]);
    let client = id(&register(&world, &sent(&old)).await);
    let mut ada = world.user("ada").await;
    let issued = world.login(&mut ada, &client, CALLBACK, "notes:read").await;
    world.clock.advance(10);
    let uris = json!(["http://127.0.0.1/callback", "https://vendor.example/cb"]);
    register(&world, &sent(&vendor.statement(&world, &[("redirect_uris", uris)]))).await;
    let versions = world.deps.store.list_versions(&client).await.unwrap();
    assert_eq!(versions.len(), 2, "what it says now, and what it said when it was let in");
    let held = world.refresh(&client, &issued.refresh).await;
    assert_eq!(refused(&held), (400, "invalid_grant".into()), "held until somebody says yes again");
    let asked = ada.get(&authorize(&client, CALLBACK, &[])).await;
    assert!(asked.text.contains("https://vendor.example/cb"), "{}", asked.text);
    let (code, description) = told(&world, &old).await;
    assert_eq!(code, "invalid_software_statement", "no rolling back");
    assert!(description.contains("newer one"), "{description}");
    assert_eq!(world.deps.store.list_versions(&client).await.unwrap().len(), 2);
}

async fn word(world: &World, content: Option<String>, suspended: bool) {
    let anchor = Anchor {
        issuer: VENDOR.into(),
        content,
        suspended,
        changed_by: "ada".into(),
        changed_at: world.clock.now(),
    };
    world.deps.store.set_anchor(anchor).await.unwrap();
    ban::follow(&world.deps).await.unwrap();
}

#[tokio::test]
async fn an_anchor_that_is_suspended_vouches_for_nothing_and_one_that_is_gone_ends_what_it_did() {
    let (world, vendor) = (World::new().await, Vendor::new());
    let written = WrittenAnchor {
        issuer: VENDOR.into(),
        keys: Some(vendor.key_set()),
        ..WrittenAnchor::default()
    };
    let content = serde_json::to_string(&written).unwrap();
    word(&world, Some(content.clone()), false).await;
    let statement = vendor.statement(&world, &[]);
    let client = id(&register(&world, &sent(&statement)).await);
    let mut ada = world.user("ada").await;
    let issued = world.login(&mut ada, &client, CALLBACK, "notes:read").await;

    word(&world, Some(content.clone()), true).await;
    assert_eq!(told(&world, &statement).await.0, "unapproved_software_statement");
    let page = ada.get(&authorize(&client, CALLBACK, &[])).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    assert!(page.text.contains("vouched for the application"), "{}", page.text);
    assert_eq!(refused(&world.refresh(&client, &issued.refresh).await).0, 401);
    assert!(world.is_active(&issued.access).await, "what was given before lives for minutes");

    word(&world, Some(content), false).await;
    let again = world.login(&mut ada, &client, CALLBACK, "notes:read").await;
    assert!(world.is_active(&again.access).await, "it was only suspended");

    word(&world, Some("{\"of\":\"another version\"}".into()), false).await;
    assert_eq!(told(&world, &statement).await.0, "unapproved_software_statement");
    assert!(world.is_active(&again.access).await, "nobody can say that it is gone");

    assert_eq!(world.deps.store.remove_anchor(VENDOR).await.unwrap(), Outcome::Applied);
    ban::follow(&world.deps).await.unwrap();
    assert!(!world.is_active(&again.access).await, "and now it is gone");
    assert!(softwares(&world).await.is_empty(), "the row dies with the anchor");
    assert_eq!(ada.get(&authorize(&client, CALLBACK, &[])).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(stated::end_untrusted(&world.deps).await.unwrap(), 0, "nothing is left");
}

#[tokio::test]
async fn an_anchor_may_vouch_for_less_from_now_on() {
    let (world, vendor) = (World::new().await, Vendor::new());
    vendor.is_trusted(&world, |_| {});
    let client = id(&register(&world, &sent(&vendor.statement(&world, &[]))).await);
    let mut ada = world.user("ada").await;
    let scopes = "notes:read notes:write";
    let all = world.login(&mut ada, &client, CALLBACK, scopes).await;
    assert_eq!(all.scope, scopes);
    vendor.is_trusted(&world, |written| written.scopes = Some(vec!["notes:read".into()]));
    let fewer = ada.get(&authorize(&client, CALLBACK, &[("scope", scopes)])).await;
    assert!(!fewer.text.contains("notes:write"), "{}", fewer.text);
    vendor.is_trusted(&world, |written| written.names = vec!["Other *".into()]);
    let page = ada.get(&authorize(&client, CALLBACK, &[])).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    assert_eq!(refused(&world.refresh(&client, &all.refresh).await).0, 401);
}

#[tokio::test]
async fn design_4_8_bans_of_issuer_software_and_key_stick() {
    for (kind, value) in [
        ("statement_issuer", VENDOR.to_owned()),
        ("software_id", "editor".to_owned()),
        ("key", String::new()),
    ] {
        let (world, vendor) = (World::new().await, Vendor::new());
        vendor.is_trusted(&world, |_| {});
        let value =
            if kind == "key" { vendor.key.public_key().thumbprint().to_owned() } else { value };
        let statement = vendor.statement(&world, &[]);
        let client = id(&register(&world, &sent(&statement)).await);
        let mut ada = world.user("ada").await;
        let issued = world.login(&mut ada, &client, CALLBACK, "notes:read").await;
        world.ban(kind, &value).await;
        ban::follow(&world.deps).await.unwrap();
        assert!(!world.is_active(&issued.access).await, "{kind}");
        let page = ada.get(&authorize(&client, CALLBACK, &[])).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{kind}: {}", page.text);
        let (code, _) = told(&world, &statement).await;
        assert_eq!(code, "invalid_client_metadata", "{kind}");
    }
}

#[tokio::test]
async fn sw_11_statements_that_are_good_once() {
    let (world, vendor) = (World::new().await, Vendor::new());
    vendor.is_trusted(&world, |written| written.once = true);
    let (code, description) = told(&world, &vendor.statement(&world, &[])).await;
    assert_eq!(code, "invalid_software_statement");
    assert!(description.contains("jti is missing"), "{description}");
    let statement = vendor.statement(&world, &[("jti", json!("one"))]);
    register(&world, &sent(&statement)).await;
    let (code, description) = told(&world, &statement).await;
    assert_eq!(code, "invalid_software_statement");
    assert!(description.contains("used before"), "{description}");
    register(&world, &sent(&vendor.statement(&world, &[("jti", json!("two"))]))).await;
}

#[tokio::test]
async fn sw_14_a_statement_in_a_document_is_believed_for_its_signature() {
    let (vendor, thief) = (Vendor::new(), Vendor::new());
    let (sound, expired) = (json!(null), json!(1));
    for (why, claims, signer, named, status, vouched) in [
        ("sound", ("sub", &sound), &vendor, "Vendor Editor", 200, true),
        ("over", ("exp", &expired), &vendor, "Vendor Editor", 200, false),
        ("another's key", ("sub", &sound), &thief, "Vendor Editor", 200, false),
        ("nobody's", ("iss", &json!("https://evil.example")), &vendor, "Vendor Editor", 200, false),
        ("it says something else", ("sub", &sound), &vendor, "Claude", 400, false),
        ("a secret", ("client_secret", &json!("s")), &vendor, "Vendor Editor", 400, false),
        ("for no document", ("client_id", &json!(null)), &vendor, "Vendor Editor", 200, false),
        ("for another", ("client_id", &json!(WEB_CLIENT)), &vendor, "Vendor Editor", 400, false),
    ] {
        let world = World::new().await;
        vendor.is_trusted(&world, |_| {});
        let (name, value) = claims;
        let named_by = ("client_id", json!(NATIVE_CLIENT));
        let statement = signer.statement(&world, &[named_by, (name, value.clone())]);
        let document = json!({
            "client_id": NATIVE_CLIENT, "client_name": named,
            "redirect_uris": ["http://127.0.0.1/callback"], "software_statement": statement,
        });
        world.web.set(NATIVE_CLIENT, Reply::json(document.to_string()));
        let mut ada = world.user("ada").await;
        let page = ada.get(&authorize(NATIVE_CLIENT, CALLBACK, &[])).await;
        assert_eq!(page.status.as_u16(), status, "{why}: {}", page.text);
        assert_eq!(page.text.contains("has signed the same"), vouched, "{why}: {}", page.text);
    }
}

#[tokio::test]
async fn at_r_3_a_fresh_statement_beside_a_pushed_request_is_evidence_for_this_login() {
    let (world, vendor) = (World::new().await, Vendor::new());
    let fresh = |claims: &[(&str, Value)]| vendor.statement(&world, claims);
    let ignored = push(&world, ENTERED_CLIENT, ENTERED_CALLBACK, &[("software_statement", "x")]);
    assert_eq!(ignored.await.status, StatusCode::CREATED, "nobody is trusted: RFC 7591 §3.1.1");
    vendor.is_trusted(&world, |written| written.once = true);
    let first = fresh(&[("jti", json!("1"))]);
    let client = id(&register(&world, &sent(&first)).await);
    let mut ada = world.user("ada").await;
    let named = json!(NATIVE_CLIENT);
    let of_document = json!("App");
    let page = ada.get(&authorize(NATIVE_CLIENT, NATIVE_CALLBACK, &[])).await;
    assert!(!page.text.contains("has signed the same"), "{}", page.text);
    for (why, client, claims, refused_as) in [
        ("its own", &*client, vec![("jti", json!("2"))], None),
        ("the same again", &*client, vec![("jti", json!("2"))], Some("invalid_software_statement")),
        (
            "another software's",
            &*client,
            vec![("jti", json!("3")), ("software_id", json!("other"))],
            Some("invalid_software_statement"),
        ),
        (
            "nobody's",
            &*client,
            vec![("jti", json!("4")), ("iss", json!("https://evil.example"))],
            Some("unapproved_software_statement"),
        ),
        (
            "over",
            &*client,
            vec![("jti", json!("5")), ("exp", json!(1))],
            Some("invalid_software_statement"),
        ),
        (
            "a document's",
            NATIVE_CLIENT,
            vec![
                ("jti", json!("6")),
                ("client_id", named.clone()),
                ("client_name", of_document),
                ("redirect_uris", Value::Null),
            ],
            None,
        ),
        (
            "a document's that signs something else",
            NATIVE_CLIENT,
            vec![("jti", json!("7")), ("client_id", named)],
            Some("invalid_software_statement"),
        ),
        (
            "one that is not for the document",
            NATIVE_CLIENT,
            vec![("jti", json!("8"))],
            Some("invalid_software_statement"),
        ),
    ] {
        let statement = fresh(&claims);
        let fields = [("software_statement", &*statement)];
        let page = push(&world, client, NATIVE_CALLBACK, &fields).await;
        if let Some(code) = refused_as {
            assert_eq!(refused(&page), (400, code.into()), "{why}");
            continue;
        }
        let asked = ada.get(&on(client, &request_uri(&page))).await;
        assert_eq!(asked.status, StatusCode::OK, "{why}: {}", asked.text);
        assert!(asked.text.contains("vendor.example"), "{why}: {}", asked.text);
    }
}
