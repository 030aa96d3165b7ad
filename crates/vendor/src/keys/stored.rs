//! Keys in the store: a new one is published before it signs, so that every server has read it by then; an old one until all that it has signed has ended. One that has
//! signed for long enough is followed by another, which one of the processes with this store makes.

use std::sync::Arc;

use salver_jose::{Algorithm, DerivedKey, KeySet, PublicKey, Signer, SigningKey};
use salver_oauth::Timestamp;
use salver_store::{
    Outcome,
    sqlite::vendor::{KeyCause, VendorKey, VendorStore},
};

use super::{Keys, KeysError};
use crate::settings::LONGEST_LIFE_SECONDS;

/// Makes a new key, which is published from now on and signs in an hour. The ones before are published until what they sign by then has ended.
///
/// # Errors
/// [`KeysError`].
pub async fn rotate(
    store: &VendorStore,
    (sealing, algorithm): (&DerivedKey, Algorithm),
    now: Timestamp,
) -> Result<(), KeysError> {
    make(store, (sealing, algorithm), KeyCause::Asked, now).await.map(drop)
}

/// Makes the first key, which signs at once, if there is none.
pub(super) async fn make_first(
    store: &VendorStore,
    (sealing, algorithm): (&DerivedKey, Algorithm),
    now: Timestamp,
) -> Result<(), KeysError> {
    if store.list_keys().await?.is_empty() {
        make(store, (sealing, algorithm), KeyCause::First, now).await?;
    }
    Ok(())
}

/// Makes a new key if the newest has signed for so long.
pub(super) async fn rotate_if_old(
    store: &VendorStore,
    (sealing, algorithm): (&DerivedKey, Algorithm),
    old_after: i64,
    now: Timestamp,
) -> Result<(), KeysError> {
    let newest = store.list_keys().await?.pop();
    let old = newest.filter(|newest| now.seconds_since(newest.signs_from) >= old_after);
    let Some(old) = old else { return Ok(()) };
    let before = old.key_id.clone();
    let made = make(store, (sealing, algorithm), KeyCause::Age(old.key_id), now).await?;
    if let Some(key_id) = made {
        tracing::info!(
            key_id,
            before,
            "a signing key is old; a new one is published, and signs in an hour"
        );
    }
    Ok(())
}

/// The name of the key, unless another process has made one for the same cause.
async fn make(
    store: &VendorStore,
    (sealing, algorithm): (&DerivedKey, Algorithm),
    cause: KeyCause,
    now: Timestamp,
) -> Result<Option<String>, KeysError> {
    let key = SigningKey::generate(algorithm).map_err(|_| KeysError::NoKey)?;
    let pkcs8 = key.to_pkcs8().map_err(|_| KeysError::NoKey)?;
    let key_id = key.key_id().to_owned();
    let ahead = if cause == KeyCause::First { 0 } else { PUBLISHED_AHEAD_SECONDS };
    let signs_from = now.plus_seconds(ahead);
    let made = VendorKey {
        sealed: sealing.seal(key_id.as_bytes(), &pkcs8).map_err(|_| KeysError::NoKey)?,
        key_id: key_id.clone(),
        algorithm: algorithm.to_string(),
        made_at: now,
        signs_from,
        retires_at: None,
    };
    let others_retire_at = signs_from.plus_seconds(PUBLISHED_AFTER_SECONDS);
    let outcome = store.add_key(made, cause, others_retire_at).await?;
    Ok((outcome == Outcome::Applied).then_some(key_id))
}

pub(super) async fn read(
    store: &VendorStore,
    sealing: &DerivedKey,
    now: Timestamp,
) -> Result<Keys, KeysError> {
    let stored = store.list_keys().await?;
    let published = |key: &&VendorKey| key.retires_at.is_none_or(|end| end > now);
    let mut signer: Option<Arc<dyn Signer>> = None;
    let mut public: Vec<PublicKey> = Vec::new();
    for stored in stored.iter().rev().filter(published) {
        let pkcs8 = sealing
            .open(stored.key_id.as_bytes(), &stored.sealed)
            .map_err(|_| KeysError::OtherMasterKey)?;
        let key = SigningKey::from_pkcs8(&pkcs8).map_err(|_| KeysError::OtherMasterKey)?;
        public.push(key.public_key().clone());
        if signer.is_none() && stored.signs_from <= now {
            signer = Some(Arc::new(key));
        }
    }
    let set: KeySet = public.into_iter().collect();
    Ok(Keys::new(signer.ok_or(KeysError::NoKey)?, &set, false))
}

/// An hour: the key set is served with five minutes of freshness, and servers that keep it longer look again for a key that they do not know.
const PUBLISHED_AHEAD_SECONDS: i64 = 3_600;
/// Beyond the longest life that anything signed can have, whatever the settings were when it was signed: clocks differ, and a running service takes note of a new key within
/// half a minute.
const PUBLISHED_AFTER_SECONDS: i64 = LONGEST_LIFE_SECONDS + 300;
