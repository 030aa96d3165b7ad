//! `/token` with a refresh token (DESIGN 4.9; SPEC 8.7 item 12).

use http::StatusCode;

use crate::world::{
    NATIVE_CALLBACK, NATIVE_CLIENT, Tokens, WEB_CALLBACK, WEB_CLIENT, World, json_of, refused,
    tokens,
};

async fn logged_in(world: &World) -> Tokens {
    let mut browser = world.user("alice").await;
    world.login(&mut browser, NATIVE_CLIENT, NATIVE_CALLBACK, "notes:read notes:write").await
}

async fn refreshed(world: &World, token: &str) -> Tokens {
    let page = world.refresh(NATIVE_CLIENT, token).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    tokens(&page)
}

async fn is_dead(world: &World, token: &str) -> bool {
    refused(&world.refresh(NATIVE_CLIENT, token).await) == (400, "invalid_grant".to_owned())
}

#[tokio::test]
async fn o21_37_a_refresh_rotates_and_keeps_the_scope() {
    let world = World::new().await;
    let first = logged_in(&world).await;
    let second = refreshed(&world, &first.refresh).await;
    assert_ne!(first.refresh, second.refresh);
    assert_eq!(second.scope, "notes:read notes:write");
    let third = refreshed(&world, &second.refresh).await;
    assert!(world.is_active(&third.access).await);
}

#[tokio::test]
async fn r_13_a_client_that_races_with_itself_gets_the_same_successor() {
    let world = World::new().await;
    let first = logged_in(&world).await;
    let answers = futures_util::future::join_all(
        (0..10).map(|_| world.refresh(NATIVE_CLIENT, &first.refresh)),
    )
    .await;
    let successors: std::collections::BTreeSet<_> =
        answers.iter().map(|page| tokens(page).refresh).collect();
    assert_eq!(successors.len(), 1);
    world.clock.advance(10);
    let late = refreshed(&world, &first.refresh).await;
    assert!(successors.contains(&late.refresh));
    assert_eq!(refreshed(&world, &late.refresh).await.scope, "notes:read notes:write");
}

#[tokio::test]
async fn a_repeated_answer_gives_no_longer_life() {
    let world = World::new().await;
    let first = logged_in(&world).await;
    refreshed(&world, &first.refresh).await;
    world.clock.advance(7);
    let again = world.refresh(NATIVE_CLIENT, &first.refresh).await;
    assert_eq!(json_of(&again)["expires_in"], 593);
}

#[tokio::test]
async fn design_4_9_a_lost_answer_is_made_good_and_its_unused_tokens_die() {
    let world = World::new().await;
    let first = logged_in(&world).await;
    let lost = refreshed(&world, &first.refresh).await;
    world.clock.advance(11);
    let fresh = refreshed(&world, &first.refresh).await;
    assert_ne!(lost.refresh, fresh.refresh);
    assert!(world.is_active(&fresh.access).await);
    assert!(!world.is_active(&lost.access).await, "what nobody received is dead");
    assert!(is_dead(&world, &lost.refresh).await);
    assert!(is_dead(&world, &fresh.refresh).await, "a dead token was presented: the family ends");
}

#[tokio::test]
async fn design_4_9_a_token_whose_successor_was_used_is_theft() {
    let world = World::new().await;
    let first = logged_in(&world).await;
    let second = refreshed(&world, &first.refresh).await;
    assert!(world.is_active(&second.access).await, "used, as introspection saw");
    world.clock.advance(11);
    assert!(is_dead(&world, &first.refresh).await);
    assert!(is_dead(&world, &second.refresh).await);
    assert!(!world.is_active(&second.access).await, "and so is its access token, at once");
}

#[tokio::test]
async fn design_4_9_never_more_than_one_generation_back() {
    let world = World::new().await;
    let first = logged_in(&world).await;
    let second = refreshed(&world, &first.refresh).await;
    let third = refreshed(&world, &second.refresh).await;
    assert!(is_dead(&world, &first.refresh).await, "even within the ten seconds");
    assert!(is_dead(&world, &third.refresh).await);
}

#[tokio::test]
async fn another_client_and_a_changed_token_get_nothing_and_end_nothing() {
    let world = World::new().await;
    let first = logged_in(&world).await;
    let mut bob = world.user("bob").await;
    world.login(&mut bob, WEB_CLIENT, WEB_CALLBACK, "notes:read").await;
    assert_eq!(
        refused(&world.refresh(WEB_CLIENT, &first.refresh).await),
        (400, "invalid_grant".to_owned())
    );
    let mut changed = first.refresh.clone();
    changed.replace_range(20..21, if &changed[20..21] == "A" { "B" } else { "A" });
    assert!(is_dead(&world, &changed).await);
    refreshed(&world, &first.refresh).await;
}

#[tokio::test]
async fn o21_37_scope_may_shrink_and_never_grow() {
    let world = World::new().await;
    let first = logged_in(&world).await;
    let ask = |scope| {
        [
            ("grant_type", "refresh_token"),
            ("client_id", NATIVE_CLIENT),
            ("refresh_token", first.refresh.as_str()),
            ("scope", scope),
        ]
    };
    let wider = world.form("/token", &ask("notes:read admin")).await;
    assert_eq!(refused(&wider), (400, "invalid_scope".to_owned()));
    let narrower = world.form("/token", &ask("notes:read")).await;
    assert_eq!(tokens(&narrower).scope, "notes:read");
    let whole_again = refreshed(&world, &tokens(&narrower).refresh).await;
    assert_eq!(whole_again.scope, "notes:read notes:write");
}

#[tokio::test]
async fn two_installations_never_share_a_family() {
    let world = World::new().await;
    let mut browser = world.user("alice").await;
    let laptop = world.login(&mut browser, NATIVE_CLIENT, NATIVE_CALLBACK, "notes:read").await;
    let desktop = world.login(&mut browser, NATIVE_CLIENT, NATIVE_CALLBACK, "notes:read").await;
    let used = refreshed(&world, &laptop.refresh).await;
    refreshed(&world, &used.refresh).await;
    assert!(is_dead(&world, &laptop.refresh).await, "theft ends the laptop's family");
    refreshed(&world, &desktop.refresh).await;
}

#[tokio::test]
async fn an_unused_token_ends_by_itself() {
    let world = World::new().await;
    let first = logged_in(&world).await;
    world.clock.advance(90 * 86_400 - 1);
    let second = refreshed(&world, &first.refresh).await;
    world.clock.advance(90 * 86_400);
    assert!(is_dead(&world, &second.refresh).await);
}
