//! Who signs, and with which key?
//!
//! Implements: keys for ES256 (RFC 7518 §3.4), Ed25519 (RFC 8037) and RS256 (RFC 7518 §3.3), named by their thumbprints (RFC 7638), in PKCS#8.
//! The key pair is parsed once and kept: the JWT crate would parse it again for every signature.
//! Leaves out: where keys are kept, when they are changed, and PS256, which we only verify.

use aws_lc_rs::{
    encoding::{AsDer as _, Pkcs8V1Der},
    rand::SystemRandom,
    rsa,
    signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _,
        RSA_PKCS1_SHA256,
    },
};
use zeroize::Zeroizing;

use super::{Algorithm, PublicKey};

/// Something that signs with a key of ours; the key itself may live elsewhere.
pub trait Signer: Send + Sync {
    /// The `kid` of its tokens.
    fn key_id(&self) -> &str;

    /// The `alg` of its tokens.
    fn algorithm(&self) -> Algorithm;

    /// The raw signature over `signing_input`, in the form of RFC 7518 (not DER).
    ///
    /// # Errors
    /// If the key cannot be used now.
    fn sign(&self, signing_input: &[u8]) -> Result<Vec<u8>, SignError>;
}

/// The signer could not sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the signer failed")]
pub struct SignError;

/// Why a signing key could not be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// We do not sign with it.
    #[error("{0} is for verifying only")]
    VerifyOnly(Algorithm),
    /// The bytes are not PKCS#8 of a P-256 or Ed25519 key, or of an RSA key of 2048 bits or more.
    #[error("not a PKCS#8 private key of a supported kind")]
    Malformed,
    /// The cryptographic library refused to make or export a key.
    #[error("the cryptographic library failed")]
    Library,
}

/// A private key of ours.
pub struct SigningKey {
    pair: Pair,
    key_id: Box<str>,
    public: PublicKey,
}

enum Pair {
    P256(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
    Rsa(Box<rsa::KeyPair>),
}

impl SigningKey {
    /// Makes a new key. Its randomness is the cryptographic library's own.
    ///
    /// # Errors
    /// [`KeyError::VerifyOnly`] for PS256; [`KeyError::Library`] if there is no randomness.
    pub fn generate(algorithm: Algorithm) -> Result<Self, KeyError> {
        let pair = match algorithm {
            Algorithm::Es256 => {
                EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).map(Pair::P256)
            }
            Algorithm::EdDsa => Ed25519KeyPair::generate().map(Pair::Ed25519),
            Algorithm::Rs256 => {
                rsa::KeyPair::generate(rsa::KeySize::Rsa2048).map(|pair| Pair::Rsa(Box::new(pair)))
            }
            Algorithm::Ps256 => return Err(KeyError::VerifyOnly(algorithm)),
        };
        Self::new(pair.map_err(|_| KeyError::Library)?)
    }

    /// Reads a key from PKCS#8; the key tells its algorithm.
    ///
    /// # Errors
    /// [`KeyError::Malformed`] for anything else.
    pub fn from_pkcs8(der: &[u8]) -> Result<Self, KeyError> {
        let p256 =
            || EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, der).map(Pair::P256);
        let ed25519 = |_| Ed25519KeyPair::from_pkcs8(der).map(Pair::Ed25519);
        let rsa = |_| rsa::KeyPair::from_pkcs8(der).map(|pair| Pair::Rsa(Box::new(pair)));
        Self::new(p256().or_else(ed25519).or_else(rsa).map_err(|_| KeyError::Malformed)?)
    }

    /// The key as PKCS#8 version 1: a secret, to be sealed at once and wiped when dropped.
    ///
    /// # Errors
    /// [`KeyError::Library`] if it cannot be exported.
    pub fn to_pkcs8(&self) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let document = match &self.pair {
            Pair::P256(pair) => pair.to_pkcs8v1().map(|der| der.as_ref().to_vec()),
            Pair::Ed25519(pair) => pair.to_pkcs8v1().map(|der| der.as_ref().to_vec()),
            Pair::Rsa(pair) => pair.as_der().map(|der: Pkcs8V1Der<'_>| der.as_ref().to_vec()),
        };
        document.map(Zeroizing::new).map_err(|_| KeyError::Library)
    }

    /// The public half, named by its thumbprint.
    #[must_use]
    pub fn public_key(&self) -> &PublicKey {
        &self.public
    }

    fn new(pair: Pair) -> Result<Self, KeyError> {
        let public = match &pair {
            Pair::P256(pair) => PublicKey::p256(pair.public_key().as_ref()),
            Pair::Ed25519(pair) => PublicKey::ed25519(pair.public_key().as_ref()),
            Pair::Rsa(pair) => {
                let public = pair.public_key();
                let (modulus, exponent) = (public.modulus(), public.exponent());
                PublicKey::rsa(
                    modulus.big_endian_without_leading_zero(),
                    exponent.big_endian_without_leading_zero(),
                )
            }
        }
        .map_err(|_| KeyError::Malformed)?;
        Ok(Self { pair, key_id: public.thumbprint().into(), public })
    }
}

impl Signer for SigningKey {
    fn key_id(&self) -> &str {
        &self.key_id
    }

    fn algorithm(&self) -> Algorithm {
        match self.pair {
            Pair::P256(_) => Algorithm::Es256,
            Pair::Ed25519(_) => Algorithm::EdDsa,
            Pair::Rsa(_) => Algorithm::Rs256,
        }
    }

    fn sign(&self, signing_input: &[u8]) -> Result<Vec<u8>, SignError> {
        let signature = match &self.pair {
            Pair::P256(pair) => pair.sign(&SystemRandom::new(), signing_input),
            Pair::Ed25519(pair) => pair.try_sign(signing_input),
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                let random = SystemRandom::new();
                return pair
                    .sign(&RSA_PKCS1_SHA256, &random, signing_input, &mut signature)
                    .map(|()| signature)
                    .map_err(|_| SignError);
            }
        };
        signature.map(|bytes| bytes.as_ref().to_vec()).map_err(|_| SignError)
    }
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SigningKey")
            .field("key_id", &self.key_id)
            .field("algorithm", &self.algorithm())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base64url;

    #[test]
    fn a_key_survives_pkcs8_and_both_sign_for_one_public_key() {
        for algorithm in [Algorithm::Es256, Algorithm::EdDsa, Algorithm::Rs256] {
            let made = SigningKey::generate(algorithm).unwrap();
            let read = SigningKey::from_pkcs8(&made.to_pkcs8().unwrap()).unwrap();
            assert_eq!(read.algorithm(), algorithm);
            assert_eq!(read.key_id(), made.key_id());
            for signer in [&made, &read] {
                let signature = base64url::encode(signer.sign(b"text").unwrap());
                assert!(made.public_key().has_signed(algorithm, b"text", &signature));
                assert!(!made.public_key().has_signed(algorithm, b"test", &signature));
            }
        }
    }

    #[test]
    fn rfc7638_the_key_id_is_the_thumbprint() {
        let key = SigningKey::generate(Algorithm::Es256).unwrap();
        assert_eq!(key.key_id(), key.public_key().thumbprint());
        assert_eq!(Some(key.key_id()), key.public_key().key_id());
        assert_ne!(key.key_id(), SigningKey::generate(Algorithm::Es256).unwrap().key_id());
    }

    #[test]
    fn ps256_and_strange_bytes_make_no_signing_key() {
        let ps256 = SigningKey::generate(Algorithm::Ps256).err();
        assert_eq!(ps256, Some(KeyError::VerifyOnly(Algorithm::Ps256)));
        for bytes in [&b""[..], b"x", &[0x30, 0x00]] {
            assert_eq!(SigningKey::from_pkcs8(bytes).err(), Some(KeyError::Malformed));
        }
    }

    #[test]
    fn debug_tells_the_name_only() {
        let key = SigningKey::generate(Algorithm::EdDsa).unwrap();
        let shown = format!("{key:?}");
        assert!(shown.contains(key.key_id()) && shown.len() < 120, "{shown}");
    }
}
