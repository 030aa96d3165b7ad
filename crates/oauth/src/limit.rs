//! Who has to wait, and why? Facts; `crate::error` gives them their words. How much is too much is counted by the server.

use thiserror::Error;

/// What somebody has had too much of (RFC 6585 §4).
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum TooMany {
    /// One network has registered so many different clients that nobody here knows.
    #[error("too many registrations from one network")]
    RegistrationsFromOneNetwork {
        /// How many it may register in a minute.
        a_minute: u32,
    },
    /// All networks together have.
    #[error("too many registrations in all")]
    Registrations,
    /// One network has pushed so many requests of clients that nobody here has let in.
    #[error("too many pushed requests from one network")]
    PushesFromOneNetwork {
        /// How many it may push in a minute.
        a_minute: u32,
    },
    /// All networks together have.
    #[error("too many pushed requests in all")]
    Pushes,
    /// Wrong secrets were presented for one client from one network.
    #[error("too many wrong secrets")]
    WrongSecrets,
}
