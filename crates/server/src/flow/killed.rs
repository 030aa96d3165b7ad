//! What ends when a key of registrations is killed? Everything that was let in under a `client_id` of that number: whoever has the key can make such
//! identifiers, and their secrets (decision 9). Nothing new comes in: a login that was judged before is judged anew, and finds the number killed.

use std::collections::BTreeSet;

use salver_oauth::{GrantId, Timestamp, client::id::ClientId};
use salver_store::{
    Store, StoreError,
    record::{LiveGrant, RevocationReason},
};

use crate::{deps::Deps, keyring::KeyringError};

/// How many grants are looked at, and ended, at a time.
const SLICE: u32 = 500;

/// Seals with no killed number any more, and ends what the killed ones gave. Which those are came with the bans.
///
/// # Errors
/// If the store fails, or a key in it cannot be used; then it is to be tried again.
pub async fn follow(deps: &Deps) -> Result<(), KeyringError> {
    let bans = deps.bans.get();
    let killed = bans.gone.killed();
    if killed.iter().any(|number| deps.sealing.is_alive(*number)) {
        let (key, issuer) = (deps.secrets.sealing_roots(), &deps.settings.issuer);
        deps.sealing.refresh(&*deps.store, key, issuer, deps.now()).await?;
    }
    let numbers = deps.sealing.unended(killed);
    if numbers.is_empty() {
        return Ok(());
    }
    let ended = end(&*deps.store, &numbers, deps.now()).await?;
    deps.sealing.ended(&numbers);
    if ended > 0 {
        tracing::info!(ended, "a killed key of registrations has ended what was let in under it");
        deps.revocations.refresh(&*deps.store, deps.now()).await?;
    }
    Ok(())
}

/// Ends every live grant of a `client_id` of these numbers; answers how many.
///
/// # Errors
/// If the store fails; what was ended before stays so.
pub async fn end(
    store: &dyn Store,
    numbers: &BTreeSet<u16>,
    now: Timestamp,
) -> Result<u64, StoreError> {
    let (mut ended, mut after, mut last) = (0, None, false);
    while !last {
        let slice = store.list_live_grants(after, SLICE).await?;
        last = slice.len() < SLICE as usize;
        after = slice.last().map(|live| live.grant.id);
        let under = |live: &&LiveGrant| is_of(&live.grant.client_id, numbers);
        let grants: Vec<GrantId> = slice.iter().filter(under).map(|live| live.grant.id).collect();
        if !grants.is_empty() {
            ended += store.revoke_grants(grants, RevocationReason::Administrator, now).await?.0;
        }
    }
    Ok(ended)
}

fn is_of(client_id: &str, numbers: &BTreeSet<u16>) -> bool {
    match ClientId::parse(client_id) {
        Ok(ClientId::Sealed(id)) => {
            id.parts().is_some_and(|(_, number, _)| numbers.contains(&number))
        }
        _ => false,
    }
}
