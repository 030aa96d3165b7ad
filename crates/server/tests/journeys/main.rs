//! Journeys over the real router, with the real store and the real way out in front of a fake web. Each test is a transcript.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod account;
mod api;
mod applications;
mod apps;
mod authorize;
mod availability;
mod changes;
mod cimd;
mod client_keys;
mod consent;
mod discovery;
mod documents;
mod explain;
mod hosted;
mod impersonation;
mod logos;
mod notices;
mod pins;
mod policy;
mod profiles;
mod recorded;
mod refresh;
mod register;
mod registered;
mod review;
mod revocation;
mod safe_answers;
mod service_clients;
mod token;
mod world;
