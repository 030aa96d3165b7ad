//! Software statements: what `salver client sign` signs and refuses, and what operators see and do about trust anchors.

#![expect(clippy::unwrap_used, reason = "a world that cannot be made fails the test")]

use std::{fs, path::Path};

use salver_jose::{Algorithm, ExpectedStatement, KeySet, UnverifiedStatement};
use salver_oauth::{Issuer, Timestamp, registration::SignedRegistration};
use serde_json::{Value, json};

use crate::salver::{json as told_json, run, salver, write_secret};

const VENDOR: &str = "https://vendor.example";
const SERVER: &str = "https://as.example";

pub(crate) fn key(folder: &Path, name: &str, algorithm: &'static rcgen::SignatureAlgorithm) {
    let key = rcgen::KeyPair::generate_for(algorithm).unwrap();
    write_secret(&folder.join(name), &key.serialize_pem());
}

pub(crate) fn metadata(folder: &Path, change: &[(&str, Value)]) {
    let mut members = json!({
        "client_name": "Vendor Editor", "redirect_uris": ["http://127.0.0.1/callback"],
        "software_id": "editor", "software_version": "1.0",
    });
    let listed = members.as_object_mut().unwrap();
    listed.extend(change.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
    fs::write(folder.join("editor.json"), members.to_string()).unwrap();
}

/// Arguments that are all good.
const SIGN: &[&str] = &[
    "client",
    "sign",
    "editor.json",
    "--key",
    "key.pem",
    "--issuer",
    VENDOR,
    "--audience",
    SERVER,
];

#[test]
fn sw_2_a_statement_of_each_kind_of_key_is_one_that_we_would_take() {
    let folder = tempfile::tempdir().unwrap();
    for (algorithm, name) in [
        (&rcgen::PKCS_ECDSA_P256_SHA256, Algorithm::Es256),
        (&rcgen::PKCS_ED25519, Algorithm::EdDsa),
        (&rcgen::PKCS_RSA_SHA256, Algorithm::Rs256),
    ] {
        key(folder.path(), "key.pem", algorithm);
        metadata(folder.path(), &[]);
        let told = told_json(folder.path(), &[SIGN, &["--json"]].concat()).remove(0);
        assert_eq!(told["algorithm"], name.name());
        let (issued, expires) =
            (told["issued_at"].as_i64().unwrap(), told["expires_at"].as_i64().unwrap());
        assert_eq!(expires - issued, 600, "ten minutes");
        let statement = told["software_statement"].as_str().unwrap();
        let keys = KeySet::parse(told["keys"].to_string().as_bytes()).unwrap();
        let audience = Issuer::parse(SERVER).unwrap();
        let expected = ExpectedStatement {
            audience: &audience,
            algorithms: &[name],
            longest_seconds: 600,
            type_name: Some("software-statement+jwt"),
            now: Timestamp::from_unix(issued),
        };
        let unverified = UnverifiedStatement::decode(statement).unwrap();
        assert_eq!(unverified.claimed_issuer(), VENDOR);
        let verified = unverified.verify(&keys, &expected).unwrap();
        assert_eq!(verified.id.as_deref(), told["id"].as_str());
        assert_eq!(&*verified.key, told["key"].as_str().unwrap());
        let signed = SignedRegistration::read(&verified.claims).unwrap();
        assert_eq!((signed.software_id(), signed.software_version()), ("editor", "1.0"));
    }
}

#[test]
fn a_statement_alone_is_on_standard_output_and_its_words_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    key(folder.path(), "key.pem", &rcgen::PKCS_ED25519);
    metadata(folder.path(), &[]);
    let more = ["--software-id", "viewer", "--software-version", "2.0", "--lifetime", "1h"];
    let output = salver(folder.path(), &[SIGN, &more].concat()).output().unwrap();
    let (out, talk) =
        (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert_eq!((out.lines().count(), out.matches('.').count()), (1, 2), "{out}");
    assert!(talk.starts_with("\"viewer\" \"2.0\" of https://vendor.example, signed by EdDSA"));
    assert!(talk.ends_with("good for 1 hour.\n"), "{talk}");
}

#[test]
fn what_a_server_would_refuse_is_not_signed() {
    let folder = tempfile::tempdir().unwrap();
    key(folder.path(), "key.pem", &rcgen::PKCS_ED25519);
    let none = Value::Null;
    for (why, changed, more, said) in [
        ("two servers", ("a", &none), &["--audience", "https://b.example"][..], "2 audiences"),
        ("more than a day", ("a", &none), &["--lifetime", "25h"], "more than a day"),
        ("iss is the flag's", ("iss", &json!(VENDOR)), &[], "iss stands in it"),
        ("exp is the clock's", ("exp", &json!(1)), &[], "exp stands in it"),
        ("no software", ("software_id", &none), &[], "hint: say --software-id"),
        ("no address", ("redirect_uris", &none), &[], "redirect_uris"),
        (
            "a secret",
            ("token_endpoint_auth_method", &json!("client_secret_basic")),
            &[],
            "shared secret",
        ),
        ("plain http", ("redirect_uris", &json!(["http://a.example/cb"])), &[], "redirect_uri"),
        ("no key in the set", ("jwks", &json!({"keys": [{"kty": "oct"}]})), &[], "key"),
        ("too long", ("x", &json!("x".repeat(16_000))), &[], "fit in a registration"),
    ] {
        metadata(folder.path(), &[(changed.0, changed.1.clone())]);
        let told = run(folder.path(), &[SIGN, more].concat());
        assert!(told.starts_with("exit code 1\n--- stdout\n--- stderr\n"), "{why}: {told}");
        assert!(told.contains(said), "{why}: {told}");
    }
    metadata(folder.path(), &[]);
    let asked = ["--lifetime", "25h", "--allow-long"];
    assert!(run(folder.path(), &[SIGN, &asked].concat()).starts_with("exit code 0"));
    for (place, value, said) in [
        (6, "http://vendor.example", "--issuer"),
        (8, "as.example", "--audience"),
        (4, "editor.json", "chmod 600"),
    ] {
        let mut arguments = SIGN.to_vec();
        arguments[place] = value;
        let told = run(folder.path(), &arguments);
        assert!(told.starts_with("exit code 1") && told.contains(said), "{told}");
    }
}
