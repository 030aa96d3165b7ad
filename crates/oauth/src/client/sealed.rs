//! Is this an identifier of a client that registered itself? DESIGN 4.3: it *is* the registration, sealed.
//!
//! Only the outer form is read here: our prefix, then base64url of a version, the number of a key, and what was sealed with it. Whether it opens is
//! known to `salver-jose` alone.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use thiserror::Error;

use super::id::MAX_CLIENT_ID_BYTES;

/// The `client_id` of a client that registered itself, whole in its outer form. It may still be forged.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct SealedId {
    text: Box<str>,
    bytes: Box<[u8]>,
}

/// A registration says so much that its `client_id` would be longer than anybody reads.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("its client_id would have {length} characters, and {MAX_CLIENT_ID_BYTES} is the limit")]
pub struct IdTooLong {
    /// How long it would be.
    pub length: usize,
}

impl SealedId {
    /// Puts an identifier together: the version of what is sealed, the number of the key, and what it made.
    ///
    /// # Errors
    /// [`IdTooLong`] says how long it would be.
    pub fn new(version: u8, key_number: u16, sealed: &[u8]) -> Result<Self, IdTooLong> {
        let bytes = [&[version], key_number.to_be_bytes().as_slice(), sealed].concat();
        let mut text = String::from(PREFIX);
        URL_SAFE_NO_PAD.encode_string(&bytes, &mut text);
        if text.len() > MAX_CLIENT_ID_BYTES {
            return Err(IdTooLong { length: text.len() });
        }
        Ok(Self { text: text.into(), bytes: bytes.into() })
    }

    /// Whether a text begins like one: then it is one or nothing.
    pub(super) fn is_meant(raw: &str) -> bool {
        raw.starts_with(PREFIX)
    }

    /// Reads what [`Self::is_meant`]; nothing if it is not whole. One identifier has one spelling.
    pub(super) fn parse(raw: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(raw.strip_prefix(PREFIX)?).ok()?;
        (bytes.len() > HEAD_BYTES).then(|| Self { text: raw.into(), bytes: bytes.into() })
    }

    /// The identifier itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Its bytes: all that the text stands for.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Version, number of the key, and what was sealed: all as claimed.
    #[must_use]
    pub fn parts(&self) -> Option<(u8, u16, &[u8])> {
        let ([version, high, low], sealed) = self.bytes.split_first_chunk::<HEAD_BYTES>()?;
        Some((*version, u16::from_be_bytes([*high, *low]), sealed))
    }
}

/// Neither like a URL, nor with a character that a form would have to escape.
const PREFIX: &str = "slv_";

/// Version and number of the key.
const HEAD_BYTES: usize = 3;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::id::{ClientId, ClientIdError};

    #[test]
    fn the_outer_form() {
        let id = SealedId::new(1, 0x0203, b"sealed").unwrap();
        assert_eq!(id.as_str(), "slv_AQIDc2VhbGVk");
        assert_eq!(id.parts(), Some((1, 0x0203, b"sealed".as_slice())));
        for (why, raw, whole) in [
            ("as it was given out", id.as_str(), true),
            ("nothing sealed", "slv_AQID", false),
            ("nothing at all", "slv_", false),
            ("stray bits: a second spelling", "slv_AQIDc2VhbGVl5", false),
            ("padding", "slv_AQIDc2VhbGU=", false),
            ("the other alphabet", "slv_AQIDc2VhbGU+", false),
        ] {
            let read = ClientId::parse(raw);
            let expected =
                if whole { Ok(ClientId::Sealed(id.clone())) } else { Err(ClientIdError::Sealed) };
            assert_eq!(read, expected, "{why}: {raw}");
        }
        assert!(matches!(ClientId::parse("SLV_AQIDc2VhbGVk"), Ok(ClientId::Issued(_))));
    }

    #[test]
    fn design_9_the_longest() {
        let of = |bytes: usize| SealedId::new(1, 1, &vec![0; bytes]);
        assert_eq!(of(1530).map(|id| id.as_str().len()), Ok(2048));
        assert_eq!(of(1531), Err(IdTooLong { length: 2050 }));
    }
}
