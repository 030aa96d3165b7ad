//! May this token do that? Scopes by tool, prompt, resource and method, judged on the body; step-up; headers that disagree.

use crate::world::{PING, World, call, challenge, json, tool};

#[tokio::test]
async fn what_a_call_needs_is_read_from_its_body() {
    let world = World::new().await;
    let prompt = |name: &str| format!(r#"{{"method":"prompts/get","params":{{"name":"{name}"}}}}"#);
    let resource = |path: &str| {
        format!(r#"{{"method":"resources/read","params":{{"uri":"notes://{path}"}}}}"#)
    };
    let (read, write) = ("notes:read", "notes:write");
    let both = format!("[{PING},{}]", tool("write_note"));
    let cases: &[(&str, String, u16)] = &[
        ("", tool("whoami"), 200), // its rule asks for nothing
        ("", tool("other"), 403),
        (read, tool("other"), 200),
        (write, tool("other"), 403), // what no rule names needs the default scope
        (read, tool("write_note"), 403),
        (write, tool("write_note"), 200),
        (read, prompt("secret"), 403),
        ("prompts", prompt("secret"), 200),
        (read, prompt("open"), 200),
        (read, resource("private/1"), 403),
        (write, resource("private/1"), 200),
        (read, resource("public/1"), 200),
        (read, resource("x/../private/1"), 403),
        (read, r#"{"method":"logging/setLevel"}"#.to_owned(), 403),
        (read, PING.to_owned(), 200),
        (read, r#"{"jsonrpc":"2.0","id":1,"result":{}}"#.to_owned(), 200),
        ("prompts", r#"{"jsonrpc":"2.0","id":1,"result":{}}"#.to_owned(), 403),
        // Every item of a batch is judged.
        (read, format!("[{PING},{PING}]"), 200),
        (read, both.clone(), 403),
        (write, both.clone(), 403),
        ("notes:read notes:write", both, 200),
        // MCP-RS-8: a broad scope counts as its narrower ones.
        ("notes:admin", tool("write_note"), 200),
        ("notes:admin", PING.to_owned(), 200),
        ("notes:admin", prompt("secret"), 403),
    ];
    for (scope, body, status) in cases {
        let response = world.post(&world.token(scope), body).await;
        assert_eq!(response.status(), *status, "{scope:?} {body}");
        assert_eq!(world.seen().len(), usize::from(*status == 200));
    }
}

#[tokio::test]
async fn mcp_rs_6_and_7_step_up_names_the_whole_list_and_what_is_missing() {
    let world = World::new().await;
    // Scopes of other servers do not matter here; those that the client holds and needs again do.
    let token = world.token("notes:read prompts elsewhere offline_access");
    let response = world.post(&token, &tool("write_note")).await;
    assert_eq!(response.status(), 403);
    assert_eq!(
        challenge(&response),
        "Bearer resource_metadata=\"https://mcp.example/.well-known/oauth-protected-resource/mcp\", \
         scope=\"notes:read notes:write prompts\", error=\"insufficient_scope\", \
         error_description=\"This call needs more scopes than the token has\""
    );
    let body = json(response).await;
    assert_eq!(body["error"], "insufficient_scope");
    assert_eq!(body["missing"], serde_json::json!({ "notes:write": "May notes:write" }));

    // With exactly that list the same call passes.
    let token = world.token("notes:read notes:write prompts");
    assert_eq!(world.post(&token, &tool("write_note")).await.status(), 200);
}

#[tokio::test]
async fn a_stream_and_the_end_of_a_session_need_the_default_scope() {
    let world = World::new().await;
    for method in ["GET", "DELETE"] {
        for (scope, status) in [("notes:read", 200), ("notes:write", 403)] {
            let mut request = call(&world.token(scope), "");
            *request.method_mut() = method.parse().unwrap();
            assert_eq!(world.send(request).await.status(), status, "{method} {scope}");
        }
    }
}

#[tokio::test]
async fn sep_2243_a_header_that_disagrees_with_the_body_is_an_error_of_its_own() {
    let world = World::new().await;
    let token = world.token("notes:read notes:write");
    for (name, value, agrees) in [
        ("mcp-method", "tools/call", true),
        ("mcp-method", "tools/list", false),
        ("mcp-name", "write_note", true),
        ("mcp-name", "=?base64?d3JpdGVfbm90ZQ==?=", true),
        ("mcp-name", "whoami", false),
        ("mcp-param-region", "eu", true), // for the server to judge
        ("mcp-protocol-version", "2025-06-18", true),
    ] {
        let mut request = call(&token, &tool("write_note"));
        request.headers_mut().insert(name, value.parse().unwrap());
        let response = world.send(request).await;
        assert_eq!(response.status(), if agrees { 200 } else { 400 }, "{name}: {value}");
        let seen = world.seen();
        if agrees {
            assert_eq!(seen[0].headers[name], value);
        } else {
            assert!(seen.is_empty());
            let answer = json(response).await;
            assert_eq!(answer["error"]["code"], -32020);
            assert_eq!(answer["id"], 1);
            assert_eq!(answer["jsonrpc"], "2.0");
        }
    }
}
