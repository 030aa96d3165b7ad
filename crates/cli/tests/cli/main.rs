//! What does the built program say, and with which exit code? The binary itself, run as a person would.

#![expect(clippy::unwrap_used, reason = "tests")]

mod config;
mod salver;
