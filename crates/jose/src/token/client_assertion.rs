//! Is it really this client? JWTs with which clients authenticate (`private_key_jwt`).
//!
//! Implements: RFC 7523 §3, rfc7523bis (BIS-1, BIS-3, BIS-5), RFC 8725; R-5 (`typ`) and R-6 (`aud`).
//! Leaves out: where the keys come from, and whether the assertion was spent before ([`ClientAssertion::id`] is for that).

use std::sync::Arc;

use salver_oauth::{Issuer, Timestamp, client::id::ClientId};
use serde_json::{Map, Value, json};
use thiserror::Error;

use super::{
    TokenError, TokenType, UnverifiedToken,
    claims::{is_only_audience, is_type, seconds},
    header::TypedSigner,
};
use crate::{Algorithm, KeySet, SignError, Signer};

/// Decoded, not yet believed: it tells whose keys to look for, nothing more.
#[derive(Clone, Debug)]
pub struct UnverifiedAssertion<'a> {
    token: UnverifiedToken<'a>,
    /// Read once: after the signature has been verified they are what was signed.
    claims: Map<String, Value>,
    claimed_client: ClientId,
}

/// An assertion whose client has proven possession of one of its keys, for this server, now.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ClientAssertion {
    /// Who it is.
    pub client_id: ClientId,
    /// `jti`: good once until `expires_at`, beside the client.
    pub id: Box<str>,
    /// `exp`.
    pub expires_at: Timestamp,
    /// RFC 7638 thumbprint of the key.
    pub key: Box<str>,
    /// The algorithm.
    pub algorithm: Algorithm,
}

/// Why an assertion proves nothing.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum AssertionError {
    /// It is no signed token, or no key of the client has signed it.
    #[error("{0}")]
    Token(TokenError),
    /// R-5: its `typ` says that it is something else.
    #[error("typ says that it is something else")]
    OtherType,
    /// RFC 7523 §3: `iss`, `sub` and the client are not the same.
    #[error("iss and sub are not both the client")]
    OtherClient,
    /// BIS-1: its only audience is not our issuer.
    #[error("aud is not the issuer of this server alone")]
    OtherAudience,
    /// BIS-5: no `exp`, or more than [`LONGEST_SECONDS`] ahead.
    #[error("exp is missing or more than {LONGEST_SECONDS} seconds ahead")]
    TooLong,
    /// BIS-5: no `jti`, or one of more than 256 bytes.
    #[error("jti is missing or too long")]
    NoId,
}

/// The longest that an assertion may live from now on, in seconds (BIS-5).
pub const LONGEST_SECONDS: i64 = 600;

/// How far the client's clock may be from ours, in seconds.
pub const SKEW_SECONDS: i64 = 30;

impl<'a> UnverifiedAssertion<'a> {
    /// Reads an assertion.
    ///
    /// # Errors
    /// [`AssertionError`], if it is none.
    pub fn decode(compact: &'a str) -> Result<Self, AssertionError> {
        let token = UnverifiedToken::decode(compact).map_err(AssertionError::Token)?;
        if !token.type_name().is_none_or(|name| is_type(name, &TYPES)) {
            return Err(AssertionError::OtherType);
        }
        let claims = token.unverified_claims().map_err(AssertionError::Token)?;
        let subject =
            claims.get("sub").and_then(Value::as_str).ok_or(AssertionError::OtherClient)?;
        let claimed_client = ClientId::parse(subject).map_err(|_| AssertionError::OtherClient)?;
        Ok(Self { token, claims, claimed_client })
    }

    /// Whom it claims to speak for.
    #[must_use]
    pub fn claimed_client(&self) -> &ClientId {
        &self.claimed_client
    }

    /// Which key it names: if the client's keys lack it, they may have been rotated.
    #[must_use]
    pub fn claimed_key_id(&self) -> Option<&str> {
        self.token.claimed_key_id()
    }

    /// Climbs to the proven client.
    ///
    /// # Errors
    /// [`AssertionError`] names the first rule that it breaks.
    pub fn verify(
        self,
        keys: &KeySet,
        issuer: &Issuer,
        now: Timestamp,
    ) -> Result<ClientAssertion, AssertionError> {
        use AssertionError as E;
        let (key, algorithm) = self.token.signer(keys).map_err(E::Token)?;
        let claims = self.claims;
        let text = |name: &str| claims.get(name).and_then(Value::as_str);
        let client = self.claimed_client.as_str();
        if text("iss") != Some(client) || text("sub") != Some(client) {
            return Err(E::OtherClient);
        }
        if !is_only_audience(&claims, issuer.as_str()) {
            return Err(E::OtherAudience);
        }
        let expires_at = seconds(&claims, "exp").map_err(E::Token)?.ok_or(E::TooLong)?;
        check_times(&claims, expires_at, now.as_unix())?;
        let id = text("jti").filter(|id| (1..=256).contains(&id.len())).ok_or(E::NoId)?;
        Ok(ClientAssertion {
            id: id.into(),
            expires_at: Timestamp::from_unix(expires_at),
            key: key.thumbprint().into(),
            algorithm,
            client_id: self.claimed_client,
        })
    }
}

/// What a client says to authenticate at one server.
#[derive(Clone, Copy, Debug)]
pub struct AssertionClaims<'c> {
    /// The client.
    pub client_id: &'c str,
    /// The issuer of the authorization server.
    pub audience: &'c str,
    /// Another one for each assertion.
    pub id: &'c str,
    /// Now.
    pub issued_at: Timestamp,
    /// Until when it can be used, once.
    pub expires_at: Timestamp,
}

/// Signs an assertion with a key of the client.
///
/// # Errors
/// If the signer fails.
pub fn sign_client_assertion(
    signer: Arc<dyn Signer>,
    claims: &AssertionClaims<'_>,
) -> Result<String, SignError> {
    TypedSigner::new(signer, TokenType::ClientAssertion).sign(&json!({
        "iss": claims.client_id,
        "sub": claims.client_id,
        "aud": claims.audience,
        "jti": claims.id,
        "iat": claims.issued_at.as_unix(),
        "exp": claims.expires_at.as_unix(),
    }))
}

/// R-5: what rfc7523bis and CIMD -03 say, `JWT`, and nothing; any other kind of token is refused in its place.
const TYPES: [&str; 3] = [TokenType::ClientAssertion.name(), "oauth-client-auth+jwt", "JWT"];

fn check_times(claims: &Map<String, Value>, expires: i64, now: i64) -> Result<(), AssertionError> {
    let over_for = now.saturating_sub(expires);
    if over_for >= SKEW_SECONDS {
        return Err(AssertionError::Token(TokenError::Expired { seconds_ago: over_for }));
    }
    if expires.saturating_sub(now) > LONGEST_SECONDS + SKEW_SECONDS {
        return Err(AssertionError::TooLong);
    }
    for name in ["nbf", "iat"] {
        let from = seconds(claims, name).map_err(AssertionError::Token)?;
        if from.is_some_and(|from| from.saturating_sub(now) > SKEW_SECONDS) {
            return Err(AssertionError::Token(TokenError::NotYetValid));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{SigningKey, base64url};

    const CLIENT: &str = "https://app.example/client.json";
    const NOW: i64 = 1_790_000_000;

    fn sound() -> Value {
        json!({ "iss": CLIENT, "sub": CLIENT, "aud": "https://as.example", "exp": NOW + 60, "jti": "a" })
    }

    fn with(name: &str, value: Value) -> Value {
        let mut claims = sound();
        claims[name] = value;
        claims
    }

    fn signed(key: &SigningKey, typ: Option<&str>, claims: &Value) -> String {
        let mut header = json!({ "alg": key.algorithm().name(), "kid": key.key_id() });
        if let Some(typ) = typ {
            header["typ"] = typ.into();
        }
        let input = format!(
            "{}.{}",
            base64url::encode(header.to_string()),
            base64url::encode(claims.to_string())
        );
        format!("{input}.{}", base64url::encode(key.sign(input.as_bytes()).unwrap()))
    }

    fn judge(keys: &KeySet, compact: &str) -> Result<ClientAssertion, AssertionError> {
        let issuer = Issuer::parse("https://as.example").unwrap();
        UnverifiedAssertion::decode(compact)?.verify(keys, &issuer, Timestamp::from_unix(NOW))
    }

    #[test]
    fn what_a_client_signs_the_server_believes() {
        let (key, keys) = key();
        let claims = AssertionClaims {
            client_id: CLIENT,
            audience: "https://as.example",
            id: "a",
            issued_at: Timestamp::from_unix(NOW),
            expires_at: Timestamp::from_unix(NOW + 60),
        };
        let compact = sign_client_assertion(Arc::new(key), &claims).unwrap();
        assert_eq!(judge(&keys, &compact).unwrap().client_id.as_str(), CLIENT);
    }

    fn key() -> (SigningKey, KeySet) {
        let key = SigningKey::generate(Algorithm::Es256).unwrap();
        let keys = [key.public_key().clone()].into_iter().collect();
        (key, keys)
    }

    #[test]
    fn rfc7515_4_1_4_without_a_kid_few_keys_are_tried_and_with_one_the_named() {
        let all: Vec<_> = (0..9).map(|_| SigningKey::generate(Algorithm::Es256).unwrap()).collect();
        let named = |key: &SigningKey| {
            let mut jwk = key.public_key().to_jwk();
            jwk.insert("kid".to_owned(), key.key_id().into());
            Value::Object(jwk)
        };
        let set = json!({ "keys": all.iter().map(named).collect::<Vec<_>>() });
        let keys = KeySet::parse(set.to_string().as_bytes()).unwrap();
        let unnamed = |key: &SigningKey| {
            let header = base64url::encode(r#"{"alg":"ES256"}"#);
            let input = format!("{header}.{}", base64url::encode(sound().to_string()));
            format!("{input}.{}", base64url::encode(key.sign(input.as_bytes()).unwrap()))
        };
        let refused = Some(AssertionError::Token(TokenError::BadSignature));
        for (why, compact, expected) in [
            ("the eighth", unnamed(&all[7]), None),
            ("the ninth", unnamed(&all[8]), refused),
            ("the ninth by its name", signed(&all[8], None, &sound()), None),
        ] {
            assert_eq!(judge(&keys, &compact).err(), expected, "{why}");
        }
    }

    #[test]
    fn attack_10_each_claim_with_its_neighbour() {
        use AssertionError as E;
        let (key, keys) = key();
        let token = |error| Some(E::Token(error));
        for (why, claims, expected) in [
            ("sound", sound(), None),
            ("BIS-1: an array of one", with("aud", json!(["https://as.example"])), None),
            (
                "BIS-1: the token endpoint",
                with("aud", json!("https://as.example/token")),
                Some(E::OtherAudience),
            ),
            (
                "BIS-1: two audiences",
                with("aud", json!(["https://as.example", "https://b.example"])),
                Some(E::OtherAudience),
            ),
            ("another server", with("aud", json!("https://b.example")), Some(E::OtherAudience)),
            ("a slash more", with("aud", json!("https://as.example/")), Some(E::OtherAudience)),
            ("no audience", with("aud", Value::Null), Some(E::OtherAudience)),
            ("another iss", with("iss", json!("https://b.example/c")), Some(E::OtherClient)),
            ("no sub", with("sub", Value::Null), Some(E::OtherClient)),
            (
                "no exp",
                {
                    let mut claims = sound();
                    claims.as_object_mut().unwrap().remove("exp");
                    claims
                },
                Some(E::TooLong),
            ),
            (
                "BIS-5: far ahead",
                with("exp", json!(NOW + LONGEST_SECONDS + SKEW_SECONDS + 1)),
                Some(E::TooLong),
            ),
            ("… just not", with("exp", json!(NOW + LONGEST_SECONDS + SKEW_SECONDS)), None),
            ("over, within the skew", with("exp", json!(NOW - SKEW_SECONDS + 1)), None),
            (
                "over",
                with("exp", json!(NOW - SKEW_SECONDS)),
                token(TokenError::Expired { seconds_ago: SKEW_SECONDS }),
            ),
            (
                "made in the future",
                with("iat", json!(NOW + SKEW_SECONDS + 1)),
                token(TokenError::NotYetValid),
            ),
            ("made with a fraction", with("iat", json!(1.5)), None),
            ("not yet", with("nbf", json!(NOW + SKEW_SECONDS + 1)), token(TokenError::NotYetValid)),
            ("exp as text", with("exp", json!("soon")), token(TokenError::MalformedClaim("exp"))),
            ("no jti", with("jti", Value::Null), Some(E::NoId)),
            ("an empty jti", with("jti", json!("")), Some(E::NoId)),
        ] {
            let compact = signed(&key, Some("client-authentication+jwt"), &claims);
            assert_eq!(judge(&keys, &compact).err(), expected, "{why}");
        }
    }

    #[test]
    fn r_5_other_kinds_of_token_are_refused_in_its_place() {
        let (key, keys) = key();
        for (typ, accepted) in [
            (None, true),
            (Some("JWT"), true),
            (Some("client-authentication+jwt"), true),
            (Some("application/oauth-client-auth+jwt"), true),
            (Some("at+jwt"), false),
            (Some("dpop+jwt"), false),
            (Some("oauth-id-jag+jwt"), false),
            (Some("salver-identity+jwt"), false),
            (Some(""), false),
        ] {
            assert_eq!(judge(&keys, &signed(&key, typ, &sound())).is_ok(), accepted, "{typ:?}");
        }
    }

    #[test]
    fn only_a_key_of_the_client_counts() {
        let ((key, keys), (other, _)) = (key(), key());
        let unsigned = |alg: &str| {
            let header = json!({ "alg": alg, "kid": key.key_id() }).to_string();
            format!("{}.{}.", base64url::encode(header), base64url::encode(sound().to_string()))
        };
        let error = |compact: &str| judge(&keys, compact).err();
        let token = |error| Some(AssertionError::Token(error));
        assert_eq!(error(&signed(&other, None, &sound())), token(TokenError::UnknownKey));
        assert_eq!(error(&unsigned("none")), token(TokenError::AlgorithmNotAllowed));
        assert_eq!(error(&unsigned("HS256")), token(TokenError::AlgorithmNotAllowed));
        assert_eq!(error(&unsigned("ES256")), token(TokenError::BadSignature));
        let proven = judge(&keys, &signed(&key, None, &sound())).unwrap();
        assert_eq!(&*proven.key, key.public_key().thumbprint());
    }
}
