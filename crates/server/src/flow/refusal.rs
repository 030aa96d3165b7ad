//! What can end a journey of a person? Facts for a page; never a redirect. `web/refusal.rs` finds the words.

use std::fmt;

use salver_egress::Category;
use salver_oauth::{
    authorization::{request::RequestError, return_address::ReturnAddressError},
    client::document::DocumentError,
};
use salver_policy::judge::Reason;
use salver_store::StoreError;
use thiserror::Error;

use super::statement::InDocument;

/// Why a person sees a page instead of getting on.
#[derive(Debug, Error)]
pub enum Refusal {
    /// The request cannot be read.
    #[error("request: {0}")]
    Request(#[from] RequestError),
    /// The client is not one that can be let in.
    #[error("client {client_id}: {why}")]
    Client {
        /// Its `client_id`.
        client_id: String,
        /// Why.
        why: ClientRefusal,
    },
    /// There is nowhere to send the answer.
    #[error("client {client_id}: {why}")]
    ReturnAddress {
        /// The `client_id`.
        client_id: String,
        /// Why.
        why: ReturnAddressError,
    },
    /// The request that was pushed cannot be gone on with.
    #[error("client {client_id}: {why}")]
    Pushed {
        /// The `client_id` that is named.
        client_id: String,
        /// Why.
        why: PushedRefusal,
    },
    /// Policy ends the login.
    #[error("{0}")]
    Policy(Box<Denied>),
    /// `prompt=none` from a client that cannot be redirected to before somebody is signed in (O21-13).
    #[error("client {client_id} wants no page, and nobody is signed in")]
    SilentStranger {
        /// The `client_id`.
        client_id: String,
    },
    /// The consent form is not one that was shown to this session.
    #[error("the consent form is not of this session")]
    ForeignForm,
    /// The consent page was answered before.
    #[error("the consent page was answered before")]
    Answered,
    /// The store or the cryptographic library failed.
    #[error("unavailable: {0}")]
    Unavailable(#[from] Unavailable),
}

/// Why a client is not let in.
#[derive(Debug, Error)]
pub enum ClientRefusal {
    /// Nobody has registered this identifier, or it does not open any more: which of them is for the log.
    #[error("not registered")]
    Unknown,
    /// It is on record here, and may not be used now.
    #[error("it is not in force: {0}")]
    NotInForce(NotInForce),
    /// It registered itself, and has deleted that (RFC 7592 §2.3).
    #[error("it has deleted its registration")]
    Deleted,
    /// Its issuer is not trusted at this time, or may not vouch for what it has signed (RFC 7591 §2.3).
    #[error("nobody who is trusted vouches for it")]
    NotVouched,
    /// It is on record for the use of other people alone.
    #[error("it belongs to other people")]
    NotTheirs,
    /// Nobody has looked at it, and the account that entered it is disabled (decision 15).
    #[error("the account that entered it is disabled")]
    OwnerDisabled,
    /// Its document cannot be fetched.
    #[error("its document cannot be fetched: {log}")]
    Unfetchable {
        /// What may be said of it outside.
        category: Category,
        /// What goes into the log.
        log: String,
    },
    /// Its document is of another media type (CIMD-D-2).
    #[error("its document is served as {0:?}")]
    MediaType(Option<String>),
    /// Its document breaks a rule.
    #[error("its document: {0}")]
    Document(DocumentError),
    /// Its document and the statement inside it do not fit together (SW-14).
    #[error("its document: {0}")]
    Statement(InDocument),
    /// It registered itself, and the redirect policy refuses one of its addresses (DESIGN 4.3).
    #[error("one of its redirect URIs is not allowed here")]
    RedirectUris,
    /// ATP-2: clients in development come only where the atproto profile is in force.
    #[error("the identifiers of the atproto profile are not in use here")]
    NoLocalDevelopment,
    /// RFC 9449 §5.2: it wants its tokens bound to a key, and bearer tokens are all there are.
    #[error("it wants tokens that are bound to a key")]
    NeedsBoundTokens,
}

/// Why a pushed request cannot be gone on with (RFC 9126 §4).
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum PushedRefusal {
    /// It was not pushed here, or for another client, or was altered on its way.
    #[error("the request_uri is none that this client was given here")]
    NotOurs,
    /// Its time is over.
    #[error("the pushed request has expired")]
    Expired,
    /// A code was given for it.
    #[error("a code was given for the pushed request before")]
    Spent,
}

/// Why a client on record may not be used now.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum NotInForce {
    /// No reviewer has approved it yet.
    #[error("nobody has approved it yet")]
    Waiting,
    /// A reviewer has refused it.
    #[error("it was refused")]
    Refused,
    /// An administrator has suspended it.
    #[error("it is suspended")]
    Suspended,
    /// Its time is over.
    #[error("it has expired")]
    Expired,
}

/// A login that policy ends.
#[derive(Debug, Error)]
#[error("client {client_id}: denied by {rule:?} ({why})")]
pub struct Denied {
    /// Who asked.
    pub client_id: String,
    /// What they are called.
    pub label: String,
    /// The rule that decided, if one did.
    pub rule: Option<String>,
    /// What that rule is for, in the operator's words.
    pub sentence: Option<String>,
    /// Why.
    pub why: DeniedFor,
    /// It would come in with an attested installation: what it has shown in place of that.
    pub unattested: Option<Unattested>,
}

/// What a login has shown in place of the attestation of its installation.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Unattested {
    /// Nothing of the kind.
    Nothing,
    /// That the client's vendor has signed the person in: an impostor can show that too (DESIGN 4.2).
    UserAlone,
}

/// Why policy ends a login.
#[derive(Debug)]
pub enum DeniedFor {
    /// The verdict says so.
    Verdict(Reason),
    /// Its keys are at this host, and may not come from there.
    KeyHost(Box<str>),
}

impl fmt::Display for DeniedFor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Verdict(Reason::Ban { number, .. }) => write!(f, "ban {number}"),
            Self::Verdict(reason) => f.write_str(reason.id()),
            Self::KeyHost(host) => write!(f, "keys at {host}"),
        }
    }
}

/// Something of ours failed.
#[derive(Debug, Error)]
pub enum Unavailable {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Sealing or signing.
    #[error("the cryptographic library failed")]
    Crypto,
    /// Bans or grants changed again and again while a login was judged.
    #[error("a login could not be settled")]
    Unsettled,
    /// The revocation feed is too old to vouch for anything (DESIGN 4.9).
    #[error("the revocation feed is stale")]
    StaleFeed,
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::Unavailable(Unavailable::Store(error))
    }
}
