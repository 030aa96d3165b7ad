//! Hosts, public suffixes, special-use names, and what looks alike.
//!
//! Questions: what is this host, which site does it belong to, may anybody on the public network own it, how is
//! it shown to people, and what could a host or a name be taken for? Pure: nothing here resolves a name. Kept apart from the other crates because the tables
//! of the public suffix list and of Unicode compile slowly; no other crate names `psl` or the Unicode tables.
//!
//! Implements the name side of CIMD-F-11 and UI-1. Judging *addresses* is the business of `salver-egress`.

mod display;
mod host;
mod look;
mod site;
mod special;

pub use display::{DisplayHost, display_host};
pub use host::{DnsName, Host, HostError};
pub use look::{
    HostLikeness, NameSkeleton, ProtectedHosts, Word, as_drawn, folded_name, mixes_scripts,
    name_skeleton,
};
pub use site::{is_public_suffix, registrable_domain, same_site};
pub use special::{
    RESERVED, Reach, Reserved, SpecialUse, is_loopback_name, is_special_use, special_use,
};
