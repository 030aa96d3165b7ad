//! Does this installation have the key that was attested? The proof beside a client attestation.
//!
//! Implements: ABCA-3, ABCA-4 (the proof's part). The key is the attested one; no member of the header can name another.
//! Leaves out: whether the challenge is an own, live one ([`AttestationProof::challenge`]), and whether the proof was seen before ([`AttestationProof::id`]).

use std::sync::Arc;

use salver_oauth::{Issuer, Timestamp};
use serde_json::{Map, Value, json};
use thiserror::Error;

use super::{
    Attestation, PROOF_SECONDS, SKEW_SECONDS, TokenError, TokenType, UnverifiedToken,
    claims::{is_only_audience, members, seconds},
    header::TypedSigner,
};
use crate::{Algorithm, SignError, Signer};

/// Decoded, not yet believed: nothing can be read.
#[derive(Clone, Debug)]
pub struct UnverifiedAttestationProof<'a> {
    token: UnverifiedToken<'a>,
}

/// What an installation has signed with the attested key, for this server, now.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct AttestationProof {
    /// `jti`: good once, beside the key, until [`Self::ends_at`].
    pub id: Box<str>,
    /// From then on it is too old by anybody's clock.
    pub ends_at: Timestamp,
    /// `challenge`, if it answers one.
    pub challenge: Option<Box<str>>,
}

/// Why a proof proves nothing.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum ProofError {
    /// It is no signed token, or the key did not sign it.
    #[error("{0}")]
    Token(TokenError),
    /// ABCA-3: its only audience is not our issuer.
    #[error("aud is not the issuer of this server alone")]
    OtherAudience,
    /// ABCA-4: it was made too long ago, or ahead of our time.
    #[error("iat is {seconds_ago} s ago")]
    NotFresh {
        /// When it was made; below zero for what was made ahead.
        seconds_ago: i64,
    },
    /// ABCA-3: no `jti`, or one of more than 256 bytes.
    #[error("jti is missing or too long")]
    NoId,
}

/// What an installation says to prove its key.
#[derive(Clone, Copy, Debug)]
pub struct AttestationProofClaims<'c> {
    /// The issuer of the authorization server.
    pub audience: &'c str,
    /// Another one for each proof.
    pub id: &'c str,
    /// The server's challenge, if it gave one.
    pub challenge: Option<&'c str>,
    /// Now.
    pub issued_at: Timestamp,
}

impl<'a> UnverifiedAttestationProof<'a> {
    /// Takes a proof apart. Nothing is verified.
    ///
    /// # Errors
    /// [`ProofError`], if it is none.
    pub fn decode(compact: &'a str) -> Result<Self, ProofError> {
        let token = UnverifiedToken::decode(compact).map_err(ProofError::Token)?;
        if token.claimed_type() != Some(TokenType::AttestationProof) {
            return Err(ProofError::Token(TokenError::WrongType)); // RFC 8725 §3.11
        }
        Ok(Self { token })
    }

    /// Climbs to what the attested key has signed.
    ///
    /// # Errors
    /// [`ProofError`] names the first rule that it breaks.
    pub fn verify(
        self,
        attestation: &Attestation,
        audience: &Issuer,
        now: Timestamp,
    ) -> Result<AttestationProof, ProofError> {
        use ProofError as E;
        let kind = TokenType::AttestationProof;
        let payload = self.token.signed_by_key(kind, &attestation.key, &Algorithm::ALL);
        let claims = members(payload.map_err(E::Token)?.as_bytes()).map_err(E::Token)?;
        if !is_only_audience(&claims, audience.as_str()) {
            return Err(E::OtherAudience);
        }
        let issued = seconds(&claims, "iat").map_err(E::Token)?;
        let issued = issued.ok_or(E::Token(TokenError::MissingClaim("iat")))?;
        let ends_at = fresh(issued, now).map_err(|seconds_ago| E::NotFresh { seconds_ago })?;
        let challenge = match claims.get("challenge") {
            None => None,
            Some(Value::String(challenge)) => Some(challenge.as_str().into()),
            Some(_) => return Err(E::Token(TokenError::MalformedClaim("challenge"))),
        };
        Ok(AttestationProof { id: id(&claims).ok_or(E::NoId)?, ends_at, challenge })
    }
}

/// Signs a proof with the key of the installation.
///
/// # Errors
/// If the signer fails.
pub fn sign_attestation_proof(
    signer: Arc<dyn Signer>,
    claims: &AttestationProofClaims<'_>,
) -> Result<String, SignError> {
    let mut said = json!({
        "aud": claims.audience,
        "jti": claims.id,
        "iat": claims.issued_at.as_unix(),
    });
    if let (Some(challenge), Some(said)) = (claims.challenge, said.as_object_mut()) {
        said.insert("challenge".to_owned(), challenge.into());
    }
    TypedSigner::new(signer, TokenType::AttestationProof).sign(&said)
}

/// When a proof that was made then is too old.
///
/// # Errors
/// How many seconds ago it was made, if that is not now.
pub(super) fn fresh(issued: i64, now: Timestamp) -> Result<Timestamp, i64> {
    let seconds_ago = now.as_unix().saturating_sub(issued);
    if (-SKEW_SECONDS..=PROOF_SECONDS).contains(&seconds_ago) {
        Ok(Timestamp::from_unix(issued.saturating_add(PROOF_SECONDS + 1)))
    } else {
        Err(seconds_ago)
    }
}

/// `jti`.
pub(super) fn id(claims: &Map<String, Value>) -> Option<Box<str>> {
    let id = claims.get("jti").and_then(Value::as_str);
    id.filter(|id| (1..=256).contains(&id.len())).map(Into::into)
}
