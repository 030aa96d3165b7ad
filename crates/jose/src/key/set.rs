//! Which public keys belong to one party, and which of them does a token name?
//!
//! Implements: RFC 7517 §5 (sets: keys that are not understood are passed over), CIMD-D-7 (one private member burns the
//! whole set), rotation by overlap: a set holds every key whose tokens may still be about.
//! Leaves out: fetching and freshness.

use salver_oauth::json;
use serde_json::{Map, Value};

use super::{KeyUnusable, PublicKey};

/// The public keys of one party.
#[derive(Clone, Debug, Default)]
pub struct KeySet {
    keys: Vec<PublicKey>,
}

/// Why bytes are not a key set.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeySetError {
    /// Not strict JSON.
    #[error("key set: {0}")]
    Json(json::JsonError),
    /// No object with an array `keys` of objects.
    #[error("not a key set")]
    NotASet,
    /// More than [`KeySet::MAX_KEYS`].
    #[error("too many keys: {0}")]
    TooManyKeys(usize),
    /// A secret in a public document: whoever reads it has the key.
    #[error("private member {0} in a public key set")]
    PrivateMember(&'static str),
}

impl KeySet {
    /// More keys than this are no key set but an attack on its readers.
    pub const MAX_KEYS: usize = 64;

    /// Reads a set that somebody publishes.
    ///
    /// # Errors
    /// See [`KeySetError`]; a key that is merely unknown to us is no error.
    pub fn parse(bytes: &[u8]) -> Result<Self, KeySetError> {
        let document = json::parse(bytes).map_err(KeySetError::Json)?;
        let listed = document.get("keys").and_then(Value::as_array).ok_or(KeySetError::NotASet)?;
        if listed.len() > Self::MAX_KEYS {
            return Err(KeySetError::TooManyKeys(listed.len()));
        }
        let listed: Vec<&Map<String, Value>> = listed
            .iter()
            .map(Value::as_object)
            .collect::<Option<_>>()
            .ok_or(KeySetError::NotASet)?;
        if let Some(member) = listed.iter().find_map(|key| private_member(key)) {
            return Err(KeySetError::PrivateMember(member));
        }
        Ok(listed.into_iter().filter_map(|key| PublicKey::from_jwk(key).ok()).collect())
    }

    /// The keys, in order.
    pub fn iter(&self) -> impl Iterator<Item = &PublicKey> {
        self.keys.iter()
    }

    /// The first key of this name.
    #[must_use]
    pub fn find(&self, key_id: &str) -> Option<&PublicKey> {
        self.keys.iter().find(|key| key.key_id() == Some(key_id))
    }

    /// The set as JSON, ready to be served as `application/jwk-set+json` or `application/json`.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        let keys: Vec<Value> = self.keys.iter().map(|key| Value::Object(key.to_jwk())).collect();
        serde_json::json!({ "keys": keys }).to_string().into_bytes()
    }
}

/// Why bytes are not the public key of somebody whom we are told to believe.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JwkError {
    /// Not strict JSON.
    #[error("{0}")]
    Json(json::JsonError),
    /// Not an object.
    #[error("not a JSON object")]
    NotAnObject,
    /// The private key, or a part of it.
    #[error("it holds {0}, which belongs to the private key")]
    PrivateMember(&'static str),
    /// A key that cannot verify for us.
    #[error("{0}")]
    Unusable(KeyUnusable),
}

impl PublicKey {
    /// Reads one key in JSON (RFC 7517 §4).
    ///
    /// # Errors
    /// See [`JwkError`].
    pub fn parse(bytes: &[u8]) -> Result<Self, JwkError> {
        let document = json::parse(bytes).map_err(JwkError::Json)?;
        Self::of_members(document.as_object().ok_or(JwkError::NotAnObject)?)
    }

    /// The same for a key inside something that was parsed.
    pub(crate) fn of_members(members: &Map<String, Value>) -> Result<Self, JwkError> {
        if let Some(member) = private_member(members) {
            return Err(JwkError::PrivateMember(member));
        }
        Self::from_jwk(members).map_err(JwkError::Unusable)
    }
}

impl FromIterator<PublicKey> for KeySet {
    fn from_iter<I: IntoIterator<Item = PublicKey>>(keys: I) -> Self {
        Self { keys: keys.into_iter().collect() }
    }
}

/// RFC 7518 §6.2.2, §6.3.2 and §6.4.1.
fn private_member(key: &Map<String, Value>) -> Option<&'static str> {
    ["d", "p", "q", "dp", "dq", "qi", "oth", "k"]
        .into_iter()
        .find(|member| key.contains_key(*member))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Algorithm, Signer as _, SigningKey};
    use serde_json::json;

    fn jwk(algorithm: Algorithm) -> Value {
        Value::Object(SigningKey::generate(algorithm).unwrap().public_key().to_jwk())
    }

    fn parse(value: &Value) -> Result<KeySet, KeySetError> {
        KeySet::parse(value.to_string().as_bytes())
    }

    #[test]
    fn rotation_serves_the_old_key_beside_the_new_one() {
        let (old, new) = (
            SigningKey::generate(Algorithm::Es256).unwrap(),
            SigningKey::generate(Algorithm::EdDsa).unwrap(),
        );
        let set: KeySet = [&new, &old].map(|key| key.public_key().clone()).into_iter().collect();
        let read = KeySet::parse(&set.to_json()).unwrap();
        assert_eq!(read.iter().count(), 2);
        for key in [&old, &new] {
            assert!(read.find(key.key_id()).unwrap().supports(key.algorithm()));
            let found = read.find(key.key_id()).unwrap();
            assert!(found.supports(key.algorithm()) && !found.supports(Algorithm::Ps256));
        }
        assert_eq!(read.to_json(), set.to_json());
        assert!(read.find("other").is_none());
    }

    #[test]
    fn rfc7517_5_unknown_keys_are_passed_over() {
        let set = parse(
            &json!({"keys": [{"kty": "AKP", "pub": "x"}, jwk(Algorithm::Es256), {"x": 1}], "more": 1}),
        );
        assert_eq!(set.unwrap().iter().count(), 1);
        assert_eq!(parse(&json!({"keys": []})).unwrap().iter().count(), 0);
    }

    #[test]
    fn cimd_d_7_one_private_member_burns_the_set() {
        for member in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] {
            let mut burnt = jwk(Algorithm::Es256);
            burnt.as_object_mut().unwrap().insert(member.to_owned(), json!("AAAA"));
            let set = parse(&json!({"keys": [jwk(Algorithm::EdDsa), burnt]}));
            assert_eq!(set.err(), Some(KeySetError::PrivateMember(member)));
        }
        let secret = parse(&json!({"keys": [{"kty": "oct", "k": "AAAA"}]}));
        assert_eq!(secret.err(), Some(KeySetError::PrivateMember("k")));
    }

    #[test]
    fn rfc7517_4_one_key_is_read_alone_and_its_private_half_is_refused() {
        for algorithm in [Algorithm::Es256, Algorithm::EdDsa] {
            let key = SigningKey::generate(algorithm).unwrap();
            let text = Value::Object(key.public_key().to_jwk()).to_string();
            let read = PublicKey::parse(text.as_bytes()).unwrap();
            assert_eq!(read.thumbprint(), key.public_key().thumbprint());
            let private = text.replace("\"x\"", "\"d\":\"AAAA\",\"x\"");
            assert_eq!(
                PublicKey::parse(private.as_bytes()).err(),
                Some(JwkError::PrivateMember("d"))
            );
        }
        let unknown = br#"{"kty":"EC","crv":"P-384","x":"AAAA","y":"AAAA"}"#;
        let unusable = Some(JwkError::Unusable(KeyUnusable::UnknownKind));
        assert_eq!(PublicKey::parse(unknown).err(), unusable);
        assert_eq!(PublicKey::parse(b"[]").err(), Some(JwkError::NotAnObject));
        assert!(matches!(PublicKey::parse(b"{"), Err(JwkError::Json(_))));
    }

    #[test]
    fn other_shapes_are_no_set() {
        for value in [json!([]), json!({}), json!({"keys": {}}), json!({"keys": [1]}), json!(null)]
        {
            assert_eq!(parse(&value).err(), Some(KeySetError::NotASet), "{value}");
        }
        assert!(matches!(KeySet::parse(br#"{"keys":[],"keys":[]}"#), Err(KeySetError::Json(_))));
        let many = vec![json!({"kty": "AKP"}); KeySet::MAX_KEYS + 1];
        assert_eq!(
            parse(&json!({ "keys": many })).err(),
            Some(KeySetError::TooManyKeys(KeySet::MAX_KEYS + 1))
        );
        assert!(parse(&json!({ "keys": many[1..] })).is_ok());
    }
}
