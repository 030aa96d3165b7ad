//! `salver admin app`, `funnel` and `dcr-usage`: on the store directly, with or without a server beside.

#![expect(clippy::unwrap_used, reason = "a store that cannot be filled fails the test")]

use std::path::Path;

use salver_oauth::{ApplicationId, GrantId, InstallationId, Timestamp, UserId};
use salver_server::{
    clock::{Clock as _, SystemClock},
    counters::day,
};
use salver_store::{
    Store as _,
    record::{Code, Consent, Counted, FunnelStep, Grant, Home, Installation, Recorded, RedeemCode},
    sqlite::{Settings, SqliteStore},
};

use crate::salver::{json, run};

const DOCUMENT: &str = "https://claude.ai/oauth/claude-code-client-metadata";
const DYNAMIC: &str = "dynamic http://localhost/cb = notes";
const SEALED: &str = "slv_AQABc29tZXRoaW5n";
/// The day on which everything happened.
const DAY: i64 = 1_900_022_400;

/// A directory in which alice has let in Claude Code by its document, and somebody who registered as Notes.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let data = ["admin", "user", "add", "alice", "--data", "data", "--json"];
    json(folder.path(), &data);
    let users = json(folder.path(), &["admin", "user", "list", "--data", "data", "--json"]);
    let id = users.first().and_then(|user| user.get("id")?.as_str());
    let alice: UserId = id.unwrap().parse().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let path = folder.path().join("data/salver.db");
        let store = SqliteStore::open(path, Settings::default()).unwrap();
        let clients = [
            (1, format!("document {DOCUMENT}"), DOCUMENT, ("entry Claude Code", "Claude Code")),
            (2, DYNAMIC.to_owned(), SEALED, (DYNAMIC, "Notes")),
        ];
        for (number, fingerprint, client_id, (key, label)) in clients {
            let consent = consent(number, (alice, fingerprint, client_id), (key, label));
            let (code, grant) = (consent.code.code, consent.grant.id);
            assert_eq!(store.record_consent(consent).await.unwrap(), Recorded::Under(grant));
            let redeem = RedeemCode { code, installation: installation(number, grant) };
            assert_eq!(store.redeem_code(redeem).await.unwrap(), salver_store::Outcome::Applied);
        }
    });
    folder
}

fn at() -> Timestamp {
    Timestamp::from_unix(DAY)
}

fn consent(
    number: u8,
    (user, fingerprint, client_id): (UserId, String, &str),
    (key, label): (&str, &str),
) -> Consent {
    let grant = Grant {
        id: GrantId::from_bytes([number; 16]),
        user,
        application: ApplicationId::from_bytes([number; 16]),
        fingerprint,
        client_id: client_id.into(),
        recipient: "loopback".into(),
        resource: "http://127.0.0.1:8080/mcp".into(),
        instance: None,
        scope: "mcp".parse().unwrap(),
        assessment: "{}".into(),
        metadata: [number; 32],
        verdict: None,
        created_at: at(),
        consented_at: at(),
        held_at: None,
        revoked_at: None,
    };
    let code = Code {
        code: [number; 32],
        ticket: [number; 16],
        grant: grant.id,
        metadata: [number; 32],
        redirect_uri: "http://localhost:1/cb".into(),
        code_challenge: String::new(),
        scope: "mcp".parse().unwrap(),
        pushed_by: None,
        instance_key: None,
        auth_time: at(),
        created_at: at(),
        expires_at: at().plus_seconds(60),
        redeemed_by: None,
    };
    Consent {
        grant,
        name: label.into(),
        home: Home { key: key.into(), label: label.into() },
        code,
        document: None,
        newest: None,
        judged_under: 0,
        verdict: None,
        pushed: None,
    }
}

fn installation(number: u8, grant: GrantId) -> Installation {
    Installation {
        id: InstallationId::from_bytes([number; 16]),
        grant,
        scope: "mcp".parse().unwrap(),
        client_key: None,
        instance_key: None,
        generation: 0,
        current: [number; 32],
        previous: None,
        rotated_at: at(),
        used_generation: None,
        created_at: at(),
        last_used_at: at(),
        expires_at: at().plus_seconds(86_400),
        ended_at: None,
    }
}

fn app(folder: &Path, arguments: &[&str]) -> String {
    run(folder, &[&["admin", "app"], arguments, &["--data", "data"]].concat())
}

#[test]
fn a_client_is_bound_shown_and_unbound() {
    let folder = folder();
    let folder = folder.path();
    let list = |folder| app(folder, &["list"]);
    let before = list(folder);
    let bound = app(folder, &["bind", SEALED, "Claude Code", "--by", "ada"]);
    let again = app(folder, &["bind", DYNAMIC, "entry Claude Code"]);
    let after = list(folder);
    let unbound = app(folder, &["unbind", SEALED]);
    let twice = app(folder, &["unbind", SEALED]);
    assert_eq!(list(folder), before, "as it was");
    insta::assert_snapshot!([before, bound, again, after, unbound, twice].join("\n"));
}

#[test]
fn an_application_is_shown_with_its_clients() {
    let folder = folder();
    let folder = folder.path();
    let bind = ["bind", "https://zed.dev/oauth/client-metadata.json", "Claude Code"];
    assert!(app(folder, &bind).starts_with("exit code 0"));
    let renamed = app(folder, &["rename", "Claude Code", "Our assistant"]);
    let shown = app(folder, &["show", "Our assistant"]);
    let taken_back = app(folder, &["rename", "entry Claude Code"]);
    let own = app(folder, &["show", "AgICAgICAgICAgICAgICAg"]);
    insta::assert_snapshot!([renamed, shown, taken_back, own].join("\n"));
    let whole = json(folder, &["admin", "app", "show", "Claude Code", "--data", "data", "--json"])
        .remove(0);
    assert_eq!(whole["key"], "entry Claude Code");
    assert_eq!(whole["clients"][0]["client_ids"], serde_json::json!([DOCUMENT]));
    assert_eq!(
        whole["bound_unmet"],
        serde_json::json!(["document https://zed.dev/oauth/client-metadata.json"])
    );
}

#[test]
fn what_names_nobody_is_refused() {
    let folder = folder();
    let folder = folder.path();
    let told = [
        app(folder, &["show", "Claude"]),
        app(folder, &["bind", SEALED, "Nobody's"]),
        app(folder, &["bind", "slv_AQABb3RoZXI", "Claude Code"]),
        app(folder, &["bind", "partner", "Claude Code"]),
        app(folder, &["unbind", "dynamic http://localhost/other = notes"]),
        app(folder, &["rename", "Notes", " "]),
    ];
    insta::assert_snapshot!(told.join("\n"));
    // The same name twice is nobody's.
    assert!(app(folder, &["rename", "Notes", "Claude Code"]).starts_with("exit code 0"));
    let several = app(folder, &["show", "Claude Code"]);
    assert!(several.contains("several applications are called \"Claude Code\""), "{several}");
}

#[test]
fn who_still_registers_is_told() {
    let folder = folder();
    let folder = folder.path();
    insta::assert_snapshot!(run(folder, &["admin", "dcr-usage", "--data", "data"]));
    let usage = json(folder, &["admin", "dcr-usage", "--data", "data", "--json"]);
    assert_eq!(usage.len(), 1, "not those with a document");
    assert_eq!(
        (&usage[0]["label"], &usage[0]["people"], &usage[0]["installations"]),
        (&"Notes".into(), &1.into(), &1.into())
    );
}

#[test]
fn the_funnel_is_told_for_so_many_days() {
    let folder = folder();
    let folder = folder.path();
    let nothing = run(folder, &["admin", "funnel", "--data", "data"]);
    let today = day(SystemClock.now());
    let counted = |days_ago: i64, application: Option<&str>, step, number| Counted {
        day: today.plus_seconds(-days_ago * 86_400),
        application: application.map(Into::into),
        method: "dynamic".into(),
        step,
        number,
    };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let path = folder.join("data/salver.db");
        let store = SqliteStore::open(path, Settings::default()).unwrap();
        let all = vec![
            counted(0, None, FunnelStep::Registered, 400),
            counted(2, Some("entry Cursor"), FunnelStep::Registered, 40),
            counted(2, Some("entry Cursor"), FunnelStep::Approved, 20),
            counted(2, Some("entry Cursor"), FunnelStep::Used, 10),
            counted(40, Some("entry Cursor"), FunnelStep::Used, 1000),
        ];
        store.count(all).await.unwrap();
    });
    let told = run(folder, &["admin", "funnel", "--data", "data"]);
    let today = run(folder, &["admin", "funnel", "--days", "1", "--data", "data"]);
    let refused = run(folder, &["admin", "funnel", "--days", "91", "--data", "data"]);
    insta::assert_snapshot!([nothing, told, today, refused].join("\n"));
    let lines = json(folder, &["admin", "funnel", "--days", "90", "--data", "data", "--json"]);
    assert_eq!(
        (&lines[0]["application"], &lines[0]["used"]),
        (&"entry Cursor".into(), &1010.into())
    );
}
