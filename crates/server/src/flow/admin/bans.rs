//! Who is shut out, and why? Making and lifting bans is a command's, which shows first what would end.

pub use salver_store::record::Ban;

use salver_oauth::Timestamp;
use salver_store::StoreError;

use super::Administrator;
use crate::deps::Deps;

/// All bans.
pub struct BanList {
    /// Those in force, the newest first.
    pub in_force: Vec<Ban>,
    /// Those that are over, the newest first.
    pub over: Vec<Ban>,
}

/// All bans.
///
/// # Errors
/// If the store fails.
pub async fn list(deps: &Deps, _: &Administrator) -> Result<BanList, StoreError> {
    let (mut bans, now) = (deps.store.list_bans().await?, deps.now());
    bans.reverse();
    let (in_force, over) = bans.into_iter().partition(|ban| is_in_force(ban, now));
    Ok(BanList { in_force, over })
}

/// Whether a ban shuts anybody out.
#[must_use]
pub fn is_in_force(ban: &Ban, now: Timestamp) -> bool {
    ban.lifted_at.is_none() && ban.expires_at.is_none_or(|end| now < end)
}
