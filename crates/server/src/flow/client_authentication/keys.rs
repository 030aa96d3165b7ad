//! Which keys has this client now? In its metadata, or where these say; fetched on somebody's account, or at hand (DESIGN 4.5).

use std::sync::Arc;

use salver_egress::{Fetched, Purpose, Source};
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
use salver_store::StoreError;

use crate::{
    deps::Deps,
    flow::{
        keys_at::{Errand, KeysAt, KeysUnreadable},
        token::TokenRefusal,
        version,
    },
};

/// What the egress ledger calls fetches of key sets.
pub const KEYS: Purpose = Purpose::new("client_keys");

/// Looks up a client's keys on behalf of a person, so that they are at hand when the client pushes its next request. What fails is in the log.
pub(in crate::flow) async fn have_at_hand(deps: &Deps, keys: &Keys, person: UserId) {
    if let Keys::At(url) = keys {
        let errand = Errand { purpose: KEYS, source: Source::User(*person.as_bytes()) };
        if let Err(why) = KeysAt::new(url).load(&deps.egress, errand, None).await {
            unreadable(url, why);
        }
    }
}

/// The client's keys, and the one that is named among them if it can be had. Without anybody on whose account they are fetched they have to be at hand.
pub(super) async fn key_set(
    deps: &Deps,
    (client_id, named): (&ClientId, Option<&str>),
    (keys, source): (&Keys, Option<Source>),
) -> Result<Arc<KeySet>, TokenRefusal> {
    let url = match keys {
        Keys::None => return Err(TokenError::ClientAuthentication.into()),
        Keys::Inline(set) => return Ok(read(set.as_bytes())?),
        Keys::At(url) => url,
    };
    let at = KeysAt::new(url);
    let Some(source) = source else {
        let at_hand = at.at_hand(&deps.egress, KEYS).ok_or(TokenError::KeysNotAtHand)?;
        return Ok(read(&at_hand.body)?);
    };
    let errand = Errand { purpose: KEYS, source };
    let loaded = at.load(&deps.egress, errand, named).await;
    let (keys, fetched) = loaded.map_err(|why| unreadable(url, why))?;
    note(deps, client_id, &fetched).await?;
    Ok(keys)
}

/// Whether a client's keys can be had, so that it could have proven itself.
pub(super) fn can_prove(deps: &Deps, client: &Metadata, source: Option<Source>) -> bool {
    match &client.keys {
        Keys::At(url) if client.methods.rest_on_keys() && source.is_none() => {
            KeysAt::new(url).at_hand(&deps.egress, KEYS).is_some()
        }
        _ => true,
    }
}

/// Ends what was authenticated with keys that the client's host has taken out of its set.
async fn note(deps: &Deps, client_id: &ClientId, fetched: &Fetched) -> Result<(), StoreError> {
    if deps.noted_keys.is_news(client_id, fetched).await {
        let set = String::from_utf8_lossy(&fetched.body);
        let kept = thumbprints(&set).into_iter().map(String::from).collect();
        version::note_keys(deps, client_id, kept).await?;
        deps.noted_keys.note(client_id, fetched).await;
    }
    Ok(())
}

#[expect(clippy::needless_pass_by_value, reason = "the form that map_err wants")]
fn unreadable(url: &str, why: KeysUnreadable) -> TokenError {
    tracing::info!(url, %why, "a client's keys cannot be read");
    TokenError::ClientAuthentication
}

fn read(set: &[u8]) -> Result<Arc<KeySet>, TokenError> {
    KeySet::parse(set).map(Arc::new).map_err(|error| {
        tracing::info!(%error, "a client's keys cannot be used");
        TokenError::ClientAuthentication
    })
}
