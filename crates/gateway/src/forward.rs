//! What passes between client and server behind? Towards it everything but what is named; back only what is named.
//!
//! What a client may send a server is theirs to agree on, and the harm in it can be listed. What a browser or a proxy in front
//! of us may act on grows every year, so the way back has a list of what passes (DESIGN §7.4, §7.11).

mod answer;
mod data;
mod hop;
mod request;

pub(crate) use self::{
    answer::{Passing, pass, sandbox},
    data::Data,
    request::prepare,
};
