//! `salver policy`, and rules that are exchanged while the server runs.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what cannot be set up or read fails the test"
)]

use std::{fs, net::TcpListener, path::Path};

use serde_json::{Value, json};

use crate::{
    http::Browser,
    login::Login,
    salver::{Running, json, run, salver, told},
};

/// In ten lines: exactly these four, each with the places it needs and no others; all else waits.
pub(crate) const FOUR: &str = r#"[policy]
preset = "none"
[[policy.rules]]
name = "four-clients"
sentence = "VS Code, Claude Code, Claude and ChatGPT, by their own documents."
when = { document = ["https://vscode.dev/oauth/client-metadata.json", "https://claude.ai/oauth/claude-code-client-metadata", "https://claude.ai/oauth/mcp-oauth-client-metadata", "https://chatgpt.com/oauth/client.json"] }
then = "allow"
limits = { redirect_hosts = ["vscode.dev", "claude.ai", "chatgpt.com"], key_hosts = ["chatgpt.com"], picture_hosts = ["code.visualstudio.com", "persistent.oaistatic.com"] }
[[policy.rules]]
name = "others-wait"
sentence = "An administrator looks at everything else first."
then = "review"
"#;

const NOTES: &str = r#"
listen = ["127.0.0.1:8080"]
data = "data"
[[resources]]
name = "Notes"
path = "/mcp"
upstream = "http://127.0.0.1:9/mcp"
scopes = [{ name = "notes:read", sentence = "Read your notes" }, { name = "notes:write", sentence = "Change your notes" }]
default_scope = ["notes:read"]
[[clients]]
client_id = "inspector"
client_name = "MCP Inspector"
redirect_uris = ["http://localhost:6274/oauth/callback"]
"#;

fn fixture(name: &str) -> String {
    format!("{}/../../tests/fixtures/clients/{name}.json", env!("CARGO_MANIFEST_DIR"))
}

fn write(folder: &Path, name: &str, policy: &str) {
    fs::write(folder.join(name), format!("{NOTES}{policy}")).unwrap();
}

fn explained(folder: &Path, arguments: &[&str]) -> Vec<Value> {
    let all = [&["policy", "explain", "--json", "--config", "salver.toml"], arguments].concat();
    json(folder, &all)
}

fn texts<'v>(value: &'v Value, members: &[&str]) -> Vec<&'v str> {
    members.iter().map(|member| value[member].as_str().unwrap_or("-")).collect()
}

#[test]
fn ten_lines_let_in_four_clients_and_all_others_wait() {
    assert_eq!(FOUR.lines().count() - FOUR.matches("[[policy.rules]]").count(), 10);
    let documented = include_str!("../../../../docs/policy.md");
    assert!(documented.contains(FOUR.trim_end()), "docs/policy.md shows these rules");
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "salver.toml", FOUR);
    let check = run(folder.path(), &["policy", "check", "salver.toml"]);
    let mut lines = vec![check];
    for name in ["vscode", "claude-code", "claude", "chatgpt", "codex", "opencode", "zed"] {
        for login in explained(folder.path(), &[&fixture(name)]) {
            let told = texts(&login, &["redirect_uri", "outcome", "rule", "refused_key_host"]);
            lines.push(format!("{name}: {}", told.join(" ")));
        }
    }
    insta::assert_snapshot!(lines.join("\n"));
    assert!(!folder.path().join("data").exists(), "looking leaves nothing behind");
}

#[test]
fn an_explanation_is_read_by_people() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "salver.toml", FOUR);
    let explain = |arguments: &[&str]| {
        let all = [&["policy", "explain", "--config", "salver.toml"], arguments].concat();
        run(folder.path(), &all)
    };
    let uri = "http://localhost:51004/callback";
    let told = explain(&[&fixture("claude-code"), "--redirect", uri, "--scope", "notes:write"]);
    insta::assert_snapshot!(told);
    let refused = [
        explain(&["unknown"]),
        explain(&["inspector", "--resource", "Other"]),
        explain(&["inspector", "--user", "alice"]),
        explain(&["http://app.example/c"]),
        explain(&["inspector", "--redirect", "https://evil.example/"]),
        run(folder.path(), &["policy", "explain", &fixture("zed")]),
    ];
    insta::assert_snapshot!(refused.join("\n"));
}

#[test]
fn who_signs_in_counts() {
    let folder = tempfile::tempdir().unwrap();
    let rules = "[policy]\npreset = \"closed\"\n[[policy.rules]]\nname = \"staff\"\nsentence = \"Staff may try what they like.\"\nwhen = { group = [\"staff\"] }\nthen = \"allow\"\n";
    write(folder.path(), "salver.toml", rules);
    let at = ["--config", "salver.toml"];
    for arguments in [
        &["admin", "user", "add", "alice"][..],
        &["admin", "user", "add", "bob"],
        &["admin", "group", "alice", "--add", "staff"],
    ] {
        let told = run(folder.path(), &[arguments, &at].concat());
        assert!(told.starts_with("exit code 0"), "{told}");
    }
    for (user, outcome, rule) in [("alice", "allow", "staff"), ("bob", "deny", "closed-others")] {
        let told = explained(folder.path(), &[&fixture("zed"), "--user", user]);
        assert_eq!(texts(&told[0], &["outcome", "rule"]), [outcome, rule], "{user}");
    }
}

#[test]
fn rules_that_say_nothing_are_found_with_their_lines() {
    let folder = tempfile::tempdir().unwrap();
    let rules = r#"
[[policy.rules]]
name = "all"
sentence = "Everybody."
then = "allow"

[[policy.rules]]
name = "never"
sentence = "Nobody."
when = { method = ["dynamic"], document = ["https://a.example/c"] }
then = "deny"

[[policy.rules]]
name = "late"
sentence = "Too late."
when = { entry = ["Zedd"] }
then = "deny"

[[policy.rules]]
name = "other"
sentence = "Says otherwise."
then = "deny"
"#;
    write(folder.path(), "salver.toml", rules);
    let broken = run(folder.path(), &["policy", "check", "salver.toml"]);
    let output = salver(folder.path(), &["policy", "check", "salver.toml", "--json"]).output();
    let output = output.unwrap();
    assert_eq!(output.status.code(), Some(1));
    let lines: Vec<Value> = String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let found: Vec<_> = lines.iter().map(|line| texts(line, &["rule", "finding"])).collect();
    assert_eq!(
        found,
        [
            ["never", "never-matches"],
            ["late", "unreachable"],
            ["late", "unknown-entry"],
            ["other", "contradicts"]
        ]
    );
    let warned = "[[policy.rules]]\nname = \"one\"\nsentence = \"A test.\"\nwhen = { entry = [\"Zedd\"] }\nthen = \"deny\"\n";
    write(folder.path(), "salver.toml", warned);
    let warned = run(folder.path(), &["policy", "check", "salver.toml"]);
    write(folder.path(), "salver.toml", "[policy]\npresett = \"open\"\n");
    let refused = run(folder.path(), &["policy", "check", "salver.toml"]);
    insta::assert_snapshot!([broken, warned, refused].join("\n"));
}

#[test]
fn presets_are_printed_to_be_copied() {
    let folder = tempfile::tempdir().unwrap();
    insta::assert_snapshot!(run(folder.path(), &["policy", "preset"]));
    for preset in ["open", "known", "closed"] {
        let output = salver(folder.path(), &["policy", "preset", preset]).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let file = format!("{NOTES}[policy]\npreset = \"none\"\n{text}");
        fs::write(folder.path().join("copy.toml"), file).unwrap();
        let told = run(folder.path(), &["policy", "check", "copy.toml"]);
        assert!(told.starts_with("exit code 0"), "{preset}: {told}");
    }
    assert!(run(folder.path(), &["policy", "preset", "none"]).starts_with("exit code 0"));
    assert!(run(folder.path(), &["policy", "preset", "ope"]).starts_with("exit code 2"));
}

fn inspector(folder: &Path, server: &Running) -> Login {
    let add = ["admin", "user", "add", "alice", "--json", "--config", "salver.toml"];
    let made = json(folder, &add);
    Login {
        issuer: server.text("issuer"),
        resource: server.text("mcp_url"),
        client_id: "inspector".to_owned(),
        redirect_uri: "http://localhost:6274/oauth/callback".to_owned(),
        username: "alice".to_owned(),
        password: made[0]["password"].as_str().unwrap().to_owned(),
    }
}

#[test]
fn a_planted_difference_is_found_in_the_logins_that_were_kept() {
    let folder = tempfile::tempdir().unwrap();
    // The rules name a resource, whose URL the command has to know: so the port is chosen beforehand.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let notes = NOTES.replace("8080", &port.to_string());
    let file = format!("{notes}[policy]\npreset = \"closed\"\n");
    fs::write(folder.path().join("salver.toml"), file).unwrap();
    let simulate = |file: &str, more: &[&str]| {
        let all = [&["policy", "simulate", file, "--config", "salver.toml"], more].concat();
        salver(folder.path(), &all).output().unwrap()
    };
    // Only rules: everything else is that of the configuration.
    let planted = "[policy]\npreset = \"closed\"\n[[policy.rules]]\nname = \"planted\"\nsentence = \"A difference.\"\nwhen = { resource = [\"Notes\"], scope = [\"notes:write\"] }\nthen = \"review\"\n";
    fs::write(folder.path().join("other.toml"), planted).unwrap();
    fs::write(folder.path().join("broken.toml"), planted.replace("Notes", "Nots")).unwrap();
    let nothing = told(folder.path(), &simulate("other.toml", &[]));

    let server = Running::start(folder.path(), &["serve", "--config", "salver.toml"]);
    let login = inspector(folder.path(), &server);
    let mut browser = Browser::default();
    for scope in ["notes:read", "notes:write", "notes:write"] {
        login.code(&mut browser, scope);
    }
    let output = simulate("other.toml", &["--json"]);
    let seen: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&seen["judged"], &seen["changed"]), (&json!(3), &json!(2)));
    assert_eq!(
        seen["outcomes"],
        json!([
            { "now": "allow", "then": "allow", "logins": 1 },
            { "now": "allow", "then": "review", "logins": 2 },
        ])
    );
    let change = &seen["changes"][0];
    assert_eq!(
        texts(change, &["user", "client_id", "now", "then", "rule"]),
        ["alice", "inspector", "allow", "review", "planted"]
    );
    let people = String::from_utf8(simulate("other.toml", &[]).stdout).unwrap();
    let same: Value = serde_json::from_slice(&simulate("salver.toml", &["--json"]).stdout).unwrap();
    assert_eq!((&same["judged"], &same["changed"]), (&json!(3), &json!(0)));
    let broken = told(folder.path(), &simulate("broken.toml", &[]));
    insta::assert_snapshot!([nothing, people, broken].join("\n"));
}

#[test]
#[cfg(unix)]
fn rules_are_exchanged_as_a_whole_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let write = |policy: &str| {
        let notes = NOTES.replace("8080", "0");
        fs::write(folder.path().join("salver.toml"), format!("{notes}{policy}")).unwrap();
    };
    let deny = "[[policy.rules]]\nname = \"nobody\"\nsentence = \"Not now.\"\nthen = \"deny\"\n";
    write("[policy]\npreset = \"closed\"\n");
    let command = salver(folder.path(), &["serve", "--config", "salver.toml"]);
    let (server, mut log) = Running::with_log(command);
    let login = inspector(folder.path(), &server);
    let mut browser = Browser::default();
    login.code(&mut browser, "notes:read");

    write(&deny.replace("deny", "denny"));
    server.signal("-HUP");
    let mut told = log.until("stay in force");
    login.code(&mut browser, "notes:read");

    write(&format!("{deny}[limits]\nbody_seconds = 7\n"));
    server.signal("-HUP");
    told.extend(log.until("wait for a start"));
    let page = browser.get(&login.request("notes:read"));
    assert!(page.body.contains("Not now."), "{page:?}");

    let ban = ["admin", "ban", "document", "https://a.example/c", "--reason", "A test."];
    let banned = run(folder.path(), &[&ban[..], &["--config", "salver.toml"]].concat());
    assert!(banned.starts_with("exit code 0"), "{banned}");
    let shadow = "[[policy.rules]]\nname = \"friends\"\nsentence = \"A test.\"\nwhen = { document = [\"https://a.example/c\"] }\nthen = \"allow\"\n";
    write(shadow);
    server.signal("-HUP");
    told.extend(log.until("stay in force"));
    drop(server);
    let at_start = run(folder.path(), &["serve", "--config", "salver.toml"]);

    let told = told.into_iter().filter(|line| {
        line.contains("configuration")
            || line.starts_with("ERROR")
            || line.contains("wait for a start")
    });
    let told =
        told.collect::<Vec<_>>().join("\n").replace(&*folder.path().to_string_lossy(), "[folder]");
    insta::assert_snapshot!(format!("{told}\n{at_start}"));
}
