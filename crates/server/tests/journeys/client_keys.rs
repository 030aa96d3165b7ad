//! Clients that authenticate with keys of their document (SPEC 3.6, 4.2; 8.7 items 10 and 12).

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use http::StatusCode;
use salver_jose::{Algorithm, KeySet, Signer as _, SigningKey};
use salver_server::flow::client_authentication::KEYS;
use salver_testkit::{browser::Page, web::Reply};
use serde_json::{Value, json};

use crate::world::{ISSUER, VERIFIER, World, refused, tokens};

pub(crate) const CLIENT: &str = "https://other.example/client.json";
pub(crate) const JWKS: &str = "https://other.example/jwks.json";
pub(crate) const CALLBACK: &str = "https://other.example/callback";
pub(crate) const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// A world with a client that has published these keys and methods.
pub(crate) async fn world(methods: Value, keys: &[&SigningKey]) -> World {
    let world = World::new().await;
    publish(&world, &methods, JWKS);
    publish_keys(&world, keys);
    world
}

pub(crate) fn publish(world: &World, methods: &Value, jwks_uri: &str) {
    let document = json!({
        "client_id": CLIENT,
        "client_name": "Keyed",
        "redirect_uris": [CALLBACK],
        "token_endpoint_auth_method": "private_key_jwt",
        "token_endpoint_auth_methods_supported": methods,
        "jwks_uri": jwks_uri,
    });
    world.web.set(CLIENT, Reply::json(document.to_string()));
}

pub(crate) fn publish_keys(world: &World, keys: &[&SigningKey]) {
    let set: KeySet = keys.iter().map(|key| key.public_key().clone()).collect();
    world.web.set(JWKS, Reply::json(set.to_json()));
}

pub(crate) fn key() -> SigningKey {
    SigningKey::generate(Algorithm::Es256).unwrap()
}

pub(crate) fn assertion(world: &World, key: &SigningKey, id: &str, audience: &str) -> String {
    typed_assertion(world, key, (id, audience), Some("client-authentication+jwt"))
}

/// What a token says; nothing is verified.
pub(crate) fn claims(token: &str) -> Value {
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

/// The same with another `typ`, or none.
pub(crate) fn typed_assertion(
    world: &World,
    key: &SigningKey,
    (id, audience): (&str, &str),
    kind: Option<&str>,
) -> String {
    signed_by(world, key, (CLIENT, id, audience), kind)
}

/// What this client presents, once, to this server.
pub(crate) fn assertion_of(world: &World, client: &str, key: &SigningKey) -> String {
    let id = format!("{}", u128::from_be_bytes(world.deps.random()));
    signed_by(world, key, (client, &id, ISSUER), Some("client-authentication+jwt"))
}

/// The same with another `kid`, or none.
pub(crate) fn assertion_named(
    world: &World,
    client: &str,
    key: &SigningKey,
    key_id: Option<&str>,
) -> String {
    let id = format!("{}", u128::from_be_bytes(world.deps.random()));
    let mut header = json!({ "alg": "ES256" });
    if let Some(key_id) = key_id {
        header["kid"] = json!(key_id);
    }
    signed(world, key, (client, &id, ISSUER), &header)
}

fn signed_by(
    world: &World,
    key: &SigningKey,
    (client, id, audience): (&str, &str, &str),
    kind: Option<&str>,
) -> String {
    let mut header = json!({ "alg": "ES256", "kid": key.key_id() });
    if let Some(kind) = kind {
        header["typ"] = json!(kind);
    }
    signed(world, key, (client, id, audience), &header)
}

fn signed(
    world: &World,
    key: &SigningKey,
    (client, id, audience): (&str, &str, &str),
    header: &Value,
) -> String {
    let now = world.clock.now().as_unix();
    let claims =
        json!({ "iss": client, "sub": client, "aud": audience, "exp": now + 60, "jti": id });
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let input = format!("{}.{}", part(header), part(&claims));
    let signature = key.sign(input.as_bytes()).unwrap();
    format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature))
}

async fn code(world: &World) -> String {
    let mut browser = world.user("alice").await;
    world.allow(&mut browser, CLIENT, CALLBACK, "notes:read").await.answered("code").unwrap()
}

pub(crate) async fn redeem(world: &World, code: &str, assertion: Option<&str>) -> Page {
    let code = [("grant_type", "authorization_code"), ("code", code), ("code_verifier", VERIFIER)];
    post(world, "/token", &code, assertion).await
}

pub(crate) async fn refresh(world: &World, token: &str, assertion: Option<&str>) -> Page {
    post(world, "/token", &[("grant_type", "refresh_token"), ("refresh_token", token)], assertion)
        .await
}

async fn post(world: &World, path: &str, fields: &[(&str, &str)], assertion: Option<&str>) -> Page {
    let proof = assertion.map_or(vec![("client_id", CLIENT)], |jwt| {
        vec![("client_assertion_type", JWT_BEARER), ("client_assertion", jwt)]
    });
    world.form(path, &[fields, &proof].concat()).await
}

pub(crate) fn is_unproven(page: &Page) -> bool {
    refused(page) == (401, "invalid_client".to_owned())
}

#[tokio::test]
async fn cimd_k_1_a_client_with_keys_alone_must_prove_itself() {
    let (key, stranger) = (key(), key());
    let world = world(json!(["private_key_jwt"]), &[&key]).await;
    let code = code(&world).await;
    assert!(is_unproven(&redeem(&world, &code, None).await));
    let forged = assertion(&world, &stranger, "1", ISSUER);
    assert!(is_unproven(&redeem(&world, &code, Some(&forged)).await));
    let elsewhere = assertion(&world, &key, "2", "https://elsewhere.example");
    assert!(is_unproven(&redeem(&world, &code, Some(&elsewhere)).await));
    let endpoint = assertion(&world, &key, "3", &format!("{ISSUER}/token"));
    assert!(is_unproven(&redeem(&world, &code, Some(&endpoint)).await), "BIS-1");
    let good = assertion(&world, &key, "4", ISSUER);
    let given = redeem(&world, &code, Some(&good)).await;
    assert_eq!(given.status, StatusCode::OK, "{}", given.text);

    let token = tokens(&given).refresh;
    assert!(is_unproven(&refresh(&world, &token, None).await));
    assert!(is_unproven(&refresh(&world, &token, Some(&good)).await), "BIS-5: jti counts once");
    let fresh = assertion(&world, &key, "5", ISSUER);
    assert_eq!(refresh(&world, &token, Some(&fresh)).await.status, StatusCode::OK);
}

#[tokio::test]
async fn cimd_k_7_either_way_is_open_and_there_is_no_way_back() {
    let key = key();
    let world = world(json!(["none", "private_key_jwt"]), &[&key]).await;
    let mut browser = world.user("alice").await;
    let mut code = async || {
        world.allow(&mut browser, CLIENT, CALLBACK, "notes:read").await.answered("code").unwrap()
    };
    let (open, keyed) = (code().await, code().await);
    let public = tokens(&redeem(&world, &open, None).await).refresh;
    assert_eq!(refresh(&world, &public, None).await.status, StatusCode::OK);
    let proof = assertion(&world, &key, "1", ISSUER);
    let proven = tokens(&redeem(&world, &keyed, Some(&proof)).await).refresh;
    assert!(is_unproven(&refresh(&world, &proven, None).await));
    let proof = assertion(&world, &key, "2", ISSUER);
    assert_eq!(refresh(&world, &proven, Some(&proof)).await.status, StatusCode::OK);
}

#[tokio::test]
async fn cimd_c_5_rotation_with_overlap_signs_nobody_out() {
    let (old, new) = (key(), key());
    let world = world(json!(["private_key_jwt"]), &[&old]).await;
    let code = code(&world).await;
    let proof = assertion(&world, &old, "1", ISSUER);
    let mut token = tokens(&redeem(&world, &code, Some(&proof)).await).refresh;
    for (id, keys) in [("2", vec![&old, &new]), ("3", vec![&new])] {
        publish_keys(&world, &keys);
        world.deps.egress.forget(JWKS, KEYS);
        let proof = assertion(&world, &new, id, ISSUER);
        let given = refresh(&world, &token, Some(&proof)).await;
        assert_eq!(given.status, StatusCode::OK, "{}", given.text);
        token = tokens(&given).refresh;
    }
}

#[tokio::test]
async fn cimd_s_4_what_a_removed_key_began_ends_with_it() {
    let (old, new) = (key(), key());
    let world = world(json!(["private_key_jwt"]), &[&old]).await;
    let code = code(&world).await;
    let proof = assertion(&world, &old, "1", ISSUER);
    let given = tokens(&redeem(&world, &code, Some(&proof)).await);
    publish_keys(&world, &[&new]);
    world.deps.egress.forget(JWKS, KEYS);
    let removed = assertion(&world, &old, "2", ISSUER);
    assert!(is_unproven(&refresh(&world, &given.refresh, Some(&removed)).await));
    assert!(!world.is_active(&given.access).await);
    let another = assertion(&world, &new, "3", ISSUER);
    let late = refresh(&world, &given.refresh, Some(&another)).await;
    assert_eq!(refused(&late), (400, "invalid_grant".to_owned()));
}

#[tokio::test]
async fn attack_6_keys_inside_are_not_fetched_and_burnt_keys_not_used() {
    let key = key();
    let world = world(json!(["private_key_jwt"]), &[&key]).await;
    let code = code(&world).await;
    let port = world.web.address().port();
    for inside in
        [format!("https://127.0.0.1:{port}/jwks.json"), "https://keys.internal/jwks".to_owned()]
    {
        publish(&world, &json!(["private_key_jwt"]), &inside);
        world.deps.egress.forget(CLIENT, salver_server::flow::client::DOCUMENT);
        let before = world.web.all_hits();
        let proof = assertion(&world, &key, &inside, ISSUER);
        assert!(is_unproven(&redeem(&world, &code, Some(&proof)).await), "{inside}");
        assert_eq!(world.web.all_hits(), before + 1, "the document, and nothing inside");
    }
    publish(&world, &json!(["private_key_jwt"]), JWKS);
    world.deps.egress.forget(CLIENT, salver_server::flow::client::DOCUMENT);
    let mut burnt = key.public_key().to_jwk();
    burnt.insert("d".into(), "secret".into());
    world.web.set(JWKS, Reply::json(json!({ "keys": [burnt] }).to_string()));
    let proof = assertion(&world, &key, "burnt", ISSUER);
    assert!(is_unproven(&redeem(&world, &code, Some(&proof)).await));
    publish_keys(&world, &[&key]);
    let proof = assertion(&world, &key, "sound", ISSUER);
    assert_eq!(redeem(&world, &code, Some(&proof)).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_replay_of_a_spent_code_without_proof_signs_nobody_out() {
    let key = key();
    let world = world(json!(["private_key_jwt"]), &[&key]).await;
    let code = code(&world).await;
    let proof = assertion(&world, &key, "1", ISSUER);
    let given = tokens(&redeem(&world, &code, Some(&proof)).await);
    assert!(is_unproven(&redeem(&world, &code, None).await));
    assert!(world.is_active(&given.access).await);
    let proof = assertion(&world, &key, "2", ISSUER);
    assert_eq!(
        refused(&redeem(&world, &code, Some(&proof)).await),
        (400, "invalid_grant".to_owned())
    );
    assert!(!world.is_active(&given.access).await, "R-14: a valid replay does");
}

#[tokio::test]
async fn rv_1_a_keyed_client_proves_itself_to_revoke() {
    let key = key();
    let world = world(json!(["private_key_jwt"]), &[&key]).await;
    let code = code(&world).await;
    let proof = assertion(&world, &key, "1", ISSUER);
    let given = tokens(&redeem(&world, &code, Some(&proof)).await);
    assert!(is_unproven(&post(&world, "/revoke", &[("token", &given.refresh)], None).await));
    assert!(world.is_active(&given.access).await);
    let proof = assertion(&world, &key, "2", ISSUER);
    let revoked = post(&world, "/revoke", &[("token", &given.refresh)], Some(&proof)).await;
    assert_eq!(revoked.status, StatusCode::OK);
    assert!(!world.is_active(&given.access).await);
}

#[tokio::test]
async fn cimd_k_7_a_failing_host_is_no_way_around_the_keys() {
    let key = key();
    let world = world(json!(["private_key_jwt"]), &[&key]).await;
    let code = code(&world).await;
    for gone in [503, 404] {
        world.web.set(CLIENT, Reply { status: gone, ..Reply::json("") });
        world.deps.egress.forget(CLIENT, salver_server::flow::client::DOCUMENT);
        assert!(is_unproven(&redeem(&world, &code, None).await), "{gone}");
    }
}
