//! Tests: which tokens are refused, each beside an accepted neighbour.

use std::sync::Arc;

use aws_lc_rs::hmac;
use proptest::prelude::*;
use salver_oauth::client::id::ClientId;
use salver_oauth::token::subject::TokenSubject;
use salver_oauth::{GrantId, InstallationId, Issuer, ResourceId, Timestamp, TokenId, UserId};
use serde_json::{Map, Value, json};

use super::TokenError as E;
use super::*;
use crate::{Algorithm, KeySet, Signer, SigningKey, base64url};

const NOW: i64 = 1_800_000_000;
const ISSUER: &str = "https://as.example";
const RESOURCE: &str = "https://mcp.example/mcp";

/// A server with a key, its keys in public, and somebody else with a key of their own.
struct Scene {
    key: Arc<SigningKey>,
    keys: KeySet,
    stranger: SigningKey,
    issuer: Issuer,
    resource: ResourceId,
}

impl Scene {
    fn new(algorithm: Algorithm) -> Self {
        let key = Arc::new(SigningKey::generate(algorithm).unwrap());
        let retired = SigningKey::generate(Algorithm::EdDsa).unwrap();
        Self {
            keys: [key.public_key().clone(), retired.public_key().clone()].into_iter().collect(),
            key,
            stranger: SigningKey::generate(algorithm).unwrap(),
            issuer: Issuer::parse(ISSUER).unwrap(),
            resource: ResourceId::parse(RESOURCE).unwrap(),
        }
    }

    fn claims(&self) -> AccessTokenClaims {
        AccessTokenClaims {
            issuer: self.issuer.clone(),
            audience: self.resource.clone(),
            subject: TokenSubject::Person(UserId::from_bytes([1; 16])),
            client_id: ClientId::parse("https://app.example/client.json").unwrap(),
            issued_at: Timestamp::from_unix(NOW),
            expires_at: Timestamp::from_unix(NOW + 600),
            token_id: TokenId::from_bytes([2; 16]),
            scope: "notes:read notes:write".parse().unwrap(),
            grant: GrantId::from_bytes([3; 16]),
            installation: InstallationId::from_bytes([4; 16]),
            generation: 5,
        }
    }

    fn issue(&self) -> String {
        AccessTokenSigner::new(self.key.clone()).issue(&self.claims()).unwrap()
    }

    fn verify_at(&self, token: &str, now: i64) -> Result<AccessTokenClaims, TokenError> {
        let expected = Expected {
            issuer: &self.issuer,
            audience: Audience::Only(&self.resource),
            now: Timestamp::from_unix(now),
        };
        verify_access_token(token, &self.keys, &expected)
    }

    fn verify(&self, token: &str) -> Result<AccessTokenClaims, TokenError> {
        self.verify_at(token, NOW)
    }

    /// The token with changed header and claims, signed again by `signer` (whose name is not put in).
    fn forge(&self, signer: &dyn Signer, header: &Value, claims: &Value) -> String {
        let (own_header, own_claims) = parts(&self.issue());
        let input = format!("{}.{}", merged(own_header, header), merged(own_claims, claims));
        let signature = signer.sign(input.as_bytes()).unwrap();
        format!("{input}.{}", base64url::encode(signature))
    }

    fn with_claims(&self, claims: &Value) -> String {
        self.forge(&*self.key, &json!({}), claims)
    }

    fn with_header(&self, header: &Value) -> String {
        self.forge(&*self.key, header, &json!({}))
    }
}

fn parts(token: &str) -> (Map<String, Value>, Map<String, Value>) {
    let mut parts =
        token.split('.').map(|part| serde_json::from_slice(&base64url::decode(part).unwrap()));
    (parts.next().unwrap().unwrap(), parts.next().unwrap().unwrap())
}

/// Members of `changes` replace; `null` removes.
fn merged(mut members: Map<String, Value>, changes: &Value) -> String {
    for (name, value) in changes.as_object().unwrap() {
        members.remove(name);
        if !value.is_null() {
            members.insert(name.clone(), value.clone());
        }
    }
    base64url::encode(Value::Object(members).to_string())
}

#[test]
fn what_is_issued_is_believed() {
    for algorithm in [Algorithm::Es256, Algorithm::EdDsa] {
        let scene = Scene::new(algorithm);
        assert_eq!(scene.verify(&scene.issue()), Ok(scene.claims()));
        let claims = AccessTokenClaims { scope: "".parse().unwrap(), ..scene.claims() };
        let token = AccessTokenSigner::new(scene.key.clone()).issue(&claims).unwrap();
        assert!(!parts(&token).1.contains_key("scope"), "AT-2: scope only if there is one");
        assert_eq!(scene.verify(&token), Ok(claims));
    }
}

#[test]
fn rfc9068_2_form_of_a_token() {
    let scene = Scene::new(Algorithm::Es256);
    let (header, claims) = parts(&scene.issue());
    let kid = scene.key.key_id();
    assert_eq!(Value::Object(header), json!({"alg": "ES256", "kid": kid, "typ": "at+jwt"}));
    assert_eq!(
        Value::Object(claims),
        json!({
            "iss": ISSUER, "aud": RESOURCE, "sub": UserId::from_bytes([1; 16]).to_string(),
            "client_id": "https://app.example/client.json", "iat": NOW, "exp": NOW + 600,
            "jti": TokenId::from_bytes([2; 16]).to_string(), "scope": "notes:read notes:write",
            "gid": GrantId::from_bytes([3; 16]).to_string(),
            "fam": InstallationId::from_bytes([4; 16]).to_string(), "gen": 5,
        })
    );
}

/// Why, the header's members that are changed (`null` removes one), refused for what.
const HEADERS: &[(&str, &str, Option<TokenError>)] = &[
    ("unchanged", "{}", None),
    ("RFC 9068 §4 long form", r#"{"typ":"application/at+jwt"}"#, None),
    ("… type JWT", r#"{"typ":"JWT"}"#, Some(E::WrongType)),
    ("… no type", r#"{"typ":null}"#, Some(E::WrongType)),
    ("… identity type", r#"{"typ":"salver-identity+jwt"}"#, Some(E::WrongType)),
    ("RFC 8725 §3.1 none", r#"{"alg":"none"}"#, Some(E::AlgorithmNotAllowed)),
    ("… HS256", r#"{"alg":"HS256"}"#, Some(E::AlgorithmNotAllowed)),
    ("… ES384", r#"{"alg":"ES384"}"#, Some(E::AlgorithmNotAllowed)),
    ("… no alg", r#"{"alg":null}"#, Some(E::AlgorithmNotAllowed)),
    ("… alg of another key type", r#"{"alg":"EdDSA"}"#, Some(E::UnknownKey)),
    ("RFC 7515 §4.1.11 crit", r#"{"crit":["exp"]}"#, Some(E::CriticalExtension)),
    ("… even empty", r#"{"crit":[]}"#, Some(E::CriticalExtension)),
    ("no key name", r#"{"kid":null}"#, Some(E::UnknownKey)),
    ("unknown key name", r#"{"kid":"other"}"#, Some(E::UnknownKey)),
    ("a place for keys means nothing", r#"{"jku":"https://x.example","x5u":"x"}"#, None),
    ("members without meaning", r#"{"cty":"x","x5c":["AAAA"]}"#, None),
];

#[test]
fn headers_signed_by_our_own_key() {
    let scene = Scene::new(Algorithm::Es256);
    for (why, header, refused) in HEADERS {
        let token = scene.with_header(&serde_json::from_str(header).unwrap());
        assert_eq!(&scene.verify(&token).err(), refused, "{why}");
    }
    let stranger = scene.stranger.public_key();
    let token = scene.with_header(&json!({"jwk": stranger.to_jwk()}));
    assert!(scene.verify(&token).is_ok(), "a key of the sender's choice means nothing");
    let token = scene.with_header(&json!({"kid": stranger.key_id()}));
    assert_eq!(scene.verify(&token).err(), Some(E::UnknownKey), "a stranger's key by name");
}

/// As [`HEADERS`], for claims; the time is 1800000000.
const CLAIMS: &[(&str, &str, Option<TokenError>)] = &[
    ("unchanged", "{}", None),
    ("claims of others are ignored", r#"{"acr":"x","nonce":1}"#, None),
    ("RFC 9068 §4 exact issuer", r#"{"iss":"https://as.example/"}"#, Some(E::WrongIssuer)),
    ("… another", r#"{"iss":"https://as.example.evil"}"#, Some(E::WrongIssuer)),
    ("… missing", r#"{"iss":null}"#, Some(E::MissingClaim("iss"))),
    ("AT-4 audience", r#"{"aud":"https://mcp.example/other"}"#, Some(E::WrongAudience)),
    ("… with a slash", r#"{"aud":"https://mcp.example/mcp/"}"#, Some(E::WrongAudience)),
    ("… the issuer itself", r#"{"aud":"https://as.example"}"#, Some(E::WrongAudience)),
    ("… one text, no list", r#"{"aud":["https://mcp.example/mcp"]}"#, Some(E::Malformed)),
    ("… missing", r#"{"aud":null}"#, Some(E::MissingClaim("aud"))),
    ("exp gone for 4 s", r#"{"exp":1799999996}"#, None),
    ("… for 5 s", r#"{"exp":1799999995}"#, Some(E::Expired { seconds_ago: 5 })),
    ("… for ever", r#"{"exp":-9223372036854775808}"#, Some(E::Expired { seconds_ago: i64::MAX })),
    ("… as text", r#"{"exp":"1900000000"}"#, Some(E::Malformed)),
    ("… missing", r#"{"exp":null}"#, Some(E::MissingClaim("exp"))),
    ("iat ahead by 5 s", r#"{"iat":1800000005}"#, None),
    ("… by 6 s", r#"{"iat":1800000006}"#, Some(E::NotYetValid)),
    ("… missing", r#"{"iat":null}"#, Some(E::MissingClaim("iat"))),
    ("sub missing", r#"{"sub":null}"#, Some(E::MissingClaim("sub"))),
    ("sub no id of ours", r#"{"sub":"alice"}"#, Some(E::MalformedClaim("sub"))),
    (
        "O21-41 a service's own",
        r#"{"sub":"svc_AQEBAQEBAQEBAQEBAQEBAQ","client_id":"svc_AQEBAQEBAQEBAQEBAQEBAQ"}"#,
        None,
    ),
    (
        "… a service for a person",
        r#"{"client_id":"svc_AQEBAQEBAQEBAQEBAQEBAQ"}"#,
        Some(E::MalformedClaim("sub")),
    ),
    (
        "… another's service",
        r#"{"sub":"svc_AQEBAQEBAQEBAQEBAQEBAQ"}"#,
        Some(E::MalformedClaim("sub")),
    ),
    (
        "… an application of ours",
        r#"{"sub":"app_AQEBAQEBAQEBAQEBAQEBAQ","client_id":"app_AQEBAQEBAQEBAQEBAQEBAQ"}"#,
        Some(E::MalformedClaim("sub")),
    ),
    ("client_id missing", r#"{"client_id":null}"#, Some(E::MissingClaim("client_id"))),
    ("client_id empty", r#"{"client_id":""}"#, Some(E::MalformedClaim("client_id"))),
    ("jti missing", r#"{"jti":null}"#, Some(E::MissingClaim("jti"))),
    ("gid missing", r#"{"gid":null}"#, Some(E::MissingClaim("gid"))),
    ("fam missing", r#"{"fam":null}"#, Some(E::MissingClaim("fam"))),
    ("gen missing", r#"{"gen":null}"#, Some(E::MissingClaim("gen"))),
    ("gen negative", r#"{"gen":-1}"#, Some(E::Malformed)),
    ("scope missing is none", r#"{"scope":null}"#, None),
    ("scope malformed", r#"{"scope":"a\"b"}"#, Some(E::MalformedClaim("scope"))),
];

#[test]
fn claims_signed_by_our_own_key() {
    let scene = Scene::new(Algorithm::EdDsa);
    for (why, claims, refused) in CLAIMS {
        let token = scene.with_claims(&serde_json::from_str(claims).unwrap());
        assert_eq!(&scene.verify(&token).err(), refused, "{why}");
    }
}

#[test]
fn signatures_by_others() {
    for algorithm in [Algorithm::Es256, Algorithm::EdDsa] {
        let scene = Scene::new(algorithm);
        let none = json!({});
        assert!(scene.verify(&scene.forge(&*scene.key, &none, &none)).is_ok());
        let forged = scene.forge(&scene.stranger, &none, &none);
        assert_eq!(scene.verify(&forged).err(), Some(TokenError::BadSignature), "our key's name");
        let jwk = json!({"jwk": scene.stranger.public_key().to_jwk()});
        let forged = scene.forge(&scene.stranger, &jwk, &none);
        assert_eq!(
            scene.verify(&forged).err(),
            Some(TokenError::BadSignature),
            "key in the header"
        );
    }
}

#[test]
fn rfc8725_2_1_public_key_as_hmac_secret_and_no_signature() {
    let scene = Scene::new(Algorithm::Es256);
    let token = scene.with_header(&json!({"alg": "HS256"}));
    let (input, _) = token.rsplit_once('.').unwrap();
    for secret in [scene.keys.to_json(), b"".to_vec()] {
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &secret), input.as_bytes());
        let forged = format!("{input}.{}", base64url::encode(tag));
        assert_eq!(scene.verify(&forged).err(), Some(TokenError::AlgorithmNotAllowed));
    }
    let token = scene.issue();
    let (input, _) = token.rsplit_once('.').unwrap();
    assert_eq!(scene.verify(&format!("{input}.")).err(), Some(TokenError::BadSignature));
    let bare = scene.with_header(&json!({"alg": "none"}));
    let (input, _) = bare.rsplit_once('.').unwrap();
    assert_eq!(scene.verify(&format!("{input}.")).err(), Some(TokenError::AlgorithmNotAllowed));
}

#[test]
fn rotation_a_retired_key_is_believed_until_it_leaves_the_set() {
    let old = Scene::new(Algorithm::Es256);
    let mut new = Scene::new(Algorithm::EdDsa);
    let token = old.issue();
    assert_eq!(new.verify(&token).err(), Some(TokenError::UnknownKey));
    new.keys = [&new.key, &old.key].map(|key| key.public_key().clone()).into_iter().collect();
    assert!(new.verify(&token).is_ok() && new.verify(&new.issue()).is_ok());
}

#[test]
fn the_issuer_looks_at_tokens_of_every_resource() {
    let scene = Scene::new(Algorithm::Es256);
    let token = scene.with_claims(&json!({"aud": "https://mcp.example/other"}));
    let now = Timestamp::from_unix(NOW);
    let look = Expected { issuer: &scene.issuer, audience: Audience::Any, now };
    let claims = verify_access_token(&token, &scene.keys, &look).unwrap();
    assert_eq!(claims.audience.as_str(), "https://mcp.example/other");
    let broken = scene.with_claims(&json!({"aud": "no URL"}));
    let refused = verify_access_token(&broken, &scene.keys, &look).err();
    assert_eq!(refused, Some(TokenError::MalformedClaim("aud")));
}

#[test]
fn shapes_that_are_no_token() {
    let scene = Scene::new(Algorithm::Es256);
    let token = scene.issue();
    let twice = r#"{"alg":"ES256","alg":"ES256"}"#;
    for shape in [
        String::new(),
        "a".to_owned(),
        "a.b".to_owned(),
        "..".to_owned(),
        format!("{token}."),
        format!("{token}.a.b"),
        format!(" {token}"),
        format!("{}.e30.AAAA", base64url::encode(twice)),
        format!("{token}{}", "A".repeat(20_000)),
    ] {
        assert_eq!(scene.verify(&shape).err(), Some(TokenError::Malformed), "{shape:.40}");
    }
}

fn identity_claims(scene: &Scene) -> IdentityTokenClaims {
    IdentityTokenClaims {
        issuer: scene.issuer.clone(),
        audience: "http://127.0.0.1:9000/mcp".into(),
        subject: TokenSubject::Person(UserId::from_bytes([1; 16])),
        name: Some("alice".into()),
        client_id: "https://app.example/client.json".into(),
        client_name: Some("App \"é\"".into()),
        scope: "notes:read".parse().unwrap(),
        issued_at: Timestamp::from_unix(NOW),
        expires_at: Timestamp::from_unix(NOW + 30),
    }
}

#[test]
fn o21_41_a_service_has_no_name_and_a_person_has_one() {
    let scene = Scene::new(Algorithm::Es256);
    let service: TokenSubject = "svc_AQEBAQEBAQEBAQEBAQEBAQ".parse().unwrap();
    let person = identity_claims(&scene).subject;
    let now = Timestamp::from_unix(NOW);
    let expected = ExpectedIdentity { issuer: ISSUER, audience: "http://127.0.0.1:9000/mcp", now };
    for (subject, name, refused) in [
        (person, Some("alice"), None),
        (person, None, Some(TokenError::MissingClaim("name"))),
        (service, None, None),
        (service, Some("alice"), Some(TokenError::MalformedClaim("name"))),
    ] {
        let claims =
            IdentityTokenClaims { subject, name: name.map(Into::into), ..identity_claims(&scene) };
        let token = IdentityTokenSigner::new(scene.key.clone()).issue(&claims).unwrap();
        let verified = verify_identity_token(&token, &scene.keys, &expected);
        assert_eq!(verified.as_ref().err(), refused.as_ref(), "{subject} {name:?}");
        assert!(verified.is_err() || verified == Ok(claims), "{subject}");
    }
}

#[test]
fn identity_and_access_tokens_never_stand_for_each_other() {
    let scene = Scene::new(Algorithm::Es256);
    let identity =
        IdentityTokenSigner::new(scene.key.clone()).issue(&identity_claims(&scene)).unwrap();
    let access = scene.issue();
    let audience = "http://127.0.0.1:9000/mcp";
    let now = Timestamp::from_unix(NOW);
    let expected = ExpectedIdentity { issuer: ISSUER, audience, now };
    let verify = |token: &str| verify_identity_token(token, &scene.keys, &expected);

    assert_eq!(verify(&identity), Ok(identity_claims(&scene)));
    assert_eq!(scene.verify(&identity).err(), Some(TokenError::WrongType));
    assert_eq!(verify(&access).err(), Some(TokenError::WrongType));
    assert!(is_identity_token(&identity) && !is_identity_token(&access) && !is_identity_token("x"));
    let kind = |token: &str| UnverifiedToken::decode(token).unwrap().claimed_type();
    assert_eq!(
        (kind(&identity), kind(&access)),
        (Some(TokenType::Identity), Some(TokenType::Access))
    );

    let other = ExpectedIdentity { audience: "http://127.0.0.1:9001/mcp", ..expected };
    assert_eq!(
        verify_identity_token(&identity, &scene.keys, &other).err(),
        Some(TokenError::WrongAudience)
    );
    let other = ExpectedIdentity { issuer: "https://other.example", ..expected };
    assert_eq!(
        verify_identity_token(&identity, &scene.keys, &other).err(),
        Some(TokenError::WrongIssuer)
    );
    let later = ExpectedIdentity { now: Timestamp::from_unix(NOW + 35), ..expected };
    let refused = verify_identity_token(&identity, &scene.keys, &later).err();
    assert_eq!(refused, Some(TokenError::Expired { seconds_ago: 5 }));
}

#[test]
fn an_identity_token_lives_a_minute_at_most() {
    let scene = Scene::new(Algorithm::EdDsa);
    let hour = IdentityTokenClaims {
        expires_at: Timestamp::from_unix(NOW + 3600),
        client_name: None,
        ..identity_claims(&scene)
    };
    let token = IdentityTokenSigner::new(scene.key.clone()).issue(&hour).unwrap();
    let (_, claims) = parts(&token);
    assert_eq!(claims.get("exp"), Some(&json!(NOW + MAX_IDENTITY_SECONDS)));
    assert!(!claims.contains_key("client_name"));
}

proptest! {
    #[test]
    fn no_changed_bit_is_believed(at in any::<prop::sample::Index>(), bit in 0..7_u32) {
        let scene = Scene::new(Algorithm::EdDsa);
        let mut token = scene.issue().into_bytes();
        let at = at.index(token.len());
        token[at] ^= 1 << bit;
        let token = String::from_utf8(token).unwrap();
        prop_assert!(scene.verify(&token).is_err());
    }

    #[test]
    fn any_text_is_answered(text in "[A-Za-z0-9_.-]{0,80}") {
        let scene = Scene::new(Algorithm::EdDsa);
        prop_assert!(scene.verify(&text).is_err());
        let _ = is_identity_token(&text);
    }

    #[test]
    fn expiry_is_the_only_thing_that_time_changes(offset in -1000_i64..2000) {
        let scene = Scene::new(Algorithm::EdDsa);
        let believed = scene.verify_at(&scene.issue(), NOW + offset).is_ok();
        prop_assert_eq!(believed, (-LEEWAY_SECONDS..600 + LEEWAY_SECONDS).contains(&offset));
    }
}
