//! Is what was acknowledged still there after SIGKILL? (DESIGN §7 item 6)
//!
//! This test runs itself again as a child that records consents and acknowledges each on its standard output, kills it in
//! the middle of its work, and looks. A power cut needs more than a test: the engine asks for a sync before each answer.
#![cfg(feature = "sqlite")]
#![expect(clippy::unwrap_used, reason = "tests")]

use std::{
    fs,
    io::{BufRead as _, BufReader, Write as _},
    path::Path,
    process::{Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use salver_oauth::{ApplicationId, GrantId, Timestamp, UserId};
use salver_store::{
    Store,
    record::{Code, Consent, Grant, Home, NewUser, Recorded, Role, User, UserAdded},
    sqlite::{Settings, SqliteStore},
};

/// The number of the first consent, and the sign for the child that it is one.
const FIRST: &str = "first";
const DATABASE: &str = "salver.db";
const ACKNOWLEDGED: &str = "acknowledged ";
const USER: UserId = UserId::from_bytes([1; 16]);

fn consent(number: u32) -> Consent {
    let now = Timestamp::from_unix(1_800_000_000);
    let mut id = [0; 16];
    let mut digest = [0; 32];
    for (place, byte) in
        id.iter_mut().chain(&mut digest).zip(number.to_be_bytes().into_iter().cycle())
    {
        *place = byte;
    }
    let scope = "read".parse().unwrap();
    let grant = Grant {
        id: GrantId::from_bytes(id),
        user: USER,
        application: ApplicationId::from_bytes(id),
        fingerprint: format!("client{number}"),
        client_id: format!("https://client{number}.example/client.json"),
        recipient: "loopback".into(),
        resource: "https://as.example/mcp".into(),
        instance: None,
        scope,
        assessment: "{}".into(),
        metadata: digest,
        verdict: None,
        created_at: now,
        consented_at: now,
        held_at: None,
        revoked_at: None,
    };
    let code = Code {
        code: digest,
        ticket: id,
        grant: grant.id,
        metadata: digest,
        redirect_uri: "http://127.0.0.1/callback".into(),
        code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM".into(),
        scope: grant.scope.clone(),
        pushed_by: None,
        instance_key: None,
        auth_time: now,
        created_at: now,
        expires_at: now.plus_seconds(60),
        redeemed_by: None,
    };
    Consent {
        grant,
        name: "client".into(),
        home: Home { key: format!("client{number}"), label: "client".into() },
        code,
        document: Some(number.to_be_bytes().to_vec()),
        newest: None,
        judged_under: 0,
        verdict: None,
        pushed: None,
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "the child of the test below; does nothing alone"]
async fn child() {
    let Ok(first) = fs::read_to_string(FIRST) else {
        return;
    };
    let next = Arc::new(AtomicU32::new(first.parse().unwrap()));
    let store = Arc::new(SqliteStore::open(DATABASE, Settings::default()).unwrap());
    let mut workers = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let (store, next) = (Arc::clone(&store), Arc::clone(&next));
        workers.spawn(async move {
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                let recorded = store.record_consent(consent(number)).await.unwrap();
                assert!(matches!(recorded, Recorded::Under(_)));
                let line = format!("{ACKNOWLEDGED}{number}\n");
                // A parent that is gone ends the child.
                std::io::stdout().lock().write_all(line.as_bytes()).unwrap();
            }
        });
    }
    workers.join_all().await;
}

/// Lets a child work until it has acknowledged so many, kills it, and answers all that it acknowledged.
fn kill_after(count: usize, directory: &Path) -> Vec<u32> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child", "--ignored", "--nocapture"])
        .current_dir(directory)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut acknowledged = Vec::new();
    let mut line = String::new();
    // After the kill what is still in the pipe counts too, but for a line cut short.
    while output.read_line(&mut line).unwrap() > 0 && line.ends_with('\n') {
        // The harness may begin a line of its own before the first one.
        if let Some((_, number)) = line.trim_end().split_once(ACKNOWLEDGED) {
            acknowledged.push(number.parse().unwrap());
            if acknowledged.len() == count {
                child.kill().unwrap();
            }
        }
        line.clear();
    }
    child.wait().unwrap();
    assert!(acknowledged.len() >= count, "the child ended by itself");
    acknowledged
}

#[tokio::test]
async fn design_7_6_no_acknowledged_write_is_lost_by_kill_9() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join(DATABASE);
    let store = SqliteStore::open(&path, Settings::default()).unwrap();
    let user = User {
        id: USER,
        username: "ada".into(),
        role: Role::User,
        groups: Vec::new(),
        password_hash: "$argon2id$".into(),
        created_at: Timestamp::from_unix(0),
        disabled_at: None,
    };
    assert_eq!(store.add_user(NewUser { user, invitation: None }).await.unwrap(), UserAdded::Added);
    drop(store);

    let mut all = Vec::new();
    let mut next = 0_u32;
    for count in [1, 100, 333] {
        fs::write(directory.path().join(FIRST), next.to_string()).unwrap();
        all.extend(kill_after(count, directory.path()));
        let store = SqliteStore::open(&path, Settings::default()).unwrap();
        for number in &all {
            let code = consent(*number).code.code;
            assert!(
                store.find_code(code).await.unwrap().is_some(),
                "{number} was acknowledged and is gone"
            );
        }
        // What was not acknowledged is there as a whole, or not at all.
        let newest = all.iter().copied().max().unwrap();
        for number in newest + 1..newest + 20 {
            let whole = store.find_code(consent(number).code.code).await.unwrap().is_some();
            let recorded = store.record_consent(consent(number)).await.unwrap();
            assert_eq!(recorded == Recorded::TicketSpent, whole, "{number}");
        }
        next = newest + 1000;
    }
}
