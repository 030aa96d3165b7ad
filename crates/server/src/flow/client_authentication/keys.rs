//! Which keys has this client now? In its metadata, or where these say; fetched on somebody's account, or at hand (DESIGN 4.5).

use salver_egress::{
    Candidate, Check, ChosenBy, Fetch, Fetched, Freshness, Purpose, Source, Standing,
};
use salver_jose::KeySet;
use salver_oauth::{
    UserId,
    client::{
        change::thumbprints,
        id::ClientId,
        metadata::{Keys, Metadata},
    },
    token::error::TokenError,
};

use crate::{
    deps::Deps,
    flow::{token::TokenRefusal, version},
};

/// What the egress ledger calls fetches of key sets.
pub const KEYS: Purpose = Purpose::new("client_keys");

/// Looks up a client's keys on behalf of a person, so that they are at hand when the client pushes its next request. What fails is in the log.
pub(in crate::flow) async fn have_at_hand(deps: &Deps, keys: &Keys, person: UserId) {
    if let Keys::At(url) = keys {
        drop(fetch(deps, url, Source::User(*person.as_bytes())).await);
    }
}

/// The client's keys. If the key that is named is not among them, a set that is a while old is fetched once more: keys rotate. Without anybody on whose account
/// they are fetched they have to be at hand.
pub(super) async fn key_set(
    deps: &Deps,
    (client_id, named): (&ClientId, Option<&str>),
    (keys, source): (&Keys, Option<Source>),
) -> Result<KeySet, TokenRefusal> {
    let url = match keys {
        Keys::None => return Err(TokenError::ClientAuthentication.into()),
        Keys::Inline(set) => return Ok(read(set.as_bytes())?),
        Keys::At(url) => url,
    };
    let Some(source) = source else {
        return at_hand(deps, url);
    };
    let mut fetched = fetch(deps, url, source).await?;
    if matches!(fetched.freshness, Freshness::Kept { age } if age.as_secs() >= KEYS_LAST_SECONDS) {
        deps.egress.forget(url, KEYS);
        fetched = fetch(deps, url, source).await?;
    }
    let keys = noted(deps, client_id, &fetched).await?;
    let is_old = matches!(fetched.freshness, Freshness::Kept { age } if age.as_secs() >= REFETCH_AFTER_SECONDS);
    if is_old && named.is_some_and(|name| keys.find(name).is_none()) {
        deps.egress.forget(url, KEYS);
        return noted(deps, client_id, &fetch(deps, url, source).await?).await;
    }
    Ok(keys)
}

/// Whether a client's keys can be had, so that it could have proven itself.
pub(super) fn can_prove(deps: &Deps, client: &Metadata, source: Option<Source>) -> bool {
    match &client.keys {
        Keys::At(url) if client.methods.rest_on_keys() && source.is_none() => {
            kept(deps, url).is_some()
        }
        _ => true,
    }
}

/// The key set at this URL, if it is at hand.
fn at_hand(deps: &Deps, url: &str) -> Result<KeySet, TokenRefusal> {
    Ok(read(&kept(deps, url).ok_or(TokenError::KeysNotAtHand)?.body)?)
}

/// What was fetched from this URL, if it is not too old.
fn kept(deps: &Deps, url: &str) -> Option<Fetched> {
    let too_old = |fetched: &Fetched| match fetched.freshness {
        Freshness::Now => false,
        Freshness::Kept { age } | Freshness::Unasked { age } | Freshness::Stale { age, .. } => {
            age.as_secs() >= KEYS_LAST_SECONDS
        }
    };
    deps.egress.cached(url, KEYS).filter(|fetched| !too_old(fetched))
}

/// Reads a key set. What was authenticated with keys that the client's host has just taken out of it ends.
async fn noted(
    deps: &Deps,
    client_id: &ClientId,
    fetched: &Fetched,
) -> Result<KeySet, TokenRefusal> {
    let keys = read(&fetched.body)?;
    if fetched.freshness == Freshness::Now {
        let set = String::from_utf8_lossy(&fetched.body);
        let kept = thumbprints(&set).into_iter().map(String::from).collect();
        version::note_keys(deps, client_id, kept).await?;
    }
    Ok(keys)
}

async fn fetch(deps: &Deps, url: &str, source: Source) -> Result<Fetched, TokenError> {
    let fetch = Fetch {
        url,
        chosen_by: ChosenBy::Stranger,
        purpose: KEYS,
        source,
        // Keys are never served stale, however good they were (DESIGN 4.5).
        standing: Standing::FirstSight,
        limit: KEY_SET_BYTES,
        accept: "application/jwk-set+json, application/json",
        check: Check::new(is_key_set),
    };
    deps.egress.fetch(fetch).await.map_err(|error| {
        tracing::info!(url, %error, "a client's keys could not be fetched");
        TokenError::ClientAuthentication
    })
}

fn is_key_set(candidate: &Candidate<'_>) -> bool {
    KeySet::parse(candidate.body).is_ok()
}

fn read(set: &[u8]) -> Result<KeySet, TokenError> {
    KeySet::parse(set).map_err(|error| {
        tracing::info!(%error, "a client's keys cannot be used");
        TokenError::ClientAuthentication
    })
}

/// The most that is read of a key set, in bytes (DESIGN §9).
const KEY_SET_BYTES: usize = 64 * 1024;

/// How old a key set must be before an unknown key is a reason to fetch it again, in seconds (CIMD-C-5).
const REFETCH_AFTER_SECONDS: u64 = 60;

/// How old a key set may get at most, whatever its host and the keeping of documents say, in seconds (DESIGN 4.5).
const KEYS_LAST_SECONDS: u64 = 24 * 3_600;
