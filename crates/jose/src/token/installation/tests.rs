//! Which requests of installations are taken?

use serde_json::json;

use super::*;
use crate::{SigningKey, base64url};

const SERVICE: &str = "https://vendor.example/installations";

fn key() -> Arc<SigningKey> {
    Arc::new(SigningKey::generate(Algorithm::Es256).unwrap())
}

fn signed(key: &SigningKey, typ: &str, claims: &Value) -> String {
    let header = json!({ "alg": key.algorithm().name(), "kid": key.key_id(), "typ": typ });
    let input = format!(
        "{}.{}",
        base64url::encode(header.to_string()),
        base64url::encode(claims.to_string())
    );
    format!("{input}.{}", base64url::encode(key.sign(input.as_bytes()).unwrap()))
}

#[test]
fn what_an_installation_signs_its_vendor_reads() {
    let issuer = salver_oauth::Issuer::parse("https://as.example").unwrap();
    let (device, instance) = (key(), key());
    for ask in [
        Ask::Enrol(EnrolBy::Code("ABCD".into())),
        Ask::Enrol(EnrolBy::IdToken("a.b.c".into())),
        Ask::Enrol(EnrolBy::Evidence(json!({ "quote": "…" }))),
        Ask::Attestation { issuer: issuer.clone(), key: instance.public_key().clone() },
        Ask::Statement(issuer.clone()),
        Ask::Assertion(issuer.clone()),
    ] {
        let request = InstallationRequest { challenge: "c".into(), ask };
        let (signer, public) = (Arc::clone(&device), device.public_key());
        let compact = sign_installation_request(signer, public, SERVICE, &request).unwrap();
        let unverified = UnverifiedInstallationRequest::decode(&compact).unwrap();
        assert_eq!(unverified.claimed_key_id(), Some(device.key_id()));
        let enrols = matches!(request.ask, Ask::Enrol(_));
        assert_eq!(unverified.claimed_key().is_some(), enrols);
        let read = unverified.clone().verify(public, SERVICE).unwrap();
        assert_eq!(format!("{:?}", read.challenge), "\"c\"");
        assert_eq!(
            std::mem::discriminant(&read.ask),
            std::mem::discriminant(&request.ask),
            "{read:?}"
        );
        let elsewhere = unverified.clone().verify(public, "https://other.example/installations");
        assert_eq!(elsewhere.err(), Some(TokenError::WrongAudience));
        let stranger = unverified.verify(key().public_key(), SERVICE);
        assert_eq!(stranger.err(), Some(TokenError::BadSignature));
    }
}

#[test]
fn requests_that_are_none() {
    use TokenError as E;
    const KIND: &str = "salver-installation-request+jwt";
    let device = key();
    let sound = json!({ "aud": SERVICE, "challenge": "c", "ask": "statement", "issuer": "https://as.example" });
    let with = |name: &str, value: Value| {
        let mut claims = sound.clone();
        claims[name] = value;
        claims
    };
    let secret = json!({ "kty": "EC", "crv": "P-256", "x": "a", "y": "b", "d": "c" });
    let attest = |jwk: Value| {
        let mut claims = with("ask", "attestation".into());
        claims["key"] = jwk;
        claims
    };
    for (typ, claims, expected) in [
        (KIND, sound.clone(), None),
        ("JWT", sound.clone(), Some(E::WrongType)),
        ("oauth-client-attestation-pop+jwt", sound.clone(), Some(E::WrongType)),
        (KIND, with("aud", json!([SERVICE, "https://other.example"])), Some(E::WrongAudience)),
        (KIND, with("challenge", Value::Null), Some(E::MalformedClaim("challenge"))),
        (KIND, with("issuer", "http://as.example".into()), Some(E::MalformedClaim("issuer"))),
        (KIND, with("issuer", json!(["https://as.example"])), Some(E::MalformedClaim("issuer"))),
        (KIND, with("ask", "everything".into()), Some(E::MalformedClaim("ask"))),
        (KIND, with("ask", "enrol".into()), Some(E::MissingClaim("code"))),
        (KIND, with("ask", "attestation".into()), Some(E::MissingClaim("key"))),
        (KIND, attest(secret), Some(E::MalformedClaim("key"))),
        (KIND, with("device_key", json!({})), Some(E::MalformedClaim("device_key"))),
    ] {
        let compact = signed(&device, typ, &claims);
        let told = UnverifiedInstallationRequest::decode(&compact)
            .and_then(|request| request.verify(device.public_key(), SERVICE));
        assert_eq!(told.map(drop).err(), expected, "{typ} {claims}");
    }
}
