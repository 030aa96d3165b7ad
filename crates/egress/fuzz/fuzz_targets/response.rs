//! The check `response` of `tests/fuzz/checks.rs` under libFuzzer.
#![no_main]

use std::sync::LazyLock;

#[path = "../../tests/fuzz/checks.rs"]
#[expect(dead_code, reason = "one of three checks is run here")]
mod checks;

static READER: LazyLock<checks::Reader> = LazyLock::new(checks::Reader::start);

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| READER.response(bytes));
