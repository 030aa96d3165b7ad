//! The check `name` of `tests/fuzz/checks.rs` under libFuzzer.
#![no_main]

#[path = "../../tests/fuzz/checks.rs"]
#[expect(dead_code, reason = "one of two checks is run here")]
mod checks;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| checks::name(bytes));
