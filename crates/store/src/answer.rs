//! How does an engine answer?

use std::{future::Future, pin::Pin};

use thiserror::Error;

/// What an engine answers, some time later.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// The engine could not do its work. Whoever sees this answers 503; what was asked for did not happen, or is not known to have.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The engine failed: disk full, file gone, connection lost.
    #[error("the store failed: {0}")]
    Engine(Box<dyn std::error::Error + Send + Sync>),
    /// A stored value cannot be read back: another program wrote it, or the file is damaged.
    #[error("the store holds a value that cannot be read: {0}")]
    Corrupt(&'static str),
    /// The schema is newer than this program knows.
    #[error("the store was written by a newer salver (schema {found}, known up to {known})")]
    TooNew {
        /// The schema version in the store.
        found: i64,
        /// The newest one that this program knows.
        known: i64,
    },
    /// The engine has been shut down.
    #[error("the store is closed")]
    Closed,
}

/// Whether a unit of work found the state that it was decided on.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[must_use]
pub enum Outcome {
    /// It happened.
    Applied,
    /// Somebody else came first; nothing happened.
    Lost,
}
