//! Which redirect URIs does the operator name? Exact addresses, and hosts on the web; with a leading dot every name below.

use salver_oauth::client::redirect_uri::{Recipient, RedirectUri, RedirectUriError, same};
use thiserror::Error;

use crate::catalogue::{HostSet, is_domain_name};

/// What an operator names.
#[derive(Clone, Debug, Default)]
pub struct ListedRedirects {
    exact: Vec<RedirectUri>,
    hosts: HostSet,
}

/// Why an entry names nothing.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum ListedError {
    /// It is written like an address, and as a redirect URI it breaks a rule.
    #[error("as a redirect URI {0}")]
    RedirectUri(RedirectUriError),
    /// It is no host either.
    #[error("it is neither a redirect URI nor a full domain name in lower case")]
    Host,
}

impl ListedRedirects {
    /// Adds an entry: what has a slash behind a colon is an address, anything else a host.
    ///
    /// # Errors
    /// [`ListedError`] says why it names nothing.
    pub fn add(&mut self, entry: &str) -> Result<(), ListedError> {
        if entry.contains(":/") {
            self.exact.push(RedirectUri::parse(entry).map_err(ListedError::RedirectUri)?);
            return Ok(());
        }
        if !is_domain_name(entry.strip_prefix('.').unwrap_or(entry)) {
            return Err(ListedError::Host);
        }
        self.hosts.insert(entry);
        Ok(())
    }

    /// Whether it is named, by itself or by its host.
    #[must_use]
    pub fn contains(&self, uri: &RedirectUri) -> bool {
        let by_host = match uri.recipient() {
            Recipient::Https { host } => self.hosts.contains(host),
            Recipient::Loopback | Recipient::App { .. } => false,
        };
        by_host || self.exact.iter().any(|listed| same(listed.as_str(), uri.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_listed() {
        let uri = ListedError::RedirectUri;
        for (entry, refused) in [
            ("a.example", None),
            (".a.example", None),
            ("https://a.example/cb", None),
            ("cursor://x/cb", None),
            ("A.example", Some(ListedError::Host)),
            ("*.a.example", Some(ListedError::Host)),
            ("..a.example", Some(ListedError::Host)),
            ("a.example/cb", Some(ListedError::Host)),
            ("localhost", Some(ListedError::Host)),
            ("", Some(ListedError::Host)),
            ("a.example:8443", Some(ListedError::Host)),
            ("https://*.a.example/", Some(uri(RedirectUriError::Wildcard))),
            ("http://a.example/", Some(uri(RedirectUriError::PlainHttp))),
            ("javascript://x", Some(uri(RedirectUriError::DangerousScheme))),
        ] {
            assert_eq!(ListedRedirects::default().add(entry).err(), refused, "{entry}");
        }
    }
}
