//! Is a revoked token refused at once, and nobody let in on old news? DESIGN §4.9.

use std::sync::atomic::Ordering;

use salver_gateway::CallersError;

use crate::world::{PING, World, challenge, json};

#[tokio::test]
async fn a_token_dies_with_itself_its_installation_or_its_grant_though_it_was_seen_before() {
    for (what, id) in [("token", [2; 16]), ("grant", [3; 16]), ("installation", [4; 16])] {
        let world = World::new().await;
        let token = world.token("notes:read");
        assert_eq!(world.post(&token, PING).await.status(), 200);
        world.feed.revoke([9; 16]);
        assert_eq!(world.post(&token, PING).await.status(), 200, "another {what}");
        world.feed.revoke(id);
        world.seen();
        let response = world.post(&token, PING).await;
        assert_eq!(response.status(), 401, "{what}");
        assert!(challenge(&response).contains("error=\"invalid_token\""));
        assert!(world.seen().is_empty());
    }
}

#[tokio::test]
async fn without_fresh_news_nobody_passes() {
    let world = World::new().await;
    let token = world.token("notes:read");
    assert_eq!(world.post(&token, PING).await.status(), 200);
    world.feed.set_stale(true);
    let response = world.post(&token, PING).await;
    assert_eq!(response.status(), 503);
    assert_eq!(response.headers()["retry-after"], "1");
    assert_eq!(json(response).await["incident"], "INCIDENT");
    world.feed.set_stale(false);
    assert_eq!(world.post(&token, PING).await.status(), 200);
}

#[tokio::test]
async fn standing_is_asked_in_every_call_and_use_is_reported_once_a_minute() {
    let world = World::new().await;
    let token = world.token("notes:read");
    for calls in 1..=3 {
        world.post(&token, PING).await;
        assert!(world.feed.asked.load(Ordering::Relaxed) >= calls);
    }
    let reports = || world.feed.used.lock().unwrap().clone();
    assert_eq!(reports().len(), 1);
    assert_eq!(reports()[0].1, 5, "the generation");
    world.pass_time(60);
    world.post(&token, PING).await;
    assert_eq!(reports().len(), 2);
    // What is refused is not in use.
    world.feed.revoke([2; 16]);
    world.pass_time(60);
    world.post(&token, PING).await;
    assert_eq!(reports().len(), 2);
}

#[tokio::test]
async fn a_person_who_is_gone_and_one_who_cannot_be_found_now_are_told_apart() {
    for (error, status) in [(CallersError::Gone, 401), (CallersError::Unavailable, 503)] {
        let world = World::new().await;
        *world.people.error.lock().unwrap() = Some(error);
        assert_eq!(world.post(&world.token("notes:read"), PING).await.status(), status);
        *world.people.error.lock().unwrap() = None;
        assert_eq!(world.post(&world.token("notes:read"), PING).await.status(), 200);
    }
}
