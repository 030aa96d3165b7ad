//! Why is a call refused? Facts for the log; what the client is told is in `refusal/answer.rs`.

mod answer;

use std::{error::Error as _, fmt};

use http::StatusCode;
use salver_egress::upstream::UpstreamError;
use salver_jose::TokenError;
use salver_oauth::Scope;
use serde_json::Value;
use thiserror::Error;

use crate::{agreement::Mismatch, message::PayloadFault};

/// Why a call is refused. The texts are for the log.
#[derive(Debug, Error)]
pub(crate) enum Refusal {
    /// A page or a worker.
    #[error("a page or a worker")]
    Visitor,
    /// A web page of somebody else.
    #[error("an origin that may not call")]
    Origin,
    /// A method that Streamable HTTP lacks.
    #[error("an unknown method")]
    Method,
    /// A path or query that leads nowhere.
    #[error("an ambiguous path or query")]
    Nowhere,
    /// No bearer token: the usual beginning.
    #[error("no token")]
    NoToken,
    /// Two `Authorization` headers.
    #[error("several Authorization headers")]
    RepeatedAuthorization,
    /// A token that does not count.
    #[error("token refused")]
    Token(#[source] TokenFault),
    /// A token that may not do this.
    #[error("scope missing: {missing}")]
    Scope {
        /// What it lacks.
        missing: Scope,
        /// Everything that its client should ask for.
        ask_for: Scope,
    },
    /// A body that is not taken.
    #[error("body refused")]
    Body(#[source] BodyFault),
    /// A header that contradicts the body.
    #[error("{} says something else than the body", mismatch.0)]
    Mismatch {
        /// Which one.
        mismatch: Mismatch,
        /// Of the message.
        id: Value,
    },
    /// Something of ours is not there.
    #[error("unavailable")]
    Unavailable(#[source] Unavailable),
    /// The server behind failed.
    #[error("upstream failed")]
    Upstream(#[source] UpstreamFault),
}

/// Why a token does not count.
#[derive(Debug, Error)]
pub(crate) enum TokenFault {
    /// Not written like a token.
    #[error("not written like a token")]
    Form,
    /// Not believed.
    #[error("not believed")]
    Unverified(#[source] TokenError),
    /// Revoked.
    #[error("revoked")]
    Revoked,
    /// Its person has no account any more, or its service is not in force.
    #[error("the person or service is gone")]
    PersonGone,
}

/// Why a body is not taken.
#[derive(Debug, Error)]
pub(crate) enum BodyFault {
    /// Beyond the limit.
    #[error("too large")]
    TooLarge,
    /// With a `Content-Encoding`.
    #[error("encoded")]
    Encoded,
    /// Not said to be JSON.
    #[error("not said to be JSON")]
    MediaType,
    /// Not there in time.
    #[error("not there in time")]
    Slow,
    /// Ended before its end.
    #[error("broken off")]
    Broken,
    /// There, where none may be.
    #[error("there where none may be")]
    Unexpected,
    /// Not read.
    #[error("not read: {0:?}")]
    Payload(PayloadFault),
}

/// What of ours is not there.
#[derive(Debug, Error)]
pub(crate) enum Unavailable {
    /// No fresh word of revocations.
    #[error("no fresh word of revocations")]
    StaleFeed,
    /// Nobody knows the caller's name.
    #[error("the caller cannot be described")]
    Callers,
    /// No signature.
    #[error("the statement about the caller cannot be signed")]
    Signing,
}

/// How the server behind failed.
#[derive(Debug, Error)]
pub(crate) enum UpstreamFault {
    /// No answer.
    #[error("no answer")]
    Send(#[source] UpstreamError),
    /// An answer that speaks of logins or other addresses.
    #[error("status {0}")]
    Status(StatusCode),
    /// An answer of a type that does not pass.
    #[error("an answer of a type that does not pass")]
    MediaType,
}

impl Refusal {
    /// Whether this is a beginning rather than a failure, and so has no code in the log.
    pub(crate) fn is_usual(&self) -> bool {
        matches!(self, Self::NoToken)
    }

    /// Whether somebody who runs this should look at it.
    pub(crate) fn is_ours(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::Upstream(_))
    }
}

/// An error with its causes, for one line in the log.
pub(crate) struct Chain<'e>(pub(crate) &'e Refusal);

impl fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut cause = self.0.source();
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}
