//! SPEC 8.7 item 11, and whatever else could be taken for a statement.

use serde_json::json;

use super::*;
use crate::{SigningKey, UnverifiedAssertion, base64url};

const VENDOR: &str = "https://vendor.example";
const NOW: i64 = 1_790_000_000;

fn sound() -> Value {
    json!({
        "iss": VENDOR, "aud": "https://as.example", "iat": NOW, "exp": NOW + 600, "jti": "one",
        "software_id": "editor",
    })
}

fn with(name: &str, value: Value) -> Value {
    let mut claims = sound();
    claims[name] = value;
    claims
}

fn without(name: &str) -> Value {
    let mut claims = sound();
    claims.as_object_mut().unwrap().remove(name);
    claims
}

fn signed_as(key: &SigningKey, header: &Value, claims: &Value) -> String {
    let input = format!(
        "{}.{}",
        base64url::encode(header.to_string()),
        base64url::encode(claims.to_string())
    );
    format!("{input}.{}", base64url::encode(key.sign(input.as_bytes()).unwrap()))
}

fn signed(key: &SigningKey, claims: &Value) -> String {
    let header = json!({ "alg": key.algorithm().name(), "kid": key.key_id() });
    signed_as(key, &header, claims)
}

fn judge(keys: &KeySet, compact: &str) -> Result<Statement, StatementFault> {
    judge_typed(keys, compact, None)
}

fn judge_typed(
    keys: &KeySet,
    compact: &str,
    type_name: Option<&str>,
) -> Result<Statement, StatementFault> {
    let audience = Issuer::parse("https://as.example").unwrap();
    UnverifiedStatement::decode(compact)?.verify(
        keys,
        &ExpectedStatement {
            audience: &audience,
            algorithms: &[Algorithm::Es256, Algorithm::EdDsa],
            longest_seconds: 3600,
            type_name,
            now: Timestamp::from_unix(NOW),
        },
    )
}

fn key() -> (SigningKey, KeySet) {
    let key = SigningKey::generate(Algorithm::Es256).unwrap();
    let keys = [key.public_key().clone()].into_iter().collect();
    (key, keys)
}

#[test]
fn sw_2_to_sw_5_sw_11_each_claim_with_its_neighbour() {
    use StatementFault as F;
    let (key, keys) = key();
    let skew = STATEMENT_SKEW_SECONDS;
    for (why, claims, expected) in [
        ("sound", sound(), None),
        ("SW-5: an array of one", with("aud", json!(["https://as.example"])), None),
        (
            "SW-5: two audiences",
            with("aud", json!(["https://as.example", "https://b.example"])),
            Some(F::OtherAudience),
        ),
        ("another server", with("aud", json!("https://b.example")), Some(F::OtherAudience)),
        ("a slash more", with("aud", json!("https://as.example/")), Some(F::OtherAudience)),
        ("no audience", without("aud"), Some(F::OtherAudience)),
        ("no issuer", without("iss"), Some(F::Missing("iss"))),
        ("an issuer that is no text", with("iss", json!(1)), Some(F::WrongType("iss"))),
        ("no end", without("exp"), Some(F::Missing("exp"))),
        ("no beginning", without("iat"), Some(F::Missing("iat"))),
        ("over", with("exp", json!(NOW - skew)), Some(F::Expired { seconds_ago: skew })),
        ("over, within the skew", with("exp", json!(NOW - skew + 1)), None),
        ("made ahead of us", with("iat", json!(NOW + skew + 1)), Some(F::NotYetValid)),
        ("made ahead, within the skew", with("iat", json!(NOW + skew)), None),
        ("not yet", with("nbf", json!(NOW + skew + 1)), Some(F::NotYetValid)),
        ("the longest", with("exp", json!(NOW + 3600)), None),
        ("too long", with("exp", json!(NOW + 3601)), Some(F::TooLong { longest: 3600 })),
        ("exp as text", with("exp", json!("soon")), Some(F::WrongType("exp"))),
        ("an empty jti", with("jti", json!("")), Some(F::WrongType("jti"))),
        ("no jti", without("jti"), None),
    ] {
        assert_eq!(judge(&keys, &signed(&key, &claims)).err(), expected, "{why}");
    }
    let statement = judge(&keys, &signed(&key, &sound())).unwrap();
    assert_eq!((&*statement.issuer, statement.id.as_deref()), (VENDOR, Some("one")));
    assert_eq!(&*statement.key, key.public_key().thumbprint());
    assert_eq!(statement.claims["software_id"], "editor");
}

#[test]
fn rfc8725_3_11_other_kinds_of_token_are_refused_in_its_place_and_it_in_theirs() {
    let (key, keys) = key();
    let typed = |typ: &str| {
        let header = json!({ "alg": "ES256", "kid": key.key_id(), "typ": typ });
        signed_as(&key, &header, &sound())
    };
    for (typ, accepted) in [
        ("JWT", true),
        ("software-statement+jwt", true),
        ("application/software-statement+jwt", true),
        ("at+jwt", false),
        ("client-authentication+jwt", false),
        ("salver-identity+jwt", false),
        ("oauth-client-attestation+jwt", false),
        ("dpop+jwt", false),
        ("", false),
    ] {
        assert_eq!(judge(&keys, &typed(typ)).is_ok(), accepted, "{typ}");
    }
    let pinned = Some("software-statement+jwt");
    assert!(judge_typed(&keys, &typed("software-statement+jwt"), pinned).is_ok());
    let untyped = judge_typed(&keys, &signed(&key, &sound()), pinned);
    assert_eq!(untyped, Err(StatementFault::OtherType));
    assert!(UnverifiedAssertion::decode(&typed("software-statement+jwt")).is_err());
}

#[test]
fn sw_11_only_a_key_and_an_algorithm_of_its_issuer_count() {
    use StatementFault as F;
    let ((key, keys), (thief, _)) = (key(), key());
    let unsigned = |alg: &str| {
        let header = json!({ "alg": alg, "kid": key.key_id() }).to_string();
        format!("{}.{}.", base64url::encode(header), base64url::encode(sound().to_string()))
    };
    let error = |compact: &str| judge(&keys, compact).err();
    assert_eq!(error(&unsigned("none")), Some(F::Algorithm));
    assert_eq!(error(&unsigned("HS256")), Some(F::Algorithm));
    assert_eq!(error(&unsigned("RS256")), Some(F::Algorithm), "not one of this issuer's");
    assert_eq!(error(&unsigned("ES256")), Some(F::Signature));
    assert_eq!(error(&signed(&thief, &sound())), Some(F::UnknownKey));
    let jwk = Value::Object(thief.public_key().to_jwk());
    for (member, value) in [
        ("jwk", jwk),
        ("jku", json!("https://evil.example/jwks")),
        ("x5u", json!("https://evil.example/c")),
        ("x5c", json!(["AAAA"])),
    ] {
        let header = json!({ "alg": "ES256", "kid": key.key_id(), member: value });
        assert_eq!(error(&signed_as(&thief, &header, &sound())), Some(F::Signature), "{member}");
    }
    let critical = json!({ "alg": "ES256", "kid": key.key_id(), "crit": ["b64"], "b64": false });
    assert_eq!(error(&signed_as(&key, &critical, &sound())), Some(F::Critical));
    for text in ["", "a", "a.b", "a.b.c", "a.b.c.d.e"] {
        assert_eq!(error(text), Some(F::Malformed), "{text}");
    }
}

#[test]
fn what_one_signs_the_other_reads() {
    let (key, keys) = key();
    let claims = sound().as_object().unwrap().clone();
    let compact = sign_statement(Arc::new(key), &claims).unwrap();
    assert_eq!(judge(&keys, &compact).unwrap().claims, claims);
}
