//! The file: who may read it, whose it is, which version, and what comes back after closing.

use std::{fs, path::Path, sync::Arc, thread};

use rusqlite::Connection;

use super::{Settings, SqliteStore, connection, open};
use crate::{
    Store, StoreError,
    contract::samples::{add_people, at, consent, digest, record, session, user_id},
};

fn open_error(path: &Path) -> StoreError {
    SqliteStore::open(path, Settings::default()).err().unwrap()
}

#[cfg(unix)]
#[tokio::test]
async fn only_the_owner_may_read() {
    use std::os::unix::fs::PermissionsExt;

    let directory = tempfile::tempdir().unwrap();
    let parent = directory.path().join("new/data");
    let store: Arc<dyn Store> =
        Arc::new(SqliteStore::open(parent.join("salver.db"), Settings::default()).unwrap());
    add_people(&store).await;
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&parent), 0o700);
    assert_eq!(mode(parent.parent().unwrap()), 0o700);
    for file in ["salver.db", "salver.db-wal", "salver.db-shm"] {
        assert_eq!(mode(&parent.join(file)), 0o600, "{file}");
    }
}

#[test]
fn design_7_6_a_commit_waits_for_the_disk() {
    let (connection, _directory) = connection();
    for (pragma, expected) in
        [("synchronous", "2"), ("journal_mode", "wal"), ("foreign_keys", "1"), ("fullfsync", "1")]
    {
        let value: rusqlite::types::Value =
            connection.pragma_query_value(None, pragma, |row| row.get(0)).unwrap();
        let value = match value {
            rusqlite::types::Value::Integer(number) => number.to_string(),
            rusqlite::types::Value::Text(text) => text,
            other => unreachable!("{other:?}"),
        };
        assert_eq!(value, expected, "{pragma}");
    }
}

#[tokio::test]
async fn what_was_stored_is_there_after_closing_and_the_log_is_tidied() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("salver.db");
    let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&path, Settings::default()).unwrap());
    add_people(&store).await;
    let grant = record(&store, consent(1, "claude")).await;
    store.add_session(session(1, 1)).await.unwrap();
    drop(store);
    assert!(!directory.path().join("salver.db-wal").exists());

    let store = SqliteStore::open(&path, Settings::default()).unwrap();
    assert!(store.find_grant(grant).await.unwrap().is_some());
    assert!(store.find_session(digest(1), at(1)).await.unwrap().is_some());
}

#[test]
fn of_many_who_make_the_file_at_once_all_can_use_it() {
    for _ in 0..10 {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("salver.db");
        let opened: Vec<_> = thread::scope(|scope| {
            let openers: Vec<_> = (0..8)
                .map(|_| scope.spawn(|| SqliteStore::open(&path, Settings::default())))
                .collect();
            openers.into_iter().map(|opener| opener.join().unwrap().map(drop)).collect()
        });
        for answer in opened {
            answer.unwrap();
        }
    }
}

#[tokio::test]
async fn two_programs_share_a_file() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("salver.db");
    let (left, right) = tokio::join!(
        tokio::task::spawn_blocking({
            let path = path.clone();
            move || SqliteStore::open(path, Settings::default()).unwrap()
        }),
        tokio::task::spawn_blocking(move || SqliteStore::open(path, Settings::default()).unwrap()),
    );
    let left: Arc<dyn Store> = Arc::new(left.unwrap());
    let right: Arc<dyn Store> = Arc::new(right.unwrap());
    add_people(&left).await;
    for number in 0..20 {
        let (one, other) = tokio::join!(
            left.add_session(session(number, 1)),
            right.add_session(session(100 + number, 2))
        );
        one.and(other).unwrap();
        assert!(left.find_session(digest(100 + number), at(1)).await.unwrap().is_some());
        assert!(right.find_session(digest(number), at(1)).await.unwrap().is_some());
    }
}

#[test]
fn a_newer_schema_is_refused_and_left_alone() {
    let (connection, directory) = connection();
    connection.pragma_update(None, "user_version", 999).unwrap();
    drop(connection);
    let path = directory.path().join("salver.db");
    assert!(matches!(open_error(&path), StoreError::TooNew { found: 999, known: 1 }));
    let version: i64 = Connection::open(&path)
        .unwrap()
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .unwrap();
    assert_eq!(version, 999);
}

#[test]
fn a_file_of_another_program_is_refused_and_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("cookies.db");
    Connection::open(&path).unwrap().execute_batch("CREATE TABLE cookies (name TEXT)").unwrap();
    let before = fs::read(&path).unwrap();
    assert!(matches!(open_error(&path), StoreError::Engine(_)));
    assert_eq!(fs::read(&path).unwrap(), before);

    let text = directory.path().join("notes.txt");
    fs::write(&text, "not a database, but long enough to be taken for one: ".repeat(100)).unwrap();
    assert!(matches!(open_error(&text), StoreError::Engine(_)));
    // An empty file is as good as none.
    let empty = directory.path().join("empty.db");
    fs::write(&empty, "").unwrap();
    drop(SqliteStore::open(&empty, Settings::default()).unwrap());
}

#[test]
fn a_place_that_cannot_be_made_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("file");
    fs::write(&file, "").unwrap();
    let path = file.join("salver.db");
    let StoreError::Engine(error) = open_error(&path) else { unreachable!() };
    assert!(error.to_string().contains("file"), "{error}");
}

#[tokio::test]
async fn a_damaged_value_is_corrupt_and_its_neighbours_are_not() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("salver.db");
    let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&path, Settings::default()).unwrap());
    add_people(&store).await;
    let damaged = record(&store, consent(1, "claude")).await;
    let sound = record(&store, consent(2, "zed")).await;
    let other = open::writer(&path, &crate::sqlite::schema::SERVER).unwrap();
    other
        .execute(r#"UPDATE grants SET scope = 'a"b' WHERE id = ?1"#, [damaged.as_bytes()])
        .unwrap();
    other.execute("UPDATE users SET id = x'00' WHERE username = 'bob'", []).unwrap();
    assert!(matches!(store.find_grant(damaged).await, Err(StoreError::Corrupt("grants"))));
    assert!(store.find_grant(sound).await.unwrap().is_some());
    assert!(matches!(store.find_user_by_name("bob").await, Err(StoreError::Corrupt("users"))));
    assert!(store.find_user(user_id(1)).await.unwrap().is_some());
}
