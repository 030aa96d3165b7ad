//! `salver admin`: on the store directly, with or without a server beside.

use std::{io::Write as _, process::Stdio};

use crate::{
    http::Browser,
    salver::{Running, json, run, salver, told},
};

#[test]
fn accounts_are_made_shown_disabled_and_enabled() {
    let folder = tempfile::tempdir().unwrap();
    let made = json(
        folder.path(),
        &["admin", "user", "add", "alice", "--role", "administrator", "--json"],
    );
    assert_eq!(
        (made[0]["username"].as_str(), made[0]["role"].as_str()),
        (Some("alice"), Some("administrator"))
    );
    assert_eq!(made[0]["password"].as_str().map(str::len), Some(14));

    let state =
        |folder| json(folder, &["admin", "user", "list", "--json"])[0]["disabled_at"].is_null();
    assert!(state(folder.path()));
    let disabled = run(folder.path(), &["admin", "user", "disable", "alice"]);
    let again = run(folder.path(), &["admin", "user", "disable", "alice"]);
    assert!(!state(folder.path()));
    let enabled = run(folder.path(), &["admin", "user", "enable", "ALICE"]);
    assert!(state(folder.path()));
    let twice = run(folder.path(), &["admin", "user", "add", "Alice"]);
    let nobody = run(folder.path(), &["admin", "user", "disable", "bob"]);
    insta::assert_snapshot!([disabled, again, enabled, twice, nobody].join("\n"));
}

#[test]
fn a_password_can_come_from_standard_input() {
    let folder = tempfile::tempdir().unwrap();
    let add = |password: &str| {
        let mut command =
            salver(folder.path(), &["admin", "user", "add", "alice", "--password-stdin"]);
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        writeln!(child.stdin.take().unwrap(), "{password}").unwrap();
        told(folder.path(), &child.wait_with_output().unwrap())
    };
    let (short, good) = (add("short"), add("violet tram on thursday"));
    insta::assert_snapshot!(format!("{short}\n{good}"));
}

#[test]
fn an_invitation_needs_an_address_and_then_works_in_a_browser() {
    let folder = tempfile::tempdir().unwrap();
    insta::assert_snapshot!(run(folder.path(), &["admin", "invite"]));
    let server = Running::start(folder.path(), &["serve", "--listen", "127.0.0.1:0"]);
    let made =
        json(folder.path(), &["admin", "invite", "--role", "developer", "--ttl", "1h", "--json"]);
    let link = made[0]["invitation_url"].as_str().unwrap();
    assert!(link.starts_with(&server.text("issuer")), "{link}");
    assert_eq!(Browser::default().get(link).status, 200);
}

#[test]
fn another_master_key_opens_nothing() {
    let folder = tempfile::tempdir().unwrap();
    drop(Running::start(folder.path(), &["serve", "--listen", "127.0.0.1:0", "--data", "data"]));
    let other = "0".repeat(64);
    let output = salver(folder.path(), &["serve", "--listen", "127.0.0.1:0", "--data", "data"])
        .env("SALVER_MASTER_KEY", other)
        .output()
        .unwrap();
    let wrong = told(folder.path(), &output);
    std::fs::remove_file(folder.path().join("data/master.key")).unwrap();
    let lost = run(folder.path(), &["serve", "--listen", "127.0.0.1:0", "--data", "data"]);
    insta::assert_snapshot!(format!("{wrong}\n{lost}"));
}
