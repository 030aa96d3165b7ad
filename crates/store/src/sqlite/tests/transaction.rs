//! Units of work in their transaction: who fails with whom.

use std::{num::NonZeroUsize, sync::mpsc};

use rusqlite::Connection;

use super::connection;
use crate::{
    StoreError,
    sqlite::{
        row::change,
        writer::{Unit, Writer},
    },
};

const QUEUE: NonZeroUsize = NonZeroUsize::new(64).unwrap();

fn writer() -> (Writer, tempfile::TempDir) {
    let (connection, directory) = connection();
    connection.execute_batch("CREATE TABLE t (n INTEGER PRIMARY KEY, filler BLOB) STRICT").unwrap();
    (Writer::start(connection, QUEUE).unwrap(), directory)
}

fn insert(n: i64) -> impl FnOnce(&Connection) -> Result<Unit<i64>, StoreError> + Send + 'static {
    move |connection| {
        change(connection, "INSERT INTO t (n) VALUES (?1)", [n])?;
        Ok(Unit::Keep(n))
    }
}

/// Writes, then is lost: must leave nothing.
fn undone(n: i64) -> impl FnOnce(&Connection) -> Result<Unit<i64>, StoreError> + Send + 'static {
    move |connection| {
        change(connection, "INSERT INTO t (n) VALUES (?1)", [n])?;
        Ok(Unit::Undo(n))
    }
}

/// Holds the writer until the returned sender is dropped, so that what is handed in meanwhile becomes one transaction.
fn hold()
-> (mpsc::Sender<()>, impl FnOnce(&Connection) -> Result<Unit<()>, StoreError> + Send + 'static) {
    let (release, held) = mpsc::channel();
    (release, move |_: &Connection| {
        assert!(held.recv().is_err());
        Ok(Unit::Keep(()))
    })
}

async fn rows(writer: &Writer) -> Vec<i64> {
    writer
        .run(|connection| {
            let mut statement = connection.prepare("SELECT n FROM t ORDER BY n")?;
            let rows = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
            Ok(Unit::Keep(rows))
        })
        .await
        .unwrap()
}

#[tokio::test]
async fn in_one_transaction_a_unit_fails_or_is_lost_alone() {
    let (writer, _directory) = writer();
    let (release, held) = hold();
    let ((), first, twice, lost, third, ()) = tokio::join!(
        biased;
        async { drop(writer.run(held).await) },
        writer.run(insert(1)),
        writer.run(insert(1)),
        writer.run(undone(2)),
        writer.run(insert(3)),
        // Everything above has been handed in now.
        async { drop(release) },
    );
    assert_eq!((first.unwrap(), lost.unwrap(), third.unwrap()), (1, 2, 3));
    assert!(matches!(twice, Err(StoreError::Engine(_))));
    assert_eq!(rows(&writer).await, [1, 3]);
}

#[tokio::test]
async fn a_commit_that_fails_fails_all_and_the_writer_goes_on() {
    let (writer, _directory) = writer();
    let (release, held) = hold();
    // A foreign key that is looked at only at the commit.
    let breaks_the_commit = |connection: &Connection| {
        connection.execute_batch("PRAGMA defer_foreign_keys = ON")?;
        change(
            connection,
            "INSERT INTO sessions (token, user_id, created_at, expires_at) VALUES (x'01', x'02', 0, 0)",
            [],
        )?;
        Ok(Unit::Keep(()))
    };
    let ((), kept, lost, broken, ()) = tokio::join!(
        biased;
        async { drop(writer.run(held).await) },
        writer.run(insert(1)),
        writer.run(undone(2)),
        writer.run(breaks_the_commit),
        // Everything above has been handed in now.
        async { drop(release) },
    );
    // Also the one that was lost: what it saw may be gone with the others.
    for answer in [kept.map(drop), lost.map(drop), broken] {
        assert!(matches!(answer, Err(StoreError::Engine(_))));
    }
    assert_eq!(writer.run(insert(1)).await.unwrap(), 1);
    assert_eq!(rows(&writer).await, [1]);
}

#[tokio::test]
async fn a_full_disk_fails_what_does_not_fit_and_the_writer_goes_on() {
    let (writer, _directory) = writer();
    let limit = |pages: i64| {
        move |connection: &Connection| {
            connection.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(()))?;
            Ok(Unit::Keep(()))
        }
    };
    let large = |n: i64| {
        move |connection: &Connection| {
            change(connection, "INSERT INTO t (n, filler) VALUES (?1, zeroblob(1000000))", [n])?;
            Ok(Unit::Keep(n))
        }
    };
    // Less than what is used means: no more than is used now.
    writer.run(limit(1)).await.unwrap();
    let StoreError::Engine(error) = writer.run(large(1)).await.unwrap_err() else { unreachable!() };
    assert!(error.to_string().contains("full"), "{error}");
    assert_eq!(writer.run(insert(2)).await.unwrap(), 2);
    writer.run(limit(1 << 20)).await.unwrap();
    assert_eq!(writer.run(large(1)).await.unwrap(), 1);
    assert_eq!(rows(&writer).await, [1, 2]);
}

#[tokio::test]
async fn a_failure_that_undoes_the_whole_transaction_fails_all_before_it_and_none_after() {
    let (writer, _directory) = writer();
    let (release, held) = hold();
    // What SQLite does by itself when a read or write fails.
    let gives_up = |connection: &Connection| {
        connection.execute_batch("ROLLBACK")?;
        Err::<Unit<()>, _>(StoreError::Corrupt("test"))
    };
    let ((), before, grave, after, ()) = tokio::join!(
        biased;
        async { drop(writer.run(held).await) },
        writer.run(insert(1)),
        writer.run(gives_up),
        writer.run(insert(2)),
        // Everything above has been handed in now.
        async { drop(release) },
    );
    assert!(matches!(before, Err(StoreError::Engine(_))));
    assert!(matches!(grave, Err(StoreError::Corrupt("test"))));
    assert_eq!(after.unwrap(), 2);
    assert_eq!(rows(&writer).await, [2]);
}

#[tokio::test]
async fn closing_finishes_what_waits() {
    let (writer, directory) = writer();
    let (release, held) = hold();
    tokio::select! {
        biased;
        _ = writer.run(held) => unreachable!(),
        _ = writer.run(insert(1)) => unreachable!(),
        // Handed in by the first poll, abandoned by the second: nobody waits for the answer any more.
        () = tokio::task::yield_now() => {}
    }
    drop(release);
    drop(writer);
    let connection = crate::sqlite::open::reader(&directory.path().join("salver.db")).unwrap();
    let rows: i64 = connection.query_row("SELECT count(*) FROM t", [], |row| row.get(0)).unwrap();
    assert_eq!(rows, 1);
}

#[tokio::test]
async fn a_writer_that_is_gone_says_closed() {
    let (writer, _directory) = writer();
    let dies = |_: &Connection| -> Result<Unit<()>, StoreError> { panic!("only this thread") };
    assert!(matches!(writer.run(dies).await, Err(StoreError::Closed)));
    assert!(matches!(writer.run(insert(1)).await, Err(StoreError::Closed)));
}
