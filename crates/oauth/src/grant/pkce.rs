//! Is the one who redeems the code the one who asked for it? PKCE (RFC 7636), S256 only (O21-10, O21-33).

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use subtle::ConstantTimeEq;
use thiserror::Error;

/// An S256 `code_challenge`: 43 characters of base64url.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Challenge(Box<str>);

/// Why a challenge is refused.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum ChallengeError {
    /// There is none; it is needed always.
    #[error("code_challenge is missing")]
    Missing,
    /// Another method than S256, or none named (which would mean `plain`).
    #[error("code_challenge_method is not S256")]
    Method,
    /// Not the form of a SHA-256 hash.
    #[error("code_challenge is not 43 characters of base64url")]
    Malformed,
}

impl Challenge {
    /// Reads the challenge of an authorization request.
    ///
    /// # Errors
    /// [`ChallengeError`].
    pub fn parse(challenge: Option<&str>, method: Option<&str>) -> Result<Self, ChallengeError> {
        let challenge = challenge.ok_or(ChallengeError::Missing)?;
        if method != Some("S256") {
            return Err(ChallengeError::Method);
        }
        match URL_SAFE_NO_PAD.decode(challenge) {
            Ok(hash) if hash.len() == 32 => Ok(Self(challenge.into())),
            _ => Err(ChallengeError::Malformed),
        }
    }

    /// A challenge that was read before and kept.
    #[must_use]
    pub fn kept(challenge: &str) -> Self {
        Self(challenge.into())
    }

    /// Its text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this `code_verifier` is the one that the challenge was made from (RFC 7636 §4.6), in constant time.
    #[must_use]
    pub fn is_met_by(&self, verifier: &str) -> bool {
        let well_formed = (43..=128).contains(&verifier.len())
            && verifier.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte));
        let made = URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()));
        well_formed && bool::from(made.as_bytes().ct_eq(self.0.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc_7636_appendix_b() {
        let challenge =
            Challenge::parse(Some("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"), Some("S256"))
                .unwrap();
        assert!(challenge.is_met_by("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"));
        assert!(!challenge.is_met_by("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXj"));
        assert!(!challenge.is_met_by(""));
    }

    #[test]
    fn only_s256_in_its_own_form() {
        let sound = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
        for (challenge, method, expected) in [
            (Some(sound), Some("S256"), None),
            (None, Some("S256"), Some(ChallengeError::Missing)),
            (Some(sound), None, Some(ChallengeError::Method)),
            (Some(sound), Some("plain"), Some(ChallengeError::Method)),
            (Some("short"), Some("S256"), Some(ChallengeError::Malformed)),
            (
                Some("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw+cM"),
                Some("S256"),
                Some(ChallengeError::Malformed),
            ),
        ] {
            assert_eq!(
                Challenge::parse(challenge, method).err(),
                expected,
                "{challenge:?} {method:?}"
            );
        }
    }
}
