//! Is there a registration behind this `client_id`, and does it still stand? The `client_id` tells (decision 9), unless it is gone.

use salver_jose::seal::NotOpened;
use salver_oauth::{
    client::{id::ClientId, sealed::SealedId},
    registration::Registration,
};

use crate::deps::Deps;

/// The registration behind a `client_id`.
///
/// # Errors
/// [`NotOpened`], for the log alone.
pub(super) fn find(deps: &Deps, id: &SealedId) -> Result<Registration, NotOpened> {
    // Before it is opened: keys may be read a moment later than the number that was killed.
    if let Some(number) = deps.bans.get().gone.killed_key(id) {
        return Err(NotOpened::Killed(number));
    }
    deps.sealing.registration(id)
}

/// Whether a `client_id` looks like a registration and is none here. Whoever comes with it is told before anything is looked up: clients register anew on
/// hearing that (DESIGN 4.8).
pub(super) fn is_none(deps: &Deps, client_id: &ClientId) -> bool {
    match client_id {
        ClientId::Sealed(id) => find(deps, id).is_err(),
        _ => false,
    }
}
