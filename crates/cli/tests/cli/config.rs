//! `salver config`: every refusal names file, line, key, reason and remedy.

use std::fs;

use crate::salver::{run, salver, told};

#[test]
fn a_sound_file() {
    let folder = tempfile::tempdir().unwrap();
    let text = r#"
issuer = "http://localhost:8080"
listen = ["127.0.0.1:8080"]

[[resources]]
name = "Notes"
path = "/notes"
upstream = "http://127.0.0.1:9000/mcp"
scopes = [
    { name = "notes:read", sentence = "Read your notes" },
    { name = "notes:write", sentence = "Change your notes", implies = ["notes:read"] },
]
default_scope = ["notes:read"]

[[resources.rules]]
tool = "add_note"
scopes = ["notes:write"]

[[clients]]
client_id = "inspector"
client_name = "MCP Inspector"
redirect_uris = ["http://localhost:6274/oauth/callback"]
scope = "notes:read"

[development]
connect = { "claude.ai:443" = "127.0.0.1:8443" }
"#;
    fs::write(folder.path().join("salver.toml"), text).unwrap();
    insta::assert_snapshot!(run(folder.path(), &["config", "check", "salver.toml"]));
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let text = r#"
issuer = "https://as.example/"
listen = ["0.0.0.0:8080", "nonsense"]

[store]
master_key_file = "missing.key"

[[resources]]
name = "Notes"
path = "/token"
upstream = "ftp://127.0.0.1"

[development]
connect = { "claude.ai:443" = "127.0.0.1:8443" }
"#;
    fs::write(folder.path().join("salver.toml"), text).unwrap();
    insta::assert_snapshot!(run(folder.path(), &["config", "check", "salver.toml"]));
}

#[test]
fn what_is_wrong_with_resources() {
    let folder = tempfile::tempdir().unwrap();
    let text = r#"
[[resources]]
name = "Notes"
path = "/token"
upstream = "ftp://127.0.0.1"

[[resources]]
name = "Notes"
path = "/notes"
upstream = "http://127.0.0.1:9000/mcp"
scopes = [{ name = "notes:read", sentence = "Read your notes" }]
rules = [{ tool = "add_note", scopes = ["notes:raed"] }]

[[clients]]
client_id = "https://app.example/client.json"
client_name = "App"
redirect_uris = ["http://localhost:8080/callback"]
"#;
    fs::write(folder.path().join("salver.toml"), text).unwrap();
    insta::assert_snapshot!(run(folder.path(), &["config", "check", "salver.toml"]));
}

#[test]
fn keys_that_are_not_understood() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("salver.toml"), "isuer = \"https://as.example\"\n\n[tokens]\naccess_token_seconds = \"600\"\nalgorithm = \"HS256\"\n").unwrap();
    insta::assert_snapshot!(run(folder.path(), &["config", "check", "salver.toml"]));
}

#[test]
fn no_file_no_toml() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("salver.toml"), "issuer = \"https://as.example\"\nlisten =\n")
        .unwrap();
    let absent = run(folder.path(), &["config", "check", "absent.toml"]);
    let broken = run(folder.path(), &["config", "check", "salver.toml"]);
    insta::assert_snapshot!(format!("{absent}\n{broken}"));
}

#[test]
fn what_the_environment_says_is_named_as_such() {
    let folder = tempfile::tempdir().unwrap();
    let output = salver(folder.path(), &["config", "check"])
        .env("SALVER_ISSUER", "http://as.example")
        .env("SALVER_TOKENS_CODE_SECONDS", "1")
        .output()
        .unwrap();
    let unknown =
        salver(folder.path(), &["config", "check"]).env("SALVER_LISTN", "x").output().unwrap();
    insta::assert_snapshot!(format!(
        "{}\n{}",
        told(folder.path(), &output),
        told(folder.path(), &unknown)
    ));
}

#[test]
fn the_reference_goes_to_standard_output() {
    let folder = tempfile::tempdir().unwrap();
    let output = salver(folder.path(), &["config", "reference"]).output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty());
    assert!(String::from_utf8(output.stdout).unwrap().starts_with("# Configuration\n"));
}
