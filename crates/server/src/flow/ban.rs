//! What does a ban end, and who does it? Bans shut out at every login (`judgement`) and end what was let in before (DESIGN 4.8).
//!
//! Nothing new can be let in under the bans of before (the store sees to that), so whoever comes afterwards finds all that there is to
//! end. It is done by every server that reads of a ban, and by the command that makes it; doing it again ends nothing more.

mod key_hosts;

use std::{borrow::Cow, collections::HashMap};

use salver_oauth::{GrantId, Timestamp};
use salver_policy::{
    assessment::SignedBy,
    ban::{BanFacts, Bans},
};
use salver_store::{
    Store, StoreError,
    record::{Grant, LiveGrant, RevocationReason, StatedClient},
};
use serde::Deserialize;

use self::key_hosts::KeyHosts;
use super::{service, stated};
use crate::{chance::Chance, deps::Deps};

/// How many grants are looked at, and ended, at a time.
const SLICE: u32 = 500;

/// What was ended.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Ended {
    /// Grants.
    pub grants: u64,
    /// Installations below them.
    pub installations: u64,
    /// Services, each with all tokens that it has.
    pub services: u64,
}

/// Reads bans and trust anchors that are news, and ends what they end.
///
/// # Errors
/// If the store fails; then it is to be tried again.
pub async fn follow(deps: &Deps) -> Result<(), StoreError> {
    deps.bans.refresh(&*deps.store).await?;
    let Some(current) = deps.bans.unenforced() else {
        return Ok(());
    };
    let ended = enforce(&*deps.store, &current.bans, (&*deps.chance, deps.now())).await?;
    stated::end_untrusted(deps).await?;
    deps.bans.enforced(current.number);
    if ended != Ended::default() {
        let Ended { grants, installations, services } = ended;
        tracing::info!(grants, installations, services, "bans have ended what was let in before");
        deps.revocations.refresh(&*deps.store, deps.now()).await?;
    }
    Ok(())
}

/// Ends every live grant that one of these bans shuts out, and what such services have got.
///
/// # Errors
/// If the store fails; what was ended before stays so.
pub async fn enforce(
    store: &dyn Store,
    bans: &Bans,
    (chance, now): (&dyn Chance, Timestamp),
) -> Result<Ended, StoreError> {
    let mut all = Ended::default();
    if bans.all().iter().all(|ban| !ban.is_in_force(now)) {
        return Ok(all);
    }
    let signed = Signed::for_bans(store, bans).await?;
    let (mut after, mut last) = (None, false);
    let mut key_hosts = KeyHosts::for_bans(bans, now);
    while !last {
        let slice = store.list_live_grants(after, SLICE).await?;
        last = slice.len() < SLICE as usize;
        after = slice.last().map(|live| live.grant.id);
        let mut banned: Vec<GrantId> = Vec::new();
        for live in slice {
            if hits(bans, &live, (key_hosts.of(store, &live.grant.client_id).await?, &signed, now))
            {
                banned.push(live.grant.id);
            }
        }
        if !banned.is_empty() {
            let (grants, installations) =
                store.revoke_grants(banned, RevocationReason::Ban, now).await?;
            all.grants += grants;
            all.installations += installations;
        }
    }
    all.services = service::end_banned(store, bans, (chance, now)).await?;
    Ok(all)
}

/// The live grants that these bans would end: for a preview.
///
/// # Errors
/// If the store fails.
pub async fn affected(
    store: &dyn Store,
    bans: &Bans,
    now: Timestamp,
) -> Result<Vec<LiveGrant>, StoreError> {
    let signed = Signed::for_bans(store, bans).await?;
    let (mut found, mut after, mut last) = (Vec::new(), None, false);
    let mut key_hosts = KeyHosts::for_bans(bans, now);
    while !last {
        let slice = store.list_live_grants(after, SLICE).await?;
        last = slice.len() < SLICE as usize;
        after = slice.last().map(|live| live.grant.id);
        for live in slice {
            if hits(bans, &live, (key_hosts.of(store, &live.grant.client_id).await?, &signed, now))
            {
                found.push(live);
            }
        }
    }
    Ok(found)
}

/// Whose statement was verified for this grant's client when a person last let it in, if that matters for these bans: of a document nothing else is kept.
pub(super) fn signed_at_consent(bans: &Bans, grant: &Grant) -> Option<SignedBy> {
    #[derive(Deserialize)]
    struct OnRecord {
        signed: Option<SignedBy>,
    }
    if !bans.are_of_signers() {
        return None;
    }
    serde_json::from_str::<OnRecord>(&grant.assessment).ok()?.signed
}

/// Whose statements vouch for clients that a statement registered, by `client_id`: at most a hundred for each trust anchor. Asked only where it matters for bans.
#[derive(Default)]
struct Signed(HashMap<String, SignedBy>);

impl Signed {
    async fn for_bans(store: &dyn Store, bans: &Bans) -> Result<Self, StoreError> {
        if !bans.are_of_signers() {
            return Ok(Self::default());
        }
        let stated = store.list_stated_clients().await?;
        let signed = |client: StatedClient| {
            let signed = SignedBy {
                issuer: client.issuer.into(),
                software_id: client.software_id.into(),
                key: client.key.into(),
                checked_at: client.checked_at,
            };
            (client.client_id, signed)
        };
        Ok(Self(stated.into_iter().map(signed).collect()))
    }

    fn of(&self, bans: &Bans, grant: &Grant) -> Option<Cow<'_, SignedBy>> {
        let registered = self.0.get(&grant.client_id).map(Cow::Borrowed);
        registered.or_else(|| signed_at_consent(bans, grant).map(Cow::Owned))
    }
}

fn hits(
    bans: &Bans,
    live: &LiveGrant,
    (key_host, signed, now): (Option<&str>, &Signed, Timestamp),
) -> bool {
    let mut keys: Vec<Box<str>> = live.keys.iter().map(|key| key.as_str().into()).collect();
    let grant = &live.grant;
    let signed = signed.of(bans, grant);
    keys.extend(signed.iter().map(|signed| signed.key.clone()));
    let facts = BanFacts::of_grant(
        &grant.client_id,
        &grant.fingerprint,
        &live.name,
        &grant.recipient,
        &keys,
    );
    let facts = match &signed {
        Some(signed) => facts.signed_by(&signed.issuer, &signed.software_id),
        None => facts,
    };
    let facts = facts.bound_to(Some(&live.application_key)).with_keys_from(key_host);
    bans.find(&facts, now).is_some()
}
