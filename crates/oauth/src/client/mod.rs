//! What is a client: its name, its metadata, the addresses its answers may go to.

pub mod document;
pub mod id;
pub mod metadata;
pub mod redirect_uri;
