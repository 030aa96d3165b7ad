//! Keys: which algorithms, how a private key signs, how public keys are published and found.

mod algorithm;
mod public;
mod set;
mod signing;

pub use algorithm::Algorithm;
pub use public::{KeyUnusable, PublicKey};
pub use set::{JwkError, KeySet, KeySetError};
pub use signing::{KeyError, SignError, Signer, SigningKey};
