//! The door `fetch` against hostile peers: real sockets, real TLS, a resolver that lies.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on must stop"
)]

mod answers;
mod certificates;
mod dialling;
mod dns;
mod harness;
mod keeping;
mod limits;
mod modes;
mod proxies;
