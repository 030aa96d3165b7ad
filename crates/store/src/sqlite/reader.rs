//! Who answers queries? A few threads with a connection each, fed from one bounded queue, so that a long list on one of them
//! does not hold up the others.

use std::{
    collections::VecDeque,
    path::Path,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
};

use rusqlite::Connection;
use tokio::sync::{Semaphore, oneshot};

use super::{Settings, error::EngineError, open};
use crate::StoreError;

/// A query with its way back.
type Job = Box<dyn FnOnce(&Connection) + Send>;

/// The threads that read.
pub(super) struct Readers {
    queue: Arc<Queue>,
    threads: Vec<thread::JoinHandle<()>>,
}

struct Queue {
    waiting: Mutex<Waiting>,
    /// Signalled when a job has come, or the queue is closed.
    changed: Condvar,
    /// One permit for each free place.
    places: Semaphore,
}

struct Waiting {
    jobs: VecDeque<Job>,
    open: bool,
}

impl Readers {
    /// Opens the connections and starts the threads.
    pub(super) fn start(path: &Path, settings: Settings) -> Result<Self, StoreError> {
        let queue = Arc::new(Queue {
            waiting: Mutex::new(Waiting { jobs: VecDeque::new(), open: true }),
            changed: Condvar::new(),
            places: Semaphore::new(settings.queue.get()),
        });
        let mut readers = Self { queue, threads: Vec::new() };
        for _ in 0..settings.readers.get() {
            let connection = open::reader(path)?;
            let queue = Arc::clone(&readers.queue);
            let thread = thread::Builder::new()
                .name("store-reader".into())
                .spawn(move || {
                    while let Some(job) = queue.take() {
                        job(&connection);
                    }
                })
                .map_err(EngineError::Thread)?;
            readers.threads.push(thread);
        }
        Ok(readers)
    }

    /// Runs a query and answers it.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        query: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (reply, answer) = oneshot::channel();
        // The thread that takes the job gives its place back.
        self.queue.places.acquire().await.map_err(|_| StoreError::Closed)?.forget();
        // A caller that is gone needs no answer.
        self.queue.put(Box::new(move |connection| {
            drop(reply.send(query(connection)));
        }));
        answer.await.map_err(|_| StoreError::Closed)?
    }
}

impl Drop for Readers {
    fn drop(&mut self) {
        self.queue.lock().open = false;
        self.queue.changed.notify_all();
        for thread in self.threads.drain(..) {
            // It has panicked, or not; either way it is gone.
            drop(thread.join());
        }
    }
}

impl Queue {
    fn put(&self, job: Job) {
        self.lock().jobs.push_back(job);
        self.changed.notify_one();
    }

    /// The next job; `None` once the queue is closed and empty.
    fn take(&self) -> Option<Job> {
        let mut waiting = self.lock();
        loop {
            if let Some(job) = waiting.jobs.pop_front() {
                self.places.add_permits(1);
                return Some(job);
            }
            if !waiting.open {
                return None;
            }
            waiting = self.changed.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// No code runs under the lock that could leave the queue half changed, so a poisoned one is as good.
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
