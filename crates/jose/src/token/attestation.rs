//! Which installation does a vendor answer for? Client attestations: decoded without believing, then verified with the keys of an attester that is trusted for this client.
//!
//! Implements: ABCA-2, ABCA-4 (the attestation's part), ABCA-11 as far as a header names keys; AT-R-5 (`aud`, if it is there). An attestation alone proves nothing: whoever
//! holds it can show it, and only [`super::attestation_proof`] says that the key is there.
//! Leaves out: whose keys are trusted, and where they come from. `x5c` and `x5u` are never looked at.

use std::sync::Arc;

use salver_oauth::{Issuer, Timestamp, client::id::ClientId};
use serde_json::{Map, Value, json};
use thiserror::Error;

use super::{
    TokenError, TokenType, UnverifiedToken,
    claims::{is_only_audience, seconds},
    header::TypedSigner,
};
use crate::{Algorithm, JwkError, KeySet, PublicKey, SignError, Signer, token::SKEW_SECONDS};

/// Decoded, not yet believed: whom it speaks of, and whose it claims to be.
#[derive(Clone, Debug)]
pub struct UnverifiedAttestation<'a> {
    token: UnverifiedToken<'a>,
    /// Read once: after the signature has been verified they are what was signed.
    claims: Map<String, Value>,
    claimed_client: ClientId,
}

/// What an attestation is held to.
#[derive(Clone, Copy, Debug)]
pub struct ExpectedAttestation<'e> {
    /// Us: the only audience, if it names one.
    pub audience: &'e Issuer,
    /// The algorithms that the attester uses.
    pub algorithms: &'e [Algorithm],
    /// The longest life in seconds that may be left.
    pub longest_seconds: i64,
    /// What time it is.
    pub now: Timestamp,
}

/// A key that an attester has signed for, as that of one installation of a client. Whether the installation has it is not said.
#[derive(Clone, Debug)]
pub struct Attestation {
    /// `sub`.
    pub client_id: ClientId,
    /// `iss`, if it has one.
    pub issuer: Option<Box<str>>,
    /// `cnf.jwk`.
    pub key: PublicKey,
    /// RFC 7638 thumbprint of that.
    pub thumbprint: Box<str>,
    /// `exp`.
    pub expires_at: Timestamp,
    /// How the attester has checked the installation, if it says so.
    pub checked: Option<Checked>,
    /// RFC 7638 thumbprint of the attester's key.
    pub signed_with: Box<str>,
}

/// How an attester has checked an installation: the values of [`INSTALLATION_CHECK`].
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Checked {
    /// The vendor has signed the person in. An impostor can sign the same person in.
    User,
    /// By a key of the device, which was enrolled before.
    DeviceKey,
    /// The platform has answered for the program.
    Platform,
}

/// Why an attestation is not believed.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum AttestationError {
    /// It is no signed token, or no key of the attester has signed it.
    #[error("{0}")]
    Token(TokenError),
    /// ABCA-2: its subject is no client.
    #[error("sub is no client_id")]
    NoClient,
    /// ABCA-2: it names no key.
    #[error("cnf.jwk is missing")]
    NoKey,
    /// ABCA-2: the key is none that can be used, or more than its public half.
    #[error("cnf.jwk: {0}")]
    Key(JwkError),
    /// It is for another server.
    #[error("aud is not the issuer of this server alone")]
    OtherAudience,
    /// It would live longer than its attester may say.
    #[error("exp is more than {longest} seconds ahead")]
    TooLong {
        /// What the attester may say.
        longest: i64,
    },
    /// It is over: a fresh one is needed (ABCA-6).
    #[error("expired {seconds_ago} s ago")]
    Expired {
        /// Since when.
        seconds_ago: i64,
    },
    /// It says in words of its own how the installation was checked.
    #[error("{INSTALLATION_CHECK} is none of user, device_key and platform")]
    UnknownCheck,
}

/// What an attester says of an installation.
#[derive(Clone, Copy, Debug)]
pub struct AttestationClaims<'c> {
    /// The client.
    pub client_id: &'c str,
    /// Who says it, if by name.
    pub issuer: Option<&'c str>,
    /// The authorization server that it is for (AT-R-5).
    pub audience: Option<&'c str>,
    /// The key of the installation.
    pub key: &'c PublicKey,
    /// How the installation was checked.
    pub checked: Option<Checked>,
    /// When it is said.
    pub issued_at: Timestamp,
    /// Until when it holds.
    pub expires_at: Timestamp,
}

/// The claim that says how the installation was checked: ours, for other vendors to use.
pub const INSTALLATION_CHECK: &str = "installation_check";

impl Checked {
    /// All ways.
    pub const ALL: [Self; 3] = [Self::User, Self::DeviceKey, Self::Platform];

    /// The value of the claim.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::DeviceKey => "device_key",
            Self::Platform => "platform",
        }
    }

    /// The way of this name, byte for byte.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|way| way.name() == name)
    }
}

impl<'a> UnverifiedAttestation<'a> {
    /// Takes an attestation apart. Nothing is verified.
    ///
    /// # Errors
    /// [`AttestationError`], if it is none.
    pub fn decode(compact: &'a str) -> Result<Self, AttestationError> {
        use AttestationError as E;
        let token = UnverifiedToken::decode(compact).map_err(E::Token)?;
        if token.claimed_type() != Some(TokenType::Attestation) {
            return Err(E::Token(TokenError::WrongType)); // RFC 8725 §3.11
        }
        let claims = token.unverified_claims().map_err(E::Token)?;
        let subject = claims.get("sub").and_then(Value::as_str).ok_or(E::NoClient)?;
        let claimed_client = ClientId::parse(subject).map_err(|_| E::NoClient)?;
        for (members, name) in [(&claims, "iss"), (token.unverified_header(), "jku")] {
            if members.get(name).is_some_and(|value| !value.is_string()) {
                return Err(E::Token(TokenError::MalformedClaim(name)));
            }
        }
        Ok(Self { token, claims, claimed_client })
    }

    /// Whose installation it claims to speak of.
    #[must_use]
    pub fn claimed_client(&self) -> &ClientId {
        &self.claimed_client
    }

    /// Whose it claims to be, if it says so.
    #[must_use]
    pub fn claimed_issuer(&self) -> Option<&str> {
        self.claims.get("iss").and_then(Value::as_str)
    }

    /// Which key it names.
    #[must_use]
    pub fn claimed_key_id(&self) -> Option<&str> {
        self.token.claimed_key_id()
    }

    /// Where it says that its keys are (`jku`): to be looked for in a list, never to be fetched because it stands here.
    #[must_use]
    pub fn claimed_keys_url(&self) -> Option<&str> {
        self.token.unverified_header().get("jku").and_then(Value::as_str)
    }

    /// RFC 8725 §3.1: whether it is signed with an algorithm of the attester.
    pub(crate) fn is_allowed(&self, expected: &ExpectedAttestation<'_>) -> bool {
        self.token.claimed_algorithm().is_some_and(|one| expected.algorithms.contains(&one))
    }

    /// Climbs to what the attester has signed. `keys` are those of an attester that is trusted for [`Self::claimed_client`].
    ///
    /// # Errors
    /// [`AttestationError`] names the first rule that it breaks.
    pub fn verify(
        self,
        keys: &KeySet,
        expected: &ExpectedAttestation<'_>,
    ) -> Result<Attestation, AttestationError> {
        use AttestationError as E;
        if !self.is_allowed(expected) {
            return Err(E::Token(TokenError::AlgorithmNotAllowed));
        }
        let (signed_with, _) = self.token.signer(keys).map_err(E::Token)?;
        let claims = &self.claims;
        if claims.contains_key("aud") && !is_only_audience(claims, expected.audience.as_str()) {
            return Err(E::OtherAudience);
        }
        let expires_at = check_times(claims, expected)?;
        let key = match claims.get("cnf").and_then(|cnf| cnf.get("jwk")) {
            Some(Value::Object(jwk)) => PublicKey::of_members(jwk).map_err(E::Key)?,
            _ => return Err(E::NoKey),
        };
        let checked = match claims.get(INSTALLATION_CHECK) {
            None => None,
            Some(way) => Some(way.as_str().and_then(Checked::from_name).ok_or(E::UnknownCheck)?),
        };
        Ok(Attestation {
            issuer: self.claimed_issuer().map(Into::into),
            client_id: self.claimed_client,
            thumbprint: key.thumbprint().into(),
            key,
            expires_at,
            checked,
            signed_with: signed_with.thumbprint().into(),
        })
    }
}

impl Attestation {
    /// Whether it is still good under these keys and at this time, having been believed before.
    pub(crate) fn still_holds(&self, keys: &KeySet, expected: &ExpectedAttestation<'_>) -> bool {
        let left = self.expires_at.seconds_since(expected.now);
        (1 - SKEW_SECONDS..=expected.longest_seconds.saturating_add(SKEW_SECONDS)).contains(&left)
            && keys.iter().any(|key| *key.thumbprint() == *self.signed_with)
    }
}

/// Signs an attestation.
///
/// # Errors
/// If the signer fails.
pub fn sign_attestation(
    signer: Arc<dyn Signer>,
    claims: &AttestationClaims<'_>,
) -> Result<String, SignError> {
    let mut said = json!({
        "sub": claims.client_id,
        "cnf": { "jwk": claims.key.to_jwk() },
        "iat": claims.issued_at.as_unix(),
        "exp": claims.expires_at.as_unix(),
    });
    let checked = claims.checked.map(Checked::name);
    for (name, text) in
        [("iss", claims.issuer), ("aud", claims.audience), (INSTALLATION_CHECK, checked)]
    {
        if let (Some(text), Some(said)) = (text, said.as_object_mut()) {
            said.insert(name.to_owned(), text.into());
        }
    }
    TypedSigner::new(signer, TokenType::Attestation).sign(&said)
}

/// When it ends, if it is not over, not before its time and no longer than it may be.
fn check_times(
    claims: &Map<String, Value>,
    expected: &ExpectedAttestation<'_>,
) -> Result<Timestamp, AttestationError> {
    use AttestationError as E;
    let now = expected.now.as_unix();
    let expires = seconds(claims, "exp").map_err(E::Token)?;
    let expires = expires.ok_or(E::Token(TokenError::MissingClaim("exp")))?;
    let over_for = now.saturating_sub(expires);
    if over_for >= SKEW_SECONDS {
        return Err(E::Expired { seconds_ago: over_for });
    }
    for name in ["nbf", "iat"] {
        let from = seconds(claims, name).map_err(E::Token)?;
        if from.is_some_and(|from| from.saturating_sub(now) > SKEW_SECONDS) {
            return Err(E::Token(TokenError::NotYetValid));
        }
    }
    if expires.saturating_sub(now) > expected.longest_seconds.saturating_add(SKEW_SECONDS) {
        return Err(E::TooLong { longest: expected.longest_seconds });
    }
    Ok(Timestamp::from_unix(expires))
}

#[cfg(test)]
mod tests;
