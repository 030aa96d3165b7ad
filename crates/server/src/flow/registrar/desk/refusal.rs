//! Why does an administrator not get what they asked for, and what is the remedy?

use salver_oauth::error;
use salver_store::{StoreError, record::ClientState};
use thiserror::Error;

use crate::flow::{
    own_document::ReadRefusal,
    registrar::{EntryRefusal, SecretRefusal},
};

/// Why something is not done.
#[derive(Debug, Error)]
pub enum DeskRefusal {
    /// There is no such client.
    #[error("there is no client {0:?} on record")]
    Unknown(Box<str>),
    /// Somebody else changed it in between.
    #[error("somebody else has changed the client in between")]
    Stale,
    /// It stands otherwise than it would have to.
    #[error("the client is {}", state_name(*.0))]
    Standing(ClientState),
    /// Nothing of it waits for an answer.
    #[error("nothing of the application waits for a reviewer")]
    NotSubmitted,
    /// Nothing is said to its developer.
    #[error("its developer is not told why")]
    NoRemark,
    /// Nobody decides on their own.
    #[error("it is {0:?}'s own application")]
    Own(Box<str>),
    /// It is somebody's own.
    #[error("a personal client is its owner's alone")]
    Personal,
    /// It authenticates with keys, or not at all.
    #[error("the client has no secret")]
    NoSecret,
    /// There is no such account.
    #[error("there is no account {0:?}")]
    Owner(Box<str>),
    /// A service would go where nothing is.
    #[error("this server has no resource {0:?}")]
    Resource(Box<str>),
    /// A service would do what nobody understands.
    #[error("none of its resources knows the scope {0:?}")]
    Scope(Box<str>),
    /// The document that a client is to be registered by cannot be read.
    #[error(transparent)]
    Document(#[from] ReadRefusal),
    /// There is no word of what is to be entered, or two.
    #[error("there is not exactly one of metadata and document")]
    NotOneSource,
    /// What is to be entered breaks a rule.
    #[error("{}", what(.0))]
    Entry(#[from] EntryRefusal),
    /// There can be no secret.
    #[error(transparent)]
    Secret(#[from] SecretRefusal),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl DeskRefusal {
    /// What to do about it.
    #[must_use]
    pub fn remedy(&self) -> String {
        let remedy = match self {
            Self::Unknown(_) => "list the clients to see their identifiers",
            Self::Stale => "look at it again, and decide anew",
            Self::Standing(ClientState::Suspended) => "resume it first",
            Self::Standing(_) => "there is nothing to do",
            Self::NotSubmitted => "`salver admin review list` shows what waits",
            Self::NoRemark => "say what has to change, with --note",
            Self::Own(_) => "let somebody else decide",
            Self::Personal => {
                "its owner enters and manages it on their page; it can be suspended, resumed and deleted here"
            }
            Self::NoSecret => {
                "change its keys where it publishes them, or enter metadata with another token_endpoint_auth_method"
            }
            Self::Owner(_) => "name an account that is here, or leave the owner out",
            Self::Resource(_) => "write a URL of [[resources]] as it stands in the configuration",
            Self::Scope(_) => "name scopes that the configuration lists for its resources",
            Self::Document(ReadRefusal::NoUrl) => {
                "write the https URL that programs send as client_id"
            }
            Self::Document(ReadRefusal::Hosted) => {
                "enter metadata, or name a document on a host of the application's own"
            }
            Self::Document(ReadRefusal::Client(_) | ReadRefusal::Copy) => {
                "look at it as a login would: salver client check URL"
            }
            Self::NotOneSource => "write its metadata, or the URL of the document that says them",
            Self::Entry(refusal) => return remedy_of(refusal),
            Self::Secret(SecretRefusal::Name) => "give it a short name",
            Self::Secret(SecretRefusal::TooMany) => {
                "look at the client: end one of its secrets first"
            }
            Self::Document(ReadRefusal::Ours(_))
            | Self::Secret(SecretRefusal::Store(_))
            | Self::Store(_) => "look at the disk and at the rights of the data directory",
        };
        remedy.to_owned()
    }

    /// Whether it is the fault of the store.
    #[must_use]
    pub const fn is_ours(&self) -> bool {
        matches!(
            self,
            Self::Store(_)
                | Self::Document(ReadRefusal::Ours(_))
                | Self::Secret(SecretRefusal::Store(_))
                | Self::Entry(EntryRefusal::Store(_))
        )
    }
}

/// A state in a word.
const fn state_name(state: ClientState) -> &'static str {
    match state {
        ClientState::Draft => "a draft",
        ClientState::Submitted => "submitted",
        ClientState::InReview => "in review",
        ClientState::Approved => "in force",
        ClientState::Returned => "returned to its owner",
        ClientState::Refused => "refused",
        ClientState::Suspended => "suspended",
        ClientState::Deleted => "deleted",
    }
}

/// The rule, without its remedy.
fn what(refusal: &EntryRefusal) -> String {
    split(refusal).map_or_else(|| refusal.to_string(), |(what, _)| what)
}

fn remedy_of(refusal: &EntryRefusal) -> String {
    if let Some((_, remedy)) = split(refusal) {
        return remedy;
    }
    let remedy = match refusal {
        EntryRefusal::OurOwn(_) => "name an address of the client",
        EntryRefusal::Scope => "name scopes with spaces between, or leave scope out",
        EntryRefusal::Owner => {
            "name an account that can sign in and has few enough clients, or leave the owner out; a document is one client's alone"
        }
        EntryRefusal::NoDocument => "write the https URL that programs send as client_id",
        EntryRefusal::Document(_) => "correct the document; salver client check says how",
        EntryRefusal::Store(_) | EntryRefusal::Metadata(_) | EntryRefusal::Service(_) => {
            "look at the disk and at the rights of the data directory"
        }
    };
    remedy.to_owned()
}

/// What the one table of errors says of metadata: the rule, then the remedy.
fn split(refusal: &EntryRefusal) -> Option<(String, String)> {
    let wire = match refusal {
        EntryRefusal::Metadata(fact) => error::registration(fact),
        EntryRefusal::Service(fact) => error::service(fact),
        EntryRefusal::OurOwn(_)
        | EntryRefusal::Scope
        | EntryRefusal::Owner
        | EntryRefusal::NoDocument
        | EntryRefusal::Document(_)
        | EntryRefusal::Store(_) => return None,
    };
    let (what, remedy) = wire.description.split_once("; ")?;
    Some((what.to_owned(), remedy.to_owned()))
}
