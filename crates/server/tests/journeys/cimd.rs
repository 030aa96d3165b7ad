//! Rules of SPEC section 3 that need a whole login to be seen, each with its neighbour. The others stand with what they are about:
//! identifiers and documents in `oauth`, fetching in `egress`, keys in `client_keys.rs`, changes in `changes.rs`.

use http::StatusCode;
use salver_testkit::web::Reply;
use serde_json::{Value, json};

use crate::{
    client_keys::{self, JWKS, assertion, is_unproven, key, publish_keys, redeem},
    world::{
        ISSUER, NATIVE_CALLBACK, NATIVE_CLIENT, WEB_CALLBACK, WEB_CLIENT, World, authorize,
        document, json_of,
    },
};

const CLIENT: &str = client_keys::CLIENT;
const CALLBACK: &str = client_keys::CALLBACK;

fn with(change: impl FnOnce(&mut Value)) -> Reply {
    let mut document =
        json!({ "client_id": CLIENT, "client_name": "App", "redirect_uris": [CALLBACK] });
    change(&mut document);
    Reply::json(document.to_string())
}

#[tokio::test]
async fn cimd_a_1_the_metadata_says_that_documents_are_taken() {
    let world = World::new().await;
    let mut browser = world.user("alice").await;
    let page = browser.get("/.well-known/oauth-authorization-server").await;
    assert_eq!(json_of(&page)["client_id_metadata_document_supported"], true);
}

#[tokio::test]
async fn cimd_a_4_a_client_at_the_url_of_an_issuer_is_a_client_and_nobodys_subject() {
    let world = World::new().await;
    let mut browser = world.user("alice").await;
    // Another server's issuer, with a path as a client_id needs.
    let issuer = "https://other.example/";
    world.web.set(issuer, document(issuer, &[CALLBACK]));
    let tokens = world.login(&mut browser, issuer, CALLBACK, "notes:read").await;
    let claims = client_keys::claims(&tokens.access);
    assert_eq!(claims["iss"], ISSUER);
    assert_eq!(claims["client_id"], issuer);
    assert!(claims["sub"].as_str().is_some_and(|subject| !subject.contains(':')), "{claims}");
}

#[tokio::test]
async fn cimd_d_9_d_15_what_nobody_vouches_for_or_knows_changes_nothing() {
    let world = World::new().await;
    let mut browser = world.user("alice").await;
    for change in [
        ("client_id_expires_at", json!(1)),
        ("software_version", json!("1.2")),
        ("x_unknown", json!({ "deep": [1, 2] })),
    ] {
        world.web.set(CLIENT, with(|document| document[change.0] = change.1.clone()));
        world.deps.egress.forget(CLIENT, salver_server::flow::client::DOCUMENT);
        let page = browser.get(&authorize(CLIENT, CALLBACK, &[])).await;
        assert_eq!(page.status, StatusCode::OK, "{}: {}", change.0, page.text);
    }
}

#[tokio::test]
async fn cimd_f_1_the_document_is_fetched_by_itself_and_cimd_s_8_says_nothing_of_the_person() {
    let world = World::new().await;
    let mut browser = world.user("alice").await;
    world.web.set(CLIENT, with(|_| ()));
    assert_eq!(world.web.hits(CLIENT), 0);
    let asked = authorize(CLIENT, CALLBACK, &[("login_hint", "alice")]);
    assert_eq!(browser.get(&asked).await.status, StatusCode::OK);
    assert_eq!(world.web.hits(CLIENT), 1);
    // A document per person would track people.
    let tracked = format!("{CLIENT}?person=alice");
    let page = browser.get(&authorize(&tracked, CALLBACK, &[])).await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
    assert_eq!(world.web.all_hits(), 1);
}

#[tokio::test]
async fn cimd_f_7_a_scheme_that_is_not_https_is_no_place_to_go() {
    let world = World::new().await;
    let mut browser = world.user("alice").await;
    for client_id in [
        "http://other.example/client.json",
        "ftp://other.example/client.json",
        "file:///etc/passwd",
        "gopher://other.example/client.json",
    ] {
        let page = browser.get(&authorize(client_id, CALLBACK, &[])).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST, "{client_id}");
    }
    assert_eq!(world.web.all_hits(), 0);
}

#[tokio::test]
async fn cimd_k_3_k_6_k_8_the_list_decides_either_form_of_keys_will_do_and_types_are_pinned() {
    let key = key();
    let set = json!({ "keys": [key.public_key().to_jwk()] });
    let uri: (&str, Value) = ("jwks_uri", json!(JWKS));
    for (member, value) in [uri, ("jwks", set)] {
        let world = World::new().await;
        let mut browser = world.user("alice").await;
        publish_keys(&world, &[&key]);
        world.web.set(
            CLIENT,
            with(|document| {
                // No singular: the list alone does not mean `none`.
                document["token_endpoint_auth_methods_supported"] = json!(["private_key_jwt"]);
                document[member] = value;
            }),
        );
        let answered = world.allow(&mut browser, CLIENT, CALLBACK, "notes:read").await;
        let code = answered.answered("code").unwrap();
        assert!(is_unproven(&redeem(&world, &code, None).await), "{member}");
        for (number, kind) in ["at+jwt", "dpop+jwt", "oauth-id-jag+jwt"].iter().enumerate() {
            let id = format!("wrong-{number}");
            let forged = client_keys::typed_assertion(&world, &key, (&id, ISSUER), Some(kind));
            assert!(is_unproven(&redeem(&world, &code, Some(&forged)).await), "{member} {kind}");
        }
        let good = assertion(&world, &key, "good", ISSUER);
        let given = redeem(&world, &code, Some(&good)).await;
        assert_eq!(given.status, StatusCode::OK, "{member}: {}", given.text);
    }
    for kind in [Some("JWT"), Some("oauth-client-auth+jwt"), None] {
        let world = World::new().await;
        let mut browser = world.user("alice").await;
        publish_keys(&world, &[&key]);
        world.web.set(
            CLIENT,
            with(|document| {
                document["token_endpoint_auth_method"] = json!("private_key_jwt");
                document["jwks_uri"] = json!(JWKS);
            }),
        );
        let answered = world.allow(&mut browser, CLIENT, CALLBACK, "notes:read").await;
        let code = answered.answered("code").unwrap();
        let good = client_keys::typed_assertion(&world, &key, ("1", ISSUER), kind);
        assert_eq!(redeem(&world, &code, Some(&good)).await.status, StatusCode::OK, "{kind:?}");
    }
}

#[tokio::test]
async fn cimd_s_1_another_host_is_warned_of_and_its_own_is_not() {
    let world = World::new().await;
    let mut browser = world.user("alice").await;
    let elsewhere = "https://elsewhere.example/cb";
    world.web.set(CLIENT, document(CLIENT, &[CALLBACK, elsewhere]));
    for (callback, warned) in [(CALLBACK, false), (elsewhere, true)] {
        let page = browser.get(&authorize(CLIENT, callback, &[])).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
        assert_eq!(page.text.contains("other-recipient-host"), warned, "{callback}");
    }
}

#[tokio::test]
async fn cimd_s_2_another_url_is_another_client() {
    let world = World::new().await;
    let mut browser = world.user("alice").await;
    let tokens = world.login(&mut browser, WEB_CLIENT, WEB_CALLBACK, "notes:read").await;
    let again = browser.get(&authorize(WEB_CLIENT, WEB_CALLBACK, &[("scope", "notes:read")])).await;
    assert_eq!(again.status, StatusCode::SEE_OTHER, "consent is on record");
    let other = "https://web.example/other.json";
    world.web.set(other, document(other, &[WEB_CALLBACK]));
    let page = browser.get(&authorize(other, WEB_CALLBACK, &[("scope", "notes:read")])).await;
    assert_eq!(page.status, StatusCode::OK, "and does not count for another URL");
    assert_ne!(world.refresh(other, &tokens.refresh).await.status, StatusCode::OK);
    assert_ne!(world.refresh(NATIVE_CLIENT, &tokens.refresh).await.status, StatusCode::OK);
    let mine = browser.get(&authorize(NATIVE_CLIENT, NATIVE_CALLBACK, &[])).await;
    assert_eq!(mine.status, StatusCode::OK);
    assert_eq!(world.refresh(WEB_CLIENT, &tokens.refresh).await.status, StatusCode::OK);
}
