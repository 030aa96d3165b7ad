//! What does the gateway tell the server behind it about the caller?
//!
//! Implements: issue text "Gateway" of the design (header `Salver-Identity`): a token of its own kind, with its own key and key
//! set, `aud` = the upstream URL, at most a minute long. Its kind alone has it refused wherever an access token is wanted.
//! Leaves out: sending it, and keeping one for several calls.

use std::borrow::Cow;
use std::sync::Arc;

use salver_oauth::token::subject::TokenSubject;
use salver_oauth::{Issuer, Scope, Timestamp};
use serde::{Deserialize, Serialize};

use super::header::{TokenType, TypedSigner};
use super::{TokenError, UnverifiedToken, check_times};
use crate::{KeySet, SignError, Signer};

/// The longest life of an identity token, in seconds.
pub const MAX_IDENTITY_SECONDS: i64 = 60;

/// Who calls, on whose behalf, and what they may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentityTokenClaims {
    /// `iss`: our issuer.
    pub issuer: Issuer,
    /// `aud`: the upstream URL.
    pub audience: Box<str>,
    /// `sub`: the person; or, of a service that acts for itself, its `client_id`.
    pub subject: TokenSubject,
    /// `name`: the person's user name. A service has none.
    pub name: Option<Box<str>>,
    /// `client_id`: the client.
    pub client_id: Box<str>,
    /// `client_name`: what the client calls itself, if that is known. A claim, not a proof.
    pub client_name: Option<Box<str>>,
    /// `scope`: what this call may do.
    pub scope: Scope,
    /// `iat`.
    pub issued_at: Timestamp,
    /// `exp`; cut down to [`MAX_IDENTITY_SECONDS`] after `iat` when it is issued.
    pub expires_at: Timestamp,
}

/// What a server behind the gateway demands.
#[derive(Clone, Copy, Debug)]
pub struct ExpectedIdentity<'a> {
    /// The gateway's issuer, byte for byte.
    pub issuer: &'a str,
    /// The server's own URL, as the gateway knows it.
    pub audience: &'a str,
    /// The time.
    pub now: Timestamp,
}

/// Issues identity tokens with one key.
#[derive(Clone)]
pub struct IdentityTokenSigner(TypedSigner);

impl IdentityTokenSigner {
    /// An issuer of identity tokens; encodes the header once.
    #[must_use]
    pub fn new(signer: Arc<dyn Signer>) -> Self {
        Self(TypedSigner::new(signer, TokenType::Identity))
    }

    /// The signed token.
    ///
    /// # Errors
    /// If the signer fails.
    pub fn issue(&self, claims: &IdentityTokenClaims) -> Result<String, SignError> {
        let latest = claims.issued_at.plus_seconds(MAX_IDENTITY_SECONDS);
        self.0.sign(&Wire {
            iss: Some(claims.issuer.as_str().into()),
            aud: Some((&*claims.audience).into()),
            sub: Some(claims.subject),
            name: claims.name.as_deref().map(Into::into),
            client_id: Some((&*claims.client_id).into()),
            client_name: claims.client_name.as_deref().map(Into::into),
            scope: Some(Cow::Borrowed(&claims.scope)),
            iat: Some(claims.issued_at),
            exp: Some(claims.expires_at.min(latest)),
        })
    }
}

/// Believes an identity token, or says why not: for servers behind the gateway.
///
/// # Errors
/// The first rule that the token breaks.
pub fn verify_identity_token(
    compact: &str,
    keys: &KeySet,
    expected: &ExpectedIdentity<'_>,
) -> Result<IdentityTokenClaims, TokenError> {
    let payload = UnverifiedToken::decode(compact)?.verify(TokenType::Identity, keys)?;
    let signed_claims: Wire<'_> =
        serde_json::from_slice(payload.as_bytes()).map_err(|_| TokenError::Malformed)?;
    signed_claims.judge(expected)
}

/// Whether a token says that it is an identity token. What says so is refused at every endpoint of ours, whoever signed it.
#[must_use]
pub fn is_identity_token(compact: &str) -> bool {
    UnverifiedToken::decode(compact)
        .is_ok_and(|token| token.claimed_type() == Some(TokenType::Identity))
}

/// The claims on the wire, in the order in which they are written.
#[derive(Deserialize, Serialize)]
struct Wire<'a> {
    #[serde(borrow)]
    iss: Option<Cow<'a, str>>,
    #[serde(borrow)]
    aud: Option<Cow<'a, str>>,
    sub: Option<TokenSubject>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    name: Option<Cow<'a, str>>,
    #[serde(borrow)]
    client_id: Option<Cow<'a, str>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    client_name: Option<Cow<'a, str>>,
    scope: Option<Cow<'a, Scope>>,
    iat: Option<Timestamp>,
    exp: Option<Timestamp>,
}

impl Wire<'_> {
    fn judge(self, expected: &ExpectedIdentity<'_>) -> Result<IdentityTokenClaims, TokenError> {
        use TokenError as E;
        if self.iss.ok_or(E::MissingClaim("iss"))? != expected.issuer {
            return Err(E::WrongIssuer);
        }
        if self.aud.ok_or(E::MissingClaim("aud"))? != expected.audience {
            return Err(E::WrongAudience);
        }
        let issued_at = self.iat.ok_or(E::MissingClaim("iat"))?;
        let expires_at = self.exp.ok_or(E::MissingClaim("exp"))?;
        check_times(issued_at.as_unix(), expires_at.as_unix(), expected.now)?;
        if expires_at.seconds_since(issued_at) > MAX_IDENTITY_SECONDS {
            return Err(E::MalformedClaim("exp"));
        }
        let subject = self.sub.ok_or(E::MissingClaim("sub"))?;
        let name = match (subject, self.name) {
            (TokenSubject::Person(_), None) => return Err(E::MissingClaim("name")),
            // O21-41: what has a name is a person to whoever reads it.
            (TokenSubject::Service(_), Some(_)) => return Err(E::MalformedClaim("name")),
            (_, name) => name.map(Into::into),
        };
        Ok(IdentityTokenClaims {
            issuer: Issuer::parse(expected.issuer).map_err(|_| E::WrongIssuer)?,
            audience: expected.audience.into(),
            subject,
            name,
            client_id: self.client_id.ok_or(E::MissingClaim("client_id"))?.into(),
            client_name: self.client_name.map(Into::into),
            scope: self.scope.ok_or(E::MissingClaim("scope"))?.into_owned(),
            issued_at,
            expires_at,
        })
    }
}
