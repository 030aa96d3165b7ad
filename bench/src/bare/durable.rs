//! What does it cost to keep a row? One writer thread; all jobs that wait are one transaction, answered after its commit.

use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};

use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::fault::Fault;

/// A table of keys and values behind one writer.
pub(crate) struct Durable(Sender<Job>);

pub(crate) type Key = [u8; 32];

struct Job {
    take: Option<Key>,
    put: Option<(Key, Vec<u8>)>,
    done: oneshot::Sender<Option<Vec<u8>>>,
}

impl Durable {
    pub(crate) fn open(file: &Path) -> Result<Self, Fault> {
        let connection = Connection::open(file)?;
        connection.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
             CREATE TABLE IF NOT EXISTS kept (key BLOB PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;",
        )?;
        let (sender, jobs) = channel();
        std::thread::spawn(move || write(&connection, &jobs));
        Ok(Self(sender))
    }

    /// Takes one row away and puts another, and answers with what was taken once both are safe.
    pub(crate) async fn swap(
        &self,
        take: Option<Key>,
        put: Option<(Key, Vec<u8>)>,
    ) -> Option<Vec<u8>> {
        let (done, answer) = oneshot::channel();
        self.0.send(Job { take, put, done }).ok()?;
        answer.await.ok()?
    }
}

/// Ends when nobody can send any more, or when the store fails: every later request is then refused.
fn write(connection: &Connection, jobs: &Receiver<Job>) {
    while let Ok(first) = jobs.recv() {
        let batch: Vec<Job> = std::iter::once(first).chain(jobs.try_iter()).collect();
        let Ok(taken) = commit(connection, &batch) else {
            return;
        };
        for (job, value) in batch.into_iter().zip(taken) {
            // Nobody waits any more: the row is safe all the same.
            let _ = job.done.send(value);
        }
    }
}

fn commit(connection: &Connection, batch: &[Job]) -> rusqlite::Result<Vec<Option<Vec<u8>>>> {
    let transaction = connection.unchecked_transaction()?;
    let mut taken = Vec::with_capacity(batch.len());
    for job in batch {
        let mut value = None;
        if let Some(key) = job.take {
            let mut statement =
                transaction.prepare_cached("DELETE FROM kept WHERE key = ?1 RETURNING value")?;
            let mut rows = statement.query([key])?;
            value = rows.next()?.map(|row| row.get(0)).transpose()?;
        }
        if let Some((key, value)) = &job.put {
            let mut statement =
                transaction.prepare_cached("INSERT OR REPLACE INTO kept VALUES (?1, ?2)")?;
            statement.execute((key, value))?;
        }
        taken.push(value);
    }
    transaction.commit()?;
    Ok(taken)
}
