//! `/token` with a code (OAuth 2.1 §4.1.3; SPEC 8.7 item 12).

use http::StatusCode;
use salver_store::record::{RevocationReason, Subject};

use crate::world::{
    NATIVE_CALLBACK, NATIVE_CLIENT, RESOURCE, WEB_CALLBACK, WEB_CLIENT, World, authorize, json_of,
    refused, tokens,
};

async fn code(world: &World, browser: &mut salver_testkit::browser::Browser) -> String {
    world
        .allow(browser, NATIVE_CLIENT, NATIVE_CALLBACK, "notes:read")
        .await
        .answered("code")
        .unwrap()
}

fn invalid(error: &str) -> (u16, String) {
    (400, error.to_owned())
}

#[tokio::test]
async fn o21_34_what_a_client_gets() {
    let world = World::new().await;
    let mut browser = world.user("alice").await;
    let code = code(&world, &mut browser).await;
    let page = world
        .redeem(NATIVE_CLIENT, &code, &[("redirect_uri", NATIVE_CALLBACK), ("resource", RESOURCE)])
        .await;
    assert_eq!(page.status, StatusCode::OK);
    assert_eq!(page.headers["cache-control"], "no-store");
    let body = json_of(&page);
    assert_eq!(
        (body["token_type"].as_str(), body["expires_in"].as_i64()),
        (Some("Bearer"), Some(600))
    );
    assert_eq!(body["scope"], "notes:read");
    assert!(world.is_active(&tokens(&page).access).await);
}

#[tokio::test]
async fn a_code_that_does_not_fit_is_refused_and_stays_good() {
    let world = World::new().await;
    let mut browser = world.user("alice").await;
    world.login(&mut browser, WEB_CLIENT, WEB_CALLBACK, "notes:read").await;
    let code = code(&world, &mut browser).await;
    for (why, client_id, more, expected) in [
        (
            "another verifier",
            NATIVE_CLIENT,
            &[("code_verifier", "x")][..],
            invalid("invalid_grant"),
        ),
        ("another client", WEB_CLIENT, &[], invalid("invalid_grant")),
        (
            "R-15: another redirect_uri",
            NATIVE_CLIENT,
            &[("redirect_uri", "http://127.0.0.1:51005/callback")],
            invalid("invalid_grant"),
        ),
        (
            "RI-2: another resource",
            NATIVE_CLIENT,
            &[("resource", "http://localhost:8080/other")],
            invalid("invalid_target"),
        ),
        (
            "a secret that nobody gave",
            NATIVE_CLIENT,
            &[("client_secret", "x")],
            (401, "invalid_client".to_owned()),
        ),
        (
            "another grant type",
            NATIVE_CLIENT,
            &[("grant_type", "password")],
            invalid("unsupported_grant_type"),
        ),
        ("an unknown client", "nobody", &[], (401, "invalid_client".to_owned())),
    ] {
        assert_eq!(refused(&world.redeem(client_id, &code, more).await), expected, "{why}");
    }
    assert_eq!(world.redeem(NATIVE_CLIENT, &code, &[]).await.status, StatusCode::OK);
}

#[tokio::test]
async fn o21_30_a_code_lives_for_a_minute() {
    let world = World::new().await;
    let mut browser = world.user("alice").await;
    let (first, second) = (code(&world, &mut browser).await, code(&world, &mut browser).await);
    world.clock.advance(60);
    assert_eq!(world.redeem(NATIVE_CLIENT, &first, &[]).await.status, StatusCode::OK);
    world.clock.advance(1);
    assert_eq!(refused(&world.redeem(NATIVE_CLIENT, &second, &[]).await), invalid("invalid_grant"));
}

#[tokio::test]
async fn r_14_a_valid_replay_ends_what_the_code_gave_and_an_invalid_one_nothing() {
    let world = World::new().await;
    let mut browser = world.user("alice").await;
    let code = code(&world, &mut browser).await;
    let given = tokens(&world.redeem(NATIVE_CLIENT, &code, &[]).await);
    let invalid_replay = world.redeem(NATIVE_CLIENT, &code, &[("code_verifier", "x")]).await;
    assert_eq!(refused(&invalid_replay), invalid("invalid_grant"));
    assert!(world.is_active(&given.access).await);
    assert_eq!(refused(&world.redeem(NATIVE_CLIENT, &code, &[]).await), invalid("invalid_grant"));
    assert!(!world.is_active(&given.access).await);
    assert_eq!(
        refused(&world.refresh(NATIVE_CLIENT, &given.refresh).await),
        invalid("invalid_grant")
    );
}

#[tokio::test]
async fn design_7_3_of_many_that_redeem_one_code_at_once_one_gets_tokens() {
    let world = World::new().await;
    let mut browser = world.user("alice").await;
    let code = code(&world, &mut browser).await;
    let answers =
        futures_util::future::join_all((0..20).map(|_| world.redeem(NATIVE_CLIENT, &code, &[])))
            .await;
    let good = answers.iter().filter(|page| page.status == StatusCode::OK).count();
    assert_eq!(good, 1);
}

#[tokio::test]
async fn a_code_of_a_revoked_grant_gives_nothing() {
    let world = World::new().await;
    let mut browser = world.user("alice").await;
    let code = code(&world, &mut browser).await;
    let user = world.deps.store.find_user_by_name("alice").await.unwrap().unwrap();
    let grant = world.deps.store.find_grants(user.id, NATIVE_CLIENT).await.unwrap().remove(0);
    world
        .deps
        .store
        .revoke(Subject::Grant(grant.id), RevocationReason::User, world.clock.now())
        .await
        .unwrap();
    assert_eq!(refused(&world.redeem(NATIVE_CLIENT, &code, &[]).await), invalid("invalid_grant"));
}

#[tokio::test]
async fn mcp_as_37_the_audience_is_the_registered_spelling() {
    let world = World::new().await;
    let mut browser = world.user("alice").await;
    let ask = authorize(WEB_CLIENT, WEB_CALLBACK, &[("resource", "HTTP://LOCALHOST:8080/mcp/")]);
    let page = browser.get(&ask).await;
    let form =
        salver_testkit::form::Form::to(&page.text, "/authorize/consent").with("decision", "allow");
    let code = browser.submit(&form).await.answered("code").unwrap();
    let given = tokens(
        &world.redeem(WEB_CLIENT, &code, &[("resource", "http://localhost:8080/mcp/")]).await,
    );
    let asked = world
        .form_with("/introspect", &[("token", &given.access)], Some("Basic bm90ZXM6c2VjcmV0"))
        .await;
    assert_eq!(json_of(&asked)["aud"], RESOURCE);
}
