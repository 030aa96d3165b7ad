//! The fuzz checks of this crate, on stable.
//!
//! `salver_testkit::fuzz` says for how long.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a check that fails must stop")]

mod checks;

use salver_testkit::fuzz::Fuzz;

/// Pieces that parsers care about.
const WORDS: &[&[u8]] = &[
    b"{\"redirect_uris\":[\"http://localhost:1/cb\"]",
    b",\"token_endpoint_auth_method\":\"client_secret_post\"",
    b",\"token_endpoint_auth_method\":\"private_key_jwt\"",
    b",\"jwks\":{\"keys\":[{\"kty\":\"EC\"}]}",
    b",\"jwks_uri\":\"https://a.example/jwks\"",
    b",\"client_name#de\":\"x\"",
    b",\"client_secret\":\"x\"",
    b",\"scope\":\"a b\"",
    b",\"contacts\":[\"a\",\"b\"]",
    b"\\u200b",
    b"\\u202e",
    b"\\ud800",
    b"null",
    b"}",
    b"https://",
    b"cursor://",
    b":65535/",
    b"slv_",
    b"eyJhbGciOiJFUzI1NiIs",
    b"InR5cCI6ImRwb3Arand0Ii",
    b".e30.",
    b"AQAB",
    b"AQAC",
    b"AQAD",
    b"\xff\xff",
    b"\x80",
    b"\x01\x8a",
    b"\0",
];

const FUZZ: Fuzz = Fuzz { crate_folder: env!("CARGO_MANIFEST_DIR"), words: WORDS, longest: 4096 };

#[test]
fn registration() {
    let keys = checks::keys();
    FUZZ.run("registration", |body| checks::registration(&keys, body));
}

#[test]
fn encoding() {
    FUZZ.run("encoding", checks::encoding);
}

#[test]
fn client_id() {
    let keys = checks::keys();
    let genuine: Vec<String> = FUZZ
        .corpus("client_id")
        .into_iter()
        .filter_map(|bytes| String::from_utf8(bytes).ok())
        .collect();
    assert!(genuine.iter().all(|id| checks::opens(&keys, id)), "seeds open");
    FUZZ.run("client_id", |text| checks::client_id(&keys, &genuine, text));
}

#[test]
fn attestation() {
    let attester = checks::Attester::new();
    FUZZ.run("attestation", |text| checks::attestation(&attester, text));
}
