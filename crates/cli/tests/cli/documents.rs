//! The metadata documents of real clients, under their real URLs, each with the redirect URI that its client really uses.

use salver_testkit::web::{FakeWeb, Reply};
use serde_json::Value;

use crate::{
    http::Browser,
    login::Login,
    salver::{Running, json},
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

#[tokio::test(flavor = "multi_thread")]
async fn documents_of_real_clients_log_in() {
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
        "listen = [\"127.0.0.1:0\"]\ndata = \"data\"\n[[resources]]\nname = \"Notes\"\npath = \"/mcp\"\nupstream = \"http://127.0.0.1:9/mcp\"\n[development]\nextra_ca = \"ca.pem\"\n[development.connect]\n{}\n",
        connect.join("\n")
    );
    std::fs::write(folder.path().join("salver.toml"), file).unwrap();

    tokio::task::spawn_blocking(move || {
        let made = json(
            folder.path(),
            &["admin", "user", "add", "alice", "--json", "--config", "salver.toml"],
        );
        let server = Running::start(folder.path(), &["serve", "--config", "salver.toml"]);
        let mut browser = Browser::default();
        for ((name, redirect_uri), client_id) in CLIENTS.iter().zip(ids) {
            let login = Login {
                issuer: server.text("issuer"),
                resource: server.text("mcp_url"),
                client_id,
                redirect_uri: (*redirect_uri).to_owned(),
                username: "alice".to_owned(),
                password: made[0]["password"].as_str().unwrap().to_owned(),
            };
            let tokens = login.redeem(&login.code(&mut browser, "mcp"));
            assert_eq!(tokens["scope"], "mcp", "{name}");
        }
    })
    .await
    .unwrap();
}
