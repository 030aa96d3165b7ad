//! Is this host meant? `a.example` means that host, `.a.example` that host and every name below it; never a public suffix, under
//! which anybody may register.
//!
//! Other than in the catalogue, where a leading dot leaves out the name itself: there it marks places, here it names an owner.

use std::{collections::BTreeSet, fmt};

use salver_names::{Host, is_public_suffix};
use thiserror::Error;

use crate::visit::undotted;

/// Hosts, in their one spelling.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct HostList {
    exact: BTreeSet<Box<str>>,
    with_names_below: BTreeSet<Box<str>>,
}

/// Why a text names no hosts.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum HostFault {
    /// Not a full domain name or an address, in its one spelling.
    #[error("is not a full domain name in lower case")]
    NotAHost,
    /// Anybody may register below it.
    #[error("is a public suffix: anybody may register a name below it")]
    PublicSuffix,
}

impl HostFault {
    /// What to do about it.
    #[must_use]
    pub const fn hint(self) -> &'static str {
        match self {
            Self::NotAHost => {
                "write \"a.example\" for one host, \".a.example\" for it and the names below; lower case, xn-- for other scripts"
            }
            Self::PublicSuffix => "name the registered domains below it, one by one",
        }
    }
}

impl HostList {
    /// Adds what a text names.
    ///
    /// # Errors
    /// [`HostFault`], and nothing is added.
    pub fn insert(&mut self, text: &str) -> Result<(), HostFault> {
        let (name, list) = match text.strip_prefix('.') {
            Some(name) => (name, &mut self.with_names_below),
            None => (text, &mut self.exact),
        };
        let is_one = check(name)?;
        if is_one && text.starts_with('.') {
            return Err(HostFault::NotAHost);
        }
        list.insert(name.into());
        Ok(())
    }

    /// Whether the host is meant. A trailing dot names the same host.
    #[must_use]
    pub fn covers(&self, host: &str) -> bool {
        let host = undotted(host);
        self.exact.contains(host)
            || (!self.with_names_below.is_empty()
                && with_parents(host).any(|name| self.with_names_below.contains(name)))
    }

    /// The texts that make this list.
    #[must_use]
    pub fn texts(&self) -> Vec<String> {
        let below = self.with_names_below.iter().map(|name| format!(".{name}"));
        self.exact().map(str::to_owned).chain(below).collect()
    }

    /// Whether nothing is meant.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.exact.is_empty() && self.with_names_below.is_empty()
    }

    /// Whether whatever this list means, the other one means too.
    #[must_use]
    pub fn is_within(&self, other: &Self) -> bool {
        self.exact.iter().all(|host| other.covers(host))
            && self.with_names_below.iter().all(|name| {
                with_parents(name).any(|parent| other.with_names_below.contains(parent))
            })
    }

    /// Hosts without the names below them.
    pub(crate) fn exact(&self) -> impl Iterator<Item = &str> {
        self.exact.iter().map(AsRef::as_ref)
    }

    /// Hosts with the names below them.
    pub(crate) fn with_names_below(&self) -> impl Iterator<Item = &str> {
        self.with_names_below.iter().map(AsRef::as_ref)
    }
}

/// As in a file, with commas.
impl fmt::Display for HostList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.texts().join(", "))
    }
}

/// The host, and the names above it.
pub(crate) fn with_parents(host: &str) -> impl Iterator<Item = &str> {
    let parents = host.match_indices('.').filter_map(|(dot, _)| host.get(dot + 1..));
    std::iter::once(host).chain(parents)
}

/// Whether the host is an address; and that it is a host at all.
pub(crate) fn check(text: &str) -> Result<bool, HostFault> {
    let host = Host::parse(text).map_err(|_| HostFault::NotAHost)?;
    match host.as_name() {
        None if host.to_string() == text => Ok(true),
        Some(name) if name == text && is_public_suffix(name) => Err(HostFault::PublicSuffix),
        Some(name) if name == text => Ok(false),
        _ => Err(HostFault::NotAHost),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(texts: &[&str]) -> HostList {
        let mut list = HostList::default();
        for text in texts {
            list.insert(text).unwrap();
        }
        list
    }

    #[test]
    fn hosts_and_names_below() {
        let hosts = list(&["a.example", ".b.example", "203.0.113.9"]);
        for (host, covered) in [
            ("a.example", true),
            ("a.example.", true),
            ("x.a.example", false),
            ("b.example", true),
            ("x.b.example", true),
            ("y.x.b.example.", true),
            ("notb.example", false),
            ("b.example.evil.example", false),
            ("203.0.113.9", true),
            ("203.0.113.8", false),
            ("example", false),
            ("", false),
        ] {
            assert_eq!(hosts.covers(host), covered, "{host}");
        }
    }

    #[test]
    fn never_a_public_suffix() {
        use HostFault::{NotAHost, PublicSuffix};
        for (text, fault) in [
            ("a.example", None),
            (".a.example", None),
            ("alice.github.io", None),
            ("[2001:db8::1]", None),
            ("github.io", Some(PublicSuffix)),
            (".github.io", Some(PublicSuffix)),
            (".co.uk", Some(PublicSuffix)),
            ("com", Some(PublicSuffix)),
            (".", Some(NotAHost)),
            ("", Some(NotAHost)),
            ("*.a.example", Some(NotAHost)),
            ("A.example", Some(NotAHost)),
            ("a.example.", Some(NotAHost)),
            ("https://a.example", Some(NotAHost)),
            (".203.0.113.9", Some(NotAHost)),
        ] {
            assert_eq!(HostList::default().insert(text).err(), fault, "{text}");
        }
    }

    #[test]
    fn one_list_within_another() {
        for (one, other, within) in [
            (&["a.example"][..], &["a.example", "b.example"][..], true),
            (&["x.a.example"], &[".a.example"], true),
            (&[".x.a.example"], &[".a.example"], true),
            (&[".a.example"], &[".a.example"], true),
            (&[".a.example"], &["a.example"], false),
            (&["b.example"], &[".a.example"], false),
        ] {
            assert_eq!(list(one).is_within(&list(other)), within, "{one:?} {other:?}");
        }
    }
}
