//! Which programs of administrators may manage clients here?

use salver_oauth::Timestamp;

use super::Digest;

/// A token of the programming interface, without its text.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ApiToken {
    /// Its number.
    pub number: i64,
    /// What it says.
    pub content: NewApiToken,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Timestamp>,
    /// When it was revoked.
    pub ended_at: Option<Timestamp>,
}

/// A token to add.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct NewApiToken {
    /// The digest of what was shown to its maker.
    pub digest: Digest,
    /// What its maker calls it: the name under which it does things.
    pub name: String,
    /// Whether it may change something.
    pub may_change: bool,
    /// Who made it, by name.
    pub made_by: String,
    /// When it was made.
    pub made_at: Timestamp,
    /// When it ends by itself.
    pub expires_at: Timestamp,
}

impl ApiToken {
    /// Whether it can be used.
    #[must_use]
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.ended_at.is_none() && now < self.content.expires_at
    }
}
