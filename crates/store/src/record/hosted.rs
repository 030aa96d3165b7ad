//! What does this server publish for a developer who has no web host?

use salver_oauth::{Timestamp, UserId};

/// A metadata document that this server publishes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct HostedDocument {
    /// The name in its URL.
    pub name: String,
    /// Whose it is.
    pub owner: UserId,
    /// The document, byte for byte.
    pub document: Vec<u8>,
    /// When it was added or replaced.
    pub created_at: Timestamp,
}

/// What became of a document to host.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum HostedAdded {
    /// It is hosted.
    Added,
    /// There is one under this name, or was, of somebody else.
    NameTaken,
    /// Its owner hosts as many as a person may, or has used up as many names.
    TooMany,
    /// Its owner is disabled, or unknown.
    UserDisabled,
}
