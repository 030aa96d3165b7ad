//! Does a check hold for bytes that nobody thought of? The seed corpus, then mutations of it for a bounded time, on the stable compiler.
//!
//! `SALVER_FUZZ_SECONDS` sets the time for each check (default: one second). What is found belongs into the corpus. The same run every time: chance
//! has a fixed seed.

use std::{
    fs,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

/// What one crate's checks are run with.
#[derive(Clone, Copy, Debug)]
pub struct Fuzz {
    /// The crate: `env!("CARGO_MANIFEST_DIR")`. Seeds lie in `tests/fuzz/corpus/NAME`.
    pub crate_folder: &'static str,
    /// Pieces that its parsers care about.
    pub words: &'static [&'static [u8]],
    /// The longest input, in bytes.
    pub longest: usize,
}

impl Fuzz {
    /// Runs a check, which panics where something does not hold, over the seeds of this name and what becomes of them.
    ///
    /// # Panics
    /// With the bytes for which it does not hold.
    pub fn run(&self, name: &str, check: impl Fn(&[u8])) {
        let corpus = self.corpus(name);
        let checked = |bytes: &[u8]| {
            let held = catch_unwind(AssertUnwindSafe(|| check(bytes))).is_ok();
            assert!(
                held,
                "found by {name}, to be kept in its corpus: \"{}\"",
                bytes.escape_ascii()
            );
        };
        for seed in &corpus {
            checked(seed);
        }
        let mut chance = Chance(0x9e37_79b9_7f4a_7c15);
        let end = Instant::now() + seconds();
        while Instant::now() < end {
            let mut bytes = chance.pick(&corpus).clone();
            for _ in 0..=chance.below(4) {
                self.mutate(&mut bytes, &corpus, &mut chance);
            }
            checked(&bytes);
        }
    }

    /// The seeds of this name, in the order of their files.
    ///
    /// # Panics
    /// If there is none.
    #[must_use]
    pub fn corpus(&self, name: &str) -> Vec<Vec<u8>> {
        let folder = Path::new(self.crate_folder).join("tests/fuzz/corpus").join(name);
        let mut paths: Vec<PathBuf> =
            fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        let corpus: Vec<Vec<u8>> = paths.iter().map(|path| fs::read(path).unwrap()).collect();
        assert!(!corpus.is_empty(), "{} holds seeds", folder.display());
        corpus
    }

    fn mutate(&self, bytes: &mut Vec<u8>, corpus: &[Vec<u8>], chance: &mut Chance) {
        let at = chance.below(bytes.len() + 1);
        match chance.below(7) {
            0 if at < bytes.len() => bytes[at] ^= 1 << chance.below(8),
            1 if at < bytes.len() => bytes[at] = u8::try_from(chance.below(256)).unwrap(),
            2 if at < bytes.len() => {
                drop(bytes.drain(at..(at + 1 + chance.below(8)).min(bytes.len())));
            }
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
                let word = chance.pick(self.words);
                bytes.splice(at..at, word.iter().copied());
            }
        }
        bytes.truncate(self.longest);
    }
}

#[expect(clippy::disallowed_methods, reason = "how long to fuzz is the caller's choice")]
fn seconds() -> Duration {
    let seconds = std::env::var("SALVER_FUZZ_SECONDS").ok().and_then(|text| text.parse().ok());
    Duration::from_secs(seconds.unwrap_or(1))
}

/// xorshift.
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
