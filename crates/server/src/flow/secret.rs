//! May this secret be tried now, and is it right? (DESIGN §9, decision 10.)
//!
//! Wrong ones count per owner and network, so that a right one from elsewhere is never refused. One from the same network waits like all others from
//! there: what is right must not show while somebody guesses.

use salver_oauth::limit::TooMany;

use super::token::TokenRefusal;
use crate::{deps::Deps, network::Network, throttle::Counted};

/// With what a secret is presented. Wrong ones count for each by itself: anybody can push a request, and whoever does must not keep a client from its tokens.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Place {
    /// With a code or token that lives, or as a service or a resource server.
    WithToken,
    /// With a request that is pushed.
    Push,
}

/// Whether the secret of this owner is right.
///
/// # Errors
/// [`TokenRefusal::TooMany`], if too many wrong ones came from that network; then it is not tried.
pub(super) fn is_right(
    deps: &Deps,
    owner: &str,
    (network, place): (Network, Place),
    compare: impl FnOnce() -> bool,
) -> Result<bool, TokenRefusal> {
    // Of fixed length, whatever the name's.
    let digest = match place {
        Place::WithToken => deps.secrets.digest(owner),
        Place::Push => deps.secrets.digest(&format!("push {owner}")),
    };
    let name = digest.first_chunk().copied().unwrap_or_default();
    let key = Counted::Client(name, network);
    deps.secret_tries
        .attempt(key, deps.now(), compare)
        .map_err(|wait| TokenRefusal::TooMany(TooMany::WrongSecrets, wait))
}
