//! How are secrets kept at rest, and how are tokens hashed with a key?
//!
//! One master key, one derived key per purpose: a value made for one purpose is worthless for another. Leaves out:
//! passwords, and where the master key is kept.

mod derived;
mod master;

pub use derived::{DerivedKey, OpenError, SealError};
pub use master::{KeyPurpose, MasterKey, MasterKeyError};

#[cfg(test)]
mod tests;
