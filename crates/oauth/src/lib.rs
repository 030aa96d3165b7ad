//! The protocol as values: parse, compare, check, decide. No IO, no clock, no chance.
//!
//! Folders are the nouns of the RFCs. A value that exists has passed the rules of its type; errors are facts, and
//! `error.rs` alone gives them their code on the wire.

pub mod authorization;
pub mod client;
pub mod discovery;
pub mod error;
pub mod form;
pub mod grant;
pub mod id;
pub mod issuer;
pub mod json;
pub mod limit;
pub mod registration;
pub mod resource;
pub mod scope;
pub mod time;
pub mod token;

pub use id::{ApplicationId, CaseId, GrantId, InstallationId, TokenId, UserId};
pub use issuer::Issuer;
pub use resource::ResourceId;
pub use scope::Scope;
pub use time::Timestamp;
