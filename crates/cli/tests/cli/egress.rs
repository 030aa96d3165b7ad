//! `salver egress ledger`, and what `[egress]` does to a running server: what left is told by another process.

#![expect(clippy::unwrap_used, reason = "a world that cannot be made fails the test")]

use std::{
    path::Path,
    time::{Duration, Instant},
};

use salver_testkit::web::{FakeWeb, Reply};
use serde_json::{Value, json};

use crate::{
    http::Browser,
    login::{Login, form},
    salver::{Running, json as told_json, run, salver},
};

const GOOD: &str = "https://app.example/client.json";
const CHALLENGED: &str = "https://bots.example/client.json";
const REDIRECT_URI: &str = "http://127.0.0.1:51004/callback";

/// A web with two clients, of which one is behind a filter, and a folder with a configuration that leads to it.
async fn world(more: &str) -> (FakeWeb, tempfile::TempDir) {
    let web = FakeWeb::start().await;
    let document = json!({
        "client_id": GOOD, "client_name": "App", "redirect_uris": [REDIRECT_URI], "token_endpoint_auth_method": "none",
    });
    web.set(GOOD, Reply::json(document.to_string()));
    let challenge = Reply::json("<html>").with("content-type", "text/html");
    web.set(CHALLENGED, Reply { status: 403, ..challenge });
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("ca.pem"), web.authority_pem()).unwrap();
    let to = web.address();
    let file = format!(
        r#"
listen = ["127.0.0.1:0"]
data = "data"
resources = [{{ name = "Notes", path = "/mcp", upstream = "http://127.0.0.1:9/mcp" }}]
{more}
[development]
extra_ca = "ca.pem"
connect = {{ "app.example:443" = "{to}", "bots.example:443" = "{to}" }}
"#
    );
    std::fs::write(folder.path().join("salver.toml"), file).unwrap();
    (web, folder)
}

fn login(server: &Running, account: &Value) -> Login {
    Login {
        issuer: server.text("issuer"),
        resource: server.text("mcp_url"),
        client_id: GOOD.to_owned(),
        redirect_uri: REDIRECT_URI.to_owned(),
        username: "alice".to_owned(),
        password: account["password"].as_str().unwrap().to_owned(),
    }
}

fn account(folder: &Path) -> Value {
    let arguments = ["admin", "user", "add", "alice", "--json", "--config", "salver.toml"];
    told_json(folder, &arguments).remove(0)
}

/// The ledger, once it has as many lines.
fn ledger(folder: &Path, lines: usize) -> Vec<Value> {
    let begun = Instant::now();
    loop {
        let found = told_json(folder, &["egress", "ledger", "--json", "--config", "salver.toml"]);
        if found.len() >= lines {
            return found;
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "{found:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_fetched_is_told_by_another_process() {
    let (web, folder) = world("").await;
    tokio::task::spawn_blocking(move || {
        let folder = folder.path();
        let account = account(folder);
        let nothing = run(folder, &["egress", "ledger", "--config", "salver.toml"]);
        assert!(nothing.ends_with("Nothing was fetched in the last 1 day.\n"), "{nothing}");

        let server = Running::start(folder, &["serve", "--config", "salver.toml"]);
        let mut browser = Browser::default();
        let login = login(&server, &account);
        login.redeem(&login.code(&mut browser, "mcp"));
        let query = form(&[
            ("response_type", "code"),
            ("client_id", CHALLENGED),
            ("state", "very-secret-state"),
        ]);
        browser.get(&format!("{}/authorize?{query}", login.issuer));

        let lines = ledger(folder, 2);
        let facts: Vec<String> = lines
            .iter()
            .map(|line| {
                format!(
                    "{} {} {} {} {}",
                    line["host"], line["purpose"], line["outcome"], line["status"], line["family"]
                )
            })
            .collect();
        assert_eq!(
            facts,
            [
                r#""app.example" "client_metadata" "fetched" null "ipv4""#,
                r#""bots.example" "client_metadata" "bot_challenge" 403 "ipv4""#,
            ]
        );
        let users =
            told_json(folder, &["admin", "user", "list", "--json", "--config", "salver.toml"]);
        assert_eq!(lines[0]["source"], format!("user:{}", users[0]["id"].as_str().unwrap()));
        assert!(lines[0]["bytes"].as_u64() > Some(100) && lines[0]["times"] == 1, "{}", lines[0]);

        let one = run(
            folder,
            &[
                "egress",
                "ledger",
                "--host",
                "bots.example",
                "--since",
                "1h",
                "--config",
                "salver.toml",
            ],
        );
        assert!(one.contains("bot_challenge 403") && !one.contains("app.example"), "{one}");
        assert!(one.contains("asks whether we are human"), "{one}");

        let path = folder.join("data/egress-ledger.jsonl");
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(!text.contains("secret") && !text.contains("client.json"), "{text}");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
    })
    .await
    .unwrap();
    assert_eq!((web.hits(GOOD), web.hits(CHALLENGED)), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
#[cfg(unix)]
async fn what_was_not_yet_written_is_written_when_the_server_stops() {
    let (_web, folder) = world("").await;
    tokio::task::spawn_blocking(move || {
        let folder = folder.path();
        let account = account(folder);
        let server = Running::start(folder, &["serve", "--config", "salver.toml"]);
        let login = login(&server, &account);
        login.code(&mut Browser::default(), "mcp");
        assert_eq!(server.stop(), Some(0));
        let told = told_json(folder, &["egress", "ledger", "--json", "--config", "salver.toml"]);
        assert_eq!(told.len(), 1, "{told:?}");
    })
    .await
    .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn offline_nothing_leaves_and_that_is_in_the_ledger() {
    let (web, folder) = world("egress = { mode = \"offline\" }").await;
    tokio::task::spawn_blocking(move || {
        let folder = folder.path();
        let account = account(folder);
        let server = Running::start(folder, &["serve", "--config", "salver.toml"]);
        let login = login(&server, &account);
        let mut browser = Browser::default();
        let query = form(&[
            ("response_type", "code"),
            ("client_id", GOOD),
            ("redirect_uri", REDIRECT_URI),
            ("code_challenge", &"c".repeat(43)),
            ("code_challenge_method", "S256"),
            ("resource", &login.resource),
        ]);
        login.sign_in(&mut browser, &format!("{}/authorize?{query}", login.issuer));
        let lines = ledger(folder, 1);
        assert_eq!(
            (&lines[0]["outcome"], &lines[0]["category"]),
            (&json!("offline"), &json!("unreachable"))
        );
    })
    .await
    .unwrap();
    assert_eq!(web.all_hits(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn cimd_f_6_documents_on_loopback_are_fetched_only_if_that_is_switched_on_by_name() {
    for (switched_on, outcome) in [(true, "fetched"), (false, "url_refused")] {
        let (web, folder) = world("").await;
        let client_id = format!("https://localhost:{}/client.json", web.address().port());
        let document = json!({
            "client_id": client_id, "client_name": "App", "redirect_uris": [REDIRECT_URI], "token_endpoint_auth_method": "none",
        });
        web.set(&client_id, Reply::json(document.to_string()));
        tokio::task::spawn_blocking(move || {
            let folder = folder.path();
            let account = account(folder);
            let mut command = salver(folder, &["serve", "--config", "salver.toml"]);
            command.env("SALVER_DEVELOPMENT_LOOPBACK", switched_on.to_string());
            let server = Running::of(command);
            let login = Login { client_id: client_id.clone(), ..login(&server, &account) };
            let mut browser = Browser::default();
            if switched_on {
                login.redeem(&login.code(&mut browser, "mcp"));
            } else {
                let query = form(&[("response_type", "code"), ("client_id", &client_id)]);
                login.sign_in(&mut browser, &format!("{}/authorize?{query}", login.issuer));
            }
            assert_eq!(ledger(folder, 1)[0]["outcome"], outcome);
        })
        .await
        .unwrap();
        assert_eq!(web.all_hits(), usize::from(switched_on));
    }
}

#[test]
fn a_mode_that_cannot_be_set_up_stops_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let file = "data = \"data\"\n\n[egress]\nmode = \"proxy\"\n\n[egress.proxy]\nurl = \"http://user:secret@proxy.example:3128\"\ncredentials_env = \"UNSET\"\n";
    std::fs::write(folder.path().join("salver.toml"), file).unwrap();
    insta::assert_snapshot!(run(folder.path(), &["serve", "--config", "salver.toml"]));
    std::fs::write(folder.path().join("salver.toml"), "[egress]\nmode = \"proxy\"\n").unwrap();
    insta::assert_snapshot!(run(folder.path(), &["config", "check", "salver.toml"]));
}

#[test]
fn what_is_opened_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let file = r#"
[egress]
mode = "proxy"
proxy = { url = "http://proxy.example:3128" }

[[egress.exceptions]]
host = "clients.internal:8443"
purposes = ["client_metadata", "client_keys"]

[development]
loopback = true
"#;
    std::fs::write(folder.path().join("salver.toml"), file).unwrap();
    insta::assert_snapshot!(run(folder.path(), &["config", "check", "salver.toml"]));
}
