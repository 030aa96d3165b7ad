//! What may be pushed, and what of it is the request? Pushed authorization requests (RFC 9126 §2), read but not yet judged.
//!
//! The rules are those of the authorization endpoint ([`super::request`], [`super::return_address`], [`super::check`]); only where their faults go is
//! different: to the client, as JSON. Leaves out request objects (RFC 9126 §3).

use thiserror::Error;

use super::{
    check::AuthorizationError,
    request::{AuthorizationRequest, RequestError},
    return_address::ReturnAddressError,
};
use crate::{
    client::id::ClientId,
    form::{Form, encode},
    registration::StatementFault,
    token::error::TokenError,
};

/// What every `request_uri` of a pushed request begins with (RFC 9126 §2.2).
pub const REQUEST_URI: &str = "urn:ietf:params:oauth:request_uri:";

/// A request that was pushed: what `/authorize` would have got.
#[derive(Clone, Debug)]
pub struct PushedRequest {
    /// Its parameters but for `client_id`, as a query.
    pub parameters: String,
    /// The same, read.
    pub request: AuthorizationRequest,
}

/// Why a pushed request is refused.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum PushError {
    /// The client is not who it says it is, or says it wrong.
    #[error("{0}")]
    Client(#[from] TokenError),
    /// `client_id`, `redirect_uri` or `state` cannot be read.
    #[error("{0}")]
    Request(#[from] RequestError),
    /// PAR-1: there is a `request_uri` in it.
    #[error("a request_uri is pushed")]
    RequestUri,
    /// The answer would have nowhere to go.
    #[error("{0}")]
    ReturnAddress(#[from] ReturnAddressError),
    /// It may not be asked.
    #[error("{0}")]
    Asked(#[from] AuthorizationError),
    /// The software statement beside it is not one that vouches for the client here.
    #[error("{0}")]
    Statement(#[from] StatementFault),
    /// The client's metadata are none that a login could begin with here.
    #[error("the client's metadata cannot be used")]
    Metadata,
    /// RFC 9449 §5.2: the client wants tokens that are bound to a key, and bearer tokens are all there are.
    #[error("the client wants tokens that are bound to a key")]
    NeedsBoundTokens,
    /// The `request_uri` would not fit into a request line.
    #[error("the request is too long")]
    TooLong {
        /// How long the path with its query may be, in bytes.
        limit: usize,
    },
}

impl PushedRequest {
    /// Reads the request in a form that this client has pushed. What authenticates the client is no part of it.
    ///
    /// # Errors
    /// [`PushError`].
    pub fn parse(form: &Form<'_>, client_id: &ClientId) -> Result<Self, PushError> {
        if !matches!(form.raw("request_uri"), Ok(None)) {
            return Err(PushError::RequestUri);
        }
        let parameters = form.without(&NOT_THE_REQUEST);
        let request = AuthorizationRequest::parse(&query(client_id, &parameters))?;
        Ok(Self { parameters, request })
    }
}

/// A request as the query that it would be at the authorization endpoint.
#[must_use]
pub fn query(client_id: &ClientId, parameters: &str) -> String {
    let between = if parameters.is_empty() { "" } else { "&" };
    format!("client_id={}{between}{parameters}", encode(client_id.as_str()))
}

/// Who pushes, by what they prove it, and what vouches for them.
const NOT_THE_REQUEST: [&str; 5] = [
    "client_id",
    "client_secret",
    "client_assertion",
    "client_assertion_type",
    "software_statement",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> Result<String, PushError> {
        let client_id = ClientId::parse("https://a.example/c").unwrap();
        PushedRequest::parse(&Form::parse(body), &client_id)
            .map(|pushed| query(&client_id, &pushed.parameters))
    }

    #[test]
    fn par_1_what_is_pushed_is_the_request_and_nothing_that_authenticates() {
        const CLIENT: &str = "client_id=https%3A%2F%2Fa.example%2Fc";
        for (why, body, expected) in [
            ("as it came", "scope=a+b&state=%2b%20x", Ok("&scope=a+b&state=%2b%20x")),
            ("what repeats", "resource=x&resource=y", Ok("&resource=x&resource=y")),
            ("no secrets", "client_secret=s&client_assertion=t&scope=a", Ok("&scope=a")),
            ("no statement", "software_statement=a.b.c&scope=a", Ok("&scope=a")),
            ("the client that is proven", "client_id=b&scope=a", Ok("&scope=a")),
            ("what means something to a query", "state=a#b c", Ok("&state=a%23b%20c")),
            ("what is empty is left out", "state=&scope=a", Ok("&scope=a")),
            ("nothing", "client_id=b", Ok("")),
            ("no request_uri", "request_uri=x&scope=a", Err(PushError::RequestUri)),
            ("… nor two", "request_uri=x&request_uri=y", Err(PushError::RequestUri)),
            ("… an empty one is none", "request_uri=&scope=a", Ok("&scope=a")),
        ] {
            let expected = expected.map(|rest: &str| format!("{CLIENT}{rest}"));
            assert_eq!(read(body), expected, "{why}");
        }
    }
}
