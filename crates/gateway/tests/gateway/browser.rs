//! May a browser call? Pages and workers never; scripts of our own origins, of this computer and of listed ones.

use http::Request;
use http_body_util::Full;

use crate::world::{PING, World, call};

#[tokio::test]
async fn navigations_and_service_workers_get_nothing_from_behind() {
    let world = World::new().await;
    let token = world.token("notes:read");
    for (name, value, status) in [
        ("sec-fetch-mode", "cors", 200),
        ("sec-fetch-mode", "navigate", 406),
        ("sec-fetch-dest", "empty", 200),
        ("sec-fetch-dest", "serviceworker", 406),
        ("service-worker", "script", 406),
    ] {
        let mut request = call(&token, PING);
        request.headers_mut().insert(name, value.parse().unwrap());
        assert_eq!(world.send(request).await.status(), status, "{name}: {value}");
        assert_eq!(world.seen().len(), usize::from(status == 200));
    }
    // Also without a token: a browser is told nothing that it would make a page of.
    let request = Request::get("/mcp").header("sec-fetch-mode", "navigate");
    let response = world.send(request.body(Full::default()).unwrap()).await;
    assert_eq!(response.status(), 406);
    assert_eq!(response.headers()["content-security-policy"], "sandbox; default-src 'none'");
}

#[tokio::test]
async fn an_origin_is_absent_ours_loopback_or_listed() {
    let world = World::new().await;
    let token = world.token("notes:read");
    for (origin, passes) in [
        (None, true),
        (Some("https://as.example"), true),
        (Some("https://mcp.example"), true),
        (Some("https://app.example"), true),
        (Some("http://localhost:6274"), true),
        (Some("http://127.0.0.1"), true),
        (Some("http://[::1]:3000"), true),
        (Some("https://stranger.example"), false),
        (Some("https://app.example.evil"), false),
        (Some("http://app.example"), false),
        (Some("null"), false),
    ] {
        for token in [Some(&token), None] {
            let mut request = call(token.map_or("none", String::as_str), PING);
            if token.is_none() {
                request.headers_mut().remove("authorization");
            }
            if let Some(origin) = origin {
                request.headers_mut().insert("origin", origin.parse().unwrap());
            }
            let response = world.send(request).await;
            let expected = match (passes, token) {
                (false, _) => 403,
                (true, Some(_)) => 200,
                (true, None) => 401,
            };
            assert_eq!(response.status(), expected, "{origin:?}");
            let headers = response.headers();
            let permitted = headers.get("access-control-allow-origin");
            let permitted = permitted.map(|value| value.to_str().unwrap());
            assert_eq!(permitted, origin.filter(|_| passes), "{origin:?}");
            assert!(!headers.contains_key("access-control-allow-credentials"));
            if permitted.is_some() {
                // RFC 6750 challenges and session ids are there to be read by scripts.
                let exposed = headers["access-control-expose-headers"].to_str().unwrap();
                assert!(exposed.contains("WWW-Authenticate") && exposed.contains("Mcp-Session-Id"));
                assert_eq!(headers["vary"], "Origin");
            }
        }
        assert_eq!(world.seen().len(), usize::from(passes));
    }
}

#[tokio::test]
async fn preflights_are_answered_here_and_only_to_origins_that_may_call() {
    let world = World::new().await;
    let preflight = |origin: &str| {
        Request::options("/mcp")
            .header("origin", origin)
            .header("access-control-request-method", "POST")
            .header(
                "access-control-request-headers",
                "authorization,content-type,mcp-protocol-version,mcp-session-id,mcp-param-x,x-other",
            )
            .body(Full::default())
            .unwrap()
    };
    let response = world.send(preflight("http://localhost:6274")).await;
    assert_eq!(response.status(), 204);
    let headers = response.headers();
    assert_eq!(headers["access-control-allow-origin"], "http://localhost:6274");
    assert_eq!(headers["access-control-allow-methods"], "GET, POST, DELETE");
    assert_eq!(
        headers["access-control-allow-headers"],
        "authorization, content-type, mcp-protocol-version, mcp-session-id, mcp-param-x"
    );
    let response = world.send(preflight("https://stranger.example")).await;
    assert_eq!(response.status(), 403);
    assert!(!response.headers().contains_key("access-control-allow-origin"));
    assert!(world.seen().is_empty(), "the server behind hears of none");
}
