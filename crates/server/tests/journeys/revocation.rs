//! `/revoke`, `/introspect` and Connected apps: what ends, ends at once (RFC 7009, RFC 7662, DESIGN 4.9).

use http::StatusCode;
use salver_testkit::form::Form;

use crate::world::{
    NATIVE_CALLBACK, NATIVE_CLIENT, WEB_CALLBACK, WEB_CLIENT, World, json_of, refused,
};

#[tokio::test]
async fn rv_3_a_refresh_token_takes_its_access_tokens_along() {
    let world = World::new().await;
    let mut browser = world.user("alice").await;
    let given = world.login(&mut browser, NATIVE_CLIENT, NATIVE_CALLBACK, "notes:read").await;
    let page =
        world.form("/revoke", &[("token", &given.refresh), ("client_id", NATIVE_CLIENT)]).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(!world.is_active(&given.access).await);
    assert_eq!(
        refused(&world.refresh(NATIVE_CLIENT, &given.refresh).await),
        (400, "invalid_grant".to_owned())
    );
}

#[tokio::test]
async fn an_access_token_ends_alone() {
    let world = World::new().await;
    let mut browser = world.user("alice").await;
    let given = world.login(&mut browser, NATIVE_CLIENT, NATIVE_CALLBACK, "notes:read").await;
    world.form("/revoke", &[("token", &given.access), ("client_id", NATIVE_CLIENT)]).await;
    assert!(!world.is_active(&given.access).await);
    assert_eq!(world.refresh(NATIVE_CLIENT, &given.refresh).await.status, StatusCode::OK);
}

#[tokio::test]
async fn rv_1_and_rv_2_another_clients_token_is_refused_and_an_unknown_one_is_no_error() {
    let world = World::new().await;
    let mut browser = world.user("alice").await;
    let given = world.login(&mut browser, NATIVE_CLIENT, NATIVE_CALLBACK, "notes:read").await;
    world.login(&mut browser, WEB_CLIENT, WEB_CALLBACK, "notes:read").await;
    for token in [&given.refresh, &given.access] {
        let page = world.form("/revoke", &[("token", token), ("client_id", WEB_CLIENT)]).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST);
    }
    assert!(world.is_active(&given.access).await);
    let unknown = world
        .form("/revoke", &[("token", "x"), ("client_id", NATIVE_CLIENT), ("token_type_hint", "y")])
        .await;
    assert_eq!(unknown.status, StatusCode::OK);
    assert_eq!(
        refused(&world.form("/revoke", &[("client_id", NATIVE_CLIENT)]).await),
        (400, "invalid_request".to_owned())
    );
}

#[tokio::test]
async fn in_1_and_in_2_only_a_resource_server_hears_and_only_of_its_own_tokens() {
    let world = World::new().await;
    let mut browser = world.user("alice").await;
    let given = world.login(&mut browser, NATIVE_CLIENT, NATIVE_CALLBACK, "notes:read").await;
    for authorization in
        [None, Some("Basic bm90ZXM6d3Jvbmc="), Some("Basic bm9ib2R5OnNlY3JldA=="), Some("Bearer x")]
    {
        let page = world.form_with("/introspect", &[("token", &given.access)], authorization).await;
        assert_eq!(page.status, StatusCode::UNAUTHORIZED, "{authorization:?}");
        assert!(page.headers.contains_key("www-authenticate"));
    }
    // "other" has the same secret and another audience.
    let other = world
        .form_with("/introspect", &[("token", &given.access)], Some("Basic b3RoZXI6c2VjcmV0"))
        .await;
    assert_eq!(json_of(&other), serde_json::json!({ "active": false }));
    for token in [given.refresh.as_str(), "x"] {
        let page = world
            .form_with("/introspect", &[("token", token)], Some("Basic bm90ZXM6c2VjcmV0"))
            .await;
        assert_eq!(json_of(&page), serde_json::json!({ "active": false }));
    }
    let own = world
        .form_with("/introspect", &[("token", &given.access)], Some("Basic bm90ZXM6c2VjcmV0"))
        .await;
    assert_eq!(json_of(&own)["client_id"], NATIVE_CLIENT);
}

#[tokio::test]
async fn an_ended_token_is_inactive() {
    let world = World::new().await;
    let mut browser = world.user("alice").await;
    let given = world.login(&mut browser, NATIVE_CLIENT, NATIVE_CALLBACK, "notes:read").await;
    world.clock.advance(606);
    world.deps.revocations.refresh(&*world.deps.store, world.clock.now()).await.unwrap();
    assert!(!world.is_active(&given.access).await);
}

#[tokio::test]
async fn a_feed_that_is_too_old_vouches_for_nothing() {
    let world = World::new().await;
    let mut browser = world.user("alice").await;
    let given = world.login(&mut browser, NATIVE_CLIENT, NATIVE_CALLBACK, "notes:read").await;
    world.clock.advance(11);
    let page = world
        .form_with("/introspect", &[("token", &given.access)], Some("Basic bm90ZXM6c2VjcmV0"))
        .await;
    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(page.headers.contains_key("retry-after"));
}

#[tokio::test]
async fn one_click_ends_an_application_with_all_its_installations() {
    let world = World::new().await;
    let mut browser = world.user("alice").await;
    let laptop = world.login(&mut browser, NATIVE_CLIENT, NATIVE_CALLBACK, "notes:read").await;
    let desktop = world.login(&mut browser, NATIVE_CLIENT, NATIVE_CALLBACK, "notes:read").await;
    let mut bob = world.user("bob").await;
    let of_bob = world.login(&mut bob, NATIVE_CLIENT, NATIVE_CALLBACK, "notes:read").await;
    let page = browser.get("/account/apps").await;
    let done = browser.submit(&Form::to(&page.text, "/account/apps")).await;
    assert!(done.status.is_success() || done.status.is_redirection(), "{}", done.text);
    for ended in [&laptop, &desktop] {
        assert!(!world.is_active(&ended.access).await);
        assert_eq!(
            refused(&world.refresh(NATIVE_CLIENT, &ended.refresh).await),
            (400, "invalid_grant".to_owned())
        );
    }
    assert!(world.is_active(&of_bob.access).await, "nobody else is touched");
}
