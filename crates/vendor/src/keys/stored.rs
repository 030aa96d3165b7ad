//! Keys in the store: a new one is published before it signs, so that every server has read it by then; an old one until all that it has signed has ended.

use std::sync::Arc;

use salver_jose::{Algorithm, DerivedKey, KeySet, PublicKey, Signer, SigningKey};
use salver_oauth::Timestamp;
use salver_store::sqlite::vendor::{VendorKey, VendorStore};

use super::{Keys, KeysError};

/// Makes a new key, which is published from now on and signs in an hour. The ones before are published until what they sign by then has ended.
///
/// # Errors
/// [`KeysError`].
pub async fn rotate(
    store: &VendorStore,
    (sealing, algorithm): (&DerivedKey, Algorithm),
    longest_life: i64,
    now: Timestamp,
) -> Result<(), KeysError> {
    make(store, (sealing, algorithm), (now, AHEAD_SECONDS), longest_life).await?;
    Ok(store.note_rotation(now).await?)
}

pub(super) async fn make(
    store: &VendorStore,
    (sealing, algorithm): (&DerivedKey, Algorithm),
    (now, ahead): (Timestamp, i64),
    longest_life: i64,
) -> Result<(), KeysError> {
    let key = SigningKey::generate(algorithm).map_err(|_| KeysError::NoKey)?;
    let pkcs8 = key.to_pkcs8().map_err(|_| KeysError::NoKey)?;
    let key_id = key.key_id().to_owned();
    let made = VendorKey {
        sealed: sealing.seal(key_id.as_bytes(), &pkcs8).map_err(|_| KeysError::NoKey)?,
        key_id,
        algorithm: algorithm.to_string(),
        made_at: now,
        signs_from: now.plus_seconds(ahead),
        retires_at: None,
    };
    let others_retire_at = now.plus_seconds(ahead + longest_life + AFTER_SECONDS);
    Ok(store.add_key(made, others_retire_at).await?)
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
const AHEAD_SECONDS: i64 = 3_600;
/// Beyond the life of what was signed: clocks differ, and a running service takes note of a rotation within half a minute.
const AFTER_SECONDS: i64 = 300;
