//! How does a client register itself, and what is then known of it? RFC 7591, SPEC 4.3, DESIGN 4.3; decision 9.
//!
//! A body becomes a [`RegistrationRequest`], which is refused or sound; that becomes a [`Registration`], the canonical form, which [`encoding`] writes as few bytes.
//! `salver-jose` seals them into a `client_id`, so nothing is stored. Whether redirect URIs may be registered is the business of `salver-policy`;
//! a software statement is carried along unread, and [`statement`] says what one registers that was verified.

mod answer;
pub(crate) mod canonical;
pub mod encoding;
mod fault;
pub(crate) mod members;
mod request;
pub(crate) mod rules;
pub mod statement;

pub use answer::{Answer, Credentials};
pub use canonical::{ApplicationType, Authentication, Claims, InstallationNonce, Registration};
pub use fault::{AccessError, BodyFault, KeysFault, RegistrationError};
pub use request::{MAX_BODY_BYTES, RegistrationBody, RegistrationRequest};
pub use rules::MAX_REDIRECT_URIS;
pub use statement::{MAX_SOFTWARE_ID_BYTES, SignedRegistration, StatementFault};

#[cfg(test)]
mod tests;
