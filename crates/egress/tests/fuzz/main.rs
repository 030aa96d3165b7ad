//! The fuzz checks of this crate, on stable.
//!
//! `salver_testkit::fuzz` says for how long.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a check that fails must stop")]

mod checks;

use salver_testkit::fuzz::Fuzz;

/// Pieces that parsers care about.
const WORDS: &[&[u8]] = &[
    b"https://",
    b"@",
    b"%2e",
    b"..",
    b":443",
    b"[::1]",
    b"0x7f",
    b".local",
    b"xn--",
    b"\\",
    b"#",
    b"\r\n",
    b"\r\n\r\n",
    b"HTTP/1.1 200 OK",
    b"HTTP/1.1 304 ",
    b"HTTP/1.1 100 C\r\n\r\n",
    b"Content-Length: ",
    b"Transfer-Encoding: chunked",
    b"Content-Encoding: gzip",
    b"0\r\n\r\n",
    b"fffffffffffffff0",
    b"Age: ",
    b"18446744073709551615",
    b"Cache-Control: max-age=",
    b"Expires: Sun, 06 Nov 9994 08:49:37 GMT\r\n",
    b"ETag: \"",
    b"Vary: *",
    b"\0",
    b"\x7f\0\0\x01",
    b"\xff\xff",
    b"\x00\x64\xff\x9b",
    b"\x20\x02",
];

const FUZZ: Fuzz = Fuzz { crate_folder: env!("CARGO_MANIFEST_DIR"), words: WORDS, longest: 4096 };

#[test]
fn url_gate() {
    FUZZ.run("url_gate", checks::url_gate);
}

#[test]
fn address() {
    FUZZ.run("address", checks::address);
}

#[test]
fn response() {
    let reader = checks::Reader::start();
    FUZZ.run("response", |bytes| reader.response(bytes));
}
