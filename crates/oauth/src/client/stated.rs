//! What is a client called for which a trusted issuer has signed? One name for one software, wherever it runs (SW-8, DCR-8).
//!
//! It follows from the issuer and the `software_id` alone, so every machine and every node comes to the same, and nothing has to be looked up to know it. It is no
//! secret: whoever knows both can work it out, and proves nothing with it.

use std::fmt;

use aws_lc_rs::digest::{Context, SHA256};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

/// The `client_id` of a software that an issuer has signed for.
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
pub struct StatedId([u8; TEXT_BYTES]);

impl StatedId {
    /// The identifier of the software to which this issuer gave this `software_id`.
    #[must_use]
    pub fn of(issuer: &str, software_id: &str) -> Self {
        let mut hashed = Context::new(&SHA256);
        hashed.update(PREFIX.as_bytes());
        // With its length in front, so that no two pairs read the same.
        hashed.update(&issuer.len().to_be_bytes());
        hashed.update(issuer.as_bytes());
        hashed.update(software_id.as_bytes());
        let hash = hashed.finish();
        let mut text = [0; TEXT_BYTES];
        let (head, tail) = text.split_at_mut(PREFIX.len());
        head.copy_from_slice(PREFIX.as_bytes());
        let bytes = hash.as_ref().get(..ID_BYTES).unwrap_or_default();
        // 16 bytes are always 22 characters, so the rest is filled and never too short.
        let _filled = URL_SAFE_NO_PAD.encode_slice(bytes, tail);
        Self(text)
    }

    /// Reads one. A text that begins like one and is none may be any other name.
    pub(super) fn parse(raw: &str) -> Option<Self> {
        let mut bytes = [0; ID_BYTES];
        let rest = raw.strip_prefix(PREFIX)?;
        match URL_SAFE_NO_PAD.decode_slice(rest, &mut bytes) {
            Ok(ID_BYTES) => Some(Self(raw.as_bytes().try_into().ok()?)),
            _ => None,
        }
    }

    /// The identifier itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Debug for StatedId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StatedId({})", self.as_str())
    }
}

const PREFIX: &str = "sws_";
const ID_BYTES: usize = 16;
const TEXT_BYTES: usize = PREFIX.len() + 22;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::id::ClientId;

    #[test]
    fn sw_8_one_name_for_one_software_of_one_issuer() {
        let id = StatedId::of("https://vendor.example", "editor");
        assert_eq!(id, StatedId::of("https://vendor.example", "editor"));
        assert_eq!(ClientId::parse(id.as_str()), Ok(ClientId::Stated(id)));
        for (issuer, software_id) in [
            ("https://vendor.example", "other"),
            ("https://other.example", "editor"),
            ("https://vendor.examplee", "ditor"),
            ("https://vendor.example/", "editor"),
        ] {
            assert_ne!(id, StatedId::of(issuer, software_id), "{issuer} {software_id}");
        }
    }

    #[test]
    fn other_names_that_begin_like_one_are_names_of_the_configuration() {
        for raw in [
            "sws_editor",
            "sws_BwcHBwcHBwcHBwcHBwcHB",
            "sws_BwcHBwcHBwcHBwcHBwcHBww",
            "SWS_BwcHBwcHBwcHBwcHBwcHBw",
        ] {
            assert!(matches!(ClientId::parse(raw), Ok(ClientId::Issued(_))), "{raw}");
        }
    }
}
