//! Who may let clients register where registration is not open? Initial access tokens (RFC 7591 §3).

use salver_oauth::Timestamp;

use super::Digest;

/// An initial access token, in force or not.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RegistrationToken {
    /// Its number; rises.
    pub number: i64,
    /// The token.
    pub token: Digest,
    /// Whose it is, for people.
    pub holder: String,
    /// Who made it.
    pub made_by: String,
    /// When.
    pub made_at: Timestamp,
    /// When it ends by itself.
    pub expires_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// Who revoked it.
    pub revoked_by: Option<String>,
    /// How often a client has registered with it.
    pub uses: u64,
    /// When one last did.
    pub last_used_at: Option<Timestamp>,
}

/// An initial access token to add.
#[derive(Clone, Debug)]
pub struct NewRegistrationToken {
    /// The token.
    pub token: Digest,
    /// Whose it is, for people.
    pub holder: String,
    /// Who makes it.
    pub made_by: String,
    /// Now.
    pub made_at: Timestamp,
    /// When it ends by itself.
    pub expires_at: Option<Timestamp>,
}

/// How often clients have registered with an initial access token since that was last recorded.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct UsedRegistrationToken {
    /// Its number.
    pub number: i64,
    /// How often.
    pub uses: u64,
    /// When one last did.
    pub last_used_at: Timestamp,
}

impl RegistrationToken {
    /// Whether clients may register with it.
    #[must_use]
    pub fn is_in_force(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|end| now < end)
    }
}
