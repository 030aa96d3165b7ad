//! Who has signed this catalogue? A catalogue from afar is a compact JWS (RFC 7515 §7.1) whose payload is the catalogue's text.
//!
//! It is of a kind of its own, so that nothing else that the same key signs can be taken for one, and it for nothing else (RFC 8725
//! §3.11). The key is the one that the operator wrote down: no member of the header can name another.
//! Leaves out: what the text says. Its number and its dates are judged when it is read.

use std::sync::Arc;

use super::header::TypedSigner;
use super::{TokenError, TokenType, UnverifiedToken};
use crate::{Algorithm, PublicKey, SignError, Signer};

/// The algorithms with which a catalogue may be signed.
pub const CATALOGUE_ALGORITHMS: &[Algorithm] = &[Algorithm::Es256, Algorithm::EdDsa];

/// The longest signed catalogue, in bytes.
pub const MAX_SIGNED_CATALOGUE_BYTES: usize = 4 * 1024 * 1024;

/// The signed form of a catalogue's text.
///
/// # Errors
/// If the signer fails.
pub fn sign_catalogue(signer: Arc<dyn Signer>, text: &str) -> Result<String, SignError> {
    TypedSigner::new(signer, TokenType::Catalogue).sign_bytes(text.as_bytes())
}

/// The text of a signed catalogue, if this key has signed it.
///
/// # Errors
/// The first rule that it breaks.
pub fn verify_catalogue(compact: &str, key: &PublicKey) -> Result<String, TokenError> {
    let unverified = UnverifiedToken::decode_within(compact, MAX_SIGNED_CATALOGUE_BYTES)?;
    let signed = unverified.signed_by_key(TokenType::Catalogue, key, CATALOGUE_ALGORITHMS)?;
    String::from_utf8(signed.into_bytes()).map_err(|_| TokenError::Malformed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{SigningKey, base64url};

    const TEXT: &str = "format = 1\nnumber = 1\n# \u{e9}\n";

    fn signed_with(key: &SigningKey, header: &str, payload: &[u8]) -> String {
        let input = format!("{}.{}", base64url::encode(header), base64url::encode(payload));
        let signature = key.sign(input.as_bytes()).unwrap();
        format!("{input}.{}", base64url::encode(signature))
    }

    #[test]
    fn what_one_signs_the_other_reads() {
        for algorithm in CATALOGUE_ALGORITHMS {
            let key = Arc::new(SigningKey::generate(*algorithm).unwrap());
            let signed = sign_catalogue(key.clone(), TEXT).unwrap();
            assert_eq!(verify_catalogue(&signed, key.public_key()).as_deref(), Ok(TEXT));
            let other = SigningKey::generate(*algorithm).unwrap();
            let refused = verify_catalogue(&signed, other.public_key());
            assert_eq!(refused, Err(TokenError::BadSignature));
            let (head, signature) = signed.rsplit_once('.').unwrap();
            let (header, _) = head.split_once('.').unwrap();
            let changed = format!("{header}.{}.{signature}", base64url::encode("format = 1"));
            let refused = verify_catalogue(&changed, key.public_key());
            assert_eq!(refused, Err(TokenError::BadSignature));
        }
    }

    #[test]
    fn rfc8725_3_1_and_3_11_headers_that_are_not_taken() {
        let key = SigningKey::generate(Algorithm::EdDsa).unwrap();
        let verified = |compact: &str| verify_catalogue(compact, key.public_key()).map(drop);
        for (header, expected) in [
            (r#"{"alg":"EdDSA","typ":"salver-catalogue+jws"}"#, Ok(())),
            (r#"{"alg":"EdDSA","typ":"application/salver-catalogue+jws","kid":"other"}"#, Ok(())),
            (r#"{"alg":"EdDSA","typ":"at+jwt"}"#, Err(TokenError::WrongType)),
            (r#"{"alg":"EdDSA","typ":"JWT"}"#, Err(TokenError::WrongType)),
            (r#"{"alg":"EdDSA"}"#, Err(TokenError::WrongType)),
            (
                r#"{"alg":"none","typ":"salver-catalogue+jws"}"#,
                Err(TokenError::AlgorithmNotAllowed),
            ),
            (
                r#"{"alg":"HS256","typ":"salver-catalogue+jws"}"#,
                Err(TokenError::AlgorithmNotAllowed),
            ),
            (
                r#"{"alg":"RS256","typ":"salver-catalogue+jws"}"#,
                Err(TokenError::AlgorithmNotAllowed),
            ),
            (r#"{"alg":"ES256","typ":"salver-catalogue+jws"}"#, Err(TokenError::BadSignature)),
            (
                r#"{"alg":"EdDSA","typ":"salver-catalogue+jws","crit":["b64"],"b64":false}"#,
                Err(TokenError::CriticalExtension),
            ),
        ] {
            assert_eq!(verified(&signed_with(&key, header, TEXT.as_bytes())), expected, "{header}");
        }
        let header = r#"{"alg":"EdDSA","typ":"salver-catalogue+jws"}"#;
        assert_eq!(verified(&signed_with(&key, header, b"\xff")), Err(TokenError::Malformed));
        assert_eq!(verified(""), Err(TokenError::Malformed));
        let long = vec![b'a'; MAX_SIGNED_CATALOGUE_BYTES];
        assert_eq!(verified(&signed_with(&key, header, &long)), Err(TokenError::Malformed));
    }

    #[test]
    fn rfc7515_4_1_3_a_key_in_the_header_is_not_looked_at() {
        let (key, thief) = (
            SigningKey::generate(Algorithm::EdDsa).unwrap(),
            SigningKey::generate(Algorithm::EdDsa).unwrap(),
        );
        let jwk = serde_json::Value::Object(thief.public_key().to_jwk());
        let header =
            serde_json::json!({ "alg": "EdDSA", "typ": "salver-catalogue+jws", "jwk": jwk });
        let signed = signed_with(&thief, &header.to_string(), TEXT.as_bytes());
        assert_eq!(verify_catalogue(&signed, key.public_key()), Err(TokenError::BadSignature));
        assert!(verify_catalogue(&signed, thief.public_key()).is_ok());
    }
}
