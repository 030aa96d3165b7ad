//! Does this redirect URI hand the answer on? DESIGN 4.2.
//!
//! A mark that lowers trust is read generously, the other way round than a binding: query, port, letter case and a last slash do
//! not matter, and an address on a relay's host that a server could read in two ways counts as the relay.

use std::collections::HashSet;

use url::Url;

use super::pattern::{Pattern, open_forms};

/// Relays, found without a walk over the list.
#[derive(Clone, Debug, Default)]
pub(super) struct Relays {
    exact: HashSet<Box<str>>,
    open: HashSet<Box<str>>,
    hosts: HashSet<Box<str>>,
}

impl Relays {
    pub(super) fn insert(&mut self, relay: &Pattern) {
        if let Some(host) = relay.host() {
            self.hosts.insert(host.into());
        }
        let text = without_query(relay.as_str()).to_ascii_lowercase().into_boxed_str();
        if relay.is_exact() {
            self.exact.insert(text)
        } else {
            self.open.insert(text)
        };
    }

    pub(super) fn contains(&self, url: &Url) -> bool {
        let host = url.host_str().unwrap_or_default();
        let host = host.strip_suffix('.').unwrap_or(host);
        if url.scheme() != "https" || !self.hosts.contains(host) {
            return false;
        }
        if url.path().contains('%') || url.path().contains("//") {
            return true;
        }
        let address = format!("https://{host}{}", url.path()).to_ascii_lowercase();
        let address = without_query(&address);
        self.exact.contains(address)
            || open_forms(address).iter().any(|form| self.open.contains(form.as_str()))
    }
}

/// The address up to its query, without a last slash.
fn without_query(address: &str) -> &str {
    address.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relays_are_known_however_they_are_written() {
        let mut relays = Relays::default();
        for relay in ["https://vscode.dev/redirect", "https://relay.example/{id}/Back"] {
            relays.insert(&Pattern::redirect_uri(relay).unwrap());
        }
        for (uri, relay) in [
            ("https://vscode.dev/redirect", true),
            ("https://vscode.dev/redirect?url=x", true),
            ("https://vscode.dev/redirect/", true),
            ("https://VSCODE.dev/Redirect", true),
            ("https://vscode.dev./redirect", true),
            ("https://vscode.dev:443/redirect", true),
            ("https://vscode.dev/%72edirect", true),
            ("https://vscode.dev//redirect", true),
            ("https://vscode.dev/x/../redirect", true),
            ("https://vscode.dev/redirect/else", false),
            ("https://vscode.dev/oauth/callback", false),
            ("https://vscode.dev.example/redirect", false),
            ("https://other.example/%72edirect", false),
            ("http://localhost/redirect", false),
            ("https://relay.example/tenant/back", true),
            ("https://relay.example/tenant/back?x=1", true),
            ("https://relay.example/tenant/other", false),
        ] {
            assert_eq!(relays.contains(&Url::parse(uri).unwrap()), relay, "{uri}");
        }
    }
}
