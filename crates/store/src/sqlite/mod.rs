//! Where does one machine remember? In a SQLite file (DESIGN §5): write-ahead log, one writer thread, a few reader threads.
//!
//! - `writer`: many units of work become one transaction; each is answered after the durable commit and fails alone.
//! - `reader`: queries, each on a snapshot of its own. Nothing of SQLite ever runs on a thread of the async runtime.
//! - `schema`: versions of the schema. `open`: file, modes, pragmas.
//! - `vendor`: the file of a vendor's service, which is another one.
//! - The other files hold one kind of thing each, with its statements at the end.
//!
//! Several processes may open one file (an administrator's command beside the server); SQLite's locks keep them apart.

mod anchors;
mod api_tokens;
mod applications;
mod approvals;
mod assertions;
mod bans;
mod cases;
mod client_secrets;
mod clients;
mod codes;
mod counts;
mod deletions;
mod domains;
mod error;
mod grants;
mod hosted;
mod installations;
mod invitations;
mod keys;
mod live_grants;
mod open;
mod pushed_requests;
mod reader;
mod recorded;
mod registration_tokens;
mod revocations;
mod row;
mod schema;
mod sessions;
mod standing;
mod stated;
mod store;
mod sweep;
mod users;
pub mod vendor;
mod verdicts;
mod versions;
mod word;
mod writer;

#[cfg(test)]
mod tests;

use std::{num::NonZeroUsize, path::Path};

use rusqlite::Connection;

use crate::{Answer, StoreError};
use reader::Readers;
use writer::{Unit, Writer};

/// What an operator may tune.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Threads that answer queries, each with a connection of its own.
    pub readers: NonZeroUsize,
    /// How much work may wait for the writer, and for the readers, before callers wait to hand it in.
    pub queue: NonZeroUsize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            readers: const { NonZeroUsize::new(2).unwrap() },
            queue: const { NonZeroUsize::new(1024).unwrap() },
        }
    }
}

/// A store in a SQLite file. Dropping it finishes the work that waits and closes the file; the drop blocks for that long.
pub struct SqliteStore {
    // In this order: the writer's connection is the last to close, and tidies the log.
    readers: Readers,
    writer: Writer,
}

impl SqliteStore {
    /// Opens the database, makes it if there is none (mode 0600, in a directory of mode 0700), and brings its schema up to date.
    /// Blocks: to be called at start.
    ///
    /// # Errors
    ///
    /// [`StoreError::TooNew`] if a newer salver wrote it; [`StoreError::Engine`] if it cannot be opened or is not ours.
    pub fn open(path: impl AsRef<Path>, settings: Settings) -> Result<Self, StoreError> {
        let path = path.as_ref();
        let connection = open::writer(path, &schema::SERVER)?;
        let readers = Readers::start(path, settings)?;
        Ok(Self { readers, writer: Writer::start(connection, settings.queue)? })
    }

    fn read<T: Send + 'static>(
        &self,
        query: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Answer<'_, T> {
        Box::pin(self.readers.run(query))
    }

    fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<Unit<T>, StoreError> + Send + 'static,
    ) -> Answer<'_, T> {
        Box::pin(self.writer.run(work))
    }
}
