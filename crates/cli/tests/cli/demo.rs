//! `salver demo`: sign-in, consent, tokens, tools, a second scope, and the end of it, as any client and browser would do it.

#![expect(clippy::unwrap_used, reason = "a login that does not work fails the test")]

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::{
    http::{Browser, Reply, send},
    login::Login,
    salver::{Running, run, salver},
};

/// Calls a tool as MCP 2026-07-28 does, without a session.
pub(crate) fn call(demo: &Running, tokens: &Value, tool: &str, arguments: &Value) -> Reply {
    let bearer = format!("Bearer {}", tokens["access_token"].as_str().unwrap());
    let meta = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": { "name": "test", "version": "1" },
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": { "name": tool, "arguments": arguments, "_meta": meta } });
    let headers = [
        ("Authorization", bearer.as_str()),
        ("Content-Type", "application/json"),
        ("Accept", "application/json, text/event-stream"),
        ("MCP-Protocol-Version", "2026-07-28"),
        ("Mcp-Method", "tools/call"),
        ("Mcp-Name", tool),
    ];
    send("POST", &demo.text("mcp_url"), &headers, &body.to_string())
}

#[test]
fn the_whole_journey_from_nothing_to_revoked() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let data = data.to_str().unwrap();
    let demo = Running::start(folder.path(), &["demo", "--listen", "127.0.0.1:0", "--data", data]);
    let mut browser = Browser::default();

    let challenge =
        send("POST", &demo.text("mcp_url"), &[("Content-Type", "application/json")], "{}");
    assert_eq!(challenge.status, 401);
    assert!(challenge.header("www-authenticate").unwrap().contains("resource_metadata="));

    let login = Login {
        issuer: demo.text("issuer"),
        resource: demo.text("mcp_url"),
        client_id: demo.text("client_id"),
        redirect_uri: "http://127.0.0.1:51004/callback".to_owned(),
        username: demo.text("username"),
        password: demo.text("password"),
    };
    let first = login.redeem(&login.code(&mut browser, "notes:read"));
    let whoami = call(&demo, &first, "whoami", &json!({}));
    assert_eq!(whoami.status, 200, "{whoami:?}");
    assert!(
        whoami.body.contains("salver demo client") && whoami.body.contains("demo"),
        "{whoami:?}"
    );

    let refused = call(&demo, &first, "notes_add", &json!({ "text": "milk" }));
    assert_eq!(refused.status, 403, "{refused:?}");
    assert!(
        refused.header("www-authenticate").unwrap().contains("scope=\"notes:read notes:write\"")
    );
    let second = login.redeem(&login.code(&mut browser, "notes:read notes:write"));
    assert_eq!(call(&demo, &second, "notes_add", &json!({ "text": "milk" })).status, 200);

    let third = login.refresh(&second);
    assert_eq!(call(&demo, &third, "whoami", &json!({})).status, 200);

    // Another process disables the account; the running server learns it from the feed within a second.
    let disabled = salver(folder.path(), &["admin", "user", "disable", "demo", "--data", data])
        .output()
        .unwrap();
    assert!(disabled.status.success());
    let told = Instant::now();
    while call(&demo, &third, "whoami", &json!({})).status != 401 {
        assert!(told.elapsed() < Duration::from_secs(5), "still let in");
    }
}

#[test]
fn the_demonstration_is_for_this_computer_only() {
    let folder = tempfile::tempdir().unwrap();
    insta::assert_snapshot!(run(folder.path(), &["demo", "--listen", "0.0.0.0:8080"]));
}

#[test]
#[cfg(unix)]
fn state_is_gone_afterwards_unless_it_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let temporary = folder.path().join("tmp");
    std::fs::create_dir(&temporary).unwrap();
    let mut command = salver(folder.path(), &["demo", "--listen", "127.0.0.1:0"]);
    command.env("TMPDIR", &temporary);
    let demo = Running::of(command);
    assert_eq!(std::fs::read_dir(&temporary).unwrap().count(), 1);
    assert_eq!(demo.stop(), Some(0));
    assert_eq!(std::fs::read_dir(&temporary).unwrap().count(), 0);
}
