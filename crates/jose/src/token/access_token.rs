//! What does an access token say, and is it good here and now?
//!
//! Implements: RFC 9068 §2 (form), §4 (checks of the resource server), AT-1 to AT-4; RFC 8725 throughout. `aud` is one
//! text, the resource. Ours are `gid` (grant), `fam` (installation) and `gen` (refresh generation).
//! Leaves out: revocation and scopes, which whoever asks judges by the claims.

use std::borrow::Cow;
use std::sync::Arc;

use salver_oauth::client::id::ClientId;
use salver_oauth::token::subject::TokenSubject;
use salver_oauth::{GrantId, InstallationId, Issuer, ResourceId, Scope, Timestamp, TokenId};
use serde::{Deserialize, Serialize};

use super::header::{TokenType, TypedSigner};
use super::{TokenError, UnverifiedToken, check_times};
use crate::{KeySet, SignError, Signer};

/// What an access token says. A value that came out of [`verify_access_token`] has been believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessTokenClaims {
    /// `iss`: who gave it.
    pub issuer: Issuer,
    /// `aud`: the one resource at which it is good.
    pub audience: ResourceId,
    /// `sub`: for whom (AT-5).
    pub subject: TokenSubject,
    /// `client_id`: to whom.
    pub client_id: ClientId,
    /// `iat`.
    pub issued_at: Timestamp,
    /// `exp`.
    pub expires_at: Timestamp,
    /// `jti`: its own name, for revoking it alone.
    pub token_id: TokenId,
    /// `scope`: what it may do; left out of the token when empty.
    pub scope: Scope,
    /// `gid`: the consent that it hangs below; for a service, what its tokens hang below.
    pub grant: GrantId,
    /// `fam`: the running copy of the application that holds it; for a service, the secret or key that it was got with.
    pub installation: InstallationId,
    /// `gen`: after how many rotations of the refresh token it was made.
    pub generation: u32,
}

/// Where a token must be good.
#[derive(Clone, Copy, Debug)]
pub enum Audience<'a> {
    /// At this resource: for whoever serves it.
    Only(&'a ResourceId),
    /// Anywhere: for the issuer's own revocation and introspection, which look at tokens without taking them.
    Any,
}

/// What a verifier demands.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// The issuer, byte for byte.
    pub issuer: &'a Issuer,
    /// The resource.
    pub audience: Audience<'a>,
    /// The time.
    pub now: Timestamp,
}

/// Issues access tokens with one key.
#[derive(Clone)]
pub struct AccessTokenSigner(TypedSigner);

impl AccessTokenSigner {
    /// An issuer of access tokens; encodes the header once.
    #[must_use]
    pub fn new(signer: Arc<dyn Signer>) -> Self {
        Self(TypedSigner::new(signer, TokenType::Access))
    }

    /// The `kid` of its tokens.
    #[must_use]
    pub fn key_id(&self) -> &str {
        self.0.key_id()
    }

    /// The signed token.
    ///
    /// # Errors
    /// If the signer fails.
    pub fn issue(&self, claims: &AccessTokenClaims) -> Result<String, SignError> {
        self.0.sign(&Issued {
            iss: claims.issuer.as_str(),
            aud: claims.audience.as_str(),
            sub: claims.subject,
            client_id: claims.client_id.as_str(),
            iat: claims.issued_at,
            exp: claims.expires_at,
            jti: claims.token_id,
            scope: Some(&claims.scope).filter(|scope| !scope.is_empty()),
            gid: claims.grant,
            fam: claims.installation,
            r#gen: claims.generation,
        })
    }
}

/// Believes a token, or says why not (RFC 9068 §4).
///
/// # Errors
/// The first rule that the token breaks.
pub fn verify_access_token(
    compact: &str,
    keys: &KeySet,
    expected: &Expected<'_>,
) -> Result<AccessTokenClaims, TokenError> {
    let payload = UnverifiedToken::decode(compact)?.verify(TokenType::Access, keys)?;
    let signed_claims: Presented<'_> =
        serde_json::from_slice(payload.as_bytes()).map_err(|_| TokenError::Malformed)?;
    signed_claims.judge(expected)
}

/// The claims in the order in which they are written.
#[derive(Serialize)]
struct Issued<'a> {
    iss: &'a str,
    aud: &'a str,
    sub: TokenSubject,
    client_id: &'a str,
    iat: Timestamp,
    exp: Timestamp,
    jti: TokenId,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<&'a Scope>,
    gid: GrantId,
    fam: InstallationId,
    r#gen: u32,
}

/// The claims as they come: each may be absent.
#[derive(Deserialize)]
struct Presented<'a> {
    #[serde(borrow)]
    iss: Option<Cow<'a, str>>,
    #[serde(borrow)]
    aud: Option<Cow<'a, str>>,
    #[serde(borrow)]
    sub: Option<Cow<'a, str>>,
    #[serde(borrow)]
    client_id: Option<Cow<'a, str>>,
    iat: Option<i64>,
    exp: Option<i64>,
    #[serde(borrow)]
    jti: Option<Cow<'a, str>>,
    #[serde(borrow)]
    scope: Option<Cow<'a, str>>,
    #[serde(borrow)]
    gid: Option<Cow<'a, str>>,
    #[serde(borrow)]
    fam: Option<Cow<'a, str>>,
    r#gen: Option<u32>,
}

impl Presented<'_> {
    fn judge(self, expected: &Expected<'_>) -> Result<AccessTokenClaims, TokenError> {
        use TokenError as E;
        if self.iss.ok_or(E::MissingClaim("iss"))? != expected.issuer.as_str() {
            return Err(E::WrongIssuer); // RFC 9068 §4: exactly
        }
        let audience = self.aud.ok_or(E::MissingClaim("aud"))?;
        let audience = match expected.audience {
            Audience::Only(resource) if audience == resource.as_str() => resource.clone(),
            Audience::Only(_) => return Err(E::WrongAudience),
            Audience::Any => ResourceId::parse(&audience).map_err(|_| E::MalformedClaim("aud"))?,
        };
        let issued_at = self.iat.ok_or(E::MissingClaim("iat"))?;
        let expires_at = self.exp.ok_or(E::MissingClaim("exp"))?;
        check_times(issued_at, expires_at, expected.now)?;
        let client_id = self.client_id.ok_or(E::MissingClaim("client_id"))?;
        let client_id = ClientId::parse(&client_id).map_err(|_| E::MalformedClaim("client_id"))?;
        let subject: TokenSubject = read(self.sub, "sub")?;
        if !subject.fits(&client_id) {
            return Err(E::MalformedClaim("sub")); // O21-41
        }
        Ok(AccessTokenClaims {
            issuer: expected.issuer.clone(),
            audience,
            subject,
            client_id,
            issued_at: Timestamp::from_unix(issued_at),
            expires_at: Timestamp::from_unix(expires_at),
            token_id: read(self.jti, "jti")?,
            scope: read(self.scope.or(Some(Cow::Borrowed(""))), "scope")?,
            grant: read(self.gid, "gid")?,
            installation: read(self.fam, "fam")?,
            generation: self.r#gen.ok_or(E::MissingClaim("gen"))?,
        })
    }
}

fn read<T: std::str::FromStr>(
    claim: Option<Cow<'_, str>>,
    name: &'static str,
) -> Result<T, TokenError> {
    let text = claim.ok_or(TokenError::MissingClaim(name))?;
    text.parse().map_err(|_| TokenError::MalformedClaim(name))
}
