//! What holds for clients that registered themselves, on every node and as long as they are about (DESIGN 4.3, 4.4).

use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::{Method, Request, StatusCode, header};
use salver_jose::{Algorithm, KeySet, SigningKey};
use salver_policy::redirects::{RedirectPolicy, RedirectPreset};
use salver_testkit::browser::{Page, send};
use serde_json::{Value, json};

use crate::{
    client_keys::{JWT_BEARER, assertion_of},
    register::{id, native, post, register, with},
    world::{ISSUER, World, authorize, json_of, refused, tokens},
};

const CALLBACK: &str = "http://127.0.0.1:51004/callback";

fn confidential(method: &str) -> Value {
    with(native("Notes App"), "token_endpoint_auth_method", json!(method))
}

async fn management(world: &World, registered: &Value) -> Page {
    let place = registered["registration_client_uri"].as_str().unwrap();
    let token = registered["registration_access_token"].as_str().unwrap();
    let request = Request::builder().method(Method::GET).uri(place.strip_prefix(ISSUER).unwrap());
    let request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    send(&world.router, request.body(axum::body::Body::empty()).unwrap()).await
}

#[tokio::test]
async fn design_4_3_a_second_node_and_a_restart_know_what_the_first_gave_out() {
    let first = World::new().await;
    let public = register(&first, &native("Notes App")).await;
    let secret = register(&first, &confidential("client_secret_post")).await;
    let mut ada = first.user("ada").await;
    let there = first.login(&mut ada, &id(&public), CALLBACK, "notes:read").await;

    let second = first.beside(|_| {}).await;
    assert_eq!(register(&second, &native("Notes App")).await, public);
    assert_eq!(json_of(&management(&second, &secret).await), secret);
    let mut bob = second.user("bob").await;
    second.login(&mut bob, &id(&public), CALLBACK, "notes:read").await;
    let code = second.allow(&mut bob, &id(&secret), CALLBACK, "notes:read").await.answered("code");
    let own = secret["client_secret"].as_str().unwrap();
    let more = [("redirect_uri", CALLBACK), ("client_secret", own)];
    let page = second.redeem(&id(&secret), &code.unwrap(), &more).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    let refreshed = tokens(&second.refresh(&id(&public), &there.refresh).await);
    assert!(first.is_active(&refreshed.access).await);

    let elsewhere = World::new().await;
    let mut eve = elsewhere.user("eve").await;
    let page = eve.get(&authorize(&id(&public), CALLBACK, &[])).await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST, "other keys: an id of nobody");
}

#[tokio::test]
async fn design_4_4_the_same_client_on_two_machines_is_one_application_with_two_installations() {
    let world = World::new().await;
    let mut ada = world.user("ada").await;
    let on = |port: u16| {
        let uris = json!([format!("http://127.0.0.1:{port}/callback")]);
        with(native("Notes App"), "redirect_uris", uris)
    };
    for port in [51_004, 40_001] {
        let client = id(&register(&world, &on(port)).await);
        let callback = format!("http://127.0.0.1:{port}/callback");
        world.login(&mut ada, &client, &callback, "notes:read").await;
    }
    let apps = ada.get("/account/apps").await.text;
    assert_eq!(apps.matches("<li class=\"card app\">").count(), 1, "{apps}");
    assert_eq!(apps.matches("<li>since").count(), 2, "{apps}");

    // One that asks for a secret has an id of its own on each machine, and is the same application all the same.
    for _ in 0..2 {
        let registered = register(&world, &confidential("client_secret_post")).await;
        let code = world.allow(&mut ada, &id(&registered), CALLBACK, "notes:read").await;
        let own = registered["client_secret"].as_str().unwrap();
        let more = [("redirect_uri", CALLBACK), ("client_secret", own)];
        let code = code.answered("code").unwrap();
        assert_eq!(world.redeem(&id(&registered), &code, &more).await.status, StatusCode::OK);
    }
    let apps = ada.get("/account/apps").await.text;
    assert_eq!(apps.matches("<li class=\"card app\">").count(), 1, "{apps}");
    assert_eq!(apps.matches("<li>since").count(), 4, "{apps}");
}

#[tokio::test]
async fn design_4_8_whose_address_is_allowed_no_more_refreshes_no_more_with_or_without_its_secret()
{
    let world = World::new().await;
    let cursor = "cursor://anysphere.cursor-mcp/oauth/callback";
    let body = with(confidential("client_secret_basic"), "redirect_uris", json!([cursor]));
    let registered = register(&world, &body).await;
    let own = registered["client_secret"].as_str().unwrap();
    let basic = |secret: &str| {
        let pair = format!("{}:{secret}", id(&registered));
        format!("Basic {}", STANDARD.encode(pair))
    };
    let mut ada = world.user("ada").await;
    let code = world.allow(&mut ada, &id(&registered), cursor, "notes:read").await;
    let code = code.answered("code").unwrap();
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("code_verifier", crate::world::VERIFIER),
        ("redirect_uri", cursor),
    ];
    let issued = tokens(&world.form_with("/token", &fields, Some(&basic(own))).await);

    let strict = world
        .beside(|settings| {
            settings.registration.redirects = RedirectPolicy {
                preset: RedirectPreset::LoopbackOnly,
                ..RedirectPolicy::default()
            };
        })
        .await;
    let client_id = id(&registered);
    let without = [
        ("grant_type", "refresh_token"),
        ("client_id", client_id.as_str()),
        ("refresh_token", issued.refresh.as_str()),
    ];
    let with_secret = [without[0], without[2]];
    let (own, other) = (basic(own), basic("slv_secret_AAAA"));
    for (world, authorization, expected) in [
        (&strict, None, (401, "invalid_client")),
        (&strict, Some(other.as_str()), (401, "invalid_client")),
        (&strict, Some(own.as_str()), (401, "invalid_client")),
        (&world, None, (401, "invalid_client")),
        (&world, Some(other.as_str()), (401, "invalid_client")),
        (&world, Some(own.as_str()), (200, "")),
    ] {
        let fields = if authorization.is_some() { &with_secret[..] } else { &without };
        let page = world.form_with("/token", fields, authorization).await;
        assert_eq!(refused(&page), (expected.0, expected.1.to_owned()), "{authorization:?}");
    }
}

#[tokio::test]
async fn dcr_6_who_registers_keys_logs_in_with_them_and_keys_that_verify_nothing_are_refused() {
    let world = World::new().await;
    let key = SigningKey::generate(Algorithm::Es256).unwrap();
    let set: KeySet = [key.public_key().clone()].into_iter().collect();
    let set: Value = serde_json::from_slice(&set.to_json()).unwrap();
    let keyed = |set: Value| with(confidential("private_key_jwt"), "jwks", set);
    for (why, unusable) in [
        (
            "a curve that is not offered",
            json!({ "kty": "EC", "crv": "P-521", "x": "AA", "y": "AA" }),
        ),
        (
            "coordinates that are too short",
            json!({ "kty": "EC", "crv": "P-256", "x": "AA", "y": "AA" }),
        ),
        ("a key for encryption", with(set["keys"][0].clone(), "use", json!("enc"))),
    ] {
        let page = post(&world, keyed(json!({ "keys": [unusable] })).to_string()).await;
        assert_eq!(refused(&page), (400, "invalid_client_metadata".into()), "{why}");
        assert!(page.text.contains("no key in jwks can verify"), "{why}: {}", page.text);
    }
    let registered = register(&world, &keyed(set)).await;
    assert!(registered.get("client_secret").is_none(), "it has keys");
    let client = id(&registered);
    let mut ada = world.user("ada").await;
    let stranger = SigningKey::generate(Algorithm::Es256).unwrap();
    for (key, expected) in [(&stranger, StatusCode::UNAUTHORIZED), (&key, StatusCode::OK)] {
        let code = world.allow(&mut ada, &client, CALLBACK, "notes:read").await;
        let assertion = assertion_of(&world, &client, key);
        let more = [
            ("redirect_uri", CALLBACK),
            ("client_assertion_type", JWT_BEARER),
            ("client_assertion", assertion.as_str()),
        ];
        let page = world.redeem(&client, &code.answered("code").unwrap(), &more).await;
        assert_eq!(page.status, expected, "{}", page.text);
    }
}
