//! The fuzz checks of this crate, on stable.
//!
//! `salver_testkit::fuzz` says for how long.

mod checks;

use salver_testkit::fuzz::Fuzz;

/// Pieces that matter to readers of names and hosts.
const WORDS: &[&[u8]] = &[
    b"Claude",
    b"claude.ai",
    b"-ai",
    b"Official",
    b" App",
    b"MCP",
    b"Zed",
    b".",
    b"-",
    b"xn--",
    "\u{430}".as_bytes(),
    "\u{3bf}".as_bytes(),
    "\u{301}".as_bytes(),
    "\u{5b4}".as_bytes(),
    "\u{200b}".as_bytes(),
    "\u{202e}".as_bytes(),
    "\u{202c}".as_bytes(),
    "\u{2066}".as_bytes(),
    "\u{e0041}".as_bytes(),
    "\u{fdfa}".as_bytes(),
    "\u{1f1e6}".as_bytes(),
    "\u{1d41e}".as_bytes(),
    "\u{ff21}".as_bytes(),
    "\u{ac00}".as_bytes(),
    "\u{1100}".as_bytes(),
    "\u{130}".as_bytes(),
    "\u{df}".as_bytes(),
    b"0",
    b"|",
    b"$",
    b"vv",
    b"\0",
];

const FUZZ: Fuzz = Fuzz { crate_folder: env!("CARGO_MANIFEST_DIR"), words: WORDS, longest: 16384 };

#[test]
fn name() {
    FUZZ.run("name", checks::name);
}

#[test]
fn host() {
    FUZZ.run("host", checks::host);
}
