//! Does whoever sends this request have the key that it shows? DPoP proofs.
//!
//! Implements: RFC 9449 §4.2 and §4.3 but for `ath`; ABCA-5, in which it stands for the proof of an attested key.
//! Leaves out: which key was wanted, whether the nonce is an own, live one, and whether the proof was seen before ([`DpopProof::id`]).

use std::sync::Arc;

use salver_oauth::Timestamp;
use serde_json::{Value, json};
use thiserror::Error;
use url::Url;

use super::{
    TokenError, TokenType, UnverifiedToken,
    attestation_proof::{fresh, id},
    claims::{members, seconds},
    header::TypedSigner,
};
use crate::{Algorithm, JwkError, PublicKey, SignError, Signer};

/// Decoded, not yet believed: the key that it shows, nothing more.
#[derive(Clone, Debug)]
pub struct UnverifiedDpopProof<'a> {
    token: UnverifiedToken<'a>,
    claimed_key: PublicKey,
}

/// The request that a proof must be for.
#[derive(Clone, Copy, Debug)]
pub struct ExpectedDpop<'e> {
    /// Its method.
    pub method: &'e str,
    /// Its URL; what is behind `?` and `#` does not count.
    pub url: &'e str,
    /// What time it is.
    pub now: Timestamp,
}

/// What the holder of a key has signed for this very request.
#[derive(Clone, Debug)]
pub struct DpopProof {
    /// The key.
    pub key: PublicKey,
    /// RFC 7638 thumbprint of that.
    pub thumbprint: Box<str>,
    /// `jti`: good once, beside the key, until [`Self::ends_at`].
    pub id: Box<str>,
    /// From then on it is too old by anybody's clock.
    pub ends_at: Timestamp,
    /// `nonce`, if it answers one.
    pub nonce: Option<Box<str>>,
}

/// Why a proof proves nothing.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum DpopError {
    /// It is no signed token, or the key did not sign it.
    #[error("{0}")]
    Token(TokenError),
    /// It shows no key.
    #[error("jwk is missing")]
    NoKey,
    /// The key is none that can be used, or more than its public half.
    #[error("jwk: {0}")]
    Key(JwkError),
    /// It is for a request with another method.
    #[error("htm is another method")]
    OtherMethod,
    /// It is for a request to another URL.
    #[error("htu is another URL")]
    OtherUrl,
    /// It was made too long ago, or ahead of our time.
    #[error("iat is {seconds_ago} s ago")]
    NotFresh {
        /// When it was made; below zero for what was made ahead.
        seconds_ago: i64,
    },
    /// No `jti`, or one of more than 256 bytes.
    #[error("jti is missing or too long")]
    NoId,
}

/// What is said to prove a key.
#[derive(Clone, Copy, Debug)]
pub struct DpopProofClaims<'c> {
    /// The method of the request.
    pub method: &'c str,
    /// Its URL, without what is behind `?` and `#`.
    pub url: &'c str,
    /// Another one for each proof.
    pub id: &'c str,
    /// The server's nonce, if it gave one.
    pub nonce: Option<&'c str>,
    /// Now.
    pub issued_at: Timestamp,
}

impl<'a> UnverifiedDpopProof<'a> {
    /// Takes a proof apart. Nothing is verified.
    ///
    /// # Errors
    /// [`DpopError`], if it is none.
    pub fn decode(compact: &'a str) -> Result<Self, DpopError> {
        use DpopError as E;
        let token = UnverifiedToken::decode(compact).map_err(E::Token)?;
        if token.claimed_type() != Some(TokenType::DpopProof) {
            return Err(E::Token(TokenError::WrongType)); // RFC 9449 §4.3 step 4
        }
        let claimed_key = match token.unverified_header().get("jwk") {
            Some(Value::Object(jwk)) => PublicKey::of_members(jwk).map_err(E::Key)?, // step 7
            _ => return Err(E::NoKey),
        };
        Ok(Self { token, claimed_key })
    }

    /// RFC 7638 thumbprint of the key that it shows.
    #[must_use]
    pub fn claimed_thumbprint(&self) -> &str {
        self.claimed_key.thumbprint()
    }

    /// Climbs to what that key has signed.
    ///
    /// # Errors
    /// [`DpopError`] names the first rule that it breaks.
    pub fn verify(self, expected: &ExpectedDpop<'_>) -> Result<DpopProof, DpopError> {
        use DpopError as E;
        let key = self.claimed_key;
        let payload = self.token.signed_by_key(TokenType::DpopProof, &key, &Algorithm::ALL);
        let claims = members(payload.map_err(E::Token)?.as_bytes()).map_err(E::Token)?;
        let text = |name: &'static str| {
            let text = claims.get(name).and_then(Value::as_str);
            text.ok_or(E::Token(TokenError::MissingClaim(name)))
        };
        if text("htm")? != expected.method {
            return Err(E::OtherMethod);
        }
        if !is_same_target(text("htu")?, expected.url) {
            return Err(E::OtherUrl);
        }
        let issued = seconds(&claims, "iat").map_err(E::Token)?;
        let issued = issued.ok_or(E::Token(TokenError::MissingClaim("iat")))?;
        let ends_at = fresh(issued, expected.now);
        let ends_at = ends_at.map_err(|seconds_ago| E::NotFresh { seconds_ago })?;
        let nonce = match claims.get("nonce") {
            None => None,
            Some(_) => Some(text("nonce")?.into()),
        };
        Ok(DpopProof {
            thumbprint: key.thumbprint().into(),
            key,
            id: id(&claims).ok_or(E::NoId)?,
            ends_at,
            nonce,
        })
    }
}

/// Signs a proof with the key whose public half is given.
///
/// # Errors
/// If the signer fails.
pub fn sign_dpop_proof(
    signer: Arc<dyn Signer>,
    key: &PublicKey,
    claims: &DpopProofClaims<'_>,
) -> Result<String, SignError> {
    let mut said = json!({
        "htm": claims.method,
        "htu": claims.url,
        "jti": claims.id,
        "iat": claims.issued_at.as_unix(),
    });
    if let (Some(nonce), Some(said)) = (claims.nonce, said.as_object_mut()) {
        said.insert("nonce".to_owned(), nonce.into());
    }
    let header = json!({
        "alg": signer.algorithm().name(),
        "typ": TokenType::DpopProof.name(),
        "jwk": key.to_jwk(),
    });
    TypedSigner::with_header(signer, &header).sign(&said)
}

/// RFC 9449 §4.3 step 9: without query and fragment, and in the normal form of RFC 3986 §6.2.2 and §6.2.3.
fn is_same_target(one: &str, other: &str) -> bool {
    let target = |text: &str| {
        let mut url = Url::parse(text).ok()?;
        url.set_query(None);
        url.set_fragment(None);
        Some(url)
    };
    target(one).is_some_and(|one| target(other).is_some_and(|other| one == other))
}
