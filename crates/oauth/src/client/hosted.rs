//! Is this the name of a document that a server hosts itself for a developer? Decision 5.
//!
//! Such a `client_id` is `<issuer>/clients/<name>.json`. It is a kind of its own: answered from memory and never fetched, and nobody vouches
//! for it, the host of the issuer least of all (CIMD-V-2).

use url::Url;

use super::id::ClientId;
use crate::issuer::{Issuer, is_loopback};

/// The `client_id` of a hosted document, in the client's own bytes.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct HostedId {
    text: Box<str>,
    name: HostedName,
}

/// The name of a hosted document: 1 to 64 lower-case letters, digits and inner hyphens.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct HostedName(Box<str>);

impl HostedName {
    /// Reads a name; `None` if it is not one.
    #[must_use]
    pub fn parse(raw: &str) -> Option<Self> {
        let is_plain =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let is_name = (1..=MAX_NAME_BYTES).contains(&raw.len())
            && raw.bytes().all(is_plain)
            && !raw.starts_with('-')
            && !raw.ends_with('-');
        is_name.then(|| Self(raw.into()))
    }

    /// Reads the last segment of a hosted document's path.
    #[must_use]
    pub fn of_file(segment: &str) -> Option<Self> {
        Self::parse(segment.strip_suffix(ENDING)?)
    }

    /// The name itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl HostedId {
    /// The `client_id` of the document of this name at this server.
    #[must_use]
    pub fn new(issuer: &Issuer, name: HostedName) -> Self {
        let text = issuer.endpoint(&format!("{FOLDER}{}{ENDING}", name.as_str()));
        Self { text: text.into(), name }
    }

    /// The hosted document that a `client_id` names at this server, whichever way it was read. Comparison is of bytes (CIMD-U-8).
    #[must_use]
    pub fn at(issuer: &Issuer, client_id: &ClientId) -> Option<Self> {
        if !matches!(
            client_id,
            ClientId::Document(_) | ClientId::Hosted(_) | ClientId::LocalDevelopment(_)
        ) {
            return None;
        }
        let path = client_id.as_str().strip_prefix(issuer.as_str())?;
        let name = HostedName::of_file(path.strip_prefix(FOLDER)?)?;
        Some(Self { text: client_id.as_str().into(), name })
    }

    /// Reads what can only be a document of a server on this computer: an http address is the name of no other kind of client.
    pub(super) fn on_loopback(raw: &str) -> Option<Self> {
        if !raw.starts_with("http://") {
            return None;
        }
        let url = Url::parse(raw).ok()?;
        let is_plain = url.scheme() == "http"
            && is_loopback(&url)
            && url.username().is_empty()
            && url.as_str() == raw;
        let (_, file) = raw.rsplit_once(FOLDER)?;
        let name = HostedName::of_file(file)?;
        is_plain.then(|| Self { text: raw.into(), name })
    }

    /// The whole identifier.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Its last part, without the ending.
    #[must_use]
    pub fn name(&self) -> &HostedName {
        &self.name
    }
}

/// Where hosted documents lie, below the issuer.
pub const FOLDER: &str = "/clients/";

const ENDING: &str = ".json";

const MAX_NAME_BYTES: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        let long = "a".repeat(64);
        for (raw, is_name) in [
            ("a", true),
            ("my-client-2", true),
            (long.as_str(), true),
            (&format!("{long}a"), false),
            ("", false),
            ("-a", false),
            ("a-", false),
            ("A", false),
            ("a.b", false),
            ("a/b", false),
            ("..", false),
            ("ä", false),
        ] {
            assert_eq!(HostedName::parse(raw).is_some(), is_name, "{raw}");
        }
    }

    #[test]
    fn a_hosted_document_is_known_by_the_issuer_in_front_of_it() {
        for (issuer, client_id, name) in [
            ("https://as.example", "https://as.example/clients/app.json", Some("app")),
            ("https://as.example/t", "https://as.example/t/clients/app.json", Some("app")),
            ("https://as.example/t", "https://as.example/clients/app.json", None),
            ("https://as.example", "https://as.example.evil.example/clients/app.json", None),
            ("https://as.example", "https://other.example/clients/app.json", None),
            ("https://as.example", "https://as.example/clients/a/app.json", None),
            ("https://as.example", "https://as.example/clients/App.json", None),
            ("https://as.example", "https://as.example/clients/app", None),
            ("https://as.example", "app", None),
            ("http://localhost:8080", "http://localhost:8080/clients/app.json", Some("app")),
            ("http://localhost:8080", "http://localhost:8081/clients/app.json", None),
            ("http://localhost:8080", "http://127.0.0.1:8080/clients/app.json", None),
        ] {
            let issuer = Issuer::parse(issuer).unwrap();
            let client_id = ClientId::parse(client_id).unwrap();
            let found = HostedId::at(&issuer, &client_id);
            assert_eq!(found.as_ref().map(|id| id.name().as_str()), name, "{issuer} {client_id}");
            if let Some(id) = found {
                assert_eq!(HostedId::new(&issuer, id.name().clone()), id);
            }
        }
    }

    #[test]
    fn decision_5_http_names_nothing_but_a_hosted_document_on_this_computer() {
        for (raw, hosted) in [
            ("http://localhost:8080/clients/app.json", true),
            ("http://127.0.0.1/clients/app.json", true),
            ("http://[::1]:1/t/clients/app.json", true),
            ("http://as.example/clients/app.json", false),
            ("http://localhost.evil.example/clients/app.json", false),
            ("http://localhost:80/clients/app.json", false),
            ("http://localhost:8080/x/../clients/app.json", false),
            ("http://localhost:8080/clients/app.json?x", false),
            ("http://localhost:8080/clients/app.json#x", false),
            ("http://u@localhost:8080/clients/app.json", false),
            ("http://localhost:8080/client.json", false),
            ("http://localhost", false),
        ] {
            let read = ClientId::parse(raw);
            assert_eq!(matches!(read, Ok(ClientId::Hosted(_))), hosted, "{raw}: {read:?}");
        }
    }
}
