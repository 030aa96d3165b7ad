//! With which keys are registrations sealed into a `client_id`? Roots have numbers, are made at first start, and are kept sealed in the store, so that every
//! process with the same store and master key opens what another gave out (DESIGN 4.3, decision 9).

use std::sync::Arc;

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
    Store,
    record::{KeyUse, StoredKey},
};
use zeroize::Zeroizing;

use crate::keyring::KeyringError;

/// The keys that seal and open registrations.
pub struct Sealing(ArcSwap<SealingKeys>);

impl Sealing {
    /// Opens the roots in the store, and makes the first one.
    ///
    /// # Errors
    /// [`KeyringError`]; nothing can be served then.
    pub async fn open(
        store: &dyn Store,
        sealing: &DerivedKey,
        issuer: &Issuer,
        now: Timestamp,
    ) -> Result<Self, KeyringError> {
        let stored = store.list_keys().await?;
        if stored.iter().all(|key| key.key_use != KeyUse::Registration) {
            let added = rotate(store, sealing, now).await;
            // Another process may have made the first one at this very moment.
            if let Err(error) = added
                && store.list_keys().await?.iter().all(|key| key.key_use != KeyUse::Registration)
            {
                return Err(error);
            }
        }
        let keys = read(store, sealing, issuer).await?;
        Ok(Self(ArcSwap::from_pointee(keys)))
    }

    /// Reads the store again: another process may have rotated.
    ///
    /// # Errors
    /// [`KeyringError`]; the keys in force stay.
    pub async fn refresh(
        &self,
        store: &dyn Store,
        sealing: &DerivedKey,
        issuer: &Issuer,
    ) -> Result<(), KeyringError> {
        self.0.store(Arc::new(read(store, sealing, issuer).await?));
        Ok(())
    }

    /// The `client_id` of a registration: the same for the same one.
    ///
    /// # Errors
    /// [`SealIdError`].
    pub fn seal(&self, registration: &Registration) -> Result<SealedId, SealIdError> {
        self.0.load().seal(registration)
    }

    /// The registration behind a `client_id`.
    ///
    /// # Errors
    /// [`NotOpened`], for the log alone.
    pub fn registration(&self, id: &SealedId) -> Result<Registration, NotOpened> {
        self.0.load().open(id)
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
        self.0.load().credential(kind, id, registration.nonce()?)
    }

    /// Whether this is a credential of that registration.
    #[must_use]
    pub fn is_credential(
        &self,
        kind: ClientCredential,
        (id, registration): (&SealedId, &Registration),
        presented: &str,
    ) -> bool {
        let keys = self.0.load();
        registration.nonce().is_some_and(|nonce| keys.is_credential(kind, (id, nonce), presented))
    }

    /// Whether a client has proven itself by its secret, presented in the way that it registered.
    #[must_use]
    pub fn is_secret(&self, id: &SealedId, method: SecretMethod, presented: &str) -> bool {
        let Ok(registration) = self.registration(id) else {
            return false;
        };
        let registered = match registration.authentication() {
            Authentication::Secret(registered, _) => Some(*registered),
            Authentication::None | Authentication::PrivateKeyJwt(_) => None,
        };
        registered == Some(method)
            && self.is_credential(ClientCredential::Secret, (id, &registration), presented)
    }
}

/// Makes a root with the next number. It seals from then on; those before it go on opening.
///
/// # Errors
/// [`KeyringError`].
pub async fn rotate(
    store: &dyn Store,
    sealing: &DerivedKey,
    now: Timestamp,
) -> Result<(), KeyringError> {
    let stored = store.list_keys().await?;
    let number = stored.iter().filter_map(number).max().unwrap_or(0);
    let number = number.checked_add(1).ok_or(KeyringError::NoKey)?;
    let key_id = format!("{PREFIX}{number}");
    let root = SealingRoot::generate().map_err(|_| KeyringError::NoKey)?;
    let sealed = sealing.seal(key_id.as_bytes(), root.as_bytes());
    let stored = StoredKey {
        sealed: sealed.map_err(|_| KeyringError::NoKey)?,
        key_id,
        key_use: KeyUse::Registration,
        algorithm: ALGORITHM.to_owned(),
        created_at: now,
        signs_from: now,
        retires_at: None,
    };
    Ok(store.add_key(stored, None).await?)
}

async fn read(
    store: &dyn Store,
    sealing: &DerivedKey,
    issuer: &Issuer,
) -> Result<SealingKeys, KeyringError> {
    let stored = store.list_keys().await?;
    let mut roots = Vec::new();
    for key in stored.iter().filter(|key| key.key_use == KeyUse::Registration) {
        let number = number(key).ok_or(KeyringError::OtherMasterKey)?;
        let opened = sealing.open(key.key_id.as_bytes(), &key.sealed);
        let opened = opened.map_err(|_| KeyringError::OtherMasterKey)?;
        let bytes = <[u8; 32]>::try_from(opened.as_slice());
        let bytes = bytes.map_err(|_| KeyringError::OtherMasterKey)?;
        roots.push((number, SealingRoot::from_bytes(bytes)));
    }
    SealingKeys::new(issuer, roots, []).map_err(|_| KeyringError::NoKey)
}

/// The number of a root.
fn number(key: &StoredKey) -> Option<u16> {
    let named = (key.key_use == KeyUse::Registration).then_some(&key.key_id)?;
    named.strip_prefix(PREFIX)?.parse().ok()
}

/// Roots are named by their number, so that two processes cannot make one number twice.
const PREFIX: &str = "registration-";

const ALGORITHM: &str = "AES-256-GCM-SIV";

#[cfg(test)]
mod tests {
    use salver_jose::{KeyPurpose, MasterKey};
    use salver_oauth::registration::RegistrationRequest;
    use salver_store::sqlite::{Settings, SqliteStore};

    use super::*;

    fn registration() -> Registration {
        let body = br#"{"redirect_uris":["http://localhost/cb"],"token_endpoint_auth_method":"none","client_name":"App"}"#;
        let request = RegistrationRequest::parse(body).unwrap();
        request.register(|| Err("asks for no secret")).unwrap()
    }

    #[tokio::test]
    async fn design_4_3_every_process_with_the_store_opens_what_one_gave_and_rotation_ends_nothing()
    {
        let directory = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(directory.path().join("s.db"), Settings::default()).unwrap();
        let key = |byte| MasterKey::from_bytes([byte; 32]).derive(KeyPurpose::SigningKeys).unwrap();
        let issuer = Issuer::parse("https://as.example").unwrap();
        let now = Timestamp::from_unix(1_790_000_000);
        let one = Sealing::open(&store, &key(1), &issuer, now).await.unwrap();
        let other = Sealing::open(&store, &key(1), &issuer, now).await.unwrap();
        let before = one.seal(&registration()).unwrap();
        assert_eq!(other.seal(&registration()).unwrap(), before);
        assert_eq!(other.registration(&before), Ok(registration()));

        rotate(&store, &key(1), now).await.unwrap();
        one.refresh(&store, &key(1), &issuer).await.unwrap();
        let after = one.seal(&registration()).unwrap();
        assert_ne!(after, before);
        assert_eq!(one.registration(&before), Ok(registration()));
        assert!(matches!(other.registration(&after), Err(NotOpened::UnknownKey(2))));
        other.refresh(&store, &key(1), &issuer).await.unwrap();
        assert_eq!(other.registration(&after), Ok(registration()));

        let foreign = Issuer::parse("https://other.example").unwrap();
        let foreign = Sealing::open(&store, &key(1), &foreign, now).await.unwrap();
        assert!(matches!(foreign.registration(&after), Err(NotOpened::NotAuthentic)));
        let lost = Sealing::open(&store, &key(2), &issuer, now).await;
        assert!(matches!(lost.err(), Some(KeyringError::OtherMasterKey)));
    }
}
