//! Hosts, public suffixes and special-use names.
//!
//! Questions: what is this host, which site does it belong to, may anybody on the public network own it, and how
//! is it shown to people? Pure: nothing here resolves a name. Kept apart from the other crates because the tables
//! of the public suffix list compile slowly; no other crate names `psl`.
//!
//! Implements the name side of CIMD-F-11 and UI-1. Judging *addresses* is the business of `salver-egress`.

mod display;
mod host;
mod site;
mod special;

pub use display::{DisplayHost, display_host};
pub use host::{DnsName, Host, HostError};
pub use site::{is_public_suffix, registrable_domain, same_site};
pub use special::{
    RESERVED, Reach, Reserved, SpecialUse, is_loopback_name, is_special_use, special_use,
};
