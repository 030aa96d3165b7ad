//! What does a fault of a pushed request look like on the wire? Part of the one map; what the other endpoints know has its words there.

use super::{Code, Wire, authorization, statement, token};
use crate::authorization::{pushed::PushError, return_address::ReturnAddressError};

/// Errors of the endpoint for pushed requests (RFC 9126 §2.3).
#[must_use]
pub fn pushed(error: &PushError) -> Wire {
    use PushError as E;
    let (status, code, description) = match error {
        E::Client(error) => return token(error),
        E::Asked(error) => return authorization(error),
        E::Statement(fault) => {
            let (code, description) = statement::words(fault);
            (400, code, description)
        }
        E::Request(error) => (400, Code::InvalidRequest, format!("{error}; mend it and push again")),
        E::RequestUri => (
            400,
            Code::InvalidRequest,
            "leave request_uri out; push the parameters themselves".into(),
        ),
        E::ReturnAddress(error) => (400, Code::InvalidRequest, return_address(error).into()),
        E::Metadata => (
            401,
            Code::InvalidClient,
            "the client's metadata cannot be used here; the page of a login says why".into(),
        ),
        E::NeedsBoundTokens => (
            400,
            Code::InvalidRequest,
            "the client's metadata have dpop_bound_access_tokens, and this server does not issue such tokens".into(),
        ),
        E::TooLong { limit } => (
            413,
            Code::InvalidRequest,
            format!(
                "the request is too long: with it the URL of the authorization endpoint would have more than {limit} bytes; shorten state or scope, or send less"
            ),
        ),
    };
    Wire { status, code, description }
}

fn return_address(error: &ReturnAddressError) -> &'static str {
    use ReturnAddressError as E;
    match error {
        E::Missing => "redirect_uri is missing; send one that the client has published",
        E::NotRegistered(_) => {
            "redirect_uri is not one that the client has published; send it byte for byte, a loopback port aside"
        }
        E::OurOwn => "redirect_uri is an address of this server itself",
        E::SchemeNotAllowed(_) => {
            "redirect_uri is an app's own address, and this server sends no answers there; use https or http on 127.0.0.1"
        }
    }
}
