//! What does the built program say, and with which exit code? The binary itself, run as a person would.

mod config;
mod salver;
