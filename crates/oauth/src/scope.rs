//! What may a token do? A set of scope tokens (RFC 6749 §3.3).

use std::{collections::BTreeSet, fmt, str::FromStr, sync::Arc};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

/// A set of scope tokens, ordered, without repetition. Shown joined by single spaces. It never changes, so clones share it.
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
pub struct Scope(Arc<BTreeSet<Box<str>>>);

/// A scope token has a character outside `%x21 / %x23-5B / %x5D-7E` (RFC 6749 §3.3).
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("a scope holds a character that RFC 6749 §3.3 does not allow")]
pub struct MalformedScope;

impl Scope {
    /// Nothing at all.
    #[must_use]
    pub fn empty() -> Self {
        Self::default()
    }

    /// Whether it holds no token.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether this one token is in it.
    #[must_use]
    pub fn contains(&self, token: &str) -> bool {
        self.0.contains(token)
    }

    /// Whether everything in it is also in `other`.
    #[must_use]
    pub fn is_subset(&self, other: &Self) -> bool {
        self.0.is_subset(&other.0)
    }

    /// What is in both.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        Self(Arc::new(self.0.intersection(&other.0).cloned().collect()))
    }

    /// What is in either.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        Self(Arc::new(self.0.union(&other.0).cloned().collect()))
    }

    /// What is in this one and not in `other`.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Self {
        Self(Arc::new(self.0.difference(&other.0).cloned().collect()))
    }

    /// The tokens, in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(AsRef::as_ref)
    }
}

impl FromStr for Scope {
    type Err = MalformedScope;

    fn from_str(text: &str) -> Result<Self, MalformedScope> {
        text.split(' ').filter(|token| !token.is_empty()).collect::<Vec<_>>().try_into()
    }
}

impl TryFrom<Vec<&str>> for Scope {
    type Error = MalformedScope;

    fn try_from(tokens: Vec<&str>) -> Result<Self, MalformedScope> {
        let allowed = |byte: u8| matches!(byte, 0x21 | 0x23..=0x5B | 0x5D..=0x7E);
        if tokens.iter().any(|token| token.is_empty() || !token.bytes().all(allowed)) {
            return Err(MalformedScope);
        }
        Ok(Self(Arc::new(tokens.into_iter().map(Into::into).collect())))
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, token) in self.iter().enumerate() {
            if position > 0 {
                f.write_str(" ")?;
            }
            f.write_str(token)?;
        }
        Ok(())
    }
}

impl Serialize for Scope {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Scope {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_and_repetition_do_not_matter() {
        let scope: Scope = "write read  read".parse().unwrap();
        assert_eq!(scope.to_string(), "read write");
    }

    #[test]
    fn rfc_6749_3_3_decides_which_characters_pass() {
        for (text, allowed) in [
            ("notes:read", true),
            ("a!~", true),
            ("a\"b", false),
            ("a\\b", false),
            ("ä", false),
            ("a\tb", false),
        ] {
            assert_eq!(text.parse::<Scope>().is_ok(), allowed, "{text:?}");
        }
    }
}
