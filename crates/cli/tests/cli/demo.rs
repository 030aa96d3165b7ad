//! `salver demo`: sign-in, consent, tokens, tools, a second scope, and the end of it, as any client and browser would do it.

use std::time::{Duration, Instant};

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use salver_testkit::form::Form;
use serde_json::{Value, json};
use url::{Url, form_urlencoded};

use crate::{
    http::{Browser, Reply, send},
    salver::{Running, run, salver},
};

const VERIFIER: &str = "a-verifier-of-at-least-forty-three-characters-0123456789";
const REDIRECT_URI: &str = "http://127.0.0.1:51004/callback";

fn form(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
}

/// From the first request to the code, whatever pages come between.
fn code(demo: &Running, browser: &mut Browser, scope: &str) -> String {
    let (issuer, client_id, resource) = (
        demo.text("issuer"),
        demo.text("client_id"),
        demo.text("mcp_url"),
    );
    let challenge = URL_SAFE_NO_PAD.encode(digest(&SHA256, VERIFIER.as_bytes()));
    let query = form(&[
        ("response_type", "code"),
        ("client_id", &client_id),
        ("redirect_uri", REDIRECT_URI),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
        ("state", "kept"),
        ("resource", &resource),
        ("scope", scope),
    ]);
    let mut reply = browser.get(&format!("{issuer}/authorize?{query}"));
    for _ in 0..6 {
        reply = match reply.header("location") {
            Some(back) if back.starts_with(REDIRECT_URI) => {
                let url = Url::parse(back).unwrap();
                let answer = |name: &str| {
                    url.query_pairs()
                        .find(|(found, _)| found == name)
                        .map(|(_, value)| value.into_owned())
                        .unwrap_or_default()
                };
                assert_eq!(
                    (answer("state"), answer("iss")),
                    ("kept".to_owned(), issuer)
                );
                return answer("code");
            }
            Some(next) => browser.get(&format!("{issuer}{next}")),
            None => fill_in(demo, browser, &reply),
        };
    }
    panic!("no code: {reply:?}");
}

/// Does what the page asks of a person.
fn fill_in(demo: &Running, browser: &mut Browser, page: &Reply) -> Reply {
    assert_eq!(page.status, 200, "{page:?}");
    let issuer = demo.text("issuer");
    if page.body.contains("action=\"/account/sign-in\"") {
        let filled = Form::to(&page.body, "/account/sign-in")
            .with("username", &demo.text("username"))
            .with("password", &demo.text("password"));
        return browser.post(&format!("{issuer}/account/sign-in"), &filled.body());
    }
    let allowed = Form::to(&page.body, "/authorize/consent").with("decision", "allow");
    browser.post(&format!("{issuer}/authorize/consent"), &allowed.body())
}

fn token(demo: &Running, pairs: &[(&str, &str)]) -> Value {
    let (client_id, resource) = (demo.text("client_id"), demo.text("mcp_url"));
    let body = form(&[pairs, &[("client_id", &client_id), ("resource", &resource)]].concat());
    let reply = send(
        "POST",
        &format!("{}/token", demo.text("issuer")),
        &[("Content-Type", "application/x-www-form-urlencoded")],
        &body,
    );
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.json()
}

fn tokens(demo: &Running, code: &str) -> Value {
    token(
        demo,
        &[
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", REDIRECT_URI),
            ("code_verifier", VERIFIER),
        ],
    )
}

/// Calls a tool as MCP 2026-07-28 does, without a session.
fn call(demo: &Running, tokens: &Value, tool: &str, arguments: &Value) -> Reply {
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
    let demo = Running::start(
        folder.path(),
        &["demo", "--listen", "127.0.0.1:0", "--data", data],
    );
    let mut browser = Browser::default();

    let challenge = send(
        "POST",
        &demo.text("mcp_url"),
        &[("Content-Type", "application/json")],
        "{}",
    );
    assert_eq!(challenge.status, 401);
    assert!(
        challenge
            .header("www-authenticate")
            .unwrap()
            .contains("resource_metadata=")
    );

    let first = tokens(&demo, &code(&demo, &mut browser, "notes:read"));
    let whoami = call(&demo, &first, "whoami", &json!({}));
    assert_eq!(whoami.status, 200, "{whoami:?}");
    assert!(
        whoami.body.contains("salver demo client") && whoami.body.contains("demo"),
        "{whoami:?}"
    );

    let refused = call(&demo, &first, "notes_add", &json!({ "text": "milk" }));
    assert_eq!(refused.status, 403, "{refused:?}");
    assert!(
        refused
            .header("www-authenticate")
            .unwrap()
            .contains("scope=\"notes:read notes:write\"")
    );
    let second = tokens(&demo, &code(&demo, &mut browser, "notes:read notes:write"));
    assert_eq!(
        call(&demo, &second, "notes_add", &json!({ "text": "milk" })).status,
        200
    );

    let refresh_token = second["refresh_token"].as_str().unwrap().to_owned();
    let third = token(
        &demo,
        &[
            ("grant_type", "refresh_token"),
            ("refresh_token", &refresh_token),
        ],
    );
    assert_eq!(call(&demo, &third, "whoami", &json!({})).status, 200);

    // Another process disables the account; the running server learns it from the feed within a second.
    let disabled = salver(
        folder.path(),
        &["admin", "user", "disable", "demo", "--data", data],
    )
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
