//! What is behind the `client_id` of a client that registered itself? DESIGN 4.3, decision 9.
//!
//! Implements: AES-256-GCM-SIV (RFC 8452) with a fixed nonce, so that equal registrations are sealed alike, and all that an identifier tells whoever cannot open it
//! is that it equals another; version, number of the key and issuer are its associated data. HMAC-SHA-256 (RFC 2104) for what follows from an identifier.
//! HKDF with SHA-256 (RFC 5869) from a numbered root, with the purpose and the number as its information.
//! Leaves out: where roots are kept, and when one is made or killed.

use aws_lc_rs::aead::{AES_256_GCM_SIV, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::{error::Unspecified, hkdf, hmac, rand};
use salver_oauth::{
    Issuer,
    client::sealed::{IdTooLong, SealedId},
    registration::{InstallationNonce, Registration, encoding},
};
use zeroize::Zeroizing;

use super::{SealError, master::KEY_BYTES};
use crate::base64url;

/// The key behind all identifiers of one number.
pub struct SealingRoot(Zeroizing<[u8; KEY_BYTES]>);

/// The keys for identifiers of one issuer: the living root of the greatest number seals, or the one that is told to; the others open.
pub struct SealingKeys {
    issuer: Box<str>,
    /// By falling number; never empty.
    living: Vec<RootKeys>,
    /// The number that seals, if it is not the greatest.
    sealing: Option<u16>,
    killed: Vec<u16>,
}

/// What is derived from an identifier and its nonce, shown once and stored nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ClientCredential {
    /// `client_secret`.
    Secret,
    /// `registration_access_token` (RFC 7592 §3).
    ManagementToken,
}

/// Why there are no keys to seal with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealingKeysError {
    /// Every root is killed, or there is none.
    #[error("no sealing key is alive")]
    NoneAlive,
    /// Two roots have one number.
    #[error("the sealing key number {0} stands twice")]
    Twice(u16),
    /// The cryptographic library failed.
    #[error("{0}")]
    Seal(#[from] SealError),
}

/// Why there is no identifier for a registration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealIdError {
    /// It says too much.
    #[error("{0}")]
    TooLong(#[from] IdTooLong),
    /// The cryptographic library failed.
    #[error("{0}")]
    Seal(#[from] SealError),
}

/// Why an identifier does not open. For logs alone: whoever presented it is told the same in every case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotOpened {
    /// Sealed in a way that is not read here.
    #[error("of an unknown version")]
    UnknownVersion,
    /// Under a number that was never ours, or is forgotten.
    #[error("under an unknown key")]
    UnknownKey(u16),
    /// Under a number that was killed, truly or not: that cannot be told, since the key is not ours alone any more.
    #[error("under a killed key")]
    Killed(u16),
    /// Forged, changed, or of another issuer.
    #[error("not sealed here")]
    NotAuthentic,
}

struct RootKeys {
    number: u16,
    ids: LessSafeKey,
    secrets: hmac::Key,
    management: hmac::Key,
    hashes: hmac::Key,
}

impl SealingRoot {
    /// A new one, from the cryptographic library's randomness.
    ///
    /// # Errors
    /// If there is no randomness.
    pub fn generate() -> Result<Self, SealError> {
        let mut bytes = Zeroizing::new([0; KEY_BYTES]);
        rand::fill(bytes.as_mut()).map_err(|_| SealError)?;
        Ok(Self(bytes))
    }

    /// The root of these bytes.
    #[must_use]
    pub fn from_bytes(bytes: [u8; KEY_BYTES]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// Its bytes: a secret, to be sealed under the master key.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; KEY_BYTES] {
        &self.0
    }
}

impl SealingKeys {
    /// The keys of an issuer. Roots whose number is killed are left out; a killed number stays killed, whatever root is given for it.
    ///
    /// # Errors
    /// See [`SealingKeysError`].
    pub fn new(
        issuer: &Issuer,
        roots: impl IntoIterator<Item = (u16, SealingRoot)>,
        killed: impl IntoIterator<Item = u16>,
    ) -> Result<Self, SealingKeysError> {
        let killed: Vec<u16> = killed.into_iter().collect();
        let mut living: Vec<RootKeys> = Vec::new();
        for (number, root) in roots {
            if living.iter().any(|keys| keys.number == number) {
                return Err(SealingKeysError::Twice(number));
            }
            if !killed.contains(&number) {
                living.push(RootKeys::derive(number, &root).map_err(|_| SealError)?);
            }
        }
        living.sort_unstable_by_key(|keys| std::cmp::Reverse(keys.number));
        if living.is_empty() {
            return Err(SealingKeysError::NoneAlive);
        }
        Ok(Self { issuer: issuer.as_str().into(), living, sealing: None, killed })
    }

    /// The same, where a living number seals that is not the greatest: other servers may not know that one yet.
    #[must_use]
    pub fn sealing_with(self, number: u16) -> Self {
        Self { sealing: Some(number), ..self }
    }

    /// The number that seals.
    #[must_use]
    pub fn sealing_number(&self) -> Option<u16> {
        self.sealing_keys().map(|keys| keys.number)
    }

    /// Whether what was sealed under a number is opened.
    #[must_use]
    pub fn is_alive(&self, number: u16) -> bool {
        self.living(number).is_some()
    }

    /// The `client_id` of a registration: the same for the same one.
    ///
    /// # Errors
    /// See [`SealIdError`].
    pub fn seal(&self, registration: &Registration) -> Result<SealedId, SealIdError> {
        let keys = self.sealing_keys().ok_or(SealError)?;
        let mut text = encoding::encode(registration);
        let aad = self.associated(encoding::VERSION, keys.number);
        let sealed = keys.ids.seal_in_place_append_tag(fixed_nonce(), aad, &mut text);
        sealed.map_err(|_| SealError)?;
        Ok(SealedId::new(encoding::VERSION, keys.number, &text)?)
    }

    /// The registration behind a `client_id`.
    ///
    /// # Errors
    /// See [`NotOpened`].
    pub fn open(&self, id: &SealedId) -> Result<Registration, NotOpened> {
        let (version, number, sealed) = id.parts().ok_or(NotOpened::NotAuthentic)?;
        if version != encoding::VERSION {
            return Err(NotOpened::UnknownVersion);
        }
        if self.killed.contains(&number) {
            return Err(NotOpened::Killed(number));
        }
        let keys = self.living(number).ok_or(NotOpened::UnknownKey(number))?;
        let mut text = sealed.to_vec();
        let aad = self.associated(version, number);
        let opened = keys.ids.open_in_place(fixed_nonce(), aad, &mut text);
        let opened = opened.map_err(|_| NotOpened::NotAuthentic)?;
        encoding::decode(opened).map_err(|_| NotOpened::NotAuthentic)
    }

    /// What the client of this identifier gets; nothing if its key is not alive. The nonce is the one in the identifier.
    #[must_use]
    pub fn credential(
        &self,
        kind: ClientCredential,
        id: &SealedId,
        nonce: &InstallationNonce,
    ) -> Option<Zeroizing<String>> {
        let keys = self.living(id.parts()?.1)?;
        let tag = hmac::sign(keys.of(kind), &self.named(id, nonce.as_bytes()));
        let mut text = Zeroizing::new(String::with_capacity(MOST_CREDENTIAL_BYTES));
        text.push_str(kind.prefix());
        base64url::append(tag.as_ref(), &mut text);
        Some(text)
    }

    /// Whether a client of this identifier presents what it got; takes the same time for every wrong one.
    #[must_use]
    pub fn is_credential(
        &self,
        kind: ClientCredential,
        (id, nonce): (&SealedId, &InstallationNonce),
        presented: &str,
    ) -> bool {
        let tag = presented.strip_prefix(kind.prefix()).and_then(|tag| base64url::decode(tag).ok());
        let keys = id.parts().and_then(|(_, number, _)| self.living(number));
        let (Some(tag), Some(keys)) = (tag.map(Zeroizing::new), keys) else {
            return false;
        };
        hmac::verify(keys.of(kind), &self.named(id, nonce.as_bytes()), &tag).is_ok()
    }

    /// The keyed hash under which the store may know an identifier, where something lived; nothing if its key is not alive.
    #[must_use]
    pub fn hash(&self, id: &SealedId) -> Option<[u8; 32]> {
        let keys = self.living(id.parts()?.1)?;
        let tag = hmac::sign(&keys.hashes, &self.named(id, &[]));
        tag.as_ref().try_into().ok()
    }

    fn sealing_keys(&self) -> Option<&RootKeys> {
        self.sealing.and_then(|number| self.living(number)).or_else(|| self.living.first())
    }

    fn living(&self, number: u16) -> Option<&RootKeys> {
        self.living.iter().find(|keys| keys.number == number)
    }

    /// The head has a fixed length, so the issuer needs none before it.
    fn associated(&self, version: u8, number: u16) -> Aad<Vec<u8>> {
        Aad::from([&[version], number.to_be_bytes().as_slice(), self.issuer.as_bytes()].concat())
    }

    /// Issuer, identifier and the rest, in one way only: an identifier is shorter than 64 KiB, and no issuer holds a zero byte.
    fn named(&self, id: &SealedId, rest: &[u8]) -> Zeroizing<Vec<u8>> {
        let bytes = id.as_bytes();
        let length = u16::try_from(bytes.len()).unwrap_or(u16::MAX).to_be_bytes();
        let parts = [self.issuer.as_bytes(), &[0], &length, bytes, rest];
        Zeroizing::new(parts.concat())
    }
}

impl RootKeys {
    fn derive(number: u16, root: &SealingRoot) -> Result<Self, Unspecified> {
        let root = hkdf::Salt::new(hkdf::HKDF_SHA256, SALT).extract(root.0.as_slice());
        let expand = |purpose: &[u8]| -> Result<Zeroizing<[u8; KEY_BYTES]>, Unspecified> {
            let mut bytes = Zeroizing::new([0; KEY_BYTES]);
            root.expand(&[purpose, &number.to_be_bytes()], hkdf::HKDF_SHA256)?
                .fill(bytes.as_mut())?;
            Ok(bytes)
        };
        let mac = |purpose| expand(purpose).map(|key| hmac::Key::new(hmac::HMAC_SHA256, &*key));
        Ok(Self {
            number,
            ids: LessSafeKey::new(UnboundKey::new(&AES_256_GCM_SIV, &*expand(b"ids/")?)?),
            secrets: mac(b"secrets/")?,
            management: mac(b"management/")?,
            hashes: mac(b"hashes/")?,
        })
    }

    const fn of(&self, kind: ClientCredential) -> &hmac::Key {
        match kind {
            ClientCredential::Secret => &self.secrets,
            ClientCredential::ManagementToken => &self.management,
        }
    }
}

impl ClientCredential {
    /// So that a credential which got into the wrong place can be told.
    const fn prefix(self) -> &'static str {
        match self {
            Self::Secret => "slv_secret_",
            Self::ManagementToken => "slv_manage_",
        }
    }
}

impl std::fmt::Debug for SealingRoot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SealingRoot(..)")
    }
}

impl std::fmt::Debug for SealingKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SealingKeys(..)")
    }
}

/// One nonce for all is what makes sealing deterministic: AES-GCM-SIV is made to bear it (RFC 8452 §1, §9).
fn fixed_nonce() -> Nonce {
    Nonce::assume_unique_for_key([0; NONCE_LEN])
}

/// Prefix and 43 characters, without having to grow: what grows leaves a copy behind.
const MOST_CREDENTIAL_BYTES: usize = 64;

const SALT: &[u8] = b"salver/client-ids/1";

#[cfg(test)]
mod tests;
