//! Why is this file not a catalogue? Each problem with its line, its entry, the rule and the remedy.

use std::fmt;

use salver_oauth::client::{document::DocumentError, id::MetadataUrlError};
use thiserror::Error;

use super::pattern::PatternError;

/// A file is not a catalogue: everything that is wrong with it, in the order of the rules.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub struct CatalogueError {
    pub(super) problems: Vec<Problem>,
}

/// One thing that is wrong.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Problem {
    /// The line, from 1.
    pub line: usize,
    /// The entry: a client's name, a pin's URL, or a list of the file.
    pub entry: Box<str>,
    /// What it breaks.
    pub rule: Rule,
}

/// The rules of the format.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum Rule {
    /// No TOML, or members that are missing, unknown or of another type; in the reader's words.
    #[error("{0}")]
    Form(Box<str>),
    /// Another format than the one that this program reads.
    #[error("its format is {0}, and this salver reads format {FORMAT}")]
    Format(u64),
    /// It has no number: 0 is that of no catalogue.
    #[error("its number is 0")]
    Number,
    /// More of something than is read.
    #[error("{what} is longer than {most}")]
    Size {
        /// What.
        what: &'static str,
        /// How much is read, in bytes, characters or entries.
        most: usize,
    },
    /// Dates in the wrong order.
    #[error("{earlier} lies after {later}")]
    Order {
        /// The date that must not be the later one.
        earlier: &'static str,
        /// The other one.
        later: &'static str,
    },
    /// Empty, or with outer space or control characters.
    #[error("{0} is empty, or holds outer space or control characters")]
    Text(&'static str),
    /// Not a full domain name in its one spelling.
    #[error("{value:?} in {member} is not a full domain name in lower case")]
    Host {
        /// The member.
        member: &'static str,
        /// What stands there.
        value: Box<str>,
    },
    /// Not an address, or open in more than one path segment.
    #[error("{value:?} cannot be used: {why}")]
    Pattern {
        /// What stands there.
        value: Box<str>,
        /// Why it cannot be used.
        why: PatternError,
    },
    /// Not the issuer of statements: those are named one by one.
    #[error("{0:?} is not an issuer: an https URL as it stands in iss")]
    Issuer(Box<str>),
    /// A client that nothing is bound to.
    #[error("it has no documents, redirect_uris or statements")]
    Unbound,
    /// The same thing said twice.
    #[error("{value:?} is already taken by {by}")]
    Twice {
        /// What.
        value: Box<str>,
        /// The entry that has it.
        by: Box<str>,
    },
    /// An open segment where anybody may put files.
    #[error("{0:?} leaves a segment open on a host where anybody may put files")]
    OpenOnSharedHost(Box<str>),
    /// Its document lies where anybody may put files, and it does not say so.
    #[error("anybody may put files on {0}")]
    SharedHostUnsaid(Box<str>),
    /// A copy that cannot be used.
    #[error("the copy cannot be used: {0}")]
    Pin(PinFault),
}

/// Why a copy of a document cannot be used.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum PinFault {
    /// Its URL is none of a metadata document.
    #[error("as the URL of a metadata document {0}")]
    Url(MetadataUrlError),
    /// It is no sound document of its URL.
    #[error("{0}")]
    Document(DocumentError),
    /// It holds keys: those are never pinned (DESIGN 4.5).
    #[error("it holds keys, and keys are never pinned")]
    Keys,
    /// A redirect URI that the client's entry does not have.
    #[error("its redirect URI {0:?} is not in the entry of its client")]
    ForeignRedirectUri(Box<str>),
}

impl CatalogueError {
    /// What is wrong, at least one thing.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }
}

impl fmt::Display for CatalogueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<String> = self.problems.iter().map(Problem::to_string).collect();
        f.write_str(&lines.join("\n"))
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}: {}", self.line, self.entry, self.rule)
    }
}

impl Rule {
    /// A name that stays the same.
    #[must_use]
    pub const fn id(&self) -> &'static str {
        match self {
            Self::Form(_) => "form",
            Self::Format(_) => "format",
            Self::Number => "number",
            Self::Size { .. } => "size",
            Self::Order { .. } => "order",
            Self::Text(_) => "text",
            Self::Host { .. } => "host",
            Self::Pattern { .. } => "pattern",
            Self::Issuer(_) => "issuer",
            Self::Unbound => "unbound",
            Self::Twice { .. } => "twice",
            Self::OpenOnSharedHost(_) => "open-on-shared-host",
            Self::SharedHostUnsaid(_) => "shared-host-unsaid",
            Self::Pin(_) => "pin",
        }
    }

    /// What to do about it.
    #[must_use]
    pub const fn remedy(&self) -> &'static str {
        match self {
            Self::Form(_) => "docs/catalogue.md has every member with its type",
            Self::Format(_) => "use the file of this version of salver, or a newer salver",
            Self::Number => "begin with 1, and raise it with each issue",
            Self::Size { .. } => "shorten it, or split the file",
            Self::Order { .. } => "correct the dates",
            Self::Text(_) => "write plain text without control characters",
            Self::Host { .. } => {
                "write the name as DNS has it: lower case, xn-- for other scripts, no port, no path"
            }
            Self::Pattern { .. } => {
                "write the address exactly as the client sends it; one whole path segment may be {id}"
            }
            Self::Issuer(_) => {
                "write iss exactly as it stands in the statements, each issuer by itself"
            }
            Self::Unbound => {
                "add the URL of its document, the redirect URIs that it registers, or the software of its statements"
            }
            Self::Twice { .. } => "say it once",
            Self::OpenOnSharedHost(_) => "list the exact URLs",
            Self::SharedHostUnsaid(_) => {
                "set shared_host = true, so that only the exact URL counts"
            }
            Self::Pin(_) => "copy the document again as it is published, or remove the pin",
        }
    }
}

/// The format that this program reads.
pub const FORMAT: u64 = 1;
