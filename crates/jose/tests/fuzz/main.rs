//! The fuzz checks on stable: the seed corpus, then mutations of it for a bounded time.
//!
//! `SALVER_FUZZ_SECONDS` sets the time for each of the three (default: one second). What is found belongs into the corpus.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a check that fails must stop"
)]

mod checks;

use std::{
    fs,
    panic::{AssertUnwindSafe, catch_unwind},
    time::{Duration, Instant},
};

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
    b"AQAB",
    b"AQAC",
    b"AQAD",
    b"\xff\xff",
    b"\x80",
    b"\x01\x8a",
    b"\0",
];

#[test]
fn registration() {
    let keys = checks::keys();
    run("registration", |body| checks::registration(&keys, body));
}

#[test]
fn encoding() {
    run("encoding", checks::encoding);
}

#[test]
fn client_id() {
    let keys = checks::keys();
    let genuine: Vec<String> =
        corpus("client_id").into_iter().filter_map(|bytes| String::from_utf8(bytes).ok()).collect();
    assert!(genuine.iter().all(|id| checks::opens(&keys, id)), "seeds open");
    run("client_id", |text| checks::client_id(&keys, &genuine, text));
}

fn run(name: &str, check: impl Fn(&[u8])) {
    let corpus = corpus(name);
    let checked = |bytes: &[u8]| {
        let held = catch_unwind(AssertUnwindSafe(|| check(bytes))).is_ok();
        assert!(held, "found by {name}, to be kept in its corpus: \"{}\"", bytes.escape_ascii());
    };
    for seed in &corpus {
        checked(seed);
    }
    let mut chance = Chance(0x9e37_79b9_7f4a_7c15);
    let end = Instant::now() + seconds();
    while Instant::now() < end {
        let mut bytes = chance.pick(&corpus).clone();
        for _ in 0..=chance.below(4) {
            mutate(&mut bytes, &corpus, &mut chance);
        }
        checked(&bytes);
    }
}

fn corpus(name: &str) -> Vec<Vec<u8>> {
    let folder = format!("{}/tests/fuzz/corpus/{name}", env!("CARGO_MANIFEST_DIR"));
    let mut paths: Vec<_> =
        fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let corpus: Vec<Vec<u8>> = paths.iter().map(|path| fs::read(path).unwrap()).collect();
    assert!(!corpus.is_empty(), "{folder} holds seeds");
    corpus
}

#[expect(clippy::disallowed_methods, reason = "how long to fuzz is the caller's choice")]
fn seconds() -> Duration {
    let seconds = std::env::var("SALVER_FUZZ_SECONDS").ok().and_then(|text| text.parse().ok());
    Duration::from_secs(seconds.unwrap_or(1))
}

fn mutate(bytes: &mut Vec<u8>, corpus: &[Vec<u8>], chance: &mut Chance) {
    let at = chance.below(bytes.len() + 1);
    match chance.below(7) {
        0 if at < bytes.len() => bytes[at] ^= 1 << chance.below(8),
        1 if at < bytes.len() => bytes[at] = u8::try_from(chance.below(256)).unwrap(),
        2 if at < bytes.len() => drop(bytes.drain(at..(at + 1 + chance.below(8)).min(bytes.len()))),
        3 => bytes.truncate(at),
        4 => {
            let other = chance.pick(corpus);
            let from = chance.below(other.len() + 1);
            bytes.truncate(at);
            bytes.extend_from_slice(&other[from..]);
        }
        5 => {
            let piece: Vec<u8> = bytes[at..].iter().copied().take(64).collect();
            bytes.splice(at..at, piece);
        }
        _ => {
            let word = chance.pick(WORDS);
            bytes.splice(at..at, word.iter().copied());
        }
    }
    bytes.truncate(4096);
}

/// xorshift: the same run every time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % bound as u64).unwrap()
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}
