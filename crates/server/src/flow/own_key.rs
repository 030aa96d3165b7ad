//! Is it the copy of a client of one person, by the key that they have put here for it? (`private_key_jwt`, one `client_id` for many.)
//!
//! An assertion that names a key (`kid`) finds it by that name; one that names none may be signed by this person's keys alone. So nobody's keys are tried but
//! a few, however many share the client.

use salver_jose::{KeySet, PublicKey, UnverifiedAssertion};
use salver_oauth::{UserId, client::recorded::RecordedId, token::error::TokenError};
use salver_store::{
    StoreError,
    record::{ClientSecret, Grant, secret_key},
};

use super::{
    client_authentication::proven,
    token::{TokenRefusal, refuse_banned},
};
use crate::deps::Deps;

/// Recognises a client by a key of the person whose login it is. Answers by what its installation is begun.
///
/// # Errors
/// [`TokenError`] if no key of the client has signed it, if that key has ended, or if it is another person's: then the code stays unspent.
pub(super) async fn by_key(
    deps: &Deps,
    id: &RecordedId,
    assertion: UnverifiedAssertion<'_>,
    grant: &Grant,
) -> Result<Box<str>, TokenRefusal> {
    let (signed, thumbprint) = signer(deps, id, assertion, grant.user).await?;
    if signed.holder != Some(grant.user) {
        return Err(TokenError::OthersSecret.into());
    }
    refuse_banned(deps, grant, &[thumbprint])?;
    deps.usage.note_secret(signed.id, deps.now());
    Ok(secret_key(signed.id).into())
}

/// The same when it pushes a request, before anybody has signed in: whose login it becomes is judged with the code.
///
/// # Errors
/// [`TokenError`] if no key of the client has signed it, or if that key has ended.
pub(super) async fn at_push(
    deps: &Deps,
    id: &RecordedId,
    assertion: UnverifiedAssertion<'_>,
) -> Result<Box<str>, TokenRefusal> {
    if assertion.claimed_key_id().is_none() {
        return Err(TokenError::ClientAuthentication.into()); // whose keys to try nobody can say yet
    }
    let (signed, _) = signer(deps, id, assertion, NOBODY).await?;
    deps.usage.note_secret(signed.id, deps.now());
    Ok(secret_key(signed.id).into())
}

/// The key that has signed, and its thumbprint. Those of this person come first.
async fn signer(
    deps: &Deps,
    id: &RecordedId,
    assertion: UnverifiedAssertion<'_>,
    person: UserId,
) -> Result<(ClientSecret, Box<str>), TokenRefusal> {
    let named = assertion.claimed_key_id();
    let found = deps.store.find_client_keys(id.as_str(), named, person).await?;
    let mut keys: Vec<(String, ClientSecret)> = Vec::with_capacity(found.len());
    let mut set = Vec::with_capacity(found.len());
    for one in found {
        let key = read(&one)?;
        keys.push((key.thumbprint().to_owned(), one));
        set.push(key);
    }
    let thumbprint = proven(deps, assertion, &KeySet::from_iter(set)).await?;
    // The person's own come first: where two have put the same key here, it is theirs.
    let signed = keys.into_iter().find(|(key, _)| **key == *thumbprint);
    let (_, signed) = signed.ok_or(TokenError::ClientAuthentication)?;
    if !signed.is_live(deps.now()) {
        return Err(TokenError::SecretEnded.into());
    }
    Ok((signed, thumbprint))
}

/// No account has it.
const NOBODY: UserId = UserId::from_bytes([0; 16]);

fn read(kept: &ClientSecret) -> Result<PublicKey, StoreError> {
    let jwk = kept.key.as_ref().map(|key| key.jwk.as_bytes());
    let key = jwk.and_then(|jwk| PublicKey::parse(jwk).ok());
    key.ok_or(StoreError::Corrupt("client_secrets"))
}
