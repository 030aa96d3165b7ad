//! What does a look at a name cost? The work of each number in `docs/benchmarks.md`, to be counted from outside.
//!
//! `name_numbers name N`, `name_numbers again N`, `name_numbers forgery N`, `name_numbers longest N` and `name_numbers host N` do one thing N times against 10,000 protected names and print nothing: run
//! them under `valgrind --tool=callgrind` with two values of N, and the difference is the price of the things between.

#![expect(clippy::print_stdout, reason = "an example is read on a terminal")]

use std::hint::black_box;

use salver_policy::{
    catalogue::Catalogue,
    impersonation::{Protected, ProtectedNames},
};

/// Like nothing protected: every look-up is made.
const NAME: &str = "Quarterly Report Helper for Microsoft Teams";
/// Found at the last look-up, and not a letter of it as it seems.
const FORGERY: &str = "\u{417}\u{435}\u{501} \u{41e}ffi\u{441}i\u{430}l \u{410}\u{440}\u{440} (v2) f\u{43e}r m\u{430}\u{441}OS";
const HOST: &str = "login.accounts.quarterly-report-helper.example";

fn main() {
    let mut arguments = std::env::args().skip(1);
    let (what, times) = (arguments.next().unwrap_or_default(), arguments.next());
    let times: u32 = times.and_then(|text| text.parse().ok()).unwrap_or(1000);
    let protected = ten_thousand();
    // What was found to be harmless is remembered: each is another one, but for `again`.
    let check: fn(&ProtectedNames, u32) -> bool = match what.as_str() {
        "name" => |protected, n| protected.name(black_box(&format!("{NAME} {n}"))).is_some(),
        "again" => |protected, _| protected.name(black_box(NAME)).is_some(),
        "forgery" => |protected, _| protected.name(black_box(FORGERY)).is_some(),
        "longest" => |protected, _| {
            let name = "\u{430}\u{301}".repeat(5000);
            protected.name(black_box(&name)).is_some()
        },
        "host" => |protected, n| protected.host(black_box(&format!("n{n}.{HOST}"))).is_some(),
        _ => return println!("name_numbers name|again|forgery|longest|host [N]"),
    };
    for n in 0..times {
        black_box(check(&protected, n));
    }
}

/// The catalogue's, and others like them.
fn ten_thousand() -> ProtectedNames {
    let kinds = ["Desktop", "Studio", "Code", "Agent", "MCP"];
    let more = (0..9_970_u32).zip(kinds.into_iter().cycle()).map(|(number, kind)| Protected {
        name: format!("Vendor{number} {kind}").into(),
        owner: format!("vendor{number}.com").into(),
    });
    ProtectedNames::of(Catalogue::embedded(), more)
}
