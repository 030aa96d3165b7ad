//! How are secrets kept and recognised? Keyed functions derived from the master key, one per purpose.

use salver_jose::seal::{DerivedKey, KeyPurpose, MasterKey, SealError};
use salver_oauth::grant::refresh::Keyed;
use salver_store::record::Digest;

/// The keys of this server that sign nothing.
pub struct Secrets {
    token_hashes: DerivedKey,
    refresh_tokens: RefreshKey,
    tickets: DerivedKey,
    pushed_requests: DerivedKey,
    challenges: DerivedKey,
    signing_keys: DerivedKey,
    sealing_roots: DerivedKey,
}

/// The keyed function of refresh tokens.
pub struct RefreshKey(DerivedKey);

impl Secrets {
    /// Derives everything from the master key.
    ///
    /// # Errors
    /// If the cryptographic library fails.
    pub fn derive(master: &MasterKey) -> Result<Self, SealError> {
        Ok(Self {
            token_hashes: master.derive(KeyPurpose::TokenHashes)?,
            refresh_tokens: RefreshKey(master.derive(KeyPurpose::RefreshTokens)?),
            tickets: master.derive(KeyPurpose::Tickets)?,
            pushed_requests: master.derive(KeyPurpose::PushedRequests)?,
            challenges: master.derive(KeyPurpose::Challenges)?,
            signing_keys: master.derive(KeyPurpose::SigningKeys)?,
            sealing_roots: master.derive(KeyPurpose::SealingRoots)?,
        })
    }

    /// What is stored of a bearer secret. A fast keyed hash is right: these are 256 random bits, so there is nothing to
    /// guess, and whoever steals the store lacks the key to test a guess with.
    #[must_use]
    pub fn digest(&self, secret: &str) -> Digest {
        self.token_hashes.hmac(secret.as_bytes())
    }

    /// The keyed function of refresh tokens.
    #[must_use]
    pub fn refresh_tokens(&self) -> &RefreshKey {
        &self.refresh_tokens
    }

    /// Seals consent tickets.
    #[must_use]
    pub fn tickets(&self) -> &DerivedKey {
        &self.tickets
    }

    /// Seals pushed requests.
    #[must_use]
    pub fn pushed_requests(&self) -> &DerivedKey {
        &self.pushed_requests
    }

    /// Makes challenges, and knows them again.
    #[must_use]
    pub fn challenges(&self) -> &DerivedKey {
        &self.challenges
    }

    /// Seals private keys.
    #[must_use]
    pub fn signing_keys(&self) -> &DerivedKey {
        &self.signing_keys
    }

    /// Seals the roots behind the `client_id`s of clients that register themselves.
    #[must_use]
    pub fn sealing_roots(&self) -> &DerivedKey {
        &self.sealing_roots
    }
}

impl Keyed for RefreshKey {
    fn of(&self, bytes: &[u8]) -> [u8; 32] {
        self.0.hmac(bytes)
    }
}
