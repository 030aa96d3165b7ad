//! What can be wrong with a registration? Facts; `crate::error` gives them their code and words.

use thiserror::Error;

use super::StatementFault;
use crate::{
    client::{redirect_uri::RedirectUriError, sealed::IdTooLong},
    json::JsonError,
};

/// Why a registration is refused.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum RegistrationError {
    /// The body cannot be taken for a registration.
    #[error("{0}")]
    Body(#[from] BodyFault),
    /// DCR-4: every flow here redirects.
    #[error("it has no redirect_uris")]
    NoRedirectUri,
    /// O21-4, MCP-AS-31: one of its redirect URIs is none.
    #[error("redirect URI {position}: {fault}")]
    RedirectUri {
        /// Which one, from 0.
        position: usize,
        /// Which rule it breaks.
        fault: RedirectUriError,
    },
    /// One of its redirect URIs is not allowed by the policy of this server.
    #[error("redirect URI {position} is not allowed here")]
    RedirectUriNotAllowed {
        /// Which one, from 0.
        position: usize,
    },
    /// R-7, DCR-5: nothing in this list can be used here.
    #[error("nothing in {0} can be used here")]
    NothingUsable(&'static str),
    /// An authentication method that is not offered; another one would not be what the client asked for.
    #[error("its token_endpoint_auth_method is not offered")]
    Method,
    /// The client's keys.
    #[error("{0}")]
    Keys(#[from] KeysFault),
    /// DCR-7: secrets are made here.
    #[error("it brings a client_secret of its own")]
    ChosenSecret,
    /// DESIGN §9.
    #[error("{0}")]
    Id(#[from] IdTooLong),
    /// Whoever runs this server has shut it out.
    #[error("it is not let in here")]
    Banned,
    /// Its software statement (DCR-8, SW-10).
    #[error("{0}")]
    Statement(#[from] StatementFault),
}

/// Why somebody may not register, whatever they send (RFC 7591 §3).
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum AccessError {
    /// Nobody may.
    #[error("clients do not register themselves here")]
    Closed,
    /// Only with an initial access token, and there is none.
    #[error("there is no initial access token")]
    NoToken,
    /// The initial access token is none of ours, or has ended.
    #[error("the initial access token is not good")]
    Token,
}

/// Why a body cannot be taken for a registration.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum BodyFault {
    /// Longer than [`super::MAX_BODY_BYTES`].
    #[error("it is too large")]
    TooLarge,
    /// No strict JSON.
    #[error("it cannot be read as JSON: {0}")]
    Json(JsonError),
    /// JSON, but no object.
    #[error("it is not a JSON object")]
    NotAnObject,
    /// A member that is used has another type than RFC 7591 §2 says.
    #[error("the member {0} has the wrong type")]
    WrongType(&'static str),
    /// A member is longer than anybody needs.
    #[error("the member {name} is longer than {limit} bytes")]
    TooLong {
        /// The member.
        name: &'static str,
        /// The longest that is taken.
        limit: usize,
    },
    /// A list is longer than anybody needs.
    #[error("the member {name} has more than {limit} values")]
    TooMany {
        /// The member.
        name: &'static str,
        /// The most that are taken.
        limit: usize,
    },
}

/// What is wrong with the keys of a client.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum KeysFault {
    /// `private_key_jwt` without any.
    #[error("private_key_jwt without keys")]
    Missing,
    /// DCR-6.
    #[error("it has both jwks and jwks_uri")]
    TwoSets,
    /// The key is burnt.
    #[error("its jwks holds private key material")]
    Private,
    /// RFC 7517 §5.
    #[error("its jwks is no key set")]
    NotASet,
    /// RFC 7591 §2: there is no key in it that could verify a signature here.
    #[error("no key of its jwks can be used here")]
    NoneUsable,
    /// RFC 7591 §2, §5.
    #[error("its jwks_uri is no https URL")]
    Url,
}
