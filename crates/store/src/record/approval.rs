//! What have reviewers approved, and for whom?

use salver_oauth::{CaseId, Timestamp, UserId};

use super::Digest;

/// For whom something is approved.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Audience {
    /// One person.
    User(UserId),
    /// Those in a group.
    Group(String),
    /// Everybody with an account.
    Everybody,
}

/// That people may let a client in.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Approval {
    /// Its number; rises.
    pub number: i64,
    /// The case that it decided; the case may be swept before it.
    pub case: Option<CaseId>,
    /// Which client, byte for byte.
    pub client_id: String,
    /// Where its answers may go.
    pub recipient: String,
    /// What counted of its metadata when it was looked at (`salver_oauth::client::substance`): another client under its name is not approved.
    pub substance: Digest,
    /// At which resource; at all, if none is named.
    pub resource: Option<String>,
    /// For whom.
    pub audience: Audience,
    /// When it ends by itself.
    pub until: Option<Timestamp>,
    /// Who approved.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// When somebody ended it.
    pub ended_at: Option<Timestamp>,
    /// Who ended it.
    pub ended_by: Option<String>,
}

/// An approval to add.
#[derive(Clone, Debug)]
pub struct NewApproval {
    /// The case that it decides, if it decides one.
    pub case: Option<CaseId>,
    /// Which client, byte for byte.
    pub client_id: String,
    /// Where its answers may go.
    pub recipient: String,
    /// What counted of its metadata when it was looked at (`salver_oauth::client::substance`): another client under its name is not approved.
    pub substance: Digest,
    /// At which resource; at all, if none is named.
    pub resource: Option<String>,
    /// For whom.
    pub audience: Audience,
    /// When it ends by itself.
    pub until: Option<Timestamp>,
    /// Who approves.
    pub by: String,
    /// Now.
    pub at: Timestamp,
}
