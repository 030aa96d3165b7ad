//! HTTP in, HTTP out: each endpoint's file turns a request into a journey's question and its outcome into a response.
//!
//! Nothing is decided here, and the store is never named.

pub mod account;
mod admin;
mod api;
mod app;
mod attestation;
mod authorize;
mod clients;
mod consent;
mod consent_page;
mod cors;
mod developer;
mod documents;
mod health;
mod in_time;
mod introspect;
mod logo;
mod oauth_error;
mod peer;
mod push;
mod refusal;
mod register;
mod revoke;
mod router;
mod token;
mod wait_page;

pub use app::App;
pub use router::{reserved_paths, router};
