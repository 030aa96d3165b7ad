//! The gateway over real sockets: a client, the gateway's router, and a server behind it, with tokens signed by keys of the
//! test. One file for each question of the crate; every sentence about the gateway has an accepted and a refused neighbour.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod answer;
mod body;
mod browser;
mod challenge;
mod identity;
mod log;
mod request;
mod revocation;
mod scope;
mod stream;
mod token;
mod world;
