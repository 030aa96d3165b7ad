//! Which names does this pattern mean? Folded text in which `*` stands for anything, also for nothing.
//!
//! Letter case and outer or doubled space do not count. Look-alike letters are not folded here.

use std::fmt;

use thiserror::Error;

use crate::catalogue::folded;

/// A pattern for the names that clients claim.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct NamePattern {
    folded: Box<str>,
    /// The bytes that are no stars: a shorter name cannot be meant.
    fixed_bytes: usize,
}

/// Why a text is no pattern for names.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum NameFault {
    /// Too long.
    #[error("it is longer than {MAX_CHARACTERS} characters")]
    TooLong,
    /// So little is fixed that it would mean nearly every name.
    #[error("it fixes fewer than {MIN_FIXED} characters")]
    TooOpen,
    /// Too many stars.
    #[error("it has more than {MAX_STARS} stars")]
    TooManyStars,
    /// No name holds such a character.
    #[error("it holds control characters")]
    Control,
}

impl NameFault {
    /// What to do about it.
    #[must_use]
    pub const fn hint(self) -> &'static str {
        match self {
            Self::TooLong | Self::TooManyStars => {
                "ban the beginning of the name, with one star behind it"
            }
            Self::TooOpen => "write more of the name",
            Self::Control => "write plain text",
        }
    }
}

impl NamePattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// [`NameFault`] says why it is none.
    pub fn parse(text: &str) -> Result<Self, NameFault> {
        if text.chars().count() > MAX_CHARACTERS {
            return Err(NameFault::TooLong);
        }
        if text.chars().any(char::is_control) {
            return Err(NameFault::Control);
        }
        let folded = folded(text);
        let stars = folded.chars().filter(|letter| *letter == '*').count();
        let fixed = folded.chars().filter(|letter| !letter.is_whitespace()).count() - stars;
        if fixed < MIN_FIXED {
            return Err(NameFault::TooOpen);
        }
        if stars > MAX_STARS {
            return Err(NameFault::TooManyStars);
        }
        Ok(Self { fixed_bytes: folded.len() - stars, folded: folded.into() })
    }

    /// The pattern, folded.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.folded
    }

    /// Whether it means this name.
    #[must_use]
    pub fn matches(&self, name: &str) -> bool {
        self.matches_folded(&folded(name))
    }

    /// The same of a name that is folded already. Between two stars, the first place that fits is as good as any.
    pub(super) fn matches_folded(&self, name: &str) -> bool {
        if name.len() < self.fixed_bytes {
            return false;
        }
        let mut parts = self.folded.split('*');
        let Some(mut rest) = parts.next().and_then(|first| name.strip_prefix(first)) else {
            return false;
        };
        let Some(last) = parts.next_back() else {
            return rest.is_empty();
        };
        for part in parts {
            let Some(behind) = rest.split_once(part).map(|(_, behind)| behind) else {
                return false;
            };
            rest = behind;
        }
        rest.ends_with(last)
    }
}

impl fmt::Display for NamePattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.folded)
    }
}

/// The longest pattern.
const MAX_CHARACTERS: usize = 100;

/// A pattern fixes at least so many characters, space not counted.
const MIN_FIXED: usize = 3;

/// It holds at most so many stars.
const MAX_STARS: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_their_neighbours() {
        for (pattern, name, matches) in [
            ("Free Tokens", "free  TOKENS ", true),
            ("Free Tokens", "Free Tokens 2", false),
            ("free*", "Free Tokens", true),
            ("free*", "A free one", false),
            ("*free*", "A free one", true),
            ("*free", "unfree", true),
            ("*free", "unfreed", false),
            ("a*bc*d", "a-bc-bc-d", true),
            ("a*bc*d", "a-b-c-d", false),
            ("aba*aba", "ababa", false),
            ("aba*aba", "abaaba", true),
            ("abc**", "abc", true),
            ("abc", "", false),
        ] {
            assert_eq!(
                NamePattern::parse(pattern).unwrap().matches(name),
                matches,
                "{pattern} {name}"
            );
        }
    }

    #[test]
    fn patterns_are_bounded() {
        for (text, fault) in [
            ("abc", None),
            ("***abc*", None),
            ("ab*", Some(NameFault::TooOpen)),
            ("*", Some(NameFault::TooOpen)),
            ("", Some(NameFault::TooOpen)),
            ("a b *", Some(NameFault::TooOpen)),
            ("*a*b*c*d*", Some(NameFault::TooManyStars)),
            ("abc\u{7}", Some(NameFault::Control)),
            (&"a".repeat(100), None),
            (&"a".repeat(101), Some(NameFault::TooLong)),
        ] {
            assert_eq!(NamePattern::parse(text).err(), fault, "{text}");
        }
    }
}
