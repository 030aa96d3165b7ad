//! SPEC 8.7 item 18: attestations, their proofs and DPoP proofs, each rule with its neighbour.

use serde_json::json;

use super::*;
use crate::{
    AttestationProof, AttestationProofClaims, DpopError, DpopProof, DpopProofClaims, ExpectedDpop,
    ProofError, SigningKey, UnverifiedAssertion, UnverifiedAttestationProof, UnverifiedDpopProof,
    UnverifiedStatement, base64url, sign_attestation_proof, sign_dpop_proof, token::PROOF_SECONDS,
};

const CLIENT: &str = "https://app.example/client.json";
const US: &str = "https://as.example";
const TOKEN: &str = "https://as.example/token";
const NOW: i64 = 1_790_000_000;

const ATTESTATION: &str = "oauth-client-attestation+jwt";
const PROOF: &str = "oauth-client-attestation-pop+jwt";
const DPOP: &str = "dpop+jwt";

struct Scene {
    attester: Arc<SigningKey>,
    installation: Arc<SigningKey>,
    keys: KeySet,
}

impl Scene {
    fn new() -> Self {
        let key = || Arc::new(SigningKey::generate(Algorithm::Es256).unwrap());
        let (attester, installation) = (key(), key());
        let keys = [attester.public_key().clone()].into_iter().collect();
        Self { attester, installation, keys }
    }

    fn attested(&self) -> Value {
        json!({
            "sub": CLIENT, "exp": NOW + 600, "installation_check": "device_key",
            "cnf": { "jwk": self.installation.public_key().to_jwk() },
        })
    }

    fn judge(&self, compact: &str) -> Result<Attestation, AttestationError> {
        let audience = Issuer::parse(US).unwrap();
        UnverifiedAttestation::decode(compact)?.verify(
            &self.keys,
            &ExpectedAttestation {
                audience: &audience,
                algorithms: &[Algorithm::Es256],
                longest_seconds: 3600,
                now: Timestamp::from_unix(NOW),
            },
        )
    }

    fn attestation(&self) -> Attestation {
        self.judge(&signed(&self.attester, ATTESTATION, &self.attested())).unwrap()
    }

    fn prove(&self, compact: &str) -> Result<AttestationProof, ProofError> {
        let (attestation, us) = (self.attestation(), Issuer::parse(US).unwrap());
        let proof = UnverifiedAttestationProof::decode(compact)?;
        proof.verify(&attestation, &us, Timestamp::from_unix(NOW))
    }
}

fn proof() -> Value {
    json!({ "aud": US, "jti": "one", "iat": NOW, "challenge": "c" })
}

fn dpop() -> Value {
    json!({ "htm": "POST", "htu": TOKEN, "jti": "one", "iat": NOW, "nonce": "n" })
}

fn judge_dpop(compact: &str) -> Result<DpopProof, DpopError> {
    UnverifiedDpopProof::decode(compact)?.verify(&ExpectedDpop {
        method: "POST",
        url: TOKEN,
        now: Timestamp::from_unix(NOW),
    })
}

fn with(mut claims: Value, name: &str, value: Value) -> Value {
    claims[name] = value;
    claims
}

fn without(mut claims: Value, name: &str) -> Value {
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

fn signed(key: &SigningKey, typ: &str, claims: &Value) -> String {
    let jwk = key.public_key().to_jwk();
    let header = json!({ "alg": "ES256", "kid": key.key_id(), "typ": typ, "jwk": jwk });
    signed_as(key, &header, claims)
}

#[test]
fn abca_2_each_claim_of_an_attestation_with_its_neighbour() {
    use AttestationError as E;
    let scene = Scene::new();
    let with = |name, value| with(scene.attested(), name, value);
    let mut private = scene.installation.public_key().to_jwk();
    private.insert("d".into(), "AAAA".into());
    let skew = SKEW_SECONDS;
    for (why, claims, expected) in [
        ("sound", scene.attested(), None),
        ("for us", with("aud", json!(US)), None),
        ("for another server", with("aud", json!("https://b.example")), Some(E::OtherAudience)),
        ("for two", with("aud", json!([US, "https://b.example"])), Some(E::OtherAudience)),
        ("no sub", without(scene.attested(), "sub"), Some(E::NoClient)),
        ("no key", without(scene.attested(), "cnf"), Some(E::NoKey)),
        ("a thumbprint for a key", with("cnf", json!({ "jkt": "x" })), Some(E::NoKey)),
        (
            "a private key",
            with("cnf", json!({ "jwk": private })),
            Some(E::Key(JwkError::PrivateMember("d"))),
        ),
        (
            "a shared key",
            with("cnf", json!({ "jwk": { "kty": "oct", "k": "AAAA" } })),
            Some(E::Key(JwkError::PrivateMember("k"))),
        ),
        (
            "no end",
            without(scene.attested(), "exp"),
            Some(E::Token(TokenError::MissingClaim("exp"))),
        ),
        ("over", with("exp", json!(NOW - skew)), Some(E::Expired { seconds_ago: skew })),
        ("over, within the skew", with("exp", json!(NOW - skew + 1)), None),
        ("the longest", with("exp", json!(NOW + 3600 + skew)), None),
        ("too long", with("exp", json!(NOW + 3601 + skew)), Some(E::TooLong { longest: 3600 })),
        (
            "made ahead of us",
            with("iat", json!(NOW + skew + 1)),
            Some(E::Token(TokenError::NotYetValid)),
        ),
        ("made ahead, within the skew", with("iat", json!(NOW + skew)), None),
        ("checked by the platform", with(INSTALLATION_CHECK, json!("platform")), None),
        (
            "checked in another way",
            with(INSTALLATION_CHECK, json!("Platform")),
            Some(E::UnknownCheck),
        ),
        ("not said how it was checked", without(scene.attested(), INSTALLATION_CHECK), None),
    ] {
        let compact = signed(&scene.attester, ATTESTATION, &claims);
        assert_eq!(scene.judge(&compact).err(), expected, "{why}");
    }
    let attestation = scene.attestation();
    assert_eq!(&*attestation.thumbprint, scene.installation.key_id());
    assert_eq!(&*attestation.signed_with, scene.attester.key_id());
    assert_eq!(attestation.checked, Some(Checked::DeviceKey));
}

#[test]
fn abca_4_only_a_key_of_the_attester_counts() {
    use AttestationError as E;
    let (scene, stranger) = (Scene::new(), SigningKey::generate(Algorithm::Es256).unwrap());
    let named = |key: &SigningKey, alg: &str| {
        let header = json!({
            "alg": alg, "kid": scene.attester.key_id(), "typ": ATTESTATION,
            "jku": "https://evil.example/jwks", "jwk": key.public_key().to_jwk(),
        });
        signed_as(key, &header, &scene.attested())
    };
    let judge = |compact: &str| scene.judge(compact).err();
    let token = |error| Some(E::Token(error));
    assert_eq!(judge(&named(&scene.attester, "ES256")), None);
    assert_eq!(judge(&named(&stranger, "ES256")), token(TokenError::BadSignature));
    for alg in ["none", "HS256", "EdDSA"] {
        assert_eq!(judge(&named(&stranger, alg)), token(TokenError::AlgorithmNotAllowed), "{alg}");
    }
    let own = signed(&stranger, ATTESTATION, &scene.attested());
    assert_eq!(judge(&own), token(TokenError::UnknownKey));
    let named = named(&scene.attester, "ES256");
    let unverified = UnverifiedAttestation::decode(&named).unwrap();
    assert_eq!(unverified.claimed_client().as_str(), CLIENT);
    assert_eq!(unverified.claimed_keys_url(), Some("https://evil.example/jwks"));
}

#[test]
fn abca_3_each_claim_of_a_proof_with_its_neighbour() {
    use ProofError as E;
    let scene = Scene::new();
    let ago = |seconds: i64| with(proof(), "iat", json!(NOW - seconds));
    for (why, claims, expected) in [
        ("sound", proof(), None),
        ("no challenge", without(proof(), "challenge"), None),
        (
            "a challenge that is no text",
            with(proof(), "challenge", json!(1)),
            Some(E::Token(TokenError::MalformedClaim("challenge"))),
        ),
        (
            "for another server",
            with(proof(), "aud", json!("https://b.example")),
            Some(E::OtherAudience),
        ),
        ("for the endpoint", with(proof(), "aud", json!(TOKEN)), Some(E::OtherAudience)),
        ("for nobody", without(proof(), "aud"), Some(E::OtherAudience)),
        ("no jti", without(proof(), "jti"), Some(E::NoId)),
        ("an endless jti", with(proof(), "jti", json!("j".repeat(257))), Some(E::NoId)),
        ("no iat", without(proof(), "iat"), Some(E::Token(TokenError::MissingClaim("iat")))),
        ("old", ago(PROOF_SECONDS), None),
        ("too old", ago(PROOF_SECONDS + 1), Some(E::NotFresh { seconds_ago: PROOF_SECONDS + 1 })),
        ("ahead", ago(-SKEW_SECONDS), None),
        (
            "too far ahead",
            ago(-SKEW_SECONDS - 1),
            Some(E::NotFresh { seconds_ago: -SKEW_SECONDS - 1 }),
        ),
    ] {
        let compact = signed(&scene.installation, PROOF, &claims);
        assert_eq!(scene.prove(&compact).err(), expected, "{why}");
    }
    let swapped = signed(&scene.attester, PROOF, &proof());
    assert_eq!(scene.prove(&swapped).err(), Some(E::Token(TokenError::BadSignature)));
    let read = scene.prove(&signed(&scene.installation, PROOF, &proof())).unwrap();
    assert_eq!((&*read.id, read.challenge.as_deref()), ("one", Some("c")));
    assert_eq!(read.ends_at, Timestamp::from_unix(NOW + PROOF_SECONDS + 1));
}

#[test]
fn rfc9449_4_3_each_claim_of_a_dpop_proof_with_its_neighbour() {
    use DpopError as E;
    let key = SigningKey::generate(Algorithm::EdDsa).unwrap();
    let jwk = key.public_key().to_jwk();
    let url = |text: &str| with(dpop(), "htu", json!(text));
    for (why, claims, expected) in [
        ("sound", dpop(), None),
        ("no nonce", without(dpop(), "nonce"), None),
        ("another method", with(dpop(), "htm", json!("post")), Some(E::OtherMethod)),
        ("a query does not count", url("https://as.example/token?a=b#c"), None),
        ("the normal form counts", url("HTTPS://AS.example:443/./token"), None),
        ("another path", url("https://as.example/par"), Some(E::OtherUrl)),
        ("another host", url("https://b.example/token"), Some(E::OtherUrl)),
        ("no URL", url("/token"), Some(E::OtherUrl)),
        ("no jti", without(dpop(), "jti"), Some(E::NoId)),
        (
            "too old",
            with(dpop(), "iat", json!(NOW - PROOF_SECONDS - 1)),
            Some(E::NotFresh { seconds_ago: PROOF_SECONDS + 1 }),
        ),
        ("no iat", without(dpop(), "iat"), Some(E::Token(TokenError::MissingClaim("iat")))),
        ("no htm", without(dpop(), "htm"), Some(E::Token(TokenError::MissingClaim("htm")))),
    ] {
        let header = json!({ "alg": "EdDSA", "typ": DPOP, "jwk": jwk });
        let compact = signed_as(&key, &header, &claims);
        assert_eq!(judge_dpop(&compact).err(), expected, "{why}");
    }
    let mut private = jwk.clone();
    private.insert("d".into(), "AAAA".into());
    let other = SigningKey::generate(Algorithm::EdDsa).unwrap().public_key().to_jwk();
    for (why, jwk, expected) in [
        ("no key", json!(null), E::NoKey),
        ("a private key", json!(private), E::Key(JwkError::PrivateMember("d"))),
        ("another key", json!(other), E::Token(TokenError::BadSignature)),
    ] {
        let header = json!({ "alg": "EdDSA", "typ": DPOP, "jwk": jwk });
        assert_eq!(judge_dpop(&signed_as(&key, &header, &dpop())).err(), Some(expected), "{why}");
    }
}

#[test]
fn rfc8725_3_11_each_kind_is_refused_in_place_of_the_others() {
    let scene = Scene::new();
    for typ in [
        ATTESTATION,
        PROOF,
        DPOP,
        "JWT",
        "client-authentication+jwt",
        "at+jwt",
        "software-statement+jwt",
        "",
    ] {
        // The claims of all kinds at once, under a key that each of them would take.
        let jwk = scene.installation.public_key().to_jwk();
        let mut claims = json!({
            "iss": CLIENT, "sub": CLIENT, "aud": US, "exp": NOW + 60, "iat": NOW, "jti": "one",
            "htm": "POST", "htu": TOKEN, "cnf": { "jwk": jwk },
        });
        let itself: KeySet = [scene.installation.public_key().clone()].into_iter().collect();
        let scene = Scene { keys: itself, attester: scene.installation.clone(), ..Scene::new() };
        let scene = Scene { installation: scene.attester.clone(), ..scene };
        claims[INSTALLATION_CHECK] = "user".into();
        let compact = signed(&scene.installation, typ, &claims);
        assert_eq!(scene.judge(&compact).is_ok(), typ == ATTESTATION, "{typ}");
        assert_eq!(scene.prove(&compact).is_ok(), typ == PROOF, "{typ}");
        assert_eq!(judge_dpop(&compact).is_ok(), typ == DPOP, "{typ}");
        let ours = [ATTESTATION, PROOF, DPOP].contains(&typ);
        if ours {
            assert!(UnverifiedAssertion::decode(&compact).is_err(), "{typ}");
            assert!(UnverifiedStatement::decode(&compact).is_err(), "{typ}");
        }
    }
}

#[test]
fn what_one_signs_the_other_believes() {
    let scene = Scene::new();
    let now = Timestamp::from_unix(NOW);
    for checked in Checked::ALL {
        let claims = AttestationClaims {
            client_id: CLIENT,
            issuer: Some("https://vendor.example"),
            audience: Some(US),
            key: scene.installation.public_key(),
            checked: Some(checked),
            issued_at: now,
            expires_at: now.plus_seconds(300),
        };
        let compact = sign_attestation(scene.attester.clone(), &claims).unwrap();
        let attestation = scene.judge(&compact).unwrap();
        assert_eq!(attestation.checked, Some(checked));
        assert_eq!(attestation.issuer.as_deref(), Some("https://vendor.example"));
    }
    let claims =
        AttestationProofClaims { audience: US, id: "one", challenge: Some("c"), issued_at: now };
    let compact = sign_attestation_proof(scene.installation.clone(), &claims).unwrap();
    assert_eq!(scene.prove(&compact).unwrap().challenge.as_deref(), Some("c"));
    let claims =
        DpopProofClaims { method: "POST", url: TOKEN, id: "one", nonce: Some("n"), issued_at: now };
    let (key, signer) = (scene.installation.public_key(), scene.installation.clone());
    let compact = sign_dpop_proof(signer, key, &claims).unwrap();
    let proof = judge_dpop(&compact).unwrap();
    assert_eq!(proof.nonce.as_deref(), Some("n"));
    assert_eq!(&*proof.thumbprint, scene.attestation().thumbprint.as_ref());
}
