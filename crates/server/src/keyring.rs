//! With which keys do we sign, and which do we publish? Keys are made at first start, kept sealed in the store, and
//! rotated with overlap: a new key is published before it signs, an old one until the last token under it has ended.

use std::sync::Arc;

use arc_swap::ArcSwap;
use salver_jose::{
    Algorithm, KeySet, Signer, SigningKey,
    seal::DerivedKey,
    token::{AccessTokenSigner, IdentityTokenSigner},
};
use salver_oauth::Timestamp;
use salver_store::{
    Store, StoreError,
    record::{KeyUse, StoredKey},
};
use thiserror::Error;

/// How long a new key is published before it signs, in seconds, so that nobody meets a token whose key they cannot know.
pub const PUBLISHED_AHEAD_SECONDS: i64 = 900;

/// How long an old key is published after the new one signs, in seconds: longer than any token lives.
pub const PUBLISHED_AFTER_SECONDS: i64 = 3_600;

/// The keys in force.
pub struct Keyring {
    keys: ArcSwap<Keys>,
}

/// The keys in force at one time.
pub struct Keys {
    /// The algorithm of access tokens.
    pub algorithm: Algorithm,
    /// Signs access tokens.
    pub access: AccessTokenSigner,
    /// Signs identities for servers behind the gateway.
    pub identity: IdentityTokenSigner,
    /// Verifies access tokens.
    pub access_keys: Arc<KeySet>,
    /// Verifies identities.
    pub identity_keys: Arc<KeySet>,
    /// `access_keys` as it is served.
    pub access_jwks: bytes::Bytes,
    /// `identity_keys` as it is served.
    pub identity_jwks: bytes::Bytes,
}

/// Why there are no keys to work with.
#[derive(Debug, Error)]
pub enum KeyringError {
    /// The store does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A key in the store does not open: the master key is another one than when it was made.
    #[error("a signing key in the store does not open with this master key")]
    OtherMasterKey,
    /// No key could be made.
    #[error("no signing key could be made")]
    NoKey,
}

impl Keyring {
    /// Opens the keys in the store, and makes those that are missing.
    ///
    /// # Errors
    /// [`KeyringError`]; nothing can be served then.
    pub async fn open(
        store: &dyn Store,
        sealing: &DerivedKey,
        algorithm: Algorithm,
        now: Timestamp,
    ) -> Result<Self, KeyringError> {
        for key_use in [KeyUse::AccessToken, KeyUse::Identity] {
            let wanted = if key_use == KeyUse::AccessToken { algorithm } else { Algorithm::Es256 };
            let stored = store.list_keys().await?;
            let newest = stored.iter().rev().find(|key| key.key_use == key_use);
            if newest.is_none_or(|key| key.algorithm != wanted.to_string()) {
                add(store, sealing, (key_use, wanted), (now, 0)).await?;
            }
        }
        Ok(Self { keys: ArcSwap::from_pointee(read(store, sealing, now).await?) })
    }

    /// The keys in force.
    #[must_use]
    pub fn keys(&self) -> Arc<Keys> {
        self.keys.load_full()
    }

    /// Reads the store again: another process may have rotated, and time moves keys from published to signing. Sets that did
    /// not change stay the same value, so that whoever has verified a token under one need not do it again.
    ///
    /// # Errors
    /// [`KeyringError`]; the keys in force stay.
    pub async fn refresh(
        &self,
        store: &dyn Store,
        sealing: &DerivedKey,
        now: Timestamp,
    ) -> Result<(), KeyringError> {
        let (old, mut new) = (self.keys(), read(store, sealing, now).await?);
        if new.access_jwks == old.access_jwks {
            new.access_keys = Arc::clone(&old.access_keys);
        }
        if new.identity_jwks == old.identity_jwks {
            new.identity_keys = Arc::clone(&old.identity_keys);
        }
        self.keys.store(Arc::new(new));
        Ok(())
    }
}

/// Makes a new key for each use. It is published at once and signs after [`PUBLISHED_AHEAD_SECONDS`]; the ones before are
/// published until [`PUBLISHED_AFTER_SECONDS`] later.
///
/// # Errors
/// [`KeyringError`].
pub async fn rotate(
    store: &dyn Store,
    sealing: &DerivedKey,
    algorithm: Algorithm,
    now: Timestamp,
) -> Result<(), KeyringError> {
    add(store, sealing, (KeyUse::AccessToken, algorithm), (now, PUBLISHED_AHEAD_SECONDS)).await?;
    add(store, sealing, (KeyUse::Identity, Algorithm::Es256), (now, PUBLISHED_AHEAD_SECONDS)).await
}

async fn add(
    store: &dyn Store,
    sealing: &DerivedKey,
    (key_use, algorithm): (KeyUse, Algorithm),
    (now, ahead): (Timestamp, i64),
) -> Result<(), KeyringError> {
    let key = SigningKey::generate(algorithm).map_err(|_| KeyringError::NoKey)?;
    let pkcs8 = key.to_pkcs8().map_err(|_| KeyringError::NoKey)?;
    let key_id = key.key_id().to_owned();
    let stored = StoredKey {
        sealed: sealing.seal(key_id.as_bytes(), &pkcs8).map_err(|_| KeyringError::NoKey)?,
        key_id,
        key_use,
        algorithm: algorithm.to_string(),
        created_at: now,
        signs_from: now.plus_seconds(ahead),
        retires_at: None,
    };
    store.add_key(stored, Some(now.plus_seconds(ahead + PUBLISHED_AFTER_SECONDS))).await?;
    Ok(())
}

async fn read(
    store: &dyn Store,
    sealing: &DerivedKey,
    now: Timestamp,
) -> Result<Keys, KeyringError> {
    let stored = store.list_keys().await?;
    let (access, access_keys) = of_use(&stored, KeyUse::AccessToken, sealing, now)?;
    let (identity, identity_keys) = of_use(&stored, KeyUse::Identity, sealing, now)?;
    Ok(Keys {
        algorithm: access.algorithm(),
        access: AccessTokenSigner::new(access),
        identity: IdentityTokenSigner::new(identity),
        access_jwks: access_keys.to_json().into(),
        identity_jwks: identity_keys.to_json().into(),
        access_keys: Arc::new(access_keys),
        identity_keys: Arc::new(identity_keys),
    })
}

/// The key that signs now, and the set that is published, the newest first.
fn of_use(
    stored: &[StoredKey],
    key_use: KeyUse,
    sealing: &DerivedKey,
    now: Timestamp,
) -> Result<(Arc<dyn Signer>, KeySet), KeyringError> {
    let published =
        |key: &&StoredKey| key.key_use == key_use && key.retires_at.is_none_or(|end| end > now);
    let mut signer: Option<Arc<dyn Signer>> = None;
    let mut public = Vec::new();
    for stored in stored.iter().rev().filter(published) {
        let pkcs8 = sealing
            .open(stored.key_id.as_bytes(), &stored.sealed)
            .map_err(|_| KeyringError::OtherMasterKey)?;
        let key = SigningKey::from_pkcs8(&pkcs8).map_err(|_| KeyringError::OtherMasterKey)?;
        public.push(key.public_key().clone());
        if signer.is_none() && stored.signs_from <= now {
            signer = Some(Arc::new(key));
        }
    }
    Ok((signer.ok_or(KeyringError::NoKey)?, public.into_iter().collect()))
}

#[cfg(test)]
mod tests {
    use salver_jose::{KeyPurpose, MasterKey};
    use salver_store::sqlite::{Settings, SqliteStore};

    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_unix(1_790_000_000 + seconds)
    }

    #[tokio::test]
    async fn a_rotated_key_is_published_before_it_signs_and_the_old_one_after() {
        let directory = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(directory.path().join("s.db"), Settings::default()).unwrap();
        let sealing = MasterKey::from_bytes([1; 32]).derive(KeyPurpose::SigningKeys).unwrap();
        let keyring = Keyring::open(&store, &sealing, Algorithm::Es256, at(0)).await.unwrap();
        let first = keyring.keys();
        let old = first.access.key_id().to_owned();

        rotate(&store, &sealing, Algorithm::EdDsa, at(0)).await.unwrap();
        let published = [(10, 2, true), (PUBLISHED_AHEAD_SECONDS, 2, false)];
        let gone = (PUBLISHED_AHEAD_SECONDS + PUBLISHED_AFTER_SECONDS, 1, false);
        for (seconds, keys, signs_with_old) in published.into_iter().chain([gone]) {
            keyring.refresh(&store, &sealing, at(seconds)).await.unwrap();
            let now = keyring.keys();
            assert_eq!(now.access_keys.iter().count(), keys, "{seconds}");
            assert_eq!(now.access.key_id() == old, signs_with_old, "{seconds}");
        }
        assert_eq!(keyring.keys().algorithm, Algorithm::EdDsa);
    }

    #[tokio::test]
    async fn keys_that_did_not_change_stay_the_same_value() {
        let directory = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(directory.path().join("s.db"), Settings::default()).unwrap();
        let sealing = MasterKey::from_bytes([1; 32]).derive(KeyPurpose::SigningKeys).unwrap();
        let keyring = Keyring::open(&store, &sealing, Algorithm::Es256, at(0)).await.unwrap();
        let before = keyring.keys();
        keyring.refresh(&store, &sealing, at(60)).await.unwrap();
        assert!(Arc::ptr_eq(&before.access_keys, &keyring.keys().access_keys));
        rotate(&store, &sealing, Algorithm::Es256, at(60)).await.unwrap();
        keyring.refresh(&store, &sealing, at(61)).await.unwrap();
        assert!(!Arc::ptr_eq(&before.access_keys, &keyring.keys().access_keys));
    }

    #[tokio::test]
    async fn another_master_key_opens_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(directory.path().join("s.db"), Settings::default()).unwrap();
        let sealing =
            |byte| MasterKey::from_bytes([byte; 32]).derive(KeyPurpose::SigningKeys).unwrap();
        Keyring::open(&store, &sealing(1), Algorithm::Es256, at(0)).await.unwrap();
        let other = Keyring::open(&store, &sealing(2), Algorithm::Es256, at(0)).await;
        assert!(matches!(other.err(), Some(KeyringError::OtherMasterKey)));
    }
}
