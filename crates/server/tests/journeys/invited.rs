//! Initial access tokens (RFC 7591 §3): who may register clients where not everybody may.

use axum::body::Body;
use http::{Method, Request, StatusCode, header};
use salver_oauth::Timestamp;
use salver_server::{
    chance::SystemChance,
    flow::registration_access::{Invite, invite},
    settings::Dynamic,
    upkeep,
};
use salver_store::Outcome;
use salver_testkit::browser::{Page, send};
use serde_json::json;

use crate::world::{World, json_of, refused};

const MISSING: &str = "Bearer realm=\"salver\"";
const BAD: &str = "Bearer realm=\"salver\", error=\"invalid_token\"";

/// Registers with this `Authorization` header.
async fn register(world: &World, authorization: Option<&str>) -> Page {
    let mut request = Request::builder().method(Method::POST).uri("/register");
    request = request.header(header::CONTENT_TYPE, "application/json");
    if let Some(authorization) = authorization {
        request = request.header(header::AUTHORIZATION, authorization);
    }
    let body = json!({
        "client_name": "App",
        "redirect_uris": ["http://127.0.0.1/callback"],
        "token_endpoint_auth_method": "none",
    });
    send(&world.router, request.body(Body::from(body.to_string())).unwrap()).await
}

/// A token as a command beside the server makes it, and what to present.
async fn token(world: &World, expires_at: Option<Timestamp>) -> (i64, String) {
    let (deps, now) = (&world.deps, world.clock.now());
    let wish = Invite { holder: "Partner".into(), by: "ada".into(), expires_at, now };
    let made = invite(&*deps.store, &deps.secrets, &SystemChance::default(), wish).await.unwrap();
    deps.registration_tokens.refresh(&*deps.store).await.unwrap();
    (made.0, format!("Bearer {}", *made.1))
}

async fn invited() -> World {
    World::told(|settings| settings.registration.dynamic = Dynamic::Invited).await
}

#[tokio::test]
async fn rfc_7591_3_who_has_a_token_registers_and_nobody_else() {
    let world = invited().await;
    let (_, good) = token(&world, None).await;
    let bare = good.strip_prefix("Bearer ").unwrap();
    let (_, ends) = token(&world, Some(world.clock.now().plus_seconds(60))).await;
    for (why, presented, challenge) in [
        ("a good one", Some(good.clone()), None),
        ("letter case of the scheme", Some(format!("bearer {bare}")), None),
        ("one that ends later", Some(ends.clone()), None),
        ("none", None, Some(MISSING)),
        ("another scheme", Some(format!("Basic {bare}")), Some(MISSING)),
        ("another token", Some("Bearer slvr_it_AAAA".to_owned()), Some(BAD)),
        ("no token of ours", Some("Bearer AAAA".to_owned()), Some(BAD)),
        ("more than it", Some(format!("{good}A")), Some(BAD)),
    ] {
        let page = register(&world, presented.as_deref()).await;
        let told = page.headers.get(header::WWW_AUTHENTICATE).map(|value| value.to_str().unwrap());
        assert_eq!(told, challenge, "{why}: {}", page.text);
        if challenge.is_some() {
            assert_eq!(refused(&page), (401, "invalid_token".into()), "{why}");
            assert!(page.text.contains("ask whoever runs this server"), "{why}: {}", page.text);
        } else {
            assert_eq!(page.status, StatusCode::CREATED, "{why}: {}", page.text);
        }
    }
    world.clock.advance(60);
    assert_eq!(register(&world, Some(&ends)).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(register(&world, Some(&good)).await.status, StatusCode::CREATED);
    let request = Request::builder().uri("/.well-known/oauth-authorization-server");
    let metadata = json_of(&send(&world.router, request.body(Body::empty()).unwrap()).await);
    assert_eq!(metadata["registration_endpoint"], "http://localhost:8080/register");
}

#[tokio::test]
async fn a_revoked_token_ends_at_the_next_reading_and_uses_are_counted() {
    let world = invited().await;
    let ((number, first), (_, second)) = (token(&world, None).await, token(&world, None).await);
    for presented in [&first, &first, &second] {
        world.clock.advance(1);
        assert_eq!(register(&world, Some(presented)).await.status, StatusCode::CREATED);
    }
    let store = &world.deps.store;
    let before = world.clock.now();
    upkeep::merge_counts(&world.deps).await;
    upkeep::merge_counts(&world.deps).await;
    let counted = async || {
        let tokens = store.list_registration_tokens().await.unwrap();
        tokens.iter().map(|token| (token.uses, token.last_used_at)).collect::<Vec<_>>()
    };
    let expected = [(2, Some(before.plus_seconds(-1))), (1, Some(before))];
    assert_eq!(counted().await, expected);

    let revoked = store.revoke_registration_token(number, "ada".into(), before).await.unwrap();
    assert_eq!(revoked, Outcome::Applied);
    world.deps.registration_tokens.refresh(&**store).await.unwrap();
    assert_eq!(refused(&register(&world, Some(&first)).await).0, 401);
    assert_eq!(register(&world, Some(&second)).await.status, StatusCode::CREATED);
    // What is refused is not counted.
    upkeep::merge_counts(&world.deps).await;
    assert_eq!(counted().await, [(2, expected[0].1), (2, Some(before))]);
}

#[tokio::test]
async fn where_everybody_may_register_a_token_of_ours_is_checked_and_no_other() {
    let world = World::new().await;
    let (_, good) = token(&world, None).await;
    for (why, presented, status) in [
        ("good", good.as_str(), StatusCode::CREATED),
        ("ours, and not good", "Bearer slvr_it_AAAA", StatusCode::UNAUTHORIZED),
        ("for the server behind", "Bearer sk-something", StatusCode::CREATED),
        ("of another kind", "Basic YTpi", StatusCode::CREATED),
    ] {
        let page = register(&world, Some(presented)).await;
        assert_eq!(page.status, status, "{why}: {}", page.text);
    }
    let closed = World::told(|settings| settings.registration.dynamic = Dynamic::Off).await;
    let (_, good) = token(&closed, None).await;
    let page = register(&closed, Some(&good)).await;
    assert_eq!(refused(&page), (404, "access_denied".into()));
    assert!(page.text.contains("use a metadata document"), "{}", page.text);
}
