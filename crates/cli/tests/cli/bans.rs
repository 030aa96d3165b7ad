//! `salver admin ban`, `unban`, `bans` and `group`: beside a running server, whose gateway follows.

#![expect(clippy::unwrap_used, reason = "what cannot be set up or read fails the test")]

use std::{
    fs,
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::{
    http::{Browser, send},
    login::Login,
    salver::{Running, json, run},
};

const FILE: &str = r#"
listen = ["127.0.0.1:0"]
data = "data"
[[resources]]
name = "Notes"
path = "/mcp"
upstream = "http://127.0.0.1:9/mcp"
[[clients]]
client_id = "inspector"
client_name = "MCP Inspector"
redirect_uris = ["http://localhost:6274/oauth/callback"]
[[clients]]
client_id = "other"
client_name = "Other"
redirect_uris = ["http://localhost:6275/oauth/callback"]
"#;

/// The gateway's answer to a call with this token.
fn status(login: &Login, tokens: &Value) -> u16 {
    let authorization = format!("Bearer {}", tokens["access_token"].as_str().unwrap());
    let headers = [
        ("Authorization", authorization.as_str()),
        ("Content-Type", "application/json"),
        ("Accept", "application/json, text/event-stream"),
    ];
    let body = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}";
    send("POST", &login.resource, &headers, body).status
}

/// What happens by itself, soon.
fn within_seconds(mut happens: impl FnMut() -> bool) {
    let began = Instant::now();
    while !happens() {
        assert!(began.elapsed() < Duration::from_secs(10), "it does not happen");
    }
}

#[test]
fn a_ban_is_previewed_made_and_followed_and_the_receipt_counts() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("salver.toml"), FILE).unwrap();
    let server = Running::start(folder.path(), &["serve", "--config", "salver.toml"]);
    let add = ["admin", "user", "add", "alice", "--json", "--config", "salver.toml"];
    let made = json(folder.path(), &add);
    let login = |client_id: &str, port: u16| Login {
        issuer: server.text("issuer"),
        resource: server.text("mcp_url"),
        client_id: client_id.to_owned(),
        redirect_uri: format!("http://localhost:{port}/oauth/callback"),
        username: "alice".to_owned(),
        password: made[0]["password"].as_str().unwrap().to_owned(),
    };
    let (inspector, other) = (login("inspector", 6274), login("other", 6275));
    let mut browser = Browser::default();
    let tokens = inspector.redeem(&inspector.code(&mut browser, "mcp"));
    let others = other.redeem(&other.code(&mut browser, "mcp"));
    let (before, kept) = (status(&inspector, &tokens), status(&other, &others));
    assert!(before != 401 && kept != 401, "{before} {kept}");

    let ban = |more: &[&'static str]| {
        let usual = ["admin", "ban", "name", "mcp insp*", "--reason", "It is no inspector."];
        [&usual[..], &["--config", "salver.toml"], more].concat()
    };
    let preview = run(folder.path(), &ban(&["--dry-run"]));
    assert_eq!(status(&inspector, &tokens), before, "nothing is banned yet");
    let banned = json(folder.path(), &ban(&["--until", "7d", "--json"]));
    let (ban_made, receipt) = (&banned[0], &banned[0]["receipt"]);
    assert_eq!(ban_made["number"], 1);
    assert_eq!(ban_made["affected"][0]["user"], "alice");
    assert_eq!((&receipt["asked"], &receipt["still_accepted"]), (&1.into(), &0.into()));

    // The running server reads feed and bans by itself.
    within_seconds(|| status(&inspector, &tokens) == 401);
    within_seconds(|| browser.get(&inspector.request("mcp")).status == 403);
    assert_eq!(status(&other, &others), kept, "the neighbour goes on");

    let again = run(folder.path(), &ban(&[]));
    let listed = json(folder.path(), &["admin", "bans", "--json", "--config", "salver.toml"]);
    let numbers: Vec<_> = listed.iter().map(|ban| ban["number"].as_i64().unwrap()).collect();
    assert_eq!(numbers, [1, 2]);
    let unban =
        |number: &str| run(folder.path(), &["admin", "unban", number, "--config", "salver.toml"]);
    let ended = [unban("1"), unban("1"), unban("2")];
    let none = run(folder.path(), &["admin", "bans", "--config", "salver.toml"]);
    let all = json(folder.path(), &["admin", "bans", "--all", "--json", "--config", "salver.toml"]);
    assert!(
        all.iter().all(|ban| ban["state"] == "lifted" && ban["lifted_by"] == "the command line")
    );
    let issuer = server.text("issuer");
    let today = preview.lines().find(|line| line.starts_with("alice")).unwrap();
    let today = today.rsplit(' ').next().unwrap().to_owned();
    let told = [preview, again].into_iter().chain(ended).chain([none]);
    let told = told.collect::<Vec<_>>().join("\n").replace(&issuer, "[issuer]");
    insta::assert_snapshot!(told.replace(&today, "[today]"));
    // What was ended stays ended, and who comes anew is asked anew.
    assert_eq!(status(&inspector, &tokens), 401);
    within_seconds(|| browser.get(&inspector.request("mcp")).status == 200);
    let anew = inspector.redeem(&inspector.code(&mut browser, "mcp"));
    assert_eq!(status(&inspector, &anew), before);
}

#[test]
fn what_names_nobody_is_not_banned_and_rules_that_let_it_in_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let rule = "[[policy.rules]]\nname = \"friends\"\nsentence = \"A test.\"\nwhen = { publisher = [\"a.example\"] }\nthen = \"warn\"\nwarn = \"Careful.\"\n";
    fs::write(folder.path().join("salver.toml"), format!("{FILE}{rule}")).unwrap();
    let ban = |kind: &str, value: &str, reason: &str| {
        let arguments =
            ["admin", "ban", kind, value, "--reason", reason, "--config", "salver.toml"];
        run(folder.path(), &arguments)
    };
    let refused = [
        ban("domain", "co.uk", "A test."),
        ban("domain", "x.a.example", "A test."),
        ban("name", "a*", "A test."),
        ban("key", "abc", "A test."),
        ban("domain", "a.example", "\n"),
        ban("domain", "b.example", "A test."),
        ban("domain", "a.example", "A test."),
    ];
    assert!(ban("host", "a.example", "A test.").starts_with("exit code 2"));
    let check = run(folder.path(), &["policy", "check", "salver.toml"]);
    insta::assert_snapshot!([refused.join("\n"), check].join("\n"));
}

#[test]
fn groups_are_given_taken_and_shown() {
    let folder = tempfile::tempdir().unwrap();
    run(folder.path(), &["admin", "user", "add", "alice"]);
    let group = |arguments: &[&str]| run(folder.path(), &[&["admin", "group"], arguments].concat());
    let told = [
        group(&["alice"]),
        group(&["alice", "--add", "staff", "--add", "eu.sales", "--add", "staff"]),
        group(&["Alice", "--remove", "staff"]),
        group(&["alice", "--add", "Not A Group"]),
        group(&["bob", "--add", "staff"]),
    ];
    let shown = json(folder.path(), &["admin", "user", "show", "alice", "--json"]);
    assert_eq!(shown[0]["groups"], serde_json::json!(["eu.sales"]));
    let listed = json(folder.path(), &["admin", "user", "list", "--json"]);
    assert_eq!(listed, shown);
    insta::assert_snapshot!(told.join("\n"));
}
