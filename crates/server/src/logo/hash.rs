//! Under which name is a logo served? SHA-256 of the bytes that we made, so that a name never stands for another picture.

use std::fmt;

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

/// SHA-256 of a logo as it is served.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct LogoHash([u8; 32]);

impl LogoHash {
    /// The hash of these bytes; nothing only if the library fails.
    pub(crate) fn of(bytes: &[u8]) -> Option<Self> {
        digest(&SHA256, bytes).as_ref().try_into().ok().map(Self)
    }

    /// Reads what [`fmt::Display`] writes, and nothing else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok().map(Self)
    }

    /// Its path below the issuer.
    #[must_use]
    pub fn path(&self) -> String {
        format!("/logo/{self}.png")
    }
}

impl fmt::Display for LogoHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_read_as_it_is_written_and_in_no_other_way() {
        let hash = LogoHash::of(b"bytes").unwrap();
        let text = hash.to_string();
        assert_eq!(LogoHash::parse(&text), Some(hash));
        for other in ["", "AAAA", &format!("{text}="), &text[1..], &format!("{text}A")] {
            assert_eq!(LogoHash::parse(other), None, "{other}");
        }
    }
}
