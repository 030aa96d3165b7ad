//! What speaks against a name or a host, and in which words?

use std::fmt;

use salver_names::HostLikeness;

use super::Protected;

/// What speaks against a claimed name.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum NameHit<'p> {
    /// It is a protected name, or may be taken for one.
    Taken {
        /// The protected name.
        protected: &'p Protected,
        /// In what they are alike.
        why: Likeness,
    },
    /// It is no protected name, but mixes scripts within a word.
    MixedScripts,
}

/// In what a claimed name is like a protected one.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Likeness {
    /// The same name, whatever its letter case, its space, and characters that nobody sees.
    Same,
    /// Other letters, digits or signs that look the same.
    OtherLetters,
    /// The same but for words that say nothing: `Official`, `Desktop`, `App`.
    EmptyWords,
}

/// A host that may be taken for a protected one.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct HostHit<'p> {
    /// The protected site.
    pub protected: &'p str,
    /// In what they are alike.
    pub why: HostLikeness,
}

impl fmt::Display for NameHit<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Taken { protected: Protected { name, owner }, why } => {
                let verb = if *why == Likeness::Same { "is" } else { "looks like" };
                write!(f, "{verb} \"{name}\", which belongs to {owner}")
            }
            Self::MixedScripts => f.write_str("mixes letters of different scripts within a word"),
        }
    }
}

impl fmt::Display for HostHit<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { protected, why } = self;
        match why {
            HostLikeness::OtherLetters => write!(f, "looks like {protected}, and is not"),
            HostLikeness::Carries => write!(f, "carries {protected} in its name, and is not there"),
        }
    }
}
