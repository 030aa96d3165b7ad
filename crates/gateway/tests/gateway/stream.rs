//! Do event streams flow, and end when they must? Unbuffered; over at once on revocation; hung up when the client is gone.

use std::{sync::Mutex, time::Duration};

use axum::body::Body;
use bytes::Bytes;
use futures_util::StreamExt as _;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use salver_egress::upstream::UpstreamBody;
use tokio::sync::mpsc;

use crate::world::{World, call, respond};

type Events = mpsc::UnboundedSender<&'static str>;

/// Lets the server behind stream what the test sends; the sender is closed when somebody hangs up on it.
fn streaming(world: &World) -> Events {
    let (sender, receiver) = mpsc::unbounded_channel();
    let receiver = Mutex::new(Some(receiver));
    world.behave(move |_| {
        let Some(receiver) = receiver.lock().unwrap().take() else {
            return respond(200, "application/json", "{}");
        };
        let events = futures_util::stream::unfold(receiver, async |mut receiver| {
            receiver.recv().await.map(|event| (event, receiver))
        });
        let body =
            Body::from_stream(events.map(|event| Ok::<_, std::io::Error>(Bytes::from(event))));
        respond(200, "text/event-stream", body)
    });
    sender
}

async fn open(world: &World, token: &str) -> Response<UpstreamBody> {
    let request = Request::get("/mcp")
        .header("authorization", format!("Bearer {token}"))
        .header("accept", "text/event-stream");
    let response = world.send(request.body(Full::default()).unwrap()).await;
    assert_eq!(response.status(), 200);
    response
}

async fn next(body: &mut UpstreamBody) -> Option<Bytes> {
    let frame = tokio::time::timeout(Duration::from_secs(10), body.frame()).await.unwrap();
    frame.map(|frame| frame.unwrap().into_data().unwrap())
}

#[tokio::test]
async fn events_pass_one_by_one_as_they_come_from_get_and_from_post() {
    for method in ["GET", "POST"] {
        let world = World::new().await;
        let events = streaming(&world);
        let body = if method == "POST" { r#"{"method":"ping"}"# } else { "" };
        let mut request = call(&world.token("notes:read"), body);
        *request.method_mut() = method.parse().unwrap();
        let response = world.send(request).await;
        assert_eq!(response.headers()["cache-control"], "no-store, no-transform");
        assert_eq!(response.headers()["x-content-type-options"], "nosniff");
        let mut body = response.into_body();
        for event in ["data: 1\n\n", "data: 2\n\n"] {
            events.send(event).unwrap();
            assert_eq!(next(&mut body).await.unwrap(), event);
        }
        drop(events);
        assert_eq!(next(&mut body).await, None);
    }
}

#[tokio::test]
async fn a_silent_stream_ends_when_its_grant_or_installation_is_revoked_and_hangs_up_behind() {
    for id in [[3; 16], [4; 16]] {
        let world = World::new().await;
        let events = streaming(&world);
        let mut body = open(&world, &world.token("notes:read")).await.into_body();
        events.send("data: 1\n\n").unwrap();
        assert!(next(&mut body).await.is_some());
        // Somebody else's revocation is none of its business.
        world.feed.revoke([9; 16]);
        events.send("data: 2\n\n").unwrap();
        assert!(next(&mut body).await.is_some());
        world.feed.revoke(id);
        assert_eq!(next(&mut body).await, None, "over without a word from behind");
        tokio::time::timeout(Duration::from_secs(10), events.closed()).await.unwrap();
    }
}

#[tokio::test]
async fn a_revocation_between_the_check_and_the_first_event_is_not_missed() {
    let world = World::new().await;
    let events = streaming(&world);
    let response = open(&world, &world.token("notes:read")).await;
    world.feed.revoke([3; 16]);
    let _ = events.send("data: secret\n\n");
    assert_eq!(next(&mut response.into_body()).await, None);
}

#[tokio::test]
async fn no_stream_outlives_the_news_of_revocations() {
    let world = World::new().await;
    let events = streaming(&world);
    let mut body = open(&world, &world.token("notes:read")).await.into_body();
    events.send("data: 1\n\n").unwrap();
    assert!(next(&mut body).await.is_some());
    world.feed.set_stale(true);
    assert_eq!(next(&mut body).await, None);
}

#[tokio::test]
async fn a_stream_outlives_its_access_token() {
    let world = World::new().await;
    let events = streaming(&world);
    let mut body = open(&world, &world.token("notes:read")).await.into_body();
    world.pass_time(3600);
    events.send("data: later\n\n").unwrap();
    assert_eq!(next(&mut body).await.unwrap(), "data: later\n\n");
}

#[tokio::test]
async fn a_client_that_leaves_hangs_up_on_the_server_behind() {
    let world = World::new().await;
    let events = streaming(&world);
    let mut body = open(&world, &world.token("notes:read")).await.into_body();
    events.send("data: 1\n\n").unwrap();
    assert!(next(&mut body).await.is_some());
    assert_eq!(world.feed.listeners(), 1);
    drop(body);
    tokio::time::timeout(Duration::from_secs(10), events.closed()).await.unwrap();
    assert_eq!(world.feed.listeners(), 0, "nobody waits for revocations any more");
}
