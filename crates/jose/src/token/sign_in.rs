//! Whom has an OpenID provider signed in, for this very installation? ID tokens (OpenID Connect Core §2, §3.1.3.7), as a vendor's service takes them.
//!
//! `nonce` is the thumbprint of the device key that the installation has made: a token that was made for another installation is worth nothing here.
//! Leaves out: fetching the provider's keys, and everything else that a relying party does.

use salver_oauth::Timestamp;
use serde_json::Value;

use super::{
    SKEW_SECONDS, TokenError, UnverifiedToken,
    claims::{is_only_audience, is_type, members, seconds},
};
use crate::KeySet;

/// What an ID token is held to.
#[derive(Clone, Copy, Debug)]
pub struct ExpectedSignIn<'e> {
    /// The provider.
    pub issuer: &'e str,
    /// What the provider calls the vendor's client: the only audience.
    pub client_id: &'e str,
    /// The thumbprint of the device key.
    pub nonce: &'e str,
    /// What time it is.
    pub now: Timestamp,
}

/// `sub` of an ID token that the provider has signed for this installation, for now.
///
/// # Errors
/// The first rule that the token breaks; [`TokenError::UnknownKey`] may mean that the provider has rotated its keys.
pub fn verify_sign_in(
    compact: &str,
    keys: &KeySet,
    expected: &ExpectedSignIn<'_>,
) -> Result<Box<str>, TokenError> {
    use TokenError as E;
    let token = UnverifiedToken::decode(compact)?;
    if !token.type_name().is_none_or(|name| is_type(name, &["JWT"])) {
        return Err(E::WrongType); // RFC 8725 §3.11
    }
    let payload = token.signed_by(keys)?;
    let claims = members(payload.as_bytes())?;
    let text = |name: &'static str| match claims.get(name) {
        Some(Value::String(text)) => Ok(text.as_str()),
        Some(_) => Err(E::MalformedClaim(name)),
        None => Err(E::MissingClaim(name)),
    };
    if text("iss")? != expected.issuer {
        return Err(E::WrongIssuer);
    }
    // §3.1.3.7 item 3: a second audience would have to be trusted, and nobody says that it is.
    if !is_only_audience(&claims, expected.client_id) {
        return Err(E::WrongAudience);
    }
    let required = |name| seconds(&claims, name)?.ok_or(E::MissingClaim(name));
    let (issued, expires, now) = (required("iat")?, required("exp")?, expected.now.as_unix());
    let over_for = now.saturating_sub(expires);
    if over_for >= SKEW_SECONDS {
        return Err(E::Expired { seconds_ago: over_for });
    }
    if issued.saturating_sub(now) > SKEW_SECONDS {
        return Err(E::NotYetValid);
    }
    if text("nonce")? != expected.nonce {
        return Err(E::MalformedClaim("nonce"));
    }
    let subject = text("sub")?;
    // §2: at most 255 characters.
    if subject.is_empty() || subject.len() > 255 {
        return Err(E::MalformedClaim("sub"));
    }
    Ok(subject.into())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{Algorithm, Signer as _, SigningKey, base64url};

    const NOW: i64 = 1_790_000_000;

    #[test]
    fn oidc_core_3_1_3_7_each_rule_has_a_neighbour_that_is_refused() {
        use TokenError as E;
        let key = SigningKey::generate(Algorithm::Rs256).unwrap();
        let keys: KeySet = std::iter::once(key.public_key().clone()).collect();
        let sound = json!({
            "iss": "https://login.vendor.example", "aud": "desktop", "sub": "alice", "nonce": "thumbprint",
            "iat": NOW, "exp": NOW + 60,
        });
        let with = |name: &str, value: Value| {
            let mut claims = sound.clone();
            claims[name] = value;
            claims
        };
        let signed = |typ: &str, claims: &Value| {
            let header = json!({ "alg": "RS256", "kid": key.key_id(), "typ": typ });
            let (header, claims) = (header.to_string(), claims.to_string());
            let input = format!("{}.{}", base64url::encode(header), base64url::encode(claims));
            format!("{input}.{}", base64url::encode(key.sign(input.as_bytes()).unwrap()))
        };
        let expected = ExpectedSignIn {
            issuer: "https://login.vendor.example",
            client_id: "desktop",
            nonce: "thumbprint",
            now: Timestamp::from_unix(NOW),
        };
        for (typ, claims, refused) in [
            ("JWT", sound.clone(), None),
            ("at+jwt", sound.clone(), Some(E::WrongType)),
            ("JWT", with("iss", "https://other.example".into()), Some(E::WrongIssuer)),
            ("JWT", with("aud", json!(["desktop"])), None),
            ("JWT", with("aud", json!(["desktop", "other"])), Some(E::WrongAudience)),
            ("JWT", with("nonce", "another".into()), Some(E::MalformedClaim("nonce"))),
            ("JWT", with("exp", json!(NOW - 29)), None),
            ("JWT", with("exp", json!(NOW - 30)), Some(E::Expired { seconds_ago: 30 })),
            ("JWT", with("iat", json!(NOW + 31)), Some(E::NotYetValid)),
            ("JWT", with("sub", "".into()), Some(E::MalformedClaim("sub"))),
        ] {
            let told = verify_sign_in(&signed(typ, &claims), &keys, &expected);
            assert_eq!(told.err(), refused, "{typ} {claims}");
        }
        let others = KeySet::default();
        let told = verify_sign_in(&signed("JWT", &sound), &others, &expected);
        assert_eq!(told.err(), Some(E::UnknownKey));
    }
}
