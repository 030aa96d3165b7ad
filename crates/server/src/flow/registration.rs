//! Is there a registration behind this `client_id`, and does it still stand? The `client_id` tells (decision 9), unless it is gone.

use salver_jose::seal::NotOpened;
use salver_oauth::{
    client::{id::ClientId, sealed::SealedId},
    registration::Registration,
};
use thiserror::Error;

use crate::deps::Deps;

/// Why there is none.
#[derive(Debug, Error)]
pub(super) enum Absent {
    /// It does not open.
    #[error(transparent)]
    NotOpened(#[from] NotOpened),
    /// Its client has deleted it.
    #[error("deleted by its client")]
    Deleted(Box<Registration>),
}

/// The registration behind a `client_id`.
///
/// # Errors
/// [`Absent`].
pub(super) fn find(deps: &Deps, id: &SealedId) -> Result<Registration, Absent> {
    let bans = deps.bans.get();
    // Before it is opened: keys may be read a moment later than the number that was killed.
    if let Some(number) = bans.gone.killed_key(id) {
        return Err(NotOpened::Killed(number).into());
    }
    let registration = deps.sealing.registration(id)?;
    if bans.gone.is_deleted(id, &deps.sealing) {
        return Err(Absent::Deleted(Box::new(registration)));
    }
    Ok(registration)
}

/// What was registered under a `client_id`, deleted or not. Nothing under a killed key: whoever has it can write there what they like.
pub(super) fn ever(deps: &Deps, id: &SealedId) -> Option<Registration> {
    match find(deps, id) {
        Ok(registration) => Some(registration),
        Err(Absent::Deleted(registration)) => Some(*registration),
        Err(Absent::NotOpened(_)) => None,
    }
}

/// Whether a `client_id` looks like a registration and is none here. Whoever comes with it is told before anything is looked up: clients register anew on
/// hearing that (DESIGN 4.8).
pub(super) fn is_none(deps: &Deps, client_id: &ClientId) -> bool {
    match client_id {
        ClientId::Sealed(id) => find(deps, id).is_err(),
        _ => false,
    }
}
