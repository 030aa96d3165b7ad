//! How does a key for one purpose seal, open and hash?
//!
//! Implements: AES-256-GCM-SIV (RFC 8452) with a random nonce, where even a repeated nonce tells no more than that two texts are
//! equal; HMAC-SHA-256 (RFC 2104) for values of high entropy.

use aws_lc_rs::aead::{AES_256_GCM_SIV, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::{error::Unspecified, hmac, rand};
use zeroize::Zeroizing;

use super::master::KEY_BYTES;

/// A key for one purpose; cheap to use again and again.
pub struct DerivedKey {
    mac: hmac::Key,
    aead: LessSafeKey,
}

/// There was no randomness for a nonce or a key, or the text was too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("could not be sealed")]
pub struct SealError;

/// Why sealed bytes do not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// Not made by [`DerivedKey::seal`], or by a later version of it.
    #[error("not sealed in a form that we know")]
    UnknownForm,
    /// Another key, other associated data, or changed bytes.
    #[error("does not open with this key")]
    NotAuthentic,
}

impl DerivedKey {
    pub(super) fn new(mac: &[u8; KEY_BYTES], seal: &[u8; KEY_BYTES]) -> Result<Self, Unspecified> {
        let mac = hmac::Key::new(hmac::HMAC_SHA256, mac);
        let aead = LessSafeKey::new(UnboundKey::new(&AES_256_GCM_SIV, seal)?);
        Ok(Self { mac, aead })
    }

    /// The keyed hash of `data`. Give every part a fixed length or a length before it: two ways to cut the same bytes
    /// hash alike.
    #[must_use]
    pub fn hmac(&self, data: &[u8]) -> [u8; 32] {
        let mut out = [0; 32];
        let tag = hmac::sign(&self.mac, data);
        out.iter_mut().zip(tag.as_ref()).for_each(|(to, from)| *to = *from);
        out
    }

    /// Whether `tag` is the keyed hash of `data`; takes the same time for every wrong one.
    #[must_use]
    pub fn verify_hmac(&self, data: &[u8], tag: &[u8]) -> bool {
        hmac::verify(&self.mac, data, tag).is_ok()
    }

    /// Seals `plaintext`. `aad` is not kept, and must be the same to open: say there which row or step it belongs to.
    ///
    /// # Errors
    /// If there is no randomness, or the text is too long.
    pub fn seal(&self, aad: &[u8], plaintext: &[u8]) -> Result<Vec<u8>, SealError> {
        let mut nonce = [0; NONCE_LEN];
        rand::fill(&mut nonce).map_err(|_| SealError)?;
        self.seal_with(nonce, aad, plaintext)
    }

    /// The same with a nonce that was drawn before, for this text alone.
    ///
    /// # Errors
    /// If the text is too long.
    pub fn seal_with(
        &self,
        nonce: [u8; NONCE_LEN],
        aad: &[u8],
        plaintext: &[u8],
    ) -> Result<Vec<u8>, SealError> {
        let mut sealed = Vec::with_capacity(PREFIX_BYTES + plaintext.len() + TAG_BYTES);
        sealed.push(VERSION);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(plaintext);
        let nonce = Nonce::assume_unique_for_key(nonce);
        let text = sealed.get_mut(PREFIX_BYTES..).ok_or(SealError)?;
        let tag = self.aead.seal_in_place_separate_tag(nonce, framed(aad), text);
        sealed.extend_from_slice(tag.map_err(|_| SealError)?.as_ref());
        Ok(sealed)
    }

    /// Opens what [`DerivedKey::seal`] made with the same key and `aad`; wiped when dropped.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub fn open(&self, aad: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        let (version, rest) = sealed.split_first().ok_or(OpenError::UnknownForm)?;
        let (nonce, text) = rest.split_first_chunk::<NONCE_LEN>().ok_or(OpenError::UnknownForm)?;
        if *version != VERSION || text.len() < TAG_BYTES {
            return Err(OpenError::UnknownForm);
        }
        let mut text = Zeroizing::new(text.to_vec());
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let opened = self
            .aead
            .open_in_place(nonce, framed(aad), &mut text)
            .map_err(|_| OpenError::NotAuthentic)?;
        let length = opened.len();
        text.truncate(length);
        Ok(text)
    }
}

impl std::fmt::Debug for DerivedKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DerivedKey(..)")
    }
}

/// The version is part of what is authenticated.
fn framed(aad: &[u8]) -> Aad<Vec<u8>> {
    Aad::from([&[VERSION], aad].concat())
}

const TAG_BYTES: usize = 16;
const PREFIX_BYTES: usize = 1 + NONCE_LEN;
const VERSION: u8 = 1;
