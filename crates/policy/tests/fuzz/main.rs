//! The fuzz checks on stable: the seed corpus, then mutations of it for a bounded time.
//!
//! `SALVER_FUZZ_SECONDS` sets the time for each of the two (default: one second). What is found belongs into the corpus.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a check that fails must stop")]

mod checks;

use std::{
    fs,
    panic::{AssertUnwindSafe, catch_unwind},
    time::{Duration, Instant},
};

/// Pieces that matter to readers of names and hosts.
const WORDS: &[&str] = &[
    "Claude",
    "claude.ai",
    "-ai",
    "Official",
    " App",
    "MCP",
    "Zed",
    ".",
    "-",
    "xn--",
    "\u{430}",
    "\u{3bf}",
    "\u{301}",
    "\u{5b4}",
    "\u{200b}",
    "\u{202e}",
    "\u{202c}",
    "\u{2066}",
    "\u{e0041}",
    "\u{fdfa}",
    "\u{1f1e6}",
    "\u{1d41e}",
    "\u{ff21}",
    "\u{ac00}",
    "\u{1100}",
    "\u{130}",
    "\u{df}",
    "0",
    "|",
    "$",
    "vv",
    "\0",
];

#[test]
fn name() {
    run("name", checks::name);
}

#[test]
fn host() {
    run("host", checks::host);
}

fn run(name: &str, check: impl Fn(&[u8])) {
    let folder = format!("{}/tests/fuzz/corpus/{name}", env!("CARGO_MANIFEST_DIR"));
    let mut paths: Vec<_> =
        fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let corpus: Vec<Vec<u8>> = paths.iter().map(|path| fs::read(path).unwrap()).collect();
    assert!(!corpus.is_empty(), "{folder} holds seeds");
    let checked = |bytes: &[u8]| {
        let held = catch_unwind(AssertUnwindSafe(|| check(bytes))).is_ok();
        assert!(held, "found by {name}, to be kept in {folder}: \"{}\"", bytes.escape_ascii());
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
            bytes.splice(at..at, word.bytes());
        }
    }
    bytes.truncate(16_384);
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
