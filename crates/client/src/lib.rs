//! The side of an installation: it makes keys, asks its vendor's service to sign for them, and shows what was signed to an authorization server (AT-R-2, AT-R-4, AT-R-5).
//!
//! Only this part of a client is here: [`Installation`] keeps the keys, [`VendorService`] has things signed, [`Shown`] is what goes with a pushed request or a token
//! request, and [`send`] sends it. Finding the authorization server of an MCP server, the browser and the redirect are the client's own.

mod installation;
mod random;
mod server;
mod service;
mod shown;
mod wire;

pub use self::{
    installation::{Installation, KeptError},
    server::{AuthorizationServer, DiscoveryError},
    service::{Enrolled, ServiceError, Signed, VendorService},
    shown::{Credential, SendError, Shown, send},
    wire::{Reply, WireError},
};

use salver_oauth::Timestamp;

/// Tells the time.
pub type Clock = fn() -> Timestamp;
