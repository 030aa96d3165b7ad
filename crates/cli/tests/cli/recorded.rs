//! `salver admin client`: on the store directly, and beside a running server, which follows.

#![expect(clippy::unwrap_used, reason = "what cannot be set up or read fails the test")]

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::{
    demo::call,
    http::{Reply, send},
    login::form,
    salver::{Running, json as lines, run, salver},
};

const CONFIGURATION: &str = r#"
issuer = "https://as.example"
listen = ["127.0.0.1:0"]
data = "data"
[[resources]]
name = "Notes"
path = "/mcp"
upstream = "http://127.0.0.1:9/mcp"
"#;

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("salver.toml"), CONFIGURATION).unwrap();
    folder
}

fn arguments<'a>(words: &[&'a str]) -> Vec<&'a str> {
    [&["admin", "client"], words, &["--config", "salver.toml"]].concat()
}

/// What a command says as JSON, which it must.
fn client(folder: &Path, words: &[&str]) -> Value {
    lines(folder, &arguments(&[words, &["--json"]].concat())).remove(0)
}

fn told(folder: &Path, words: &[&str]) -> String {
    run(folder, &arguments(words))
}

fn enter(folder: &Path, more: &[&str]) -> Value {
    let usual = ["create", "--name", "App", "--redirect-uri", "http://localhost/cb"];
    client(folder, &[&usual, more].concat())
}

#[test]
fn a_client_is_entered_shown_approved_suspended_and_deleted() {
    let folder = folder();
    let folder = folder.path();
    lines(folder, &["admin", "user", "add", "ada", "--json", "--config", "salver.toml"]);
    let made = enter(folder, &["--owner", "ada", "--draft"]);
    let id = made["client_id"].as_str().unwrap().to_owned();
    assert_eq!(
        (&made["purpose"], &made["owner"], &made["state"], &made["in_force"]),
        (&json!("application"), &json!("ada"), &json!("draft"), &Value::Null)
    );
    assert_eq!(made.get("client_secret"), None, "a program on somebody's computer keeps none");
    let standing = |words: &[&str]| {
        let now = client(folder, &[words, &[&id, "--by", "grace"]].concat());
        (now["state"].as_str().unwrap().to_owned(), now["vetted"] == true)
    };
    assert_eq!(standing(&["approve", "--note", "looks good"]), ("approved".into(), true));
    assert_eq!(standing(&["suspend"]), ("suspended".into(), true));
    let refused = told(folder, &["approve", &id]);
    let twice = told(folder, &["suspend", &id]);
    assert_eq!(standing(&["resume"]), ("approved".into(), true));
    let resumed = told(folder, &["resume", &id]);
    let no_secret = told(folder, &["rotate", &id]);
    let shown = client(folder, &["show", &id]);
    let history: Vec<_> = shown["history"].as_array().unwrap().iter().collect();
    let history: Vec<_> = history
        .iter()
        .map(|one| format!("{} by {}: {}", one["what"], one["by"], one["note"]))
        .collect();
    assert_eq!(client(folder, &["list"])["client_id"], json!(id));
    assert_eq!(standing(&["delete"]), ("deleted".into(), true));
    let gone = told(folder, &["show", &id]);
    let none = told(folder, &["list"]);
    let all = [refused, twice, resumed, no_secret, history.join("\n"), gone, none];
    insta::assert_snapshot!(all.join("\n").replace(&id, "[app]"));
}

#[test]
fn what_breaks_a_rule_is_refused_with_the_remedy() {
    let folder = folder();
    let folder = folder.path();
    fs::write(folder.join("client.json"), "{\"redirect_uris\":[\"http://a.example/cb\"]}").unwrap();
    let service = ["create", "--purpose", "service", "--scope", "mcp", "--resource"];
    let with = |more: &[&str]| told(folder, &[&service, more].concat());
    let all = [
        told(folder, &["create", "--file", "client.json"]),
        told(folder, &["create", "--name", "App"]),
        told(folder, &["create", "--redirect-uri", "https://as.example/cb"]),
        told(folder, &["create", "--owner", "nobody", "--redirect-uri", "http://localhost/cb"]),
        with(&["https://as.example/other"]),
        with(&["https://as.example/mcp", "--scope", "admin"]),
        with(&["https://as.example/mcp", "--auth-method", "none"]),
        with(&["https://as.example/mcp", "--redirect-uri", "http://localhost/cb"]),
        with(&["https://as.example/mcp", "--jwks-uri", "http://a.example/jwks"]),
        told(folder, &["suspend", "app_AAAAAAAAAAAAAAAAAAAAAA"]),
    ];
    insta::assert_snapshot!(all.join("\n"));
}

#[test]
fn a_secret_is_rotated_with_and_without_overlap() {
    let folder = folder();
    let folder = folder.path();
    let made = client(
        folder,
        &["create", "--redirect-uri", "https://app.example/cb", "--secret-expires", "7d"],
    );
    let id = made["client_id"].as_str().unwrap();
    let first = made["client_secret"].as_str().unwrap();
    let secrets = || {
        let shown = client(folder, &["show", id]);
        let secrets = shown["secrets"].as_array().unwrap().clone();
        let lives = |one: &Value| one["ended_at"].is_null();
        secrets
            .iter()
            .map(|one| (one["name"].as_str().unwrap().to_owned(), lives(one)))
            .collect::<Vec<_>>()
    };
    let named = |name: &str, lives: bool| (name.to_owned(), lives);
    let next = client(folder, &["rotate", id, "--overlap", "24h", "--name", "next"]);
    assert_ne!(next["client_secret"], first);
    assert!(next["before_ends_at"].is_i64());
    assert_eq!(secrets(), [named("first", true), named("next", true)]);
    // Two live at a time: the oldest gives way.
    client(folder, &["rotate", id, "--overlap", "90d"]);
    assert_eq!(secrets(), [named("first", false), named("next", true), named("rotated", true)]);
    client(folder, &["rotate", id]);
    let lives: Vec<_> = secrets().into_iter().map(|(_, lives)| lives).collect();
    assert_eq!(lives, [false, false, false, true]);
    let store = fs::read(folder.join("data/salver.db")).unwrap();
    let text = String::from_utf8_lossy(&store);
    assert!(!text.contains(first), "shown once, kept as a digest");
}

#[test]
fn a_realm_is_imported_once_and_nothing_half() {
    let folder = folder();
    let folder = folder.path();
    fs::write(folder.join("realm.json"), REALM).unwrap();
    let import = |more: &[&str]| {
        let usual =
            ["import", "realm.json", "--resource", "https://as.example/mcp", "--scope", "mcp"];
        told(folder, &[&usual, more].concat())
    };
    let dry = import(&["--dry-run"]);
    assert!(told(folder, &["list"]).contains("No client is on record"));
    let done = import(&["--json"]);
    let imported: Vec<Value> = done
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .filter(|line: &Value| line["outcome"] == "imported")
        .collect();
    let brought = |old: &str| imported.iter().find(|line| line["old_client_id"] == old).unwrap();
    let (app, job) = (brought("notes-app"), brought("nightly"));
    assert_eq!(imported.len(), 2);
    assert!(
        app["client_id"].as_str().unwrap().starts_with("app_") && app["client_secret"].is_null()
    );
    assert!(job["client_id"].as_str().unwrap().starts_with("svc_"));
    assert!(job["client_secret"].as_str().unwrap().starts_with("slvs_"));
    let shown = client(folder, &["show", app["client_id"].as_str().unwrap()]);
    assert_eq!(
        (&shown["vetted"], &shown["history"][0]["note"]),
        (&json!(false), &json!("was notes-app"))
    );
    let again = import(&[]);
    let again = again.replace(app["client_id"].as_str().unwrap(), "[app]");
    let again = again.replace(job["client_id"].as_str().unwrap(), "[svc]");
    insta::assert_snapshot!([dry, again].join("\n"));
}

#[test]
fn a_list_of_metadata_is_imported() {
    let folder = folder();
    let folder = folder.path();
    let list = json!([
        { "client_id": "a", "client_name": "A", "redirect_uris": ["http://localhost/cb"], "client_secret": "old" },
        { "client_id": "b", "client_name": "B", "redirect_uris": ["https://b.example/*"] },
        { "client_id": "a", "client_name": "C", "redirect_uris": ["http://localhost/c"] },
        { "client_id": "d", "client_name": "A", "redirect_uris": ["http://localhost:7/cb"] },
        { "client_name": "E" },
        7,
    ]);
    fs::write(folder.join("list.json"), list.to_string()).unwrap();
    fs::write(folder.join("broken.json"), "{").unwrap();
    let all = [
        told(folder, &["import", "list.json", "--dry-run"]),
        told(folder, &["import", "broken.json"]),
    ];
    insta::assert_snapshot!(all.join("\n"));
}

#[test]
fn a_program_manages_clients_with_a_token_until_it_is_revoked() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let server = Running::start(folder, &["serve", "--listen", "127.0.0.1:0", "--data", "data"]);
    let admin = |words: &[&str]| {
        run(folder, &[&["admin", "api-token"], words, &["--data", "data"]].concat())
    };
    let none = admin(&["list"]);
    let made = ["admin", "api-token", "create", "deploy", "--json", "--data", "data"];
    let made = lines(folder, &made).remove(0);
    let bearer = format!("Bearer {}", made["token"].as_str().unwrap());
    let headers = [("Authorization", &*bearer), ("Content-Type", "application/json")];
    let url = format!("{}/api/clients", server.text("issuer"));
    let body = json!({ "purpose": "application", "metadata": { "redirect_uris": ["http://localhost/cb"] } });
    let entered = send("POST", &url, &headers, &body.to_string());
    assert_eq!(entered.status, 201, "{entered:?}");
    let listed = lines(folder, &["admin", "client", "list", "--json", "--data", "data"]);
    assert_eq!(listed[0]["client_id"], entered.json()["client_id"], "seen by both");
    let used = lines(folder, &["admin", "api-token", "list", "--json", "--data", "data"]);
    assert!(used[0]["last_used_at"].is_i64() && used[0].get("token").is_none());
    let revoked = [admin(&["revoke", "1"]), admin(&["revoke", "1"])];
    assert_eq!(send("GET", &url, &headers, "").status, 401);
    insta::assert_snapshot!([none, revoked.join("\n")].join("\n"));
}

/// What happens by itself, soon.
fn within_seconds(mut happens: impl FnMut() -> bool) {
    let began = Instant::now();
    while !happens() {
        assert!(began.elapsed() < Duration::from_secs(10), "it does not happen");
    }
}

fn token(demo: &Running, (id, secret): (&str, &str)) -> Reply {
    let body = form(&[
        ("grant_type", "client_credentials"),
        ("client_id", id),
        ("client_secret", secret),
        ("resource", &demo.text("mcp_url")),
    ]);
    let headers = [("Content-Type", "application/x-www-form-urlencoded")];
    send("POST", &format!("{}/token", demo.text("issuer")), &headers, &body)
}

#[test]
fn a_service_comes_as_far_as_a_tool_and_a_command_ends_it() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let data = data.to_str().unwrap();
    let demo = Running::start(folder.path(), &["demo", "--listen", "127.0.0.1:0", "--data", data]);
    let resource = demo.text("mcp_url");
    let admin = |words: &[&str]| {
        let all = [&["admin", "client"], words, &["--json", "--data", data]].concat();
        lines(folder.path(), &all).remove(0)
    };
    let made = admin(&[
        "create",
        "--purpose",
        "service",
        "--name",
        "Nightly",
        "--resource",
        &resource,
        "--scope",
        "notes:read notes:write",
    ]);
    let id = made["client_id"].as_str().unwrap();
    let secret = made["client_secret"].as_str().unwrap();
    let first = token(&demo, (id, secret)).json();
    assert_eq!(call(&demo, &first, "notes_add", &json!({ "text": "milk" })).status, 200);
    let whoami = call(&demo, &first, "whoami", &json!({}));
    assert_eq!(whoami.status, 200, "{whoami:?}");
    let read = |line: &str| serde_json::from_str(line.strip_prefix("data: ").unwrap_or(line)).ok();
    let answer: Value = whoami.body.lines().find_map(read).unwrap();
    let said = answer["result"]["structuredContent"].clone();
    assert_eq!(
        (&said["subject"], &said["client_id"], &said["client_name"], &said["username"]),
        (&json!(id), &json!(id), &json!("Nightly"), &Value::Null)
    );
    admin(&["suspend", id]);
    within_seconds(|| call(&demo, &first, "whoami", &json!({})).status == 401);
    assert_eq!(token(&demo, (id, secret)).status, 401);
    admin(&["resume", id]);
    let second = token(&demo, (id, secret)).json();
    within_seconds(|| call(&demo, &second, "whoami", &json!({})).status == 200);
    let next = admin(&["rotate", id]);
    within_seconds(|| call(&demo, &second, "whoami", &json!({})).status == 401);
    assert_eq!(token(&demo, (id, secret)).status, 401);
    let third = token(&demo, (id, next["client_secret"].as_str().unwrap())).json();
    assert_eq!(call(&demo, &third, "whoami", &json!({})).status, 200);
    let ban = ["admin", "ban", "application", &format!("service {id}"), "--reason", "test"];
    let banned = salver(folder.path(), &[&ban[..], &["--json", "--data", data]].concat());
    let banned: Value = serde_json::from_slice(&{ banned }.output().unwrap().stdout).unwrap();
    assert_eq!(banned["services"], 1, "{banned}");
    within_seconds(|| call(&demo, &third, "whoami", &json!({})).status == 401);
}

const REALM: &str = r#"{
  "realm": "company",
  "clients": [
    { "clientId": "account", "enabled": true, "protocol": "openid-connect", "redirectUris": ["/realms/company/account/*"] },
    { "clientId": "admin-cli", "publicClient": true, "standardFlowEnabled": false, "directAccessGrantsEnabled": true },
    { "clientId": "notes-app", "name": "Notes", "publicClient": true, "standardFlowEnabled": true, "protocol": "openid-connect",
      "redirectUris": ["http://localhost:8123/callback"], "webOrigins": ["+"] },
    { "clientId": "portal", "name": "Portal", "rootUrl": "https://portal.example", "redirectUris": ["/*"], "secret": "**********" },
    { "clientId": "nightly", "name": "Nightly", "standardFlowEnabled": false, "serviceAccountsEnabled": true,
      "clientAuthenticatorType": "client-secret", "secret": "**********", "redirectUris": [] },
    { "clientId": "legacy", "standardFlowEnabled": false, "implicitFlowEnabled": true, "redirectUris": ["https://legacy.example/"] },
    { "clientId": "wiki", "protocol": "saml" }
  ]
}"#;
