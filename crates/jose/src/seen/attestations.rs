//! Which client attestations were verified before? An installation shows the same one for minutes, and its proof is new each time.
//!
//! What is remembered is that its attester has signed it. It counts for the same attestation, whole, as long as the key that has signed it is among the attester's, and
//! until it ends. The proof of the key is verified every time.

use std::sync::Arc;

use super::memory::Memory;
use crate::{Attestation, AttestationError, ExpectedAttestation, KeySet, UnverifiedAttestation};

/// A bounded memory of verified attestations.
pub struct SeenAttestations(Memory<Kept>);

struct Kept {
    compact: Box<str>,
    attestation: Arc<Attestation>,
}

impl SeenAttestations {
    /// Remembers at most about `limit` attestations, and at least half as many.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        Self(Memory::new(limit))
    }

    /// Believes an attestation, or says why not; from memory if it was verified before. `unverified` is what `compact` decodes to.
    ///
    /// # Errors
    /// The first rule that it breaks.
    pub fn verify(
        &self,
        (compact, unverified): (&str, UnverifiedAttestation<'_>),
        keys: &KeySet,
        expected: &ExpectedAttestation<'_>,
    ) -> Result<Arc<Attestation>, AttestationError> {
        let hash = self.0.hash(compact.as_bytes());
        if let Some(kept) = self.0.find(hash)
            && *kept.compact == *compact
            && unverified.is_allowed(expected)
            && kept.attestation.still_holds(keys, expected)
        {
            return Ok(Arc::clone(&kept.attestation));
        }
        let attestation = Arc::new(unverified.verify(keys, expected)?);
        let kept = Kept { compact: compact.into(), attestation: Arc::clone(&attestation) };
        self.0.keep(hash, Arc::new(kept));
        Ok(attestation)
    }
}

#[cfg(test)]
mod tests {
    use salver_oauth::{Issuer, Timestamp};

    use super::*;
    use crate::{
        Algorithm, AttestationClaims, SKEW_SECONDS, SigningKey, TokenError, sign_attestation,
    };

    const NOW: i64 = 1_790_000_000;

    #[test]
    fn what_was_verified_counts_until_it_ends_or_its_key_is_gone() {
        let (key, other) = (
            Arc::new(SigningKey::generate(Algorithm::Es256).unwrap()),
            SigningKey::generate(Algorithm::Es256).unwrap(),
        );
        let at = Timestamp::from_unix;
        let claims = AttestationClaims {
            client_id: "https://app.example/client.json",
            issuer: None,
            audience: None,
            key: other.public_key(),
            checked: None,
            issued_at: at(NOW),
            expires_at: at(NOW + 300),
        };
        let compact = sign_attestation(key.clone(), &claims).unwrap();
        let keys: KeySet = [key.public_key().clone()].into_iter().collect();
        let others: KeySet = [other.public_key().clone()].into_iter().collect();
        let seen = SeenAttestations::new(100);
        let us = Issuer::parse("https://as.example").unwrap();
        let verify = |compact: &str, keys, algorithms: &[Algorithm], now| {
            let expected = ExpectedAttestation {
                audience: &us,
                algorithms,
                longest_seconds: 600,
                now: at(now),
            };
            seen.verify((compact, UnverifiedAttestation::decode(compact)?), keys, &expected)
        };
        let es256 = [Algorithm::Es256];
        let first = verify(&compact, &keys, &es256, NOW).unwrap();
        let last = NOW + 300 + SKEW_SECONDS - 1;
        assert!(Arc::ptr_eq(&first, &verify(&compact, &keys, &es256, last).unwrap()));
        for (why, keys, algorithms, now, expected) in [
            ("over", &keys, &es256, last + 1, AttestationError::Expired { seconds_ago: 30 }),
            (
                "its key is gone",
                &others,
                &es256,
                NOW,
                AttestationError::Token(TokenError::UnknownKey),
            ),
            (
                "its algorithm is gone",
                &keys,
                &[Algorithm::EdDsa],
                NOW,
                AttestationError::Token(TokenError::AlgorithmNotAllowed),
            ),
        ] {
            assert_eq!(verify(&compact, keys, algorithms, now).err(), Some(expected), "{why}");
        }
        // Its end alone finds it, but it is another one.
        let (head, rest) = compact.split_once('.').unwrap();
        let (_, signature) = rest.split_once('.').unwrap();
        let payload = crate::base64url::encode(
            r#"{"sub":"https://app.example/client.json","exp":1790000300}"#,
        );
        let forged = format!("{head}.{payload}.{signature}");
        let bad = AttestationError::Token(TokenError::BadSignature);
        assert_eq!(verify(&forged, &keys, &es256, NOW).err(), Some(bad));
    }
}
