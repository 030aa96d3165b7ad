//! What are things called? 128-bit identifiers, one type per kind of thing, so that a grant's id cannot stand where a user's belongs.
//!
//! They are names, not secrets: knowing one gives no right to anything.

use std::{fmt, str::FromStr};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use thiserror::Error;

/// The text is not 22 characters of base64url that stand for 128 bits.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("not an identifier of 22 base64url characters")]
pub struct MalformedId;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub struct $name([u8; 16]);

        impl $name {
            /// The identifier with these bytes (drawn at random by the caller, or read back from a store).
            #[must_use]
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(bytes)
            }

            /// Its bytes, as stored.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; 16] {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let mut text = [0; 22];
                // 16 bytes are always 22 characters, so the slice never falls short.
                URL_SAFE_NO_PAD.encode_slice(self.0, &mut text).map_err(|_| fmt::Error)?;
                f.write_str(std::str::from_utf8(&text).map_err(|_| fmt::Error)?)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }

        impl FromStr for $name {
            type Err = MalformedId;

            fn from_str(text: &str) -> Result<Self, MalformedId> {
                let mut bytes = [0; 16];
                match URL_SAFE_NO_PAD.decode_slice(text, &mut bytes) {
                    Ok(16) => Ok(Self(bytes)),
                    _ => Err(MalformedId),
                }
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

id!(
    /// A person with an account here.
    UserId
);
id!(
    /// An application as people see it: the label under which grants are shown (DESIGN 4.4).
    ApplicationId
);
id!(
    /// One user's consent for one client at one resource; everything issued hangs below it.
    GrantId
);
id!(
    /// One running copy of an application for one user: owns one refresh-token family.
    InstallationId
);
id!(
    /// One question to the reviewers.
    CaseId
);
id!(
    /// One access token (RFC 9068 `jti`).
    TokenId
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_bytes_are_two_forms_of_one_id() {
        let id = GrantId::from_bytes([7; 16]);
        assert_eq!(id.to_string().len(), 22);
        assert_eq!(id.to_string().parse(), Ok(id));
    }

    #[test]
    fn other_lengths_and_alphabets_are_refused() {
        for text in [
            "",
            "AAAA",
            "AAAAAAAAAAAAAAAAAAAAAAA",
            "+/AAAAAAAAAAAAAAAAAAAA",
            "AAAAAAAAAAAAAAAAAAAAA=",
        ] {
            assert_eq!(text.parse::<GrantId>(), Err(MalformedId), "{text}");
        }
    }
}
