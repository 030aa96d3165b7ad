//! How is an entry found among ten thousand? By hashes: a look-up tries the address itself and at most eight open forms of it,
//! however many entries there are.

use std::collections::{HashMap, HashSet};

use salver_oauth::client::redirect_uri::without_port;

use super::{
    content::Content,
    hosts::HostSet,
    name::folded,
    pattern::{Pattern, open_forms},
    relays::Relays,
};

/// Everything that is looked up, by what it is looked up with. Numbers are places in the content's lists.
#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    pub(super) documents: Addresses,
    pub(super) redirect_uris: Addresses,
    /// By the `client_id` that its statements give.
    pub(super) statements: HashMap<Box<str>, usize>,
    pub(super) names: HashMap<Box<str>, usize>,
    pub(super) entries: HashMap<Box<str>, usize>,
    pub(super) pins: HashMap<Box<str>, usize>,
    pub(super) relays: Relays,
    pub(super) shared_hosts: HostSet,
}

/// Patterns, by their texts.
#[derive(Clone, Debug, Default)]
pub(super) struct Addresses {
    exact: HashMap<Box<str>, Vec<usize>>,
    open: HashMap<Box<str>, Vec<usize>>,
    /// Scheme and host of all of them: on most hosts there is none.
    origins: HashSet<Box<str>>,
    /// Scheme and host of the open ones.
    open_origins: HashSet<Box<str>>,
}

impl Index {
    pub(super) fn of(content: &Content) -> Self {
        let mut index = Self::default();
        for (number, client) in content.clients.iter().enumerate() {
            index.entries.insert(folded(&client.name).into(), number);
            for name in &client.names {
                index.names.insert(folded(name).into(), number);
            }
            for pattern in &client.documents {
                index.documents.insert(pattern, number);
                if let (true, Some(host)) = (client.shared_host, pattern.host()) {
                    index.shared_hosts.insert(host);
                }
            }
            for pattern in &client.redirect_uris {
                index.redirect_uris.insert(pattern, number);
            }
            for software in &client.statements {
                index.statements.insert(software.client_id().as_str().into(), number);
            }
        }
        for (number, pin) in content.pins.iter().enumerate() {
            index.pins.insert(pin.url.as_str().into(), number);
        }
        for relay in &content.relays {
            index.relays.insert(relay);
        }
        for host in &content.shared_hosts {
            index.shared_hosts.insert(host);
        }
        index
    }
}

impl Addresses {
    fn insert(&mut self, pattern: &Pattern, number: usize) {
        let address = without_port(pattern.as_str());
        self.origins.insert(origin(&address).into());
        let numbers = if pattern.is_exact() {
            self.exact.entry(address.as_ref().into()).or_default()
        } else {
            self.open_origins.insert(origin(pattern.as_str()).into());
            self.open.entry(pattern.as_str().into()).or_default()
        };
        // Two ports of one loopback address are one address.
        if numbers.last() != Some(&number) {
            numbers.push(number);
        }
    }

    /// Whether any entry has an address with this one's scheme and host.
    pub(super) fn know_origin_of(&self, address: &str) -> bool {
        self.origins.contains(origin(&without_port(address)))
    }

    /// The entries with exactly this address.
    pub(super) fn exactly(&self, address: &str) -> &[usize] {
        self.exact.get(without_port(address).as_ref()).map_or(&[], Vec::as_slice)
    }

    /// The entries with an open pattern for this address; the longest fixed beginning first.
    pub(super) fn openly(&self, address: &str) -> Vec<usize> {
        if !self.open_origins.contains(origin(address)) {
            return Vec::new();
        }
        let found = open_forms(address).into_iter().filter_map(|form| self.open.get(form.as_str()));
        found.flatten().copied().collect()
    }
}

/// An address up to its path.
fn origin(address: &str) -> &str {
    let mut slashes = address.bytes().enumerate().filter(|(_, byte)| *byte == b'/');
    let path = slashes.nth(2).map_or(address.len(), |(at, _)| at);
    address.get(..path).unwrap_or(address)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use salver_oauth::client::redirect_uri::same;

    use super::*;

    const ADDRESS: &str = "(http|https)://(127\\.0\\.0\\.1|\\[::1\\]|localhost|a\\.example)(:[0-9]{0,3}|:8080)?(/|\\?|/cb|/cb\\?x)?";

    proptest! {
        #[test]
        fn addresses_meet_under_one_key_exactly_if_they_are_the_same(one in ADDRESS, other in ADDRESS) {
            let meet = without_port(&one) == without_port(&other);
            prop_assert_eq!(meet, same(&one, &other), "{} {}", one, other);
        }
    }

    #[test]
    fn keys_without_ports() {
        for (address, key) in [
            ("http://[::1]:80/cb", "http://[::1]/cb"),
            ("http://[::1]", "http://[::1]"),
            ("http://127.0.0.1:33418/", "http://127.0.0.1/"),
            ("http://localhost:1?a:2", "http://localhost?a:2"),
            ("http://localhost:0/cb", "http://localhost:0/cb"),
            ("https://localhost:1/cb", "https://localhost:1/cb"),
        ] {
            assert_eq!(without_port(address), key);
        }
    }
}
