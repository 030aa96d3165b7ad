//! Who has signed for this client? Software statements (RFC 7591 §2.3): decoded without believing, then verified with the keys of an issuer that the operator trusts.
//!
//! Implements: SW-2 to SW-5, SW-11. Before [`UnverifiedStatement::verify`] only the issuer and the key id can be read, and whoever reads them looks for the
//! issuer among those that are trusted: nothing in a statement says where its keys are. `jwk`, `x5c`, `jku` and `x5u` are never looked at.
//! Leaves out: which issuers are trusted, where their keys come from, what they may vouch for, and whether it was used before.

use std::sync::Arc;

use salver_oauth::{Issuer, Timestamp, registration::StatementFault};
use serde_json::{Map, Value};

use super::{
    TokenError, TokenType, UnverifiedToken,
    claims::{is_only_audience, is_type, seconds},
    header::TypedSigner,
};
use crate::{Algorithm, KeySet, SignError, Signer};

/// Decoded, not yet believed: whose it claims to be, and with which key.
#[derive(Clone, Debug)]
pub struct UnverifiedStatement<'a> {
    token: UnverifiedToken<'a>,
    /// Read once: after the signature has been verified they are what was signed.
    claims: Map<String, Value>,
    claimed_issuer: Box<str>,
}

/// What the issuer of a statement is held to.
#[derive(Clone, Copy, Debug)]
pub struct ExpectedStatement<'e> {
    /// Us: the only audience.
    pub audience: &'e Issuer,
    /// The algorithms that the issuer uses.
    pub algorithms: &'e [Algorithm],
    /// The longest life in seconds, from `iat` to `exp`.
    pub longest_seconds: i64,
    /// The `typ` that the issuer always sets, if it does.
    pub type_name: Option<&'e str>,
    /// What time it is.
    pub now: Timestamp,
}

/// A statement that its issuer has signed, for this server, for now.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Statement {
    /// `iss`.
    pub issuer: Box<str>,
    /// `iat`: of two statements for one software the greater one is newer.
    pub issued_at: Timestamp,
    /// `exp`.
    pub expires_at: Timestamp,
    /// `jti`, if it has one.
    pub id: Option<Box<str>>,
    /// RFC 7638 thumbprint of the key.
    pub key: Box<str>,
    /// All that it says.
    pub claims: Map<String, Value>,
}

/// How far the clocks of an issuer and of ours may be apart, in seconds.
pub const STATEMENT_SKEW_SECONDS: i64 = 60;

impl<'a> UnverifiedStatement<'a> {
    /// Takes a statement apart. Nothing is verified, and nothing but its issuer and its key id can be read.
    ///
    /// # Errors
    /// [`StatementFault`], if it is none.
    pub fn decode(compact: &'a str) -> Result<Self, StatementFault> {
        let token = UnverifiedToken::decode(compact).map_err(fault)?;
        if !token.type_name().is_none_or(|name| is_type(name, &TYPES)) {
            return Err(StatementFault::OtherType);
        }
        let claims = token.unverified_claims().map_err(fault)?;
        let claimed_issuer = match claims.get("iss") {
            Some(Value::String(issuer)) if !issuer.is_empty() => issuer.as_str().into(),
            None => return Err(StatementFault::Missing("iss")),
            Some(_) => return Err(StatementFault::WrongType("iss")),
        };
        Ok(Self { token, claims, claimed_issuer })
    }

    /// Whose it claims to be.
    #[must_use]
    pub fn claimed_issuer(&self) -> &str {
        &self.claimed_issuer
    }

    /// Which key it names: if the issuer's keys lack it, they may have been rotated.
    #[must_use]
    pub fn claimed_key_id(&self) -> Option<&str> {
        self.token.claimed_key_id()
    }

    /// Climbs to what the issuer has signed. `keys` are those of [`Self::claimed_issuer`].
    ///
    /// # Errors
    /// [`StatementFault`] names the first rule that it breaks.
    pub fn verify(
        self,
        keys: &KeySet,
        expected: &ExpectedStatement<'_>,
    ) -> Result<Statement, StatementFault> {
        use StatementFault as F;
        if let Some(pinned) = expected.type_name
            && !self.token.type_name().is_some_and(|name| is_type(name, &[pinned]))
        {
            return Err(F::OtherType);
        }
        let allowed = |algorithm| expected.algorithms.contains(&algorithm);
        if !self.token.claimed_algorithm().is_some_and(allowed) {
            return Err(F::Algorithm); // RFC 8725 §3.1
        }
        let (key, _) = self.token.signer(keys).map_err(fault)?;
        let claims = self.claims;
        if !is_only_audience(&claims, expected.audience.as_str()) {
            return Err(F::OtherAudience);
        }
        let required = |name| seconds(&claims, name).map_err(fault)?.ok_or(F::Missing(name));
        let (issued, expires) = (required("iat")?, required("exp")?);
        let now = expected.now.as_unix();
        let over_for = now.saturating_sub(expires);
        if over_for >= STATEMENT_SKEW_SECONDS {
            return Err(F::Expired { seconds_ago: over_for });
        }
        let from = seconds(&claims, "nbf").map_err(fault)?.unwrap_or(issued).max(issued);
        if from.saturating_sub(now) > STATEMENT_SKEW_SECONDS {
            return Err(F::NotYetValid);
        }
        if expires.saturating_sub(issued) > expected.longest_seconds {
            return Err(F::TooLong { longest: expected.longest_seconds });
        }
        let id = match claims.get("jti") {
            None => None,
            Some(Value::String(id)) if (1..=MAX_ID_BYTES).contains(&id.len()) => {
                Some(id.as_str().into())
            }
            Some(_) => return Err(F::WrongType("jti")),
        };
        Ok(Statement {
            issuer: self.claimed_issuer,
            issued_at: Timestamp::from_unix(issued),
            expires_at: Timestamp::from_unix(expires),
            id,
            key: key.thumbprint().into(),
            claims,
        })
    }
}

/// Signs a statement: claims that [`UnverifiedStatement::verify`] will ask for included, they are the caller's.
///
/// # Errors
/// If the signer fails.
pub fn sign_statement(
    signer: Arc<dyn Signer>,
    claims: &Map<String, Value>,
) -> Result<String, SignError> {
    TypedSigner::new(signer, TokenType::Statement).sign(claims)
}

/// RFC 8725 §3.11: the general name and our own, beside none at all; any other kind of token is refused in its place.
const TYPES: [&str; 2] = ["JWT", TokenType::Statement.name()];

const MAX_ID_BYTES: usize = 256;

#[expect(clippy::needless_pass_by_value, reason = "the form that map_err wants")]
fn fault(error: TokenError) -> StatementFault {
    match error {
        TokenError::WrongType => StatementFault::OtherType,
        TokenError::AlgorithmNotAllowed => StatementFault::Algorithm,
        TokenError::CriticalExtension => StatementFault::Critical,
        TokenError::UnknownKey => StatementFault::UnknownKey,
        TokenError::BadSignature => StatementFault::Signature,
        TokenError::WrongAudience => StatementFault::OtherAudience,
        TokenError::Expired { seconds_ago } => StatementFault::Expired { seconds_ago },
        TokenError::NotYetValid => StatementFault::NotYetValid,
        TokenError::MissingClaim(name) => StatementFault::Missing(name),
        TokenError::MalformedClaim(name) => StatementFault::WrongType(name),
        TokenError::Malformed | TokenError::WrongIssuer => StatementFault::Malformed,
    }
}

#[cfg(test)]
mod tests;
