//! What is banned, and what has been let in that a ban may end? (DESIGN 4.8)

use salver_oauth::{InstallationId, Timestamp};

use super::Grant;

/// A ban, in force or not.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Ban {
    /// Its number; rises.
    pub number: i64,
    /// What the value names: `application`, `document`, `domain`, `redirect_host`, `name`, `key`, `software_id` or `statement_issuer`.
    pub kind: String,
    /// What is banned.
    pub value: String,
    /// Why, for people.
    pub reason: String,
    /// Who banned it.
    pub made_by: String,
    /// When.
    pub made_at: Timestamp,
    /// When it ends by itself.
    pub expires_at: Option<Timestamp>,
    /// When it was lifted.
    pub lifted_at: Option<Timestamp>,
    /// Who lifted it.
    pub lifted_by: Option<String>,
}

/// A ban to add.
#[derive(Clone, Debug)]
pub struct NewBan {
    /// One of the kinds of [`Ban`].
    pub kind: String,
    /// What is banned.
    pub value: String,
    /// Why, for people.
    pub reason: String,
    /// Who bans it.
    pub made_by: String,
    /// Now.
    pub made_at: Timestamp,
    /// When it ends by itself.
    pub expires_at: Option<Timestamp>,
}

/// A live grant with what bans are compared with.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LiveGrant {
    /// The grant.
    pub grant: Grant,
    /// Its application's key (DESIGN 4.4).
    pub application_key: String,
    /// Its application's name for people.
    pub label: String,
    /// What its client last called itself.
    pub name: String,
    /// RFC 7638 thumbprints of the keys that its installations authenticated with, sorted, each once.
    pub keys: Vec<String>,
    /// Its installations that were not ended, in the order of ids.
    pub installations: Vec<InstallationId>,
    /// When the grant or an installation was last used.
    pub last_used_at: Timestamp,
}
