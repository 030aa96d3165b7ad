//! Which key is behind everything at rest, and which keys come from it?
//!
//! Implements: HKDF with SHA-256 (RFC 5869), with a fixed salt, and the purpose and the use as its information.

use aws_lc_rs::{error::Unspecified, hkdf, rand};
use base64::{Engine as _, engine::general_purpose};
use zeroize::Zeroizing;

use super::{DerivedKey, OpenError, SealError};
use crate::base64url;

/// The key from which all others at rest are derived.
pub struct MasterKey(Zeroizing<[u8; KEY_BYTES]>);

/// A text is no master key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a master key is 32 bytes, written as 64 hexadecimal digits or 43 base64 characters")]
pub struct MasterKeyError;

/// What a derived key is for. Their names go into the derivation and never change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyPurpose {
    /// Sealing the private keys that sign tokens.
    SigningKeys,
    /// Computing the successor of a refresh token.
    RefreshTokens,
    /// Hashing codes, tokens and links for the store.
    TokenHashes,
    /// Hashing session cookies.
    Sessions,
    /// Sealing or hashing what travels through the browser between two steps of one journey.
    Tickets,
    /// Binding forms to the session that was shown them.
    Forms,
    /// Sealing authorization requests that were pushed into their `request_uri`.
    PushedRequests,
    /// Making challenges that nobody else can make.
    Challenges,
    /// Sealing the roots behind the `client_id`s of clients that register themselves.
    SealingRoots,
}

impl MasterKey {
    /// A new one, from the cryptographic library's randomness.
    ///
    /// # Errors
    /// If there is no randomness.
    pub fn generate() -> Result<Self, SealError> {
        let mut bytes = Zeroizing::new([0; KEY_BYTES]);
        rand::fill(bytes.as_mut()).map_err(|_| SealError)?;
        Ok(Self(bytes))
    }

    /// The key of these bytes.
    #[must_use]
    pub fn from_bytes(bytes: [u8; KEY_BYTES]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// Reads a key as a file or an environment variable holds it: hexadecimal, or base64 of either alphabet with or without
    /// padding; white space around it is ignored.
    ///
    /// # Errors
    /// If it is anything else, or not 32 bytes.
    pub fn from_text(text: &str) -> Result<Self, MasterKeyError> {
        let text = text.trim();
        let bytes = Zeroizing::new(if text.len() == 2 * KEY_BYTES {
            from_hexadecimal(text).ok_or(MasterKeyError)?
        } else {
            let bare = text.strip_suffix('=').unwrap_or(text);
            let either = general_purpose::URL_SAFE_NO_PAD.decode(bare);
            either
                .or_else(|_| general_purpose::STANDARD_NO_PAD.decode(bare))
                .map_err(|_| MasterKeyError)?
        });
        let bytes: [u8; KEY_BYTES] = bytes.as_slice().try_into().map_err(|_| MasterKeyError)?;
        Ok(Self::from_bytes(bytes))
    }

    /// The key as text for its file: a secret, wiped when dropped.
    #[must_use]
    pub fn to_text(&self) -> Zeroizing<String> {
        Zeroizing::new(base64url::encode(self.0.as_slice()))
    }

    /// The key for one purpose. Derive once and keep it.
    ///
    /// # Errors
    /// If the cryptographic library fails.
    pub fn derive(&self, purpose: KeyPurpose) -> Result<DerivedKey, SealError> {
        let root = hkdf::Salt::new(hkdf::HKDF_SHA256, SALT).extract(self.0.as_slice());
        let expand = |usage: &[u8]| -> Result<Zeroizing<[u8; KEY_BYTES]>, Unspecified> {
            let mut bytes = Zeroizing::new([0; KEY_BYTES]);
            root.expand(&[purpose.name(), usage], hkdf::HKDF_SHA256)?.fill(bytes.as_mut())?;
            Ok(bytes)
        };
        let derived = || DerivedKey::new(&*expand(b"/mac")?, &*expand(b"/seal")?);
        derived().map_err(|_: Unspecified| SealError)
    }

    /// Derives and seals in one step, for what is sealed once at start.
    ///
    /// # Errors
    /// As [`DerivedKey::seal`].
    pub fn seal(
        &self,
        purpose: KeyPurpose,
        aad: &[u8],
        plaintext: &[u8],
    ) -> Result<Vec<u8>, SealError> {
        self.derive(purpose)?.seal(aad, plaintext)
    }

    /// Derives and opens in one step, for what is opened once at start.
    ///
    /// # Errors
    /// As [`DerivedKey::open`].
    pub fn open(
        &self,
        purpose: KeyPurpose,
        aad: &[u8],
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        self.derive(purpose).map_err(|_| OpenError::NotAuthentic)?.open(aad, sealed)
    }
}

impl KeyPurpose {
    const fn name(self) -> &'static [u8] {
        match self {
            Self::SigningKeys => b"signing-keys",
            Self::RefreshTokens => b"refresh-tokens",
            Self::TokenHashes => b"token-hashes",
            Self::Sessions => b"sessions",
            Self::Tickets => b"tickets",
            Self::Forms => b"forms",
            Self::PushedRequests => b"pushed-requests",
            Self::Challenges => b"challenges",
            Self::SealingRoots => b"sealing-roots",
        }
    }
}

impl std::fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MasterKey(..)")
    }
}

fn from_hexadecimal(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|value| u8::try_from(value).ok());
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let whole = rest.is_empty();
    whole.then(|| {
        pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?)).collect()
    })?
}

pub(super) const KEY_BYTES: usize = 32;
const SALT: &[u8] = b"salver/at-rest/1";
