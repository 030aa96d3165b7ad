//! What does the core cost? The work of each number in `docs/benchmarks.md`, to be counted from outside.
//!
//! `oauth_numbers document N` reads and checks one real metadata document N times and prints nothing: run it under `valgrind --tool=callgrind` with two
//! values of N, and the difference is the price of the documents between.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "an example is read on a terminal, and stops where it cannot go on"
)]

use std::hint::black_box;

use salver_oauth::client::{
    document::{self, Profile},
    id::MetadataUrl,
};

/// The longest of the documents of real clients that are kept here.
const DOCUMENT: &[u8] = include_bytes!("../../../tests/fixtures/clients/vscode.json");
const URL: &str = "https://vscode.dev/oauth/client-metadata.json";

fn main() {
    let mut arguments = std::env::args().skip(1);
    let (what, times) = (arguments.next().unwrap_or_default(), arguments.next());
    let times: u32 = times.and_then(|text| text.parse().ok()).unwrap_or(1000);
    let url = MetadataUrl::parse(URL).unwrap();
    match what.as_str() {
        "document" => (0..times).for_each(|_| {
            black_box(document::parse(black_box(DOCUMENT), &url, Profile::Mcp)).unwrap();
        }),
        _ => println!("oauth_numbers document [N]"),
    }
}
