//! `salver admin anchor`: beside a running server, which follows.

#![expect(clippy::unwrap_used, reason = "what cannot be set up or read fails the test")]

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use salver_testkit::web::{FakeWeb, Reply as Answer};
use serde_json::{Value, json};

use crate::{
    http::{Browser, Reply, send},
    login::Login,
    salver::{Running, json as told_json, run},
    statements::{key, metadata},
};

const VENDOR: &str = "https://vendor.example";
const KEYS: &str = "https://vendor.example/jwks.json";

const FILE: &str = r#"
listen = ["127.0.0.1:0"]
data = "data"
[[resources]]
name = "Notes"
path = "/mcp"
upstream = "http://127.0.0.1:9/mcp"
"#;

/// Our arguments, with the place.
fn anchor<'a>(arguments: &[&'a str]) -> Vec<&'a str> {
    [&["admin", "anchor"], arguments, &["--config", "salver.toml"]].concat()
}

fn signed(folder: &Path, server: &str) -> Value {
    let usual = ["client", "sign", "editor.json", "--key", "key.pem", "--json", "--issuer", VENDOR];
    told_json(folder, &[&usual[..], &["--audience", server]].concat()).remove(0)
}

/// A vendor with a key, whose set is in a file.
fn vendor(folder: &Path) {
    key(folder, "key.pem", &rcgen::PKCS_ECDSA_P256_SHA256);
    metadata(folder, &[]);
    let signed = signed(folder, "https://as.example");
    let keys = signed.get("keys").unwrap().to_string();
    fs::write(folder.join("keys.json"), keys).unwrap();
}

fn register(issuer: &str, signed: &Value) -> Reply {
    let body = json!({ "software_statement": signed["software_statement"] }).to_string();
    send("POST", &format!("{issuer}/register"), &[("Content-Type", "application/json")], &body)
}

/// What happens by itself, within a second; ten are given.
fn soon(mut happens: impl FnMut() -> bool) {
    let began = Instant::now();
    while !happens() {
        assert!(began.elapsed() < Duration::from_secs(10), "it does not happen");
    }
}

fn status(login: &Login, tokens: &Value) -> u16 {
    let authorization = format!("Bearer {}", tokens["access_token"].as_str().unwrap());
    let headers = [("Authorization", authorization.as_str()), ("Content-Type", "application/json")];
    send("POST", &login.resource, &headers, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}")
        .status
}

#[test]
fn an_anchor_is_added_suspended_and_taken_away_beside_a_running_server() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::write(folder.join("salver.toml"), FILE).unwrap();
    vendor(folder);
    let server = Running::start(folder, &["serve", "--config", "salver.toml"]);
    let issuer = server.text("issuer");
    let made =
        told_json(folder, &["admin", "user", "add", "alice", "--json", "--config", "salver.toml"]);
    let added = run(folder, &anchor(&["add", VENDOR, "--keys", "keys.json"]));
    let twice = run(folder, &anchor(&["add", VENDOR, "--keys", "keys.json"]));
    let statement = signed(folder, &issuer);
    soon(|| register(&issuer, &statement).status == 201);
    let client_id = register(&issuer, &statement).json()["client_id"].as_str().unwrap().to_owned();
    let login = Login {
        issuer: issuer.clone(),
        resource: server.text("mcp_url"),
        client_id: client_id.clone(),
        redirect_uri: "http://127.0.0.1:51004/callback".to_owned(),
        username: "alice".to_owned(),
        password: made[0]["password"].as_str().unwrap().to_owned(),
    };
    let mut browser = Browser::default();
    let tokens = login.redeem(&login.code(&mut browser, "mcp"));
    assert!(status(&login, &tokens) != 401);

    let shown = told_json(folder, &anchor(&["show", VENDOR, "--json"])).remove(0);
    assert_eq!(shown["keys"][0]["thumbprint"], statement["key"]);
    assert_eq!(shown["softwares"][0]["client_id"], client_id);
    assert_eq!(shown["softwares"][0]["grants"], 1);

    let suspended = run(folder, &anchor(&["suspend", VENDOR]));
    soon(|| register(&issuer, &statement).status == 400);
    let resumed = run(folder, &anchor(&["resume", VENDOR]));
    let again = run(folder, &anchor(&["resume", VENDOR]));
    soon(|| register(&issuer, &statement).status == 201);

    let preview = run(folder, &anchor(&["remove", VENDOR, "--dry-run"]));
    assert!(status(&login, &tokens) != 401, "nothing has ended");
    let removed = run(folder, &anchor(&["remove", VENDOR]));
    soon(|| status(&login, &tokens) == 401);
    soon(|| register(&issuer, &statement).status == 400);
    let nobody = run(folder, &anchor(&["remove", VENDOR]));
    assert!(told_json(folder, &anchor(&["list", "--json"])).is_empty());
    insta::assert_snapshot!(
        [added, twice, suspended, resumed, again, preview, removed, nobody].join("\n")
    );
}

#[test]
fn what_a_newer_statement_changes_is_listed_and_a_software_is_forgotten_by_its_id() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::write(folder.join("salver.toml"), FILE).unwrap();
    vendor(folder);
    let server = Running::start(folder, &["serve", "--config", "salver.toml"]);
    let issuer = server.text("issuer");
    run(folder, &anchor(&["add", VENDOR, "--keys", "keys.json"]));
    let old = signed(folder, &issuer);
    soon(|| register(&issuer, &old).status == 201);
    let client_id = register(&issuer, &old).json()["client_id"].as_str().unwrap().to_owned();
    let made =
        told_json(folder, &["admin", "user", "add", "alice", "--json", "--config", "salver.toml"]);
    let login = Login {
        issuer: issuer.clone(),
        resource: server.text("mcp_url"),
        client_id: client_id.clone(),
        redirect_uri: "http://127.0.0.1:51004/callback".to_owned(),
        username: "alice".to_owned(),
        password: made[0]["password"].as_str().unwrap().to_owned(),
    };
    let tokens = login.redeem(&login.code(&mut Browser::default(), "mcp"));
    metadata(
        folder,
        &[("redirect_uris", json!(["http://127.0.0.1/callback", "https://vendor.example/cb"]))],
    );
    // Of two statements of one second the first holds.
    soon(|| register(&issuer, &signed(folder, &issuer)).status == 201);
    assert_eq!(register(&issuer, &old).status, 400, "no way back");
    let changes = told_json(
        folder,
        &["admin", "change", "list", &client_id, "--json", "--config", "salver.toml"],
    );
    assert_eq!(
        changes[1]["changes"],
        json!(["answers may also go to \"https://vendor.example/cb\""])
    );
    let refused = run(folder, &anchor(&["forget", VENDOR, "viewer"]));
    assert!(
        refused.contains("exit code 1")
            && refused.contains("has signed for no software \"viewer\"")
    );
    let forgotten = told_json(folder, &anchor(&["forget", VENDOR, "editor", "--json"])).remove(0);
    assert_eq!(forgotten["ended"], json!({ "softwares": 1, "grants": 1 }));
    soon(|| status(&login, &tokens) == 401);
    let shown = told_json(folder, &anchor(&["show", VENDOR, "--json"])).remove(0);
    assert_eq!(shown["softwares"], json!([]));
}

#[test]
fn an_anchor_of_the_configuration_holds_and_is_suspended_but_not_removed() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    vendor(folder);
    let keys = fs::read_to_string(folder.join("keys.json")).unwrap();
    let section =
        format!("[[statements.anchors]]\nissuer = \"{VENDOR}\"\nkeys = '{keys}'\nonce = true\n");
    fs::write(folder.join("salver.toml"), format!("{FILE}{section}")).unwrap();
    let refused = run(folder, &anchor(&["remove", VENDOR]));
    let added = run(folder, &anchor(&["add", VENDOR, "--keys", "keys.json"]));
    let listed = told_json(folder, &anchor(&["list", "--json"])).remove(0);
    assert_eq!(
        (&listed["written_in"], &listed["also_in_store"]),
        (&json!("configuration"), &json!(true))
    );
    assert_eq!(listed["anchor"]["once"], true, "the one of the configuration holds");
    let suspended = run(folder, &anchor(&["suspend", VENDOR]));
    let removed = run(folder, &anchor(&["remove", VENDOR]));
    let listed = run(folder, &anchor(&["list"]));
    let refused_again = run(folder, &anchor(&["remove", VENDOR]));
    let resumed = run(folder, &anchor(&["resume", VENDOR]));
    let unknown = run(folder, &anchor(&["suspend", "https://evil.example"]));
    insta::assert_snapshot!(
        [refused, added, suspended, removed, listed, refused_again, resumed, unknown].join("\n")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_would_be_added_is_previewed_with_the_keys_as_they_are_read_now() {
    let web = FakeWeb::start().await;
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    vendor(folder);
    let keys = fs::read_to_string(folder.join("keys.json")).unwrap();
    fs::write(folder.join("ca.pem"), web.authority_pem()).unwrap();
    let development = format!(
        "[development]\nextra_ca = \"ca.pem\"\nconnect = {{ \"vendor.example:443\" = \"{}\" }}\n",
        web.address()
    );
    fs::write(folder.join("salver.toml"), format!("{FILE}{development}")).unwrap();
    web.set(KEYS, Answer::json(keys.clone()));
    let key = signed(folder, "https://as.example")["key"].as_str().unwrap().to_owned();
    let wish = [
        "preview",
        VENDOR,
        "--keys-url",
        KEYS,
        "--name",
        "Vendor *",
        "--redirect",
        "vendor://cb",
        "--scope",
        "notes:read",
        "--algorithm",
        "ES256",
        "--longest",
        "2h",
        "--once",
    ];
    let previewed = run(folder, &anchor(&wish));
    web.set(KEYS, Answer { status: 503, ..Answer::json("") });
    let down = run(folder, &anchor(&["preview", VENDOR, "--keys-url", KEYS]));
    fs::write(
        folder.join("vendor.toml"),
        format!("issuer = \"{VENDOR}\"\nkeys_url = \"{KEYS}\"\n"),
    )
    .unwrap();
    fs::write(folder.join("vendor.json"), format!("{{\"issuer\":\"{VENDOR}\",\"keys\":{keys}}}"))
        .unwrap();
    for file in ["vendor.toml", "vendor.json"] {
        let told =
            told_json(folder, &anchor(&["preview", "--file", file, "--typ", "x+jwt", "--json"]))
                .remove(0);
        assert_eq!(
            (&told["anchor"]["issuer"], &told["anchor"]["typ"]),
            (&json!(VENDOR), &json!("x+jwt"))
        );
        assert_eq!(told["keys"].is_array(), file == "vendor.json", "{told}");
    }
    assert!(told_json(folder, &anchor(&["list", "--json"])).is_empty(), "nothing is kept");
    let wrong = run(
        folder,
        &anchor(&[
            "add",
            "http://vendor.example",
            "--keys-url",
            "http://vendor.example/j",
            "--algorithm",
            "HS256",
        ]),
    );
    insta::assert_snapshot!([previewed, down, wrong].join("\n").replace(&key, "[thumbprint]"));
}
