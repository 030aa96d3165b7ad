//! What comes back from behind? JSON, event streams and empty bodies, sandboxed; failures without internals.

use std::{future::pending, time::Duration};

use axum::body::Body;
use bytes::Bytes;
use http::Response;

use crate::world::{PING, World, json, notes, respond, text};

#[tokio::test]
async fn headers_that_act_on_our_origin_are_dropped_and_a_policy_is_put_over_the_rest() {
    let world = World::new().await;
    let dropped = [
        ("set-cookie", "s=1"),
        ("www-authenticate", "Bearer realm=\"behind\""),
        ("access-control-allow-origin", "*"),
        ("access-control-allow-credentials", "true"),
        ("clear-site-data", "\"*\""),
        ("service-worker-allowed", "/"),
        ("refresh", "0; url=https://evil.example"),
        ("alt-svc", "h3=\"evil.example:443\""),
        ("location", "https://evil.example"),
        ("link", "</x>; rel=preload"),
        ("strict-transport-security", "max-age=0"),
        ("x-accel-redirect", "/internal"),
        ("x-hop", "named by Connection"),
        ("keep-alive", "timeout=5"),
        ("salver-identity", "x"),
    ];
    let passed =
        [("mcp-session-id", "s"), ("mcp-protocol-version", "2026-07-28"), ("retry-after", "3")];
    world.behave(move |_| {
        let mut answer = respond(200, "application/json; charset=utf-8", "{}");
        for (name, value) in dropped.iter().chain(&passed) {
            answer.headers_mut().insert(*name, value.parse().unwrap());
        }
        answer.headers_mut().insert("connection", "x-hop".parse().unwrap());
        answer.headers_mut().insert("content-security-policy", "default-src *".parse().unwrap());
        answer
    });
    let response = world.post(&world.token("notes:read"), PING).await;
    let headers = response.headers();
    for (name, _) in dropped {
        assert!(!headers.contains_key(name), "{name}: {headers:?}");
    }
    for (name, value) in passed {
        assert_eq!(headers[name], value, "{name}");
    }
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("content-security-policy", "sandbox; default-src 'none'"),
        ("cache-control", "no-store"),
        ("content-type", "application/json; charset=utf-8"),
    ] {
        let all: Vec<_> = headers.get_all(name).iter().collect();
        assert_eq!(all, [value], "{name}");
    }
    assert_eq!(text(response).await, "{}");
}

#[tokio::test]
async fn only_json_event_streams_and_empty_bodies_pass() {
    let world = World::new().await;
    let token = world.token("notes:read");
    for (status, media_type, body, (expected, expected_body)) in [
        (200, "application/json", "{}", (200, Some("{}"))),
        (200, "APPLICATION/JSON", "{}", (200, Some("{}"))),
        (200, "text/event-stream", "data: x\n\n", (200, Some("data: x\n\n"))),
        (200, "text/html", "<script>", (502, None)),
        (200, "application/json-seq", "{}", (502, None)),
        (200, "text/html", "", (200, Some(""))),
        (202, "text/plain", "", (202, Some(""))),
        (202, "text/plain", "Accepted", (502, None)),
        (204, "text/plain", "", (204, Some(""))),
        (400, "application/json", "{\"error\":1}", (400, Some("{\"error\":1}"))),
        (404, "text/html", "<h1>internals</h1>", (404, Some(""))),
        (405, "text/plain", "no stream here", (405, Some(""))),
        (500, "text/plain", "at internals.py:7", (500, Some(""))),
        (403, "application/json", "{}", (403, Some("{}"))),
        (401, "application/json", "{}", (502, None)),
        (407, "application/json", "{}", (502, None)),
        (301, "application/json", "{}", (502, None)),
        (304, "application/json", "", (502, None)),
        (307, "text/plain", "", (502, None)),
    ] {
        world.behave(move |_| respond(status, media_type, body));
        let response = world.post(&token, PING).await;
        let what = format!("{status} {media_type} {body:?}");
        assert_eq!(response.status(), expected, "{what}");
        assert!(!response.headers().contains_key("www-authenticate"), "{what}");
        match expected_body {
            Some(expected_body) => assert_eq!(text(response).await, expected_body, "{what}"),
            None => assert_eq!(json(response).await["error"], "upstream_answer", "{what}"),
        }
    }
}

#[tokio::test]
async fn an_answer_without_a_type_passes_if_it_turns_out_empty() {
    let world = World::new().await;
    let token = world.token("notes:read");
    let chunks = |chunks: &'static [&'static str]| {
        let chunks = chunks.iter().map(|chunk| Ok::<_, std::io::Error>(Bytes::from(*chunk)));
        let body = Body::from_stream(futures_util::stream::iter(chunks));
        Response::builder().status(202).body(body).unwrap()
    };
    world.behave(move |_| chunks(&[]));
    let response = world.post(&token, PING).await;
    assert_eq!(response.status(), 202);
    assert_eq!(text(response).await, "");
    world.behave(move |_| chunks(&["x"]));
    assert_eq!(world.post(&token, PING).await.status(), 502);
}

#[tokio::test]
async fn a_server_that_is_down_is_a_502_and_a_silent_one_a_504_without_internals() {
    let down = World::with(|_| notes("http://127.0.0.1:1/mcp"), |_| {}).await;
    let response = down.post(&down.token("notes:read"), PING).await;
    assert_eq!(response.status(), 502);
    let told = text(response).await;
    assert!(told.contains("upstream_unreachable") && told.contains("INCIDENT"), "{told}");
    assert!(!told.contains("127.0.0.1") && !told.contains("refused"), "{told}");

    let silent = World::with(
        |_| {
            // A socket that accepts and never answers.
            let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
            listener.set_nonblocking(true).unwrap();
            let address = listener.local_addr().unwrap();
            tokio::spawn(async move {
                let _listener = tokio::net::TcpListener::from_std(listener).unwrap();
                pending::<()>().await;
            });
            notes(&format!("http://{address}/mcp"))
        },
        |settings| settings.header_time_limit = Duration::from_millis(50),
    )
    .await;
    let response = silent.post(&silent.token("notes:read"), PING).await;
    assert_eq!(response.status(), 504);
    assert_eq!(json(response).await["error"], "upstream_timeout");
}
