//! Which registrations have their clients deleted? A registration is no row (decision 9), so what is kept is that it is no more.

use salver_oauth::Timestamp;

use super::Digest;

/// A registration that its client deletes (RFC 7592 §2.3).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct NewDeletion {
    /// Its `client_id`.
    pub client_id: String,
    /// The keyed hash of that.
    pub registration: Digest,
    /// The id of the key that sealed it.
    pub sealed_by: String,
    /// When.
    pub at: Timestamp,
}

/// A registration that was deleted.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Deletion {
    /// Its number; rises.
    pub number: i64,
    /// The keyed hash of its `client_id`.
    pub registration: Digest,
}
