//! How does a failure of SQLite, of the disk or of a thread look from outside? Always [`StoreError::Engine`]; what differs is the chain.

use std::{io, path::PathBuf};

use thiserror::Error;

use crate::StoreError;

/// Why the engine failed, where SQLite's own error does not say it.
#[derive(Debug, Error)]
pub(super) enum EngineError {
    /// The place of the database cannot be prepared.
    #[error("cannot prepare {}", path.display())]
    Place {
        /// Directory or file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The file is a database of some other program.
    #[error("{} is a database of another program", .0.display())]
    Foreign(PathBuf),
    /// The file system cannot do write-ahead logging.
    #[error("the journal mode is {0}, not wal")]
    Journal(String),
    /// A thread could not be started.
    #[error("cannot start a thread")]
    Thread(#[source] io::Error),
    /// The transaction that this unit was part of could not begin or be committed.
    #[error("the transaction failed")]
    Transaction(#[source] rusqlite::Error),
    /// SQLite gave up the whole transaction because of another unit in it (a full disk, a failed read or write).
    #[error("the transaction was given up because of another unit of work in it")]
    GivenUp,
}

impl From<EngineError> for StoreError {
    fn from(error: EngineError) -> Self {
        Self::Engine(Box::new(error))
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Engine(Box::new(error))
    }
}
