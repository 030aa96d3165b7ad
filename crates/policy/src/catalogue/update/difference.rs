//! What is different between two catalogues, and does it protect or open? In words for an administrator.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One difference.
#[derive(Clone, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
pub struct Difference {
    /// The client that it is about; lists of the file and pins belong to none.
    pub client: Option<Box<str>>,
    /// Which part of it.
    pub part: Part,
    /// How it changed.
    pub change: Change,
    /// The value: a name, an address, a host.
    pub value: Box<str>,
}

/// What can be different.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// A whole entry.
    Client,
    /// The domain that an entry's names belong to.
    Publisher,
    /// A name that belongs to its publisher.
    Name,
    /// A name that belonged to another publisher.
    MovedName,
    /// The URL of a document, or a pattern for such.
    Document,
    /// A redirect URI, or a pattern for such.
    RedirectUri,
    /// A software that statements speak for: issuer and `software_id`.
    Statement,
    /// A host of logos or keys.
    Host,
    /// The mark that others may put files beside its documents.
    SharedHostMark,
    /// A pinned copy of a document.
    Pin,
    /// A redirect URI that hands answers on.
    Relay,
    /// A host where anybody may put files.
    SharedHost,
    /// Something that is taken out of the catalogue that is extended.
    Removal,
}

/// How it changed.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It has another value.
    Replaced,
}

impl Difference {
    /// Whether it may apply before an administrator has seen it (DESIGN 4.6): what protects or takes away may, what opens a door or
    /// speaks for somebody else may not.
    #[must_use]
    pub const fn applies_at_once(&self) -> bool {
        match self.part {
            Part::Client | Part::Name => true,
            Part::Publisher | Part::MovedName => false,
            Part::Document | Part::RedirectUri | Part::Statement | Part::Host | Part::Pin => {
                matches!(self.change, Change::Removed)
            }
            Part::Relay | Part::SharedHost | Part::SharedHostMark | Part::Removal => {
                matches!(self.change, Change::Added)
            }
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = &self.value;
        let client = self.client.as_deref().unwrap_or_default();
        let (gains, has) = match self.change {
            Change::Added => ("gains", "is new"),
            Change::Removed => ("loses", "is gone"),
            Change::Replaced => ("changes", "is another copy"),
        };
        match self.part {
            Part::Client => write!(f, "The client {value} {has}."),
            Part::Publisher => write!(f, "{client} is now published by {value}."),
            Part::Name => write!(f, "{client} {gains} the name {value:?}."),
            Part::MovedName => write!(f, "{client} takes the name {value:?} from its publisher."),
            Part::Document => write!(f, "{client} {gains} the document {value}"),
            Part::RedirectUri => write!(f, "{client} {gains} the redirect URI {value}"),
            Part::Statement => write!(f, "{client} {gains} the statements of {value}"),
            Part::Host => write!(f, "{client} {gains} {value} as a host of its logos or keys."),
            Part::SharedHostMark => {
                write!(f, "{client} {gains} the mark that others may put files on {value}.")
            }
            Part::Pin => write!(f, "The pinned copy {has}: {value}"),
            Part::Relay => write!(f, "The mark as a relay {has}: {value}"),
            Part::SharedHost => write!(f, "The mark as a shared host {has}: {value}"),
            Part::Removal => {
                write!(f, "The removal of something from the catalogue below {has}: {value}")
            }
        }
    }
}
