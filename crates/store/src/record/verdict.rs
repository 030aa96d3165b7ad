//! What has policy said at logins? Kept for a while, with the facts, so that other rules can be tried on them (DESIGN 4.10).

use salver_oauth::{Timestamp, UserId};

/// What came of a login.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum VerdictOutcome {
    /// Let in.
    Allow,
    /// Let in, with a warning.
    Warn,
    /// A reviewer has to approve first.
    Review,
    /// Refused.
    Deny,
}

/// A verdict to keep.
#[derive(Clone, Debug)]
pub struct NewVerdict {
    /// When.
    pub at: Timestamp,
    /// Who was signed in.
    pub user: UserId,
    /// Who asked, byte for byte.
    pub client_id: String,
    /// What came of it.
    pub outcome: VerdictOutcome,
    /// The name of the rule that decided.
    pub rule: String,
    /// Which rules these were.
    pub rules_version: String,
    /// What they were applied to, as the caller encodes it.
    pub facts: Vec<u8>,
}

/// A verdict that is kept.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct KeptVerdict {
    /// Its number: higher than that of any other that was there when it came.
    pub number: i64,
    /// When.
    pub at: Timestamp,
    /// Who was signed in.
    pub user: UserId,
    /// Who asked, byte for byte.
    pub client_id: String,
    /// What came of it.
    pub outcome: VerdictOutcome,
    /// The name of the rule that decided.
    pub rule: String,
    /// Which rules these were.
    pub rules_version: String,
    /// What they were applied to.
    pub facts: Vec<u8>,
}
