//! Why is something not signed? Facts, and the one table that gives them their words on the wire (docs/vendor.md).

use std::fmt;

use salver_jose::TokenError;

use crate::{Unavailable, hook::HookFailure, limit::Wait};

/// Why a request is refused.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// It is no request that is signed as it should be.
    Request(TokenError),
    /// Its challenge is not ours, stale, or was answered before.
    Challenge,
    /// The device key is not known, or revoked.
    Unknown,
    /// The device key is another account's, or revoked.
    Known,
    /// The service does not sign for this authorization server.
    Audience,
    /// Installations cannot enrol in this way here.
    NoSuchWay,
    /// The one-time code is none.
    Code,
    /// The ID token is not believed.
    SignIn(TokenError),
    /// The vendor's command has not accepted the platform's evidence.
    Evidence(HookFailure),
    /// The account has as many installations as it may.
    TooManyInstallations,
    /// One of the limits is reached.
    TooMany(Wait),
    /// The service cannot do its work now.
    Unavailable(Unavailable),
}

/// What is said of a refusal.
pub(crate) struct Wire {
    pub(crate) status: u16,
    pub(crate) code: &'static str,
    pub(crate) description: &'static str,
}

impl Refusal {
    /// What the installation is told.
    pub(crate) fn wire(&self) -> Wire {
        let (status, code, description) = match self {
            Self::Request(_) => (
                400,
                "invalid_request",
                "the request is not signed as it should be, or asks for nothing that is known",
            ),
            Self::Challenge => (400, "use_challenge", "answer the challenge of this response"),
            Self::Unknown => {
                (401, "unknown_installation", "this device key is not enrolled, or is revoked")
            }
            Self::Known => (403, "key_in_use", "make another device key, and enrol with that"),
            Self::Audience => {
                (403, "invalid_issuer", "nothing is signed for this authorization server")
            }
            Self::NoSuchWay => (403, "enrolment_refused", "nobody can enrol in this way here"),
            Self::Code => {
                (403, "enrolment_refused", "the code is wrong, has been used, or has expired")
            }
            Self::SignIn(_) => (403, "enrolment_refused", "the ID token is not accepted"),
            Self::Evidence(_) => (403, "enrolment_refused", "the evidence is not accepted"),
            Self::TooManyInstallations => {
                (403, "too_many_installations", "the account has as many as it may; revoke one")
            }
            Self::TooMany(_) => (429, "slow_down", "ask again later"),
            Self::Unavailable(_) => (503, "temporarily_unavailable", "ask again in a moment"),
        };
        Wire { status, code, description }
    }

    /// In how many seconds it may be tried again, where that is known.
    pub(crate) fn retry_after(&self) -> Option<i64> {
        match self {
            Self::TooMany(Wait(seconds)) => Some(*seconds),
            Self::Unavailable(_) => Some(2),
            _ => None,
        }
    }
}

impl<E: Into<Unavailable>> From<E> for Refusal {
    fn from(error: E) -> Self {
        Self::Unavailable(error.into())
    }
}

/// For the log.
impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Request(error) => write!(f, "the request: {error}"),
            Self::SignIn(error) => write!(f, "the ID token: {error}"),
            Self::Evidence(failure) => {
                write!(f, "the command for the platform's evidence: {failure}")
            }
            Self::Unavailable(error) => write!(f, "{error}"),
            other => f.write_str(other.wire().description),
        }
    }
}
