//! The demonstration server over its real router, in both generations of the protocol.

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::*;

/// Believes `Salver-Identity: NAME` for every name that begins with a capital letter.
fn demo() -> Router {
    router(Arc::new(|value: &str| {
        value.starts_with(char::is_uppercase).then(|| Caller {
            subject: format!("id-of-{value}"),
            username: Some(value.to_owned()),
            client_id: "https://client.example/card.json".to_owned(),
            client_name: None,
            scopes: vec!["notes:read".to_owned()],
        })
    }))
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    message: Value,
}

async fn post(app: &Router, headers: &[(&str, &str)], body: Value) -> Answer {
    let mut request = Request::post(PATH)
        .header("host", "127.0.0.1:9000")
        .header("content-type", "application/json")
        .header("accept", "application/json, text/event-stream");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Body::from(body.to_string())).unwrap();
    let response = app.clone().oneshot(request).await.unwrap();
    let (status, headers) = (response.status(), response.headers().clone());
    let bytes = to_bytes(response.into_body(), 1 << 20).await.unwrap();
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    let json = text
        .lines()
        .map(|line| line.strip_prefix("data:").unwrap_or(line).trim())
        .find(|line| line.starts_with('{'));
    Answer {
        status,
        headers,
        message: json.map_or(Value::Null, |j| serde_json::from_str(j).unwrap()),
    }
}

/// Calls a tool as the 2026 generation does: one request that says everything.
async fn call(app: &Router, who: &str, tool: &str, arguments: Value) -> Value {
    let meta = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": { "name": "test", "version": "1" },
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    let body = json!({
        "jsonrpc": "2.0", "id": 1, "method": "tools/call",
        "params": { "name": tool, "arguments": arguments, "_meta": meta },
    });
    let headers = [
        ("salver-identity", who),
        ("mcp-protocol-version", "2026-07-28"),
        ("mcp-method", "tools/call"),
        ("mcp-name", tool),
    ];
    let answer = post(app, &headers, body).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.message);
    answer.message
}

fn initialize() -> Value {
    json!({
        "jsonrpc": "2.0", "id": 0, "method": "initialize",
        "params": {
            "protocolVersion": "2025-11-25",
            "capabilities": {},
            "clientInfo": { "name": "test", "version": "1" },
        },
    })
}

#[tokio::test]
async fn nobody_goes_round_the_gateway() {
    let app = demo();
    let without = post(&app, &[], initialize()).await;
    assert_eq!(without.status, StatusCode::UNAUTHORIZED);
    let forged = post(&app, &[("salver-identity", "mallory")], initialize()).await;
    assert_eq!(forged.status, StatusCode::UNAUTHORIZED);
    let two = [("salver-identity", "Ada"), ("salver-identity", "Bob")];
    assert_eq!(post(&app, &two, initialize()).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(
        post(&app, &[("salver-identity", "Ada")], initialize()).await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn the_2026_generation_calls_without_a_session() {
    let app = demo();
    let sum = call(&app, "Ada", "add", json!({ "a": 2, "b": 3.5 })).await;
    assert_eq!(sum["result"]["structuredContent"]["sum"], json!(5.5));
    let who = call(&app, "Ada", "whoami", json!({})).await;
    assert_eq!(who["result"]["structuredContent"]["username"], "Ada");
    assert_eq!(who["result"]["structuredContent"]["client_id"], "https://client.example/card.json");
}

#[tokio::test]
async fn each_person_has_notes_of_their_own() {
    let app = demo();
    let kept = call(&app, "Ada", "notes_add", json!({ "text": "call Bob" })).await;
    assert_eq!(kept["result"]["structuredContent"]["count"], 1);
    let hers = call(&app, "Ada", "notes_list", json!({})).await;
    assert_eq!(hers["result"]["structuredContent"]["notes"], json!(["call Bob"]));
    let his = call(&app, "Bob", "notes_list", json!({})).await;
    assert_eq!(his["result"]["structuredContent"]["notes"], json!([]));
}

#[tokio::test]
async fn a_session_of_2025_answers_each_request_for_its_own_caller() {
    let app = demo();
    let opened = post(&app, &[("salver-identity", "Ada")], initialize()).await;
    assert_eq!(opened.message["result"]["protocolVersion"], "2025-11-25");
    let session = opened.headers["mcp-session-id"].to_str().unwrap().to_owned();
    let as_who = |who: &'static str| {
        vec![
            ("salver-identity", who),
            ("mcp-protocol-version", "2025-11-25"),
            ("mcp-session-id", session.as_str()),
        ]
    };
    let ready = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" });
    assert_eq!(post(&app, &as_who("Ada"), ready).await.status, StatusCode::ACCEPTED);
    let list = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list" });
    let listed = post(&app, &as_who("Ada"), list).await.message;
    let names: Vec<&str> = listed["result"]["tools"]
        .as_array()
        .unwrap()
        .iter()
        .map(|t| t["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["add", "notes_add", "notes_list", "whoami"]);
    let whoami = json!({
        "jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": { "name": "whoami", "arguments": {} },
    });
    for who in ["Ada", "Bob"] {
        let answer = post(&app, &as_who(who), whoami.clone()).await.message;
        assert_eq!(answer["result"]["structuredContent"]["username"], who);
    }
}
