//! What may a stranger's logo become here? A small picture drawn anew, kept under the hash of its bytes (SPEC CIMD-S-6).
//!
//! Fetching one, and for whom, is `flow/logo.rs`; serving it, `web/logo.rs`.

mod frames;
mod hash;
mod kept;
mod picture;

pub use hash::LogoHash;
pub use kept::Logos;
pub(crate) use kept::{Turn, Version};
pub(crate) use picture::{Picture, PictureFault, claims_to_be_one};

#[cfg(test)]
mod tests;
