//! What goes up beside the body? No credentials, no tales of other proxies, nothing for one connection only; both MCP
//! generations' headers.

use crate::world::{PING, World, call};

#[tokio::test]
async fn credentials_forwarding_and_our_own_headers_never_go_up() {
    let world = World::new().await;
    let token = world.token("notes:read");
    let mut request = call(&token, PING);
    let dropped = [
        ("cookie", "__Host-salver-session=secret"),
        ("proxy-authorization", "Basic secret"),
        ("forwarded", "for=203.0.113.7"),
        ("x-forwarded-for", "203.0.113.7"),
        ("x-forwarded-host", "evil.example"),
        ("x-real-ip", "203.0.113.7"),
        ("salver-anything", "forged"),
        ("salver_identity", "forged"),
        ("te", "trailers"),
        ("keep-alive", "timeout=5"),
        ("x-hop", "named by Connection"),
        ("origin", "http://localhost:6274"),
    ];
    let passed = [
        ("mcp-session-id", "session"),
        ("mcp-protocol-version", "2025-11-25"),
        ("last-event-id", "41"),
        ("mcp-param-region", "eu"),
        ("accept", "application/json, text/event-stream"),
        ("user-agent", "client/1"),
        ("x-api-key", "for the server behind"),
    ];
    for (name, value) in dropped.iter().chain(&passed) {
        request.headers_mut().insert(*name, value.parse().unwrap());
    }
    let named = "x-hop, salver-identity, close".parse().unwrap();
    request.headers_mut().insert("connection", named);
    request.headers_mut().insert("salver-identity", "forged".parse().unwrap());
    assert_eq!(world.send(request).await.status(), 200);
    let seen = world.seen();
    let headers = &seen[0].headers;
    for (name, _) in dropped {
        assert!(!headers.contains_key(name), "{name}: {headers:?}");
    }
    for (name, value) in passed {
        assert_eq!(headers[name], value, "{name}");
    }
    assert!(!headers.contains_key("authorization"));
    assert!(headers.values().all(|value| !value.to_str().unwrap().contains(&token)));
    assert_eq!(format!("http://{}/mcp", headers["host"].to_str().unwrap()), world.upstream_url);
    let identities: Vec<_> = headers.get_all("salver-identity").iter().collect();
    assert!(identities.len() == 1 && identities[0] != "forged", "{identities:?}");
}
