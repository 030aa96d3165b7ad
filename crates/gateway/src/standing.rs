//! Does a token still stand? The gateway's question to whoever follows revocations (DESIGN §4.9); it never sees a store.

use salver_jose::AccessTokenClaims;
use salver_oauth::{GrantId, InstallationId, Timestamp, TokenId};
use tokio::sync::watch;

/// The names under which a token can be revoked.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct TokenNames {
    /// The consent that it hangs below.
    pub grant: GrantId,
    /// The running copy of the application that holds it.
    pub installation: InstallationId,
    /// The token itself.
    pub token: TokenId,
}

impl TokenNames {
    pub(crate) fn of(claims: &AccessTokenClaims) -> Self {
        Self { grant: claims.grant, installation: claims.installation, token: claims.token_id }
    }
}

/// Whether a token stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Verdict {
    /// Nothing that it hangs below is revoked.
    Stands,
    /// The token, its installation or its grant is revoked.
    Revoked,
    /// No fresh word for too long: nobody may pass.
    Unknown,
}

/// Who knows of revocations. Asked several times in every call and on every change for every open stream: it answers from
/// memory.
pub trait Standing: Send + Sync {
    /// Whether a token stands at this moment.
    fn ask(&self, names: &TokenNames, now: Timestamp) -> Verdict;

    /// A number that changes whenever an answer may have changed.
    fn changes(&self) -> watch::Receiver<u64>;

    /// A token of this generation is in use: the answer to its refresh has arrived. Told at the first use, then at most once
    /// a minute.
    fn used(&self, installation: InstallationId, generation: u32, now: Timestamp);
}
