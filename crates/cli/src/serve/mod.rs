//! Who listens, and who is let in as far as a request? Sockets, TLS, hosts; what is answered is decided further in.

pub(crate) mod accept;
pub(crate) mod bind;
pub(crate) mod front;
pub(crate) mod hosts;
pub(crate) mod reload;
pub(crate) mod run;
pub(crate) mod signals;
mod stream;
mod unread;
