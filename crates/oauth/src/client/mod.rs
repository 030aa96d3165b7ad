//! What is a client: its name, its metadata, the addresses its answers may go to.

pub mod change;
pub mod document;
pub mod hosted;
pub mod id;
pub mod local_development;
pub mod media_type;
pub mod metadata;
pub mod name;
pub mod recorded;
pub mod redirect_uri;
pub mod report;
pub mod sealed;
pub mod service;
pub mod stated;
pub mod substance;
