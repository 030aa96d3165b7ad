//! How are secrets kept at rest, and how are tokens hashed with a key?
//!
//! One master key, one derived key per purpose: a value made for one purpose is worthless for another. The `client_id`s of clients that register themselves have
//! roots of their own, with numbers (`client_id`). Leaves out: passwords, and where the master key is kept.

mod client_id;
mod derived;
mod master;

pub use client_id::{
    ClientCredential, NotOpened, SealIdError, SealingKeys, SealingKeysError, SealingRoot,
};
pub use derived::{DerivedKey, OpenError, SealError};
pub use master::{KeyPurpose, MasterKey, MasterKeyError};

#[cfg(test)]
mod tests;
