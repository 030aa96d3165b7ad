//! The metadata documents of real clients, under their real URLs, each with the redirect URI that its client really uses.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what cannot be set up or read fails the test"
)]

use std::path::Path;

use salver_testkit::web::{FakeWeb, Reply};
use serde_json::Value;

use crate::{
    http::Browser,
    login::Login,
    policy::FOUR,
    salver::{Running, json, run},
};

/// Fixture, and what the client sends.
const CLIENTS: &[(&str, &str)] = &[
    ("chatgpt", "https://chatgpt.com/connector_platform_oauth_redirect"),
    ("claude", "https://claude.ai/api/mcp/auth_callback"),
    ("claude-code", "http://localhost:51731/callback"),
    ("codex", "http://127.0.0.1:51732/callback"),
    ("opencode", "http://127.0.0.1:51733/callback"),
    ("vscode", "http://127.0.0.1:33418/"),
    ("vscode", "https://vscode.dev/redirect"),
    ("zed", "http://127.0.0.1:51734/callback"),
];

/// The web with these documents, a folder with a configuration that has these rules, and the `client_id`s.
async fn world(policy: &str) -> (FakeWeb, tempfile::TempDir, Vec<String>) {
    let web = FakeWeb::start().await;
    let mut connect = Vec::new();
    let mut ids = Vec::new();
    for (name, _) in CLIENTS {
        let path =
            format!("{}/../../tests/fixtures/clients/{name}.json", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(path).unwrap();
        let document: Value = serde_json::from_str(&text).unwrap();
        let client_id = document["client_id"].as_str().unwrap().to_owned();
        let host = client_id.split('/').nth(2).unwrap();
        connect.push(format!("\"{host}:443\" = \"{}\"", web.address()));
        web.set(&client_id, Reply::json(text));
        ids.push(client_id);
    }
    connect.sort();
    connect.dedup();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("ca.pem"), web.authority_pem()).unwrap();
    let file = format!(
        "listen = [\"127.0.0.1:0\"]\ndata = \"data\"\n[[resources]]\nname = \"Notes\"\npath = \"/mcp\"\nupstream = \"http://127.0.0.1:9/mcp\"\n{policy}[development]\nextra_ca = \"ca.pem\"\n[development.connect]\n{}\n",
        connect.join("\n")
    );
    std::fs::write(folder.path().join("salver.toml"), file).unwrap();
    (web, folder, ids)
}

/// A server, and alice's login with each of the clients.
fn logins(folder: &Path, ids: Vec<String>) -> (Running, Vec<(&'static str, Login)>) {
    let add = ["admin", "user", "add", "alice", "--json", "--config", "salver.toml"];
    let made = json(folder, &add);
    let server = Running::start(folder, &["serve", "--config", "salver.toml"]);
    let logins = CLIENTS.iter().zip(ids).map(|((name, redirect_uri), client_id)| {
        let login = Login {
            issuer: server.text("issuer"),
            resource: server.text("mcp_url"),
            client_id,
            redirect_uri: (*redirect_uri).to_owned(),
            username: "alice".to_owned(),
            password: made[0]["password"].as_str().unwrap().to_owned(),
        };
        (*name, login)
    });
    let logins = logins.collect();
    (server, logins)
}

#[tokio::test(flavor = "multi_thread")]
async fn documents_of_real_clients_log_in() {
    let (_web, folder, ids) = world("").await;
    tokio::task::spawn_blocking(move || {
        let (_server, logins) = logins(folder.path(), ids);
        let mut browser = Browser::default();
        for (name, login) in logins {
            let tokens = login.redeem(&login.code(&mut browser, "mcp"));
            assert_eq!(tokens["scope"], "mcp", "{name}");
        }
    })
    .await
    .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn by_rules_of_ten_lines_four_clients_log_in_and_the_others_wait_as_explained() {
    let (_web, folder, ids) = world(FOUR).await;
    tokio::task::spawn_blocking(move || {
        let (_server, logins) = logins(folder.path(), ids);
        let mut browser = Browser::default();
        for (name, login) in logins {
            let Login { client_id, redirect_uri, .. } = &login;
            let explain = ["policy", "explain", client_id, "--redirect", redirect_uri, "--user"];
            let asked = ["alice", "--json", "--config", "salver.toml"];
            let explained = json(folder.path(), &[&explain[..], &asked].concat());
            if ["chatgpt", "claude", "claude-code", "vscode"].contains(&name) {
                assert_eq!(explained[0]["outcome"], "allow", "{name}");
                assert_eq!(login.redeem(&login.code(&mut browser, "mcp"))["scope"], "mcp");
            } else {
                assert_eq!(explained[0]["outcome"], "review", "{name}");
                let page = login.sign_in(&mut browser, &login.request("mcp"));
                assert!(page.body.contains("A reviewer decides first"), "{name}: {page:?}");
            }
        }
    })
    .await
    .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn cimd_a_3_an_administrator_registers_a_document_and_its_client_id_stays_the_url() {
    let (web, folder, ids) = world("").await;
    let url = ids[2].clone();
    let told = tokio::task::spawn_blocking(move || {
        let folder = folder.path();
        let create = |url: &str| {
            let words = ["admin", "client", "create", "--document", url, "--json"];
            run(folder, &[&words[..], &["--config", "salver.toml"]].concat())
        };
        (create(&url), create(&url), create("https://claude.ai/nothing"), create("app"), url)
    });
    let (made, twice, absent, no_url, url) = told.await.unwrap();
    assert!(made.contains(&format!("\"document\":\"{url}\"")), "{made}");
    assert!(made.contains("\"vetted\":true") && made.contains("\"state\":\"approved\""), "{made}");
    assert!(twice.contains("a document is one client's alone"), "{twice}");
    assert!(absent.contains("cannot be fetched"), "{absent}");
    assert!(no_url.contains("not the URL of a metadata document"), "{no_url}");
    assert_eq!(web.hits(&url), 2, "it is read at that time");
}
