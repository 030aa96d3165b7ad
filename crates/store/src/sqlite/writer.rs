//! How does work become durable? One thread takes all units of work that wait, runs each in a savepoint, and commits them as
//! one transaction: one sync for many. Callers are answered after the commit. A unit that fails or is lost is undone alone;
//! if the commit fails, every unit in it fails. The thread outlives all of that.

use std::{num::NonZeroUsize, sync::Arc, thread};

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use super::{error::EngineError, row::change};
use crate::{Outcome, StoreError};

/// What a unit of work has come to.
#[derive(Debug)]
pub(super) enum Unit<T> {
    /// Commit it, then answer this.
    Keep(T),
    /// Undo it, then answer this.
    Undo(T),
}

impl Unit<Outcome> {
    /// Kept and `Applied`, or undone and `Lost`.
    pub(super) fn applied_if(applied: bool) -> Self {
        if applied { Self::Keep(Outcome::Applied) } else { Self::Undo(Outcome::Lost) }
    }
}

/// The thread that writes.
pub(super) struct Writer {
    jobs: Option<mpsc::Sender<Box<dyn Job>>>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Writer {
    /// Starts the thread.
    pub(super) fn start(connection: Connection, queue: NonZeroUsize) -> Result<Self, StoreError> {
        let (jobs, mut waiting) = mpsc::channel(queue.get());
        let thread = thread::Builder::new()
            .name("store-writer".into())
            .spawn(move || {
                let mut batch = Vec::with_capacity(BATCH);
                while waiting.blocking_recv_many(&mut batch, BATCH) > 0 {
                    while !batch.is_empty() {
                        commit_together(&connection, &mut batch);
                    }
                }
            })
            .map_err(EngineError::Thread)?;
        Ok(Self { jobs: Some(jobs), thread: Some(thread) })
    }

    /// Hands in a unit of work and waits for its commit. Once handed in it is done, even if nobody waits any more.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<Unit<T>, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (reply, answer) = oneshot::channel();
        let job = Box::new(Pending { work: Some(work), result: None, reply });
        let jobs = self.jobs.as_ref().ok_or(StoreError::Closed)?;
        jobs.send(job).await.map_err(|_| StoreError::Closed)?;
        answer.await.map_err(|_| StoreError::Closed)?
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        // Without a sender the thread finishes what waits, then ends.
        drop(self.jobs.take());
        if let Some(thread) = self.thread.take() {
            // It has panicked, or not; either way it is gone and its callers have been told.
            drop(thread.join());
        }
    }
}

/// A unit of work that waits for the commit.
trait Job: Send {
    /// Does the work; answers whether to keep it.
    fn run(&mut self, connection: &Connection) -> bool;
    /// The unit is part of nothing: it fails with this.
    fn fail(&mut self, error: StoreError);
    /// Tells the caller, after the transaction has ended so.
    fn answer(self: Box<Self>, transaction: &Result<(), Arc<EngineError>>);
}

struct Pending<T, F> {
    work: Option<F>,
    result: Option<Result<T, StoreError>>,
    reply: oneshot::Sender<Result<T, StoreError>>,
}

impl<T: Send, F: FnOnce(&Connection) -> Result<Unit<T>, StoreError> + Send> Job for Pending<T, F> {
    fn run(&mut self, connection: &Connection) -> bool {
        let Some(work) = self.work.take() else {
            return false;
        };
        let (keep, result) = match work(connection) {
            Ok(Unit::Keep(value)) => (true, Ok(value)),
            Ok(Unit::Undo(value)) => (false, Ok(value)),
            Err(error) => (false, Err(error)),
        };
        self.result = Some(result);
        keep
    }

    fn fail(&mut self, error: StoreError) {
        self.result = Some(Err(error));
    }

    fn answer(self: Box<Self>, transaction: &Result<(), Arc<EngineError>>) {
        let answer = match (self.result, transaction) {
            (Some(Err(error)), _) => Err(error),
            // What was read may have been another unit's work that is gone now, so even `Lost` is not known to be true.
            (_, Err(error)) => Err(StoreError::Engine(Box::new(Arc::clone(error)))),
            (Some(Ok(value)), Ok(())) => Ok(value),
            (None, Ok(())) => Err(StoreError::Closed),
        };
        // A caller that is gone needs no answer.
        drop(self.reply.send(answer));
    }
}

/// Takes units from the front of the batch, commits them as one transaction and answers them. Takes
/// at least one.
fn commit_together(connection: &Connection, batch: &mut Vec<Box<dyn Job>>) {
    if let Err(error) = begin(connection) {
        let failed = Err(Arc::new(EngineError::Transaction(error)));
        batch.drain(..).for_each(|job| job.answer(&failed));
        return;
    }
    for (before, job) in batch.iter_mut().enumerate() {
        if let Err(error) = run_alone(connection, job.as_mut()) {
            job.fail(error);
            roll_back(connection);
        }
        if connection.is_autocommit() {
            // A failure so grave (disk full, read or write failed) that the whole transaction is
            // undone. The rest of the batch gets a new one.
            let given_up = Err(Arc::new(EngineError::GivenUp));
            batch.drain(..=before).for_each(|job| job.answer(&given_up));
            return;
        }
    }
    let end = connection.prepare_cached("COMMIT").and_then(|mut commit| commit.execute([]));
    if end.is_err() {
        roll_back(connection);
    }
    let end = end.map(drop).map_err(|error| Arc::new(EngineError::Transaction(error)));
    batch.drain(..).for_each(|job| job.answer(&end));
}

fn begin(connection: &Connection) -> rusqlite::Result<()> {
    // Nothing is left open, unless undoing failed the last time.
    roll_back(connection);
    connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
    Ok(())
}

/// Undoes the open transaction, if there is one. If even that fails, the next `BEGIN` fails too and
/// says why.
fn roll_back(connection: &Connection) {
    if !connection.is_autocommit() {
        drop(connection.execute_batch("ROLLBACK"));
    }
}

/// Runs one unit so that it can be undone alone. An error means that it could not be kept apart.
fn run_alone(connection: &Connection, job: &mut dyn Job) -> Result<(), StoreError> {
    change(connection, "SAVEPOINT unit", [])?;
    let keep = job.run(connection);
    if connection.is_autocommit() {
        return Ok(());
    }
    if !keep {
        change(connection, "ROLLBACK TO unit", [])?;
    }
    change(connection, "RELEASE unit", [])?;
    Ok(())
}

/// How many units become one transaction at most.
const BATCH: usize = 256;
