//! Which bodies go up, and are they the same bytes? 413, 415, 400, and byte-for-byte forwarding.

use bytes::Bytes;
use http::Request;
use http_body_util::Full;

use crate::world::{PING, World, call, json};

#[tokio::test]
async fn a_body_goes_up_byte_for_byte() {
    let world = World::new().await;
    let token = world.token("notes:read");
    let body =
        " {\"method\" :\"p\\u0069ng\",\t\"id\":1.0e0,\"jsonrpc\":\"2.0\",\r\n\"\u{fc}\":\"\\/\"} ";
    assert_eq!(world.post(&token, body).await.status(), 200);
    let seen = world.seen();
    assert_eq!(seen[0].body, body.as_bytes());
    assert_eq!(seen[0].headers["content-length"], body.len().to_string());
}

#[tokio::test]
async fn four_mebibytes_pass_and_one_byte_more_does_not() {
    let world = World::new().await;
    let token = world.token("notes:read");
    let frame = r#"{"method":"ping","x":""}"#;
    for (bytes, status) in [(4 * 1024 * 1024, 200), (4 * 1024 * 1024 + 1, 413)] {
        let filling = "a".repeat(bytes - frame.len());
        let body = format!(r#"{{"method":"ping","x":"{filling}"}}"#);
        assert_eq!(body.len(), bytes);
        assert_eq!(world.post(&token, &body).await.status(), status, "{bytes}");
        assert_eq!(world.seen().len(), usize::from(status == 200));
    }
}

#[tokio::test]
async fn what_is_not_plain_json_is_refused_before_it_is_read() {
    let world = World::new().await;
    let token = world.token("notes:read");
    for (name, value, status) in [
        ("content-type", Some("application/json"), 200),
        ("content-type", Some("application/json; charset=utf-8"), 200),
        ("content-type", Some("application/json; charset=utf-16"), 415),
        ("content-type", Some("text/plain"), 415),
        ("content-type", None, 415),
        ("content-encoding", Some("gzip"), 415),
        ("content-encoding", Some("identity"), 415),
    ] {
        let mut request = call(&token, PING);
        match value {
            Some(value) => request.headers_mut().insert(name, value.parse().unwrap()),
            None => request.headers_mut().remove(name),
        };
        assert_eq!(world.send(request).await.status(), status, "{name}: {value:?}");
        assert_eq!(world.seen().len(), usize::from(status == 200));
    }
}

#[tokio::test]
async fn a_body_that_two_readers_could_read_differently_is_refused() {
    let world = World::new().await;
    let token = world.token("notes:read");
    let cases: &[(&[u8], i64)] = &[
        (br#"{"method":"ping","method":"tools/call"}"#, -32700),
        (br#"{"method":"tools/call","params":{"arguments":{"a":1,"a":2}}}"#, -32700),
        (b"{\"method\":\"ping\xff\"}", -32700),
        (b"\xef\xbb\xbf{\"method\":\"ping\"}", -32700),
        (b"{\"method\":", -32700),
        (b"", -32700),
        (b"[]", -32600),
        (b"7", -32600),
        (br#"{"Method":"ping"}"#, -32600),
    ];
    for (body, code) in cases {
        let mut request = call(&token, "");
        *request.body_mut() = Full::new(Bytes::from_static(body));
        let response = world.send(request).await;
        assert_eq!(response.status(), 400, "{body:?}");
        let answer = json(response).await;
        assert_eq!(answer["error"]["code"], *code, "{answer}");
        assert_eq!(answer["error"]["data"]["incident"], "INCIDENT");
        assert!(world.seen().is_empty());
    }
}

#[tokio::test]
async fn get_and_delete_have_no_body_and_other_methods_do_not_exist() {
    let world = World::new().await;
    let token = world.token("notes:read");
    for (method, body, status) in [
        ("GET", "", 200),
        ("DELETE", "", 200),
        ("GET", PING, 400),
        ("DELETE", PING, 400),
        ("PUT", PING, 405),
        ("PATCH", PING, 405),
        ("HEAD", "", 405),
    ] {
        let mut request = call(&token, body);
        *request.method_mut() = method.parse().unwrap();
        let response = world.send(request).await;
        assert_eq!(response.status(), status, "{method} {body}");
        if status == 405 {
            assert_eq!(response.headers()["allow"], "GET, POST, DELETE, OPTIONS");
        }
        let seen = world.seen();
        assert_eq!(seen.len(), usize::from(status == 200), "{method}");
        assert!(seen.iter().all(|seen| seen.method.as_str() == method));
    }
}

#[tokio::test]
async fn paths_below_the_resource_go_up_if_they_lead_nowhere_else() {
    let world = World::new().await;
    let token = world.token("notes:read");
    for (path, up) in [
        ("/mcp", Some("/mcp")),
        ("/mcp/", Some("/mcp")),
        ("/mcp?session=1", Some("/mcp?session=1")),
        ("/mcp/more", Some("/mcp/more")),
        ("/mcp/..", None),
        ("/mcp/%2e%2e/admin", None),
        ("/mcp/..;/admin", None),
        ("/mcp//admin", None),
        ("/mcpx", None),
    ] {
        let request = Request::get(path).header("authorization", format!("Bearer {token}"));
        let response = world.send(request.body(Full::default()).unwrap()).await;
        assert_eq!(response.status(), if up.is_some() { 200 } else { 404 }, "{path}");
        let seen: Vec<String> = world.seen().iter().map(|seen| seen.uri.to_string()).collect();
        assert_eq!(seen.first().map(String::as_str), up, "{path}");
    }
}
