//! Why can this not be a rule? Each refusal with the key that it stands at, the fact, and the remedy.

use std::fmt;

use thiserror::Error;

use crate::{catalogue::PatternError, hosts::HostFault};

/// One thing that is wrong with a policy section.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RuleProblem {
    /// The key below `policy`, like `rules[2].when.publisher[0]`.
    pub key: String,
    /// What is wrong.
    pub why: RuleFault,
}

/// What can be wrong.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum RuleFault {
    /// A text that is empty, too long, or holds outer space or control characters.
    #[error("is empty, longer than {most} characters, or holds outer space or control characters")]
    Text {
        /// The longest, in characters.
        most: usize,
    },
    /// A name that cannot be one.
    #[error("{0:?} is not a name of lower-case letters, digits and hyphens")]
    Name(Box<str>),
    /// A name that another rule has.
    #[error("the name {0:?} is taken by another rule")]
    Taken(Box<str>),
    /// A list without entries.
    #[error("is empty, so it would mean nothing at all")]
    Empty,
    /// A host that is none.
    #[error("{value:?} {why}")]
    Host {
        /// What stands there.
        value: Box<str>,
        /// What is wrong with it.
        why: HostFault,
    },
    /// An address that is none.
    #[error("{value:?} cannot be used: {why}")]
    Pattern {
        /// What stands there.
        value: Box<str>,
        /// What is wrong with it.
        why: PatternError,
    },
    /// Something that is not of the form it must have.
    #[error("{value:?} is not {form}")]
    Form {
        /// What stands there.
        value: Box<str>,
        /// What must stand there.
        form: &'static str,
    },
    /// Something that does not exist.
    #[error("there is no {what} {value:?}")]
    Unknown {
        /// Of which kind.
        what: &'static str,
        /// What stands there.
        value: Box<str>,
        /// What there is.
        known: Box<str>,
    },
    /// A number out of bounds.
    #[error("is out of bounds")]
    Bounds {
        /// The least.
        least: u32,
        /// The most.
        most: u32,
    },
    /// A warning without words, or words that nobody would see.
    #[error("goes with `then = \"warn\"`, and only with it")]
    Warning,
    /// Terms for somebody who does not come in.
    #[error("has no effect on a rule that denies")]
    NoEffect,
    /// A condition on a list that is not there.
    #[error("asks for listed publishers, and no hosts are listed")]
    NoIdentityHosts,
}

impl RuleFault {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Text { .. } => "write one plain sentence".to_owned(),
            Self::Name(_) => "write a name like \"our-partners\"".to_owned(),
            Self::Taken(_) => "give each rule a name of its own; those of the preset count".to_owned(),
            Self::Empty => "name something, or leave the key out".to_owned(),
            Self::Host { why, .. } => why.hint().to_owned(),
            Self::Pattern { .. } => {
                "write the address exactly as the client sends it; one whole path segment may be {id}"
                    .to_owned()
            }
            Self::Form { form, .. } => format!("write {form}"),
            Self::Unknown { known, .. } if known.is_empty() => "there are none yet".to_owned(),
            Self::Unknown { known, .. } => format!("there are {known}"),
            Self::Bounds { least, most } => format!("write a number from {least} to {most}"),
            Self::Warning => "add `warn` to a rule that warns, or take it away".to_owned(),
            Self::NoEffect => "take it away, or let the rule allow, warn or review".to_owned(),
            Self::NoIdentityHosts => "list them in `policy.hosts.identity`".to_owned(),
        }
    }
}

impl fmt::Display for RuleProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`policy.{}`: {}", self.key, self.why)
    }
}
