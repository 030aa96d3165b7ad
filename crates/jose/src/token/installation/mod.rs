//! What does an installation ask of its vendor's service? A request signed with the device key that the vendor knows, or is to know.
//!
//! A protocol of our own between the two (SW-12, AT-R-5), told in docs/vendor.md. The request is a JWT of a kind of its own, `aud` is the service, and it answers a
//! challenge of the service. Only the two algorithms that we make keys for are taken.
//! Leaves out: whether the challenge is an own, live one that nobody has answered, and whether the device key is known.

mod ask;

use std::sync::Arc;

use serde_json::{Map, Value};

pub use self::ask::{Ask, EnrolBy, InstallationRequest};
use super::{
    TokenError, TokenType, UnverifiedToken, claims::is_only_audience, header::TypedSigner,
};
use crate::{Algorithm, PublicKey, SignError, Signer};

/// Decoded, not yet believed: which device key it names, and the key itself if it asks to be enrolled.
#[derive(Clone, Debug)]
pub struct UnverifiedInstallationRequest<'a> {
    token: UnverifiedToken<'a>,
    /// Read once: after the signature has been verified they are what was signed.
    claims: Map<String, Value>,
    claimed_key: Option<PublicKey>,
}

impl<'a> UnverifiedInstallationRequest<'a> {
    /// Takes a request apart. Nothing is verified.
    ///
    /// # Errors
    /// [`TokenError`], if it is none.
    pub fn decode(compact: &'a str) -> Result<Self, TokenError> {
        let token = UnverifiedToken::decode(compact)?;
        if token.claimed_type() != Some(TokenType::InstallationRequest) {
            return Err(TokenError::WrongType); // RFC 8725 §3.11
        }
        let claims = token.unverified_claims()?;
        let claimed_key = match claims.get(DEVICE_KEY) {
            None => None,
            Some(jwk) => Some(ask::key(jwk, DEVICE_KEY)?),
        };
        Ok(Self { token, claims, claimed_key })
    }

    /// The thumbprint of the device key that it names.
    #[must_use]
    pub fn claimed_key_id(&self) -> Option<&str> {
        self.token.claimed_key_id()
    }

    /// The device key itself, if it shows it.
    #[must_use]
    pub fn claimed_key(&self) -> Option<&PublicKey> {
        self.claimed_key.as_ref()
    }

    /// Climbs to what the holder of this device key asks of this service.
    ///
    /// # Errors
    /// The first rule that the request breaks.
    pub fn verify(self, key: &PublicKey, service: &str) -> Result<InstallationRequest, TokenError> {
        let kind = TokenType::InstallationRequest;
        self.token.signed_by_key(kind, key, DEVICE_ALGORITHMS)?;
        if !is_only_audience(&self.claims, service) {
            return Err(TokenError::WrongAudience);
        }
        InstallationRequest::read(&self.claims)
    }
}

/// Signs a request with the device key.
///
/// # Errors
/// If the signer fails.
pub fn sign_installation_request(
    signer: Arc<dyn Signer>,
    key: &PublicKey,
    service: &str,
    request: &InstallationRequest,
) -> Result<String, SignError> {
    let mut claims = Map::new();
    claims.insert("aud".to_owned(), service.into());
    if matches!(request.ask, Ask::Enrol(_)) {
        claims.insert(DEVICE_KEY.to_owned(), Value::Object(key.to_jwk()));
    }
    request.write(&mut claims);
    TypedSigner::new(signer, TokenType::InstallationRequest).sign(&claims)
}

const DEVICE_KEY: &str = "device_key";
const DEVICE_ALGORITHMS: &[Algorithm] = &[Algorithm::Es256, Algorithm::EdDsa];

#[cfg(test)]
mod tests;
