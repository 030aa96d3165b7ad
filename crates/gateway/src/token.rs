//! Is the token believed? Where it is read from, and that one already verified is not verified again.
//!
//! RFC 6750 §2.1 (header only; a token in query or body is no credential), RFC 9068 §4, MCP-RS-4, MCP-RS-5. Whether it still
//! stands is asked every time, in `gateway.rs`.

use std::sync::{Arc, atomic::AtomicI64};

use arc_swap::ArcSwapOption;
use http::{HeaderMap, header};
use salver_jose::{
    Audience, Expected, KeySet,
    seen::{SeenTokens, Verified},
};
use salver_oauth::{Issuer, Scope, Timestamp};

use crate::{
    Resource,
    identity::Signed,
    refusal::{Refusal, TokenFault},
    standing::TokenNames,
};

/// A token that was verified, with what is kept beside it.
pub(crate) type Believed = Verified<Beside>;

/// What is kept beside a verified token.
pub(crate) struct Beside {
    pub(crate) names: TokenNames,
    /// Its scopes, with what they imply.
    pub(crate) allowed: Scope,
    /// When its use was last reported, in Unix seconds.
    pub(crate) reported: AtomicI64,
    /// What was last told to the server behind about its bearer.
    pub(crate) identity: ArcSwapOption<Signed>,
}

/// The bearer token of a request.
pub(crate) fn bearer(headers: &HeaderMap) -> Result<&[u8], Refusal> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let value = values.next().ok_or(Refusal::NoToken)?.as_bytes();
    if values.next().is_some() {
        return Err(Refusal::RepeatedAuthorization);
    }
    if !value.is_ascii() {
        return Err(Refusal::Token(TokenFault::Form));
    }
    let token = match value.split_at_checked(BEARER.len()) {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case(BEARER) => rest,
        _ => return Err(Refusal::NoToken),
    };
    let spaces = token.iter().take_while(|byte| **byte == b' ').count();
    let token = token.get(spaces..).unwrap_or_default();
    if token.is_empty() {
        return Err(Refusal::NoToken);
    }
    // What else is no token (RFC 6750 §2.1) is not believed either.
    if token.len() > MAX_TOKEN {
        return Err(Refusal::Token(TokenFault::Form));
    }
    Ok(token)
}

/// Where and when a token is to be good.
pub(crate) struct Place<'a> {
    pub(crate) issuer: &'a Issuer,
    pub(crate) resource: &'a Resource,
    pub(crate) keys: Arc<KeySet>,
    pub(crate) now: Timestamp,
}

/// Believes a token, from memory if it was verified before with the keys that count now.
pub(crate) fn believe(
    token: &[u8],
    seen: &SeenTokens<Beside>,
    place: &Place<'_>,
) -> Result<Arc<Believed>, Refusal> {
    let resource = place.resource;
    let expected =
        Expected { issuer: place.issuer, audience: Audience::Only(resource.id()), now: place.now };
    let believed = seen.verify(token, &place.keys, &expected, |claims| Beside {
        names: TokenNames::of(claims),
        allowed: resource.scopes.expand(&claims.scope),
        reported: AtomicI64::new(i64::MIN),
        identity: ArcSwapOption::empty(),
    });
    believed.map_err(|error| Refusal::Token(TokenFault::Unverified(error)))
}

/// The scheme, with the space that ends it.
const BEARER: &[u8] = b"Bearer ";

/// Longer ones are not ours.
const MAX_TOKEN: usize = 8 * 1024;

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn rfc_6750_2_1_the_header_and_its_form() {
        let too_long = format!("Bearer {}", "a".repeat(MAX_TOKEN + 1));
        for (value, expected) in [
            ("Bearer abc.def-_~+/=", Ok("abc.def-_~+/=")),
            ("bearer  abc", Ok("abc")),
            ("Basic abc", Err("none")),
            ("DPoP abc", Err("none")),
            ("Bearer", Err("none")),
            ("Bearer ", Err("none")),
            ("Bearerabc", Err("none")),
            ("Bearer \u{fc}", Err("form")),
            (too_long.as_str(), Err("form")),
        ] {
            let headers = HeaderMap::from_iter([(
                header::AUTHORIZATION,
                value.parse::<HeaderValue>().unwrap(),
            )]);
            let seen = bearer(&headers).map_err(|refusal| match refusal {
                Refusal::NoToken => "none",
                Refusal::Token(TokenFault::Form) => "form",
                other => panic!("{other:?}"),
            });
            assert_eq!(seen, expected.map(str::as_bytes), "{value:?}");
        }
    }

    #[test]
    fn two_authorization_headers_are_one_too_many() {
        let mut headers = HeaderMap::new();
        assert!(matches!(bearer(&headers), Err(Refusal::NoToken)));
        headers.append(header::AUTHORIZATION, HeaderValue::from_static("Bearer a"));
        assert!(bearer(&headers).is_ok());
        headers.append(header::AUTHORIZATION, HeaderValue::from_static("Bearer a"));
        assert!(matches!(bearer(&headers), Err(Refusal::RepeatedAuthorization)));
    }
}
