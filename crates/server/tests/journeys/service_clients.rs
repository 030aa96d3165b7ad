//! Services get tokens for themselves (SPEC 2.5, O21-41): who, for what, and what ends them.

use http::StatusCode;
use salver_jose::{KeySet, SigningKey};
use salver_oauth::{client::recorded::Purpose, token::subject::TokenSubject};
use salver_server::flow::{
    ban,
    client_authentication::KEYS,
    registrar::{Act, Entry},
};
use salver_store::{
    Outcome,
    record::{ClientContent, ClientState, RecordedClient},
};
use salver_testkit::{browser::Page, web::Reply};
use serde_json::{Value, json};

use crate::{
    client_keys::{JWKS, JWT_BEARER, assertion_of, claims, key, publish_keys},
    recorded::{CALLBACK, basic, change, confidential, enter, registrar, secret},
    world::{RESOURCE, VERIFIER, World, authorize, json_of, refused},
};

const OTHER: &str = "http://localhost:8080/other";
const ACT: Act<'_> = Act { by: "ada", what: "entered", note: "" };

/// Metadata of a service that may read and write notes.
fn metadata(more: &Value) -> Value {
    let mut metadata = json!({
        "client_name": "Nightly", "resources": [RESOURCE], "scope": "notes:read notes:write",
    });
    for (name, value) in more.as_object().unwrap() {
        metadata[name] = value.clone();
    }
    metadata
}

async fn service(world: &World, more: Value) -> RecordedClient {
    entered(world, more, None).await
}

async fn entered(world: &World, more: Value, lives: Option<i64>) -> RecordedClient {
    let entry = Entry {
        purpose: Purpose::Service,
        owner: None,
        metadata: &metadata(&more).to_string(),
        state: ClientState::Approved,
        vetted: true,
        expires_at: lives.map(|seconds| world.clock.now().plus_seconds(seconds)),
        document: None,
    };
    registrar(world).enter(entry, &world.deps.own_origins, ACT).await.unwrap()
}

/// A service with a secret.
pub(crate) async fn with_secret(world: &World) -> (RecordedClient, String) {
    let client = service(world, json!({})).await;
    let text = secret(world, &client, None).await;
    (client, text)
}

fn public(keys: &[&SigningKey]) -> Value {
    let set: KeySet = keys.iter().map(|key| key.public_key().clone()).collect();
    serde_json::from_slice(&set.to_json()).unwrap()
}

/// Asks for a token with a secret in Basic.
async fn ask(world: &World, (client, secret): (&str, &str), more: &[(&str, &str)]) -> Page {
    let fields = [&[("grant_type", "client_credentials")], more].concat();
    world.form_with("/token", &fields, Some(&basic(client, secret))).await
}

/// Asks for a token with an assertion.
async fn ask_with(world: &World, jwt: &str, more: &[(&str, &str)]) -> Page {
    let fields = [
        ("grant_type", "client_credentials"),
        ("client_assertion_type", JWT_BEARER),
        ("client_assertion", jwt),
    ];
    world.form("/token", &[&fields[..], more].concat()).await
}

fn token(page: &Page) -> String {
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    json_of(page)["access_token"].as_str().unwrap().to_owned()
}

async fn refresh_feed(world: &World) {
    world.deps.revocations.refresh(&*world.deps.store, world.clock.now()).await.unwrap();
}

#[tokio::test]
async fn cc_2_a_service_gets_a_token_for_itself_and_nothing_to_refresh_it_with() {
    let world = World::new().await;
    let (client, secret) = with_secret(&world).await;
    let id = client.client_id.as_str();
    let page = ask(&world, (id, &secret), &[("resource", RESOURCE)]).await;
    let token = token(&page);
    let answer = json_of(&page);
    assert!(answer.get("refresh_token").is_none(), "{answer}");
    assert_eq!(
        (&answer["scope"], &answer["expires_in"]),
        (&json!("notes:read notes:write"), &json!(600))
    );
    let said = claims(&token);
    assert_eq!(
        (&said["sub"], &said["client_id"], &said["aud"]),
        (&json!(id), &json!(id), &json!(RESOURCE))
    );
    let told =
        world.form_with("/introspect", &[("token", &token)], Some("Basic bm90ZXM6c2VjcmV0")).await;
    let told = json_of(&told);
    assert_eq!((&told["active"], &told["sub"]), (&json!(true), &json!(id)));
    // In the body it is as good (OAuth 2.1 §2.4.1).
    let fields =
        [("grant_type", "client_credentials"), ("client_id", id), ("client_secret", &secret)];
    let page = world.form("/token", &fields).await;
    assert_ne!(claims(&self::token(&page))["jti"], said["jti"], "each its own name");
    assert_eq!(world.deps.counters.take(), [], "nobody has let it in: the funnel is of logins");
}

#[tokio::test]
async fn each_rule_of_a_request_with_a_secret() {
    let world = World::new().await;
    let (client, secret) = with_secret(&world).await;
    let id = client.client_id.as_str();
    let (stranger, strangers) = with_secret(&world).await;
    let both = [("client_secret", &*secret)];
    for (why, (who, with), more, expected) in [
        ("R-16 its only resource", (id, &*secret), &[][..], (200, "")),
        ("its resource", (id, &secret), &[("resource", RESOURCE)], (200, "")),
        ("another resource", (id, &secret), &[("resource", OTHER)], (400, "invalid_target")),
        (
            "a stranger's resource",
            (id, &secret),
            &[("resource", "https://a.example/")],
            (400, "invalid_target"),
        ),
        (
            "two",
            (id, &secret),
            &[("resource", RESOURCE), ("resource", OTHER)],
            (400, "invalid_target"),
        ),
        ("less", (id, &secret), &[("scope", "notes:read")], (200, "")),
        ("more, left out", (id, &secret), &[("scope", "notes:read admin")], (200, "")),
        ("beyond", (id, &secret), &[("scope", "admin")], (400, "invalid_scope")),
        ("O21-35 both ways", (id, &secret), &both, (400, "invalid_request")),
        ("another's secret", (id, &strangers), &[], (401, "invalid_client")),
        ("made up", (id, "slvs_AAAA"), &[], (401, "invalid_client")),
        ("no secret", (id, ""), &[], (401, "invalid_client")),
        ("nobody", ("svc_AAAAAAAAAAAAAAAAAAAAAA", &secret), &[], (401, "invalid_client")),
        ("the other, with its own", (&stranger.client_id, &strangers), &[], (200, "")),
    ] {
        let page = ask(&world, (who, with), more).await;
        let (status, code) = refused(&page);
        assert_eq!((status, &*code), expected, "{why}: {}", page.text);
        if status == 200 && more.iter().any(|(name, _)| *name == "scope") {
            assert_eq!(json_of(&page)["scope"], "notes:read", "{why}");
        }
    }
}

#[tokio::test]
async fn r_16_who_may_go_to_several_resources_names_one() {
    let world = World::new().await;
    let client =
        service(&world, json!({ "resources": [RESOURCE, OTHER], "scope": "notes:read" })).await;
    let secret = secret(&world, &client, None).await;
    let id = client.client_id.as_str();
    let page = ask(&world, (id, &secret), &[]).await;
    assert_eq!(refused(&page), (400, "invalid_target".into()));
    let token = token(&ask(&world, (id, &secret), &[("resource", OTHER)]).await);
    assert_eq!(claims(&token)["aud"], OTHER);
    assert!(!world.is_active(&token).await, "AT-4: it is nothing to the other one");
}

#[tokio::test]
async fn cc_1_a_service_signs_with_keys_that_it_brought_along() {
    let world = World::new().await;
    let (own, other) = (key(), key());
    let client = service(&world, json!({ "jwks": public(&[&own]) })).await;
    let id = client.client_id.as_str();
    let signed = assertion_of(&world, id, &own);
    let first = token(&ask_with(&world, &signed, &[]).await);
    assert!(world.is_active(&first).await);
    let again = ask_with(&world, &signed, &[]).await;
    assert_eq!(refused(&again), (401, "invalid_client".into()), "BIS-5: it counts once");
    let with_its_name = assertion_of(&world, id, &own);
    let page = ask_with(&world, &with_its_name, &[("client_id", id)]).await;
    let second = claims(&token(&page));
    assert_eq!(claims(&first)["fam"], second["fam"], "the same key, the same place below");
    for (why, jwt, more) in [
        ("another key", assertion_of(&world, id, &other), &[][..]),
        (
            "in another's name",
            assertion_of(&world, id, &own),
            &[("client_id", "svc_AAAAAAAAAAAAAAAAAAAAAA")],
        ),
        ("of another", assertion_of(&world, "svc_AAAAAAAAAAAAAAAAAAAAAA", &own), &[]),
    ] {
        let page = ask_with(&world, &jwt, more).await;
        assert_eq!(refused(&page), (401, "invalid_client".into()), "{why}");
    }
    // No way around the keys: neither a secret nor nothing.
    let text = secret(&world, &client, None).await;
    for with in [&*text, ""] {
        let page = ask(&world, (id, with), &[]).await;
        assert_eq!(refused(&page), (401, "invalid_client".into()), "{with:?}");
    }
}

#[tokio::test]
async fn keys_of_a_service_are_fetched_while_it_is_in_force_and_else_not() {
    let world = World::new().await;
    let (old, new) = (key(), key());
    world.web.set(JWKS, Reply::json(public(&[&old]).to_string()));
    let mut client = service(&world, json!({ "jwks_uri": JWKS })).await;
    let id = client.client_id.clone();
    let unknown = assertion_of(&world, "svc_AAAAAAAAAAAAAAAAAAAAAA", &old);
    let page = ask_with(&world, &unknown, &[]).await;
    assert_eq!(refused(&page), (401, "invalid_client".into()));
    assert_eq!(world.web.all_hits(), 0, "DESIGN 4.5: nobody is asked for nobody");
    assert!(
        world
            .is_active(&token(&ask_with(&world, &assertion_of(&world, &id, &old), &[]).await))
            .await
    );
    assert_eq!(world.web.all_hits(), 1);
    world.web.set(JWKS, Reply::json(public(&[&new]).to_string()));
    world.deps.egress.forget(JWKS, KEYS);
    let page = ask_with(&world, &assertion_of(&world, &id, &old), &[]).await;
    assert_eq!(refused(&page), (401, "invalid_client".into()), "CIMD-S-4: it was taken out");
    let _ = token(&ask_with(&world, &assertion_of(&world, &id, &new), &[]).await);
    world.deps.egress.forget(JWKS, KEYS);
    let before = world.web.all_hits();
    stand(&world, &mut client, ClientState::Suspended).await;
    let page = ask_with(&world, &assertion_of(&world, &id, &new), &[]).await;
    assert_eq!(refused(&page), (401, "invalid_client".into()));
    assert_eq!(world.web.all_hits(), before, "nor for whom nothing is in force");
}

async fn stand(world: &World, client: &mut RecordedClient, state: ClientState) {
    let content = ClientContent { state, ..client.content.clone() };
    change(world, client, content).await;
    refresh_feed(world).await;
}

#[tokio::test]
async fn what_is_suspended_or_deleted_ends_at_once_and_what_comes_back_begins_anew() {
    let world = World::new().await;
    let (mut client, secret) = with_secret(&world).await;
    let id = client.client_id.clone();
    let first = token(&ask(&world, (&id, &secret), &[]).await);
    assert!(world.is_active(&first).await);
    stand(&world, &mut client, ClientState::Suspended).await;
    assert!(!world.is_active(&first).await);
    let page = ask(&world, (&id, &secret), &[]).await;
    assert_eq!(refused(&page), (401, "invalid_client".into()));
    assert!(page.text.contains("not in force"), "{}", page.text);
    stand(&world, &mut client, ClientState::Approved).await;
    let second = token(&ask(&world, (&id, &secret), &[]).await);
    assert!(world.is_active(&second).await && !world.is_active(&first).await);
    stand(&world, &mut client, ClientState::Deleted).await;
    assert!(!world.is_active(&second).await);
    let page = ask(&world, (&id, &secret), &[]).await;
    assert!(page.text.contains("not known here"), "{}", page.text);
    // A draft is nobody.
    let mut client = service(&world, json!({})).await;
    let draft =
        ClientContent { state: ClientState::Draft, in_force: None, ..client.content.clone() };
    change(&world, &mut client, draft).await;
    let page = ask(&world, (&client.client_id, &secret), &[]).await;
    assert_eq!(refused(&page), (401, "invalid_client".into()));
}

#[tokio::test]
async fn a_secret_that_ends_takes_its_tokens_along_and_no_others() {
    let world = World::new().await;
    let (client, old) = with_secret(&world).await;
    let id = client.client_id.as_str();
    let new = secret(&world, &client, None).await;
    let (with_old, with_new) =
        (token(&ask(&world, (id, &old), &[]).await), token(&ask(&world, (id, &new), &[]).await));
    let store = &world.deps.store;
    let found = store.find_client_secret(world.deps.secrets.digest(&old)).await.unwrap().unwrap();
    let ended = store.end_client_secret(id, found.id, world.clock.now()).await.unwrap();
    assert_eq!(ended, Outcome::Applied);
    refresh_feed(&world).await;
    assert!(!world.is_active(&with_old).await && world.is_active(&with_new).await);
    let page = ask(&world, (id, &old), &[]).await;
    assert_eq!(refused(&page), (401, "invalid_client".into()));
    assert!(page.text.contains("was ended or has expired"), "{}", page.text);
    // The secrets of the journeys live for a day. No token outlives the one that it was got with.
    world.clock.advance(86_400 - 100);
    let last = ask(&world, (id, &new), &[]).await;
    assert_eq!(json_of(&last)["expires_in"], 100);
    world.clock.advance(100);
    let page = ask(&world, (id, &new), &[]).await;
    assert_eq!(refused(&page), (401, "invalid_client".into()), "it has expired");
}

#[tokio::test]
async fn a_service_with_an_end_gives_no_token_beyond_it() {
    let world = World::new().await;
    let client = entered(&world, json!({}), Some(60)).await;
    let secret = secret(&world, &client, None).await;
    let id = client.client_id.as_str();
    let page = ask(&world, (id, &secret), &[]).await;
    assert_eq!(json_of(&page)["expires_in"], 60);
    world.clock.advance(60);
    let page = ask(&world, (id, &secret), &[]).await;
    assert_eq!(refused(&page), (401, "invalid_client".into()));
}

#[tokio::test]
async fn other_metadata_in_force_end_the_tokens_of_before() {
    let world = World::new().await;
    let (mut client, secret) = with_secret(&world).await;
    let id = client.client_id.clone();
    let before = token(&ask(&world, (&id, &secret), &[]).await);
    let written = metadata(&json!({ "scope": "notes:read" })).to_string();
    let draft = ClientContent { draft: written.clone(), ..client.content.clone() };
    change(&world, &mut client, draft).await;
    refresh_feed(&world).await;
    assert!(world.is_active(&before).await, "a draft is no word of anybody's yet");
    let approved = ClientContent { in_force: Some(written), ..client.content.clone() };
    change(&world, &mut client, approved).await;
    refresh_feed(&world).await;
    assert!(!world.is_active(&before).await);
    assert_eq!(json_of(&ask(&world, (&id, &secret), &[]).await)["scope"], "notes:read");
}

#[tokio::test]
async fn design_4_8_a_ban_of_a_service_its_key_or_its_name_ends_what_it_has() {
    let world = World::new().await;
    let own = key();
    let thumbprint = own.public_key().thumbprint();
    for kind in ["application", "key", "name"] {
        let client = service(&world, json!({ "jwks": public(&[&own]) })).await;
        let id = client.client_id.as_str();
        let fingerprint = format!("service {id}");
        let had = token(&ask_with(&world, &assertion_of(&world, id, &own), &[]).await);
        let value = match kind {
            "application" => &*fingerprint,
            "key" => thumbprint,
            _ => "Nightly",
        };
        let number = world.ban(kind, value).await;
        ban::follow(&world.deps).await.unwrap();
        assert!(!world.is_active(&had).await, "{kind}");
        let page = ask_with(&world, &assertion_of(&world, id, &own), &[]).await;
        assert_eq!(refused(&page), (401, "invalid_client".into()), "{kind}");
        assert!(page.text.contains("not known here"), "{kind}: {}", page.text);
        let lifted =
            world.deps.store.lift_ban(number, "ada".into(), world.clock.now()).await.unwrap();
        assert_eq!(lifted, Outcome::Applied);
        ban::follow(&world.deps).await.unwrap();
        let next = token(&ask_with(&world, &assertion_of(&world, id, &own), &[]).await);
        assert!(world.is_active(&next).await && !world.is_active(&had).await, "{kind}");
    }
}

#[tokio::test]
async fn design_4_8_a_ban_of_a_host_meets_whoever_has_its_keys_served_from_there() {
    let own = key();
    for (kind, value, is_out) in [
        ("domain", "other.example", true),
        ("redirect_host", "other.example", true),
        ("domain", "third.example", false),
    ] {
        let world = World::new().await;
        let mut alice = world.user("alice").await;
        publish_keys(&world, &[&own]);
        let nightly = service(&world, json!({ "jwks_uri": JWKS })).await;
        let application = json!({
            "client_name": "Notes App", "redirect_uris": ["http://127.0.0.1/callback"],
            "token_endpoint_auth_method": "private_key_jwt", "jwks_uri": JWKS,
        });
        let client = enter(&world, Purpose::Application, "alice", (&application, true)).await;
        let (service_id, id) = (nightly.client_id.as_str(), client.client_id.as_str());
        let had = token(&ask_with(&world, &assertion_of(&world, service_id, &own), &[]).await);
        let answered = world.allow(&mut alice, id, CALLBACK, "notes:read").await;
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", &*answered.answered("code").unwrap()),
            ("code_verifier", VERIFIER),
            ("redirect_uri", CALLBACK),
            ("client_assertion_type", JWT_BEARER),
            ("client_assertion", &assertion_of(&world, id, &own)),
        ];
        let let_in = token(&world.form("/token", &fields).await);
        world.ban(kind, value).await;
        ban::follow(&world.deps).await.unwrap();
        assert_eq!(world.is_active(&had).await, !is_out, "{kind} {value}: the service");
        assert_eq!(world.is_active(&let_in).await, !is_out, "{kind} {value}: the application");
        let page = alice.get(&authorize(id, CALLBACK, &[])).await;
        let status = if is_out { StatusCode::FORBIDDEN } else { StatusCode::OK };
        assert_eq!(page.status, status, "{kind} {value}: {}", page.text);
    }
}

#[tokio::test]
async fn rfc_6749_5_2_client_credentials_are_for_services_and_services_for_nothing_else() {
    let world = World::new().await;
    let mut ada = world.user("ada").await;
    for purpose in [Purpose::Application, Purpose::Personal] {
        let client = enter(&world, purpose, "ada", (&confidential("Notes App"), true)).await;
        let holder = (purpose == Purpose::Personal).then_some("ada");
        let own = secret(&world, &client, holder).await;
        let page = ask(&world, (&client.client_id, &own), &[]).await;
        assert_eq!(refused(&page), (400, "unauthorized_client".into()), "{}", page.text);
    }
    let fields = [("grant_type", "client_credentials"), ("client_id", "inspector")];
    assert_eq!(refused(&world.form("/token", &fields).await), (400, "unauthorized_client".into()));
    let fields = [("grant_type", "client_credentials"), ("client_id", "nobody")];
    assert_eq!(refused(&world.form("/token", &fields).await), (401, "invalid_client".into()));
    // Nobody is ever sent through a service, whatever it has.
    let (client, secret) = with_secret(&world).await;
    let page = ada.get(&authorize(&client.client_id, CALLBACK, &[])).await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
    assert!(page.text.starts_with("<!doctype html>"), "{}", page.text);
    let code = [("grant_type", "authorization_code"), ("code", "x"), ("code_verifier", VERIFIER)];
    let page = world.form_with("/token", &code, Some(&basic(&client.client_id, &secret))).await;
    assert_eq!(refused(&page), (400, "invalid_grant".into()));
}

#[tokio::test]
async fn o21_41_a_person_who_is_called_like_a_service_is_a_person() {
    let world = World::new().await;
    let (client, secret) = with_secret(&world).await;
    let id = client.client_id.as_str();
    let mut person = world.user(id).await;
    let login = world
        .login(&mut person, crate::world::WEB_CLIENT, crate::world::WEB_CALLBACK, "notes:read")
        .await;
    let theirs = claims(&login.access);
    let services = claims(&token(&ask(&world, (id, &secret), &[]).await));
    let subject = |claims: &Value| claims["sub"].as_str().unwrap().parse::<TokenSubject>().unwrap();
    assert!(matches!(subject(&theirs), TokenSubject::Person(_)), "{theirs}");
    assert!(matches!(subject(&services), TokenSubject::Service(_)), "{services}");
    assert_ne!(theirs["sub"], services["sub"]);
    // And to disable the one does nothing to the other.
    let user = world.deps.store.find_user_by_name(id).await.unwrap().unwrap();
    let now = world.clock.now();
    assert_eq!(world.deps.store.disable_user(user.id, now).await.unwrap(), Outcome::Applied);
    refresh_feed(&world).await;
    assert!(!world.is_active(&login.access).await);
    let _ = token(&ask(&world, (id, &secret), &[]).await);
}

#[tokio::test]
async fn rv_1_a_service_gives_its_own_token_back_and_no_other() {
    let world = World::new().await;
    let ((client, own), (stranger, strangers)) =
        (with_secret(&world).await, with_secret(&world).await);
    let had = token(&ask(&world, (&client.client_id, &own), &[]).await);
    let kept = token(&ask(&world, (&client.client_id, &own), &[]).await);
    let revoke = async |who: &str, with: &str| {
        world.form_with("/revoke", &[("token", &*had)], Some(&basic(who, with))).await
    };
    assert!(revoke(&stranger.client_id, &strangers).await.status.is_client_error());
    assert_eq!(
        refused(&revoke(&client.client_id, &strangers).await),
        (401, "invalid_client".into())
    );
    assert!(world.is_active(&had).await);
    assert_eq!(revoke(&client.client_id, &own).await.status, StatusCode::OK);
    assert!(!world.is_active(&had).await && world.is_active(&kept).await);
}

#[tokio::test]
async fn nothing_is_written_when_a_service_gets_a_token() {
    let world = World::new().await;
    let (client, secret) = with_secret(&world).await;
    let before = world.deps.store.find_recorded_client(&client.client_id).await.unwrap();
    for _ in 0..3 {
        let _ = token(&ask(&world, (&client.client_id, &secret), &[]).await);
    }
    let store = &world.deps.store;
    assert_eq!(store.find_recorded_client(&client.client_id).await.unwrap(), before);
    assert!(store.list_live_grants(None, 10).await.unwrap().is_empty());
    assert!(store.list_revocations(0).await.unwrap().is_empty());
    let kept = store.list_client_secrets(&client.client_id).await.unwrap();
    assert!(kept.iter().all(|secret| secret.last_used_at.is_none()), "merged later");
    assert_eq!(world.deps.usage.take_secrets().len(), 1);
}
