//! What is this public key, and did its owner sign this?
//!
//! Implements: RFC 7517 §4 (members of a key), RFC 7518 §6.2 and §6.3, RFC 8037 §2, RFC 7638 (thumbprints).
//! Leaves out: certificates (`x5c`, `x5u`, `x5t` are never looked at) and curves besides P-256 and Ed25519.

use std::sync::OnceLock;

use aws_lc_rs::digest::{SHA256, digest};
use jsonwebtoken::DecodingKey;
use serde_json::{Map, Value};

use super::Algorithm;
use crate::base64url;

/// A public key that can verify at least one of our algorithms.
#[derive(Clone, Debug)]
pub struct PublicKey {
    key_id: Option<Box<str>>,
    declared: Option<Algorithm>,
    material: Material,
    verifier: DecodingKey,
    thumbprint: OnceLock<Box<str>>,
}

/// Why one key of a set is passed over (RFC 7517 §5: what is not understood is ignored).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyUnusable {
    /// A key type or curve that we do not verify.
    #[error("key type or curve not supported")]
    UnknownKind,
    /// `alg` names another algorithm than the key can do, or none of ours.
    #[error("algorithm not supported")]
    UnknownAlgorithm,
    /// `use` or `key_ops` say that it is not for verifying signatures.
    #[error("not a key for signatures")]
    OtherUse,
    /// A member is missing, of another type, or of a length that the kind does not have.
    #[error("member missing or malformed")]
    Malformed,
}

/// Coordinates and numbers in base64url, as the JWK carries them, checked for length.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Material {
    P256 { x: Box<str>, y: Box<str> },
    Ed25519 { x: Box<str> },
    Rsa { n: Box<str>, e: Box<str> },
}

impl PublicKey {
    /// The key's name, if it has one.
    #[must_use]
    pub fn key_id(&self) -> Option<&str> {
        self.key_id.as_deref()
    }

    /// Whether it can verify this algorithm; where the key declares one, no other.
    #[must_use]
    pub fn supports(&self, algorithm: Algorithm) -> bool {
        let fits = match self.material {
            Material::P256 { .. } => algorithm == Algorithm::Es256,
            Material::Ed25519 { .. } => algorithm == Algorithm::EdDsa,
            Material::Rsa { .. } => matches!(algorithm, Algorithm::Rs256 | Algorithm::Ps256),
        };
        fits && self.declared.is_none_or(|declared| declared == algorithm)
    }

    /// Whether `signature` (base64url) is this key's over `signing_input`.
    #[must_use]
    pub fn has_signed(&self, algorithm: Algorithm, signing_input: &[u8], signature: &str) -> bool {
        self.supports(algorithm)
            && jsonwebtoken::crypto::verify(
                signature,
                signing_input,
                &self.verifier,
                algorithm.for_the_jwt_crate(),
            )
            .unwrap_or(false)
    }

    /// RFC 7638 §3: SHA-256 over the required members in lexical order, in base64url.
    #[must_use]
    pub fn thumbprint(&self) -> &str {
        self.thumbprint.get_or_init(|| self.material.thumbprint().into())
    }

    /// The key as a JWK with `use`, and with `kid` and `alg` where it has them.
    #[must_use]
    pub fn to_jwk(&self) -> Map<String, Value> {
        let members: &[(&str, &str)] = match &self.material {
            Material::P256 { x, y } => &[("kty", "EC"), ("crv", "P-256"), ("x", x), ("y", y)],
            Material::Ed25519 { x } => &[("kty", "OKP"), ("crv", "Ed25519"), ("x", x)],
            Material::Rsa { n, e } => &[("kty", "RSA"), ("n", n), ("e", e)],
        };
        let optional = [("kid", self.key_id()), ("alg", self.declared.map(Algorithm::name))];
        let optional = optional.into_iter().filter_map(|(name, value)| Some((name, value?)));
        let all = members.iter().copied().chain([("use", "sig")]).chain(optional);
        all.map(|(name, value)| (name.to_owned(), value.into())).collect()
    }

    /// Reads one key. Private members are the set's business: they must not get this far.
    pub(crate) fn from_jwk(members: &Map<String, Value>) -> Result<Self, KeyUnusable> {
        check_use(members)?;
        let material = Material::read(members)?;
        let declared = match members.get("alg") {
            None => None,
            Some(name) => Some(
                name.as_str()
                    .and_then(Algorithm::from_name)
                    .ok_or(KeyUnusable::UnknownAlgorithm)?,
            ),
        };
        let key_id = match members.get("kid") {
            None => None,
            Some(name) => Some(name.as_str().ok_or(KeyUnusable::Malformed)?.into()),
        };
        let key = Self {
            key_id,
            declared: None,
            verifier: material.verifier()?,
            material,
            thumbprint: OnceLock::new(),
        };
        match declared {
            Some(algorithm) if !key.supports(algorithm) => Err(KeyUnusable::UnknownAlgorithm),
            _ => Ok(Self { declared, ..key }),
        }
    }

    /// The public half of a P-256 key, from its uncompressed point.
    pub(crate) fn p256(point: &[u8]) -> Result<Self, KeyUnusable> {
        let (x, y) = match point.split_first() {
            Some((4, coordinates)) if coordinates.len() == 64 => coordinates.split_at(32),
            _ => return Err(KeyUnusable::Malformed),
        };
        let (x, y) = (base64url::encode(x).into(), base64url::encode(y).into());
        Self::named(Material::P256 { x, y }, Algorithm::Es256)
    }

    /// The public half of an Ed25519 key.
    pub(crate) fn ed25519(public: &[u8]) -> Result<Self, KeyUnusable> {
        Self::named(Material::Ed25519 { x: base64url::encode(public).into() }, Algorithm::EdDsa)
    }

    /// The public half of an RSA key for RS256, of 2048 bits or more.
    pub(crate) fn rsa(modulus_bytes: &[u8], exponent_bytes: &[u8]) -> Result<Self, KeyUnusable> {
        let n = modulus(&base64url::encode(modulus_bytes))?;
        let e = exponent(&base64url::encode(exponent_bytes))?;
        Self::named(Material::Rsa { n, e }, Algorithm::Rs256)
    }

    fn named(material: Material, algorithm: Algorithm) -> Result<Self, KeyUnusable> {
        let mut key = Self {
            key_id: None,
            declared: Some(algorithm),
            verifier: material.verifier()?,
            material,
            thumbprint: OnceLock::new(),
        };
        key.key_id = Some(key.thumbprint().into());
        Ok(key)
    }
}

impl Material {
    fn read(members: &Map<String, Value>) -> Result<Self, KeyUnusable> {
        let text =
            |name: &str| members.get(name).and_then(Value::as_str).ok_or(KeyUnusable::Malformed);
        let fixed = |name: &str| exactly(text(name)?, COORDINATE_BYTES);
        match (text("kty")?, members.get("crv").and_then(Value::as_str)) {
            ("EC", Some("P-256")) => Ok(Self::P256 { x: fixed("x")?, y: fixed("y")? }),
            ("OKP", Some("Ed25519")) => Ok(Self::Ed25519 { x: fixed("x")? }),
            ("RSA", _) => Ok(Self::Rsa { n: modulus(text("n")?)?, e: exponent(text("e")?)? }),
            _ => Err(KeyUnusable::UnknownKind),
        }
    }

    fn thumbprint(&self) -> String {
        // The values are base64url, so nothing needs escaping.
        let canonical = match self {
            Self::P256 { x, y } => format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#),
            Self::Ed25519 { x } => format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#),
            Self::Rsa { n, e } => format!(r#"{{"e":"{e}","kty":"RSA","n":"{n}"}}"#),
        };
        base64url::encode(digest(&SHA256, canonical.as_bytes()))
    }

    fn verifier(&self) -> Result<DecodingKey, KeyUnusable> {
        match self {
            Self::P256 { x, y } => DecodingKey::from_ec_components(x, y),
            Self::Ed25519 { x } => DecodingKey::from_ed_components(x),
            Self::Rsa { n, e } => DecodingKey::from_rsa_components(n, e),
        }
        .map_err(|_| KeyUnusable::Malformed)
    }
}

/// RFC 7517 §4.2 and §4.3.
fn check_use(members: &Map<String, Value>) -> Result<(), KeyUnusable> {
    let for_signatures = members.get("use").is_none_or(|value| value == "sig");
    let may_verify = members.get("key_ops").is_none_or(|value| {
        value.as_array().is_some_and(|all| all.iter().any(|one| one == "verify"))
    });
    if for_signatures && may_verify { Ok(()) } else { Err(KeyUnusable::OtherUse) }
}

/// RFC 7518 §6.2.1.2: leading zeros are part of a coordinate.
fn exactly(text: &str, length: usize) -> Result<Box<str>, KeyUnusable> {
    match base64url::decode(text) {
        Ok(bytes) if bytes.len() == length => Ok(text.into()),
        _ => Err(KeyUnusable::Malformed),
    }
}

/// RFC 7518 §3.3: 2048 bits or more; an upper bound, since the cost of verifying grows with it.
fn modulus(text: &str) -> Result<Box<str>, KeyUnusable> {
    match base64url::decode(text) {
        Ok(bytes)
            if MODULUS_BYTES.contains(&bytes.len())
                && bytes.first().is_some_and(|byte| *byte >= 0x80) =>
        {
            Ok(text.into())
        }
        _ => Err(KeyUnusable::Malformed),
    }
}

/// Odd and at least 3, without leading zeros (RFC 7518 §6.3.1.2), at most 32 bits.
fn exponent(text: &str) -> Result<Box<str>, KeyUnusable> {
    let bytes = base64url::decode(text).map_err(|_| KeyUnusable::Malformed)?;
    let odd = bytes.last().is_some_and(|byte| byte & 1 == 1);
    let plain = bytes.first().is_some_and(|byte| *byte != 0) && bytes != [1];
    if odd && plain && bytes.len() <= 4 { Ok(text.into()) } else { Err(KeyUnusable::Malformed) }
}

const COORDINATE_BYTES: usize = 32;
const MODULUS_BYTES: std::ops::RangeInclusive<usize> = 256..=1024;

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(value: Value) -> Result<PublicKey, KeyUnusable> {
        let Value::Object(members) = value else { panic!("an object") };
        PublicKey::from_jwk(&members)
    }

    const RSA_N: &str = concat!(
        "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3",
        "oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdA",
        "ZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-",
        "kEgU8awapJzKnqDKgw"
    );
    const P256_X: &str = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU";
    const P256_Y: &str = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0";

    #[test]
    fn rfc7638_3_1_thumbprint_of_the_rsa_example() {
        let key = read(
            json!({"kty": "RSA", "n": RSA_N, "e": "AQAB", "alg": "RS256", "kid": "2011-04-29"}),
        )
        .unwrap();
        assert_eq!(key.thumbprint(), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
        assert_eq!(key.key_id(), Some("2011-04-29"));
        assert!(key.supports(Algorithm::Rs256) && !key.supports(Algorithm::Ps256));
    }

    #[test]
    fn rfc8037_a_3_thumbprint_of_the_ed25519_example() {
        let x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
        let key = read(json!({"kty": "OKP", "crv": "Ed25519", "x": x})).unwrap();
        assert_eq!(key.thumbprint(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    }

    #[test]
    fn rfc7515_a_3_es256_signature_and_its_neighbours() {
        let key = read(json!({"kty": "EC", "crv": "P-256", "x": P256_X, "y": P256_Y})).unwrap();
        let input = concat!(
            "eyJhbGciOiJFUzI1NiJ9.",
            "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
        );
        let signature = "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
        assert!(key.has_signed(Algorithm::Es256, input.as_bytes(), signature));
        assert!(!key.has_signed(Algorithm::EdDsa, input.as_bytes(), signature));
        assert!(!key.has_signed(Algorithm::Es256, b"other", signature));
        assert!(!key.has_signed(Algorithm::Es256, input.as_bytes(), "AAAA"));
        assert!(!key.has_signed(Algorithm::Es256, input.as_bytes(), &format!("{signature}=")));
    }

    #[test]
    fn rfc8037_a_4_ed25519_signature() {
        let x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
        let key = read(json!({"kty": "OKP", "crv": "Ed25519", "x": x})).unwrap();
        let input = b"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
        let signature = "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
        assert!(key.has_signed(Algorithm::EdDsa, input, signature));
        assert!(!key.has_signed(Algorithm::EdDsa, b"x", signature));
    }

    #[test]
    fn rfc7517_5_what_is_not_understood_is_named() {
        use KeyUnusable as U;
        let p256 = json!({"kty": "EC", "crv": "P-256", "x": P256_X, "y": P256_Y});
        let with = |name: &str, value: Value| {
            let mut key = p256.clone();
            key.as_object_mut().unwrap().insert(name.to_owned(), value);
            key
        };
        let cases = [
            ("plain", p256.clone(), None),
            ("use sig", with("use", json!("sig")), None),
            ("use enc", with("use", json!("enc")), Some(U::OtherUse)),
            ("key_ops verify", with("key_ops", json!(["verify"])), None),
            ("key_ops sign", with("key_ops", json!(["sign"])), Some(U::OtherUse)),
            ("alg fits", with("alg", json!("ES256")), None),
            ("alg of another key type", with("alg", json!("RS256")), Some(U::UnknownAlgorithm)),
            ("alg HS256", with("alg", json!("HS256")), Some(U::UnknownAlgorithm)),
            ("unknown curve", with("crv", json!("P-521")), Some(U::UnknownKind)),
            ("unknown type", with("kty", json!("AKP")), Some(U::UnknownKind)),
            ("short coordinate", with("x", json!("AAAA")), Some(U::Malformed)),
            ("coordinate no text", with("y", json!(7)), Some(U::Malformed)),
            ("kid no text", with("kid", json!(7)), Some(U::Malformed)),
            ("RSA", json!({"kty": "RSA", "n": RSA_N, "e": "AQAB"}), None),
            ("RSA exponent 1", json!({"kty": "RSA", "n": RSA_N, "e": "AQ"}), Some(U::Malformed)),
            (
                "RSA exponent even",
                json!({"kty": "RSA", "n": RSA_N, "e": "AQAC"}),
                Some(U::Malformed),
            ),
            (
                "RSA short",
                json!({"kty": "RSA", "n": &RSA_N[..128], "e": "AQAB"}),
                Some(U::Malformed),
            ),
        ];
        for (why, key, refused) in cases {
            assert_eq!(read(key).err(), refused, "{why}");
        }
    }

    #[test]
    fn a_key_reads_back_from_its_own_jwk() {
        let key = read(
            json!({"kty": "EC", "crv": "P-256", "x": P256_X, "y": P256_Y, "kid": "k", "alg": "ES256"}),
        );
        let jwk = key.unwrap().to_jwk();
        assert_eq!(PublicKey::from_jwk(&jwk).unwrap().to_jwk(), jwk);
        assert_eq!(jwk.get("use"), Some(&json!("sig")));
    }
}
