//! Is this an identifier of a client whose registration is on record here? Somebody with an account has entered it, on a page or by a command.
//!
//! The identifier says what it was entered for, and no more: 128 random bits, given out once.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

/// The `client_id` of a client that is on record here.
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
pub struct RecordedId {
    purpose: Purpose,
    bytes: [u8; ID_BYTES],
    text: [u8; TEXT_BYTES],
}

/// What a client was entered for.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Purpose {
    /// Everybody's use: an application, by its developer; reviewers look at it.
    Application,
    /// The use of whoever entered it, and of those whom they share it with.
    Personal,
    /// A program that acts for itself and for no person (SPEC 2.5).
    Service,
}

impl RecordedId {
    /// The identifier with these bytes, drawn at random by the caller.
    #[must_use]
    pub fn new(purpose: Purpose, bytes: [u8; ID_BYTES]) -> Self {
        let mut text = [0; TEXT_BYTES];
        let (head, tail) = text.split_at_mut(PREFIX_BYTES);
        head.copy_from_slice(purpose.prefix().as_bytes());
        // 16 bytes are always 22 characters, so the rest is filled and never too short.
        let _filled = URL_SAFE_NO_PAD.encode_slice(bytes, tail);
        Self { purpose, bytes, text }
    }

    /// Reads one. A text that begins like one and is none may be any other name.
    pub(super) fn parse(raw: &str) -> Option<Self> {
        let purpose = Purpose::ALL.into_iter().find(|one| raw.starts_with(one.prefix()))?;
        let mut bytes = [0; ID_BYTES];
        match URL_SAFE_NO_PAD.decode_slice(raw.get(PREFIX_BYTES..)?, &mut bytes) {
            Ok(ID_BYTES) => Some(Self::new(purpose, bytes)),
            _ => None,
        }
    }

    /// What it was entered for.
    #[must_use]
    pub const fn purpose(&self) -> Purpose {
        self.purpose
    }

    /// Its random bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; ID_BYTES] {
        &self.bytes
    }

    /// The identifier itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        str::from_utf8(&self.text).unwrap_or_default()
    }
}

impl fmt::Debug for RecordedId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RecordedId({})", self.as_str())
    }
}

impl Purpose {
    /// All purposes.
    pub const ALL: [Self; 3] = [Self::Application, Self::Personal, Self::Service];

    /// A name that stays the same.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Application => "application",
            Self::Personal => "personal",
            Self::Service => "service",
        }
    }

    const fn prefix(self) -> &'static str {
        match self {
            Self::Application => "app_",
            Self::Personal => "own_",
            Self::Service => "svc_",
        }
    }
}

const ID_BYTES: usize = 16;
const PREFIX_BYTES: usize = 4;
const TEXT_BYTES: usize = PREFIX_BYTES + 22;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::id::ClientId;

    #[test]
    fn an_identifier_says_what_it_was_entered_for_and_is_read_again() {
        for (purpose, text) in [
            (Purpose::Application, "app_BwcHBwcHBwcHBwcHBwcHBw"),
            (Purpose::Personal, "own_BwcHBwcHBwcHBwcHBwcHBw"),
            (Purpose::Service, "svc_BwcHBwcHBwcHBwcHBwcHBw"),
        ] {
            let id = RecordedId::new(purpose, [7; 16]);
            assert_eq!(id.as_str(), text);
            assert_eq!(ClientId::parse(text), Ok(ClientId::Recorded(id)));
            assert_eq!((id.purpose(), id.as_bytes()), (purpose, &[7; 16]));
        }
    }

    #[test]
    fn other_names_that_begin_like_one_are_names_of_the_configuration() {
        for raw in [
            "app_inspector",
            "app_BwcHBwcHBwcHBwcHBwcHB",
            "app_BwcHBwcHBwcHBwcHBwcHBww",
            "app_BwcHBwcHBwcHBwcHBwcHB+",
            "App_BwcHBwcHBwcHBwcHBwcHBw",
        ] {
            assert!(matches!(ClientId::parse(raw), Ok(ClientId::Issued(_))), "{raw}");
        }
    }
}
