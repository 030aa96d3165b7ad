//! With which keys are registrations sealed into a `client_id`? Roots have numbers, are made at first start, and are kept sealed in the store, so that every
//! process with the same store and master key opens what another gave out (DESIGN 4.3, decision 9).
//!
//! A new root opens at once, and seals when every process has read of it. Old ones open for good, unless they are killed; there is always one that seals.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
};

use arc_swap::ArcSwap;
use salver_jose::seal::{
    ClientCredential, DerivedKey, NotOpened, SealIdError, SealingKeys, SealingRoot,
};
use salver_oauth::{
    Issuer, Timestamp,
    client::{
        id::ClientId,
        metadata::{Metadata, SecretMethod},
        sealed::SealedId,
    },
    registration::{Authentication, Registration},
};
use salver_store::{
    Outcome, Store, StoreError,
    record::{Digest, KeyUse, StoredKey},
};
use zeroize::Zeroizing;

use crate::keyring::KeyringError;

/// How long a new root opens before it seals, in seconds: every process reads keys each minute.
pub const OPENS_AHEAD_SECONDS: i64 = 180;

/// The keys that seal and open registrations.
pub struct Sealing {
    keys: ArcSwap<SealingKeys>,
    /// Killed numbers whose grants have been ended.
    ended: Mutex<BTreeSet<u16>>,
}

impl Sealing {
    /// Opens the roots in the store, and makes one if none lives.
    ///
    /// # Errors
    /// [`KeyringError`]; nothing can be served then.
    pub async fn open(
        store: &dyn Store,
        sealing: &DerivedKey,
        issuer: &Issuer,
        now: Timestamp,
    ) -> Result<Self, KeyringError> {
        let keys = read_or_make(store, sealing, issuer, now).await?;
        Ok(Self { keys: ArcSwap::from_pointee(keys), ended: Mutex::default() })
    }

    /// Reads the store again: another process may have rotated or killed, and time lets a new root seal.
    ///
    /// # Errors
    /// [`KeyringError`]; the keys in force stay.
    pub async fn refresh(
        &self,
        store: &dyn Store,
        sealing: &DerivedKey,
        issuer: &Issuer,
        now: Timestamp,
    ) -> Result<(), KeyringError> {
        self.keys.store(Arc::new(read_or_make(store, sealing, issuer, now).await?));
        Ok(())
    }

    /// Whether what was sealed under a number is opened, as far as this process has read.
    #[must_use]
    pub fn is_alive(&self, number: u16) -> bool {
        self.keys.load().is_alive(number)
    }

    /// Those of the killed numbers whose grants this process has not ended yet.
    #[must_use]
    pub fn unended(&self, killed: &BTreeSet<u16>) -> BTreeSet<u16> {
        let ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner);
        killed.difference(&ended).copied().collect()
    }

    /// What these numbers gave has been ended.
    pub fn ended(&self, numbers: &BTreeSet<u16>) {
        self.ended.lock().unwrap_or_else(PoisonError::into_inner).extend(numbers);
    }

    /// The `client_id` of a registration: the same for the same one.
    ///
    /// # Errors
    /// [`SealIdError`].
    pub fn seal(&self, registration: &Registration) -> Result<SealedId, SealIdError> {
        self.keys.load().seal(registration)
    }

    /// The registration behind a `client_id`.
    ///
    /// # Errors
    /// [`NotOpened`], for the log alone.
    pub fn registration(&self, id: &SealedId) -> Result<Registration, NotOpened> {
        self.keys.load().open(id)
    }

    /// What is known of the client behind a `client_id`.
    ///
    /// # Errors
    /// [`NotOpened`], for the log alone.
    pub fn metadata(&self, id: &SealedId) -> Result<Metadata, NotOpened> {
        Ok(self.registration(id)?.metadata(ClientId::Sealed(id.clone())))
    }

    /// What a registration with a nonce gets beside its `client_id`; nothing without a nonce.
    #[must_use]
    pub fn credential(
        &self,
        kind: ClientCredential,
        id: &SealedId,
        registration: &Registration,
    ) -> Option<Zeroizing<String>> {
        self.keys.load().credential(kind, id, registration.nonce()?)
    }

    /// Whether this is a credential of that registration.
    #[must_use]
    pub fn is_credential(
        &self,
        kind: ClientCredential,
        (id, registration): (&SealedId, &Registration),
        presented: &str,
    ) -> bool {
        let keys = self.keys.load();
        registration.nonce().is_some_and(|nonce| keys.is_credential(kind, (id, nonce), presented))
    }

    /// The keyed hash by which the store knows a `client_id`; nothing if its key is not alive.
    #[must_use]
    pub fn hash(&self, id: &SealedId) -> Option<Digest> {
        self.keys.load().hash(id)
    }

    /// Whether a client has proven itself by its secret, presented in the way that it registered.
    #[must_use]
    pub fn is_secret(&self, id: &SealedId, method: SecretMethod, presented: &str) -> bool {
        let Ok(registration) = self.registration(id) else {
            return false;
        };
        let registered = match registration.authentication() {
            Authentication::Secret(registered, _) => Some(*registered),
            Authentication::None
            | Authentication::PrivateKeyJwt(_)
            | Authentication::Attestation(_) => None,
        };
        registered == Some(method)
            && self.is_credential(ClientCredential::Secret, (id, &registration), presented)
    }
}

/// Makes a root with the next number, and answers that. It opens at once and seals after [`OPENS_AHEAD_SECONDS`]; those before it go on opening.
///
/// # Errors
/// [`KeyringError`].
pub async fn rotate(
    store: &dyn Store,
    sealing: &DerivedKey,
    now: Timestamp,
) -> Result<u16, KeyringError> {
    add(store, sealing, (now, OPENS_AHEAD_SECONDS)).await
}

/// Kills a number: nothing that was sealed under it opens any more. If nothing else could seal, a new root does so from now on. `Lost` if there is no such
/// number, or it was killed before.
///
/// # Errors
/// [`KeyringError`].
pub async fn kill(
    store: &dyn Store,
    sealing: &DerivedKey,
    target: u16,
    now: Timestamp,
) -> Result<Outcome, KeyringError> {
    let living = of_registrations(store).await?.into_iter().filter(|key| key.retires_at.is_none());
    let (targets, others): (Vec<_>, Vec<_>) = living.partition(|key| number(key) == Some(target));
    let Some(key) = targets.first() else {
        return Ok(Outcome::Lost);
    };
    // First: there is always one that seals.
    if others.iter().all(|key| key.signs_from > now) {
        add(store, sealing, (now, 0)).await?;
    }
    Ok(store.kill_key(&key.key_id, now).await?)
}

/// The number of a root; nothing, if a key seals no registrations.
#[must_use]
pub fn number(key: &StoredKey) -> Option<u16> {
    let named = (key.key_use == KeyUse::Registration).then_some(&key.key_id)?;
    named.strip_prefix(PREFIX)?.parse().ok()
}

/// The id of the key that a `client_id` names.
#[must_use]
pub fn key_id(id: &SealedId) -> Option<String> {
    id.parts().map(|(_, number, _)| format!("{PREFIX}{number}"))
}

/// The number that seals at this time.
#[must_use]
pub fn sealing_number(stored: &[StoredKey], now: Timestamp) -> Option<u16> {
    let seals = |key: &&StoredKey| key.retires_at.is_none() && key.signs_from <= now;
    stored.iter().filter(seals).filter_map(number).max()
}

async fn add(
    store: &dyn Store,
    sealing: &DerivedKey,
    (now, ahead): (Timestamp, i64),
) -> Result<u16, KeyringError> {
    let greatest = of_registrations(store).await?.iter().filter_map(number).max();
    let number = greatest.unwrap_or(0).checked_add(1).ok_or(KeyringError::NoKey)?;
    let key_id = format!("{PREFIX}{number}");
    let root = SealingRoot::generate().map_err(|_| KeyringError::NoKey)?;
    let sealed = sealing.seal(key_id.as_bytes(), root.as_bytes());
    let stored = StoredKey {
        sealed: sealed.map_err(|_| KeyringError::NoKey)?,
        key_id,
        key_use: KeyUse::Registration,
        algorithm: ALGORITHM.to_owned(),
        created_at: now,
        signs_from: now.plus_seconds(ahead),
        retires_at: None,
    };
    store.add_key(stored, None).await?;
    Ok(number)
}

async fn of_registrations(store: &dyn Store) -> Result<Vec<StoredKey>, StoreError> {
    let mut stored = store.list_keys().await?;
    stored.retain(|key| key.key_use == KeyUse::Registration);
    Ok(stored)
}

async fn read_or_make(
    store: &dyn Store,
    sealing: &DerivedKey,
    issuer: &Issuer,
    now: Timestamp,
) -> Result<SealingKeys, KeyringError> {
    let lives = |key: &StoredKey| key.retires_at.is_none();
    let mut stored = of_registrations(store).await?;
    if !stored.iter().any(lives) {
        let made = add(store, sealing, (now, 0)).await;
        stored = of_registrations(store).await?;
        // Another process may have made the same number at this very moment: then that is the one.
        if !stored.iter().any(lives) {
            made?;
        }
    }
    let (living, killed): (Vec<_>, Vec<_>) = stored.iter().partition(|key| lives(key));
    let roots = living.into_iter().map(|key| open(sealing, key)).collect::<Result<Vec<_>, _>>()?;
    let keys = SealingKeys::new(issuer, roots, killed.into_iter().filter_map(number));
    let keys = keys.map_err(|_| KeyringError::NoKey)?;
    Ok(match sealing_number(&stored, now) {
        Some(number) => keys.sealing_with(number),
        None => keys,
    })
}

fn open(sealing: &DerivedKey, key: &StoredKey) -> Result<(u16, SealingRoot), KeyringError> {
    let number = number(key).ok_or(KeyringError::OtherMasterKey)?;
    let opened = sealing.open(key.key_id.as_bytes(), &key.sealed);
    let opened = opened.map_err(|_| KeyringError::OtherMasterKey)?;
    let bytes = <[u8; 32]>::try_from(opened.as_slice());
    let bytes = bytes.map_err(|_| KeyringError::OtherMasterKey)?;
    Ok((number, SealingRoot::from_bytes(bytes)))
}

/// Roots are named by their number, so that two processes cannot make one number twice.
const PREFIX: &str = "registration-";

const ALGORITHM: &str = "AES-256-GCM-SIV";

#[cfg(test)]
mod tests;
