//! The token endpoint: what is asked, what can be wrong, and the form of the answer.

pub mod attestation;
pub mod error;
pub mod request;
pub mod response;
pub mod subject;
