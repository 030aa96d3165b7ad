//! How much has been proven about this client, for this request? The ladder of DESIGN 4.2.
//!
//! Two questions decide: who published the metadata, and who receives the answer. Names, logos and everything else in the
//! metadata are claims and count for nothing here.

use std::fmt;

use salver_oauth::{
    Timestamp,
    client::{id::ClientId, metadata::Metadata, redirect_uri::Recipient},
};
use serde::Serialize;

use crate::catalogue::{Catalogue, Client};

/// How hard it is to pose as the client.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rung {
    /// Nobody vouches for the metadata: anyone who gets a click can pose as it.
    SelfDeclared,
    /// Somebody vouches for the metadata, but the answer goes to a place where others can sit.
    Published,
    /// The answer can only reach whoever published the metadata.
    Anchored,
}

/// Who vouches for the metadata.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Publisher {
    /// The host that serves the document.
    Domain(Box<str>),
    /// Nobody but the exact URL: anybody may put files on its host.
    ExactUrl(Box<str>),
    /// Nobody: this server hosts the document for one of its accounts, and does not answer for it.
    Hosted(Box<str>),
    /// Nobody at all: it says everything itself.
    Nobody,
    /// An administrator of this server.
    Administrator,
}

/// What is proven about a client, for one redirect URI.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "facts that do not depend on each other")]
pub struct Assessment {
    /// How much.
    pub rung: Rung,
    /// By whom.
    pub publisher: Publisher,
    /// An administrator has looked at it.
    pub vetted: bool,
    /// The answer goes to an address that hands it on.
    pub relay: bool,
    /// The answer goes to a program on the user's own computer.
    pub on_this_computer: bool,
    /// The entry of the catalogue that its document belongs to, by name.
    pub known: Option<Box<str>>,
    /// The metadata are a pinned copy: no more than `published`.
    pub pinned: bool,
    /// The client cannot avoid authenticating with keys of its own.
    pub keyed: bool,
}

/// What is known when a client is assessed, for one request.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'f> {
    /// The client.
    pub client: &'f Metadata,
    /// The redirect URI that this request uses.
    pub redirect_uri: &'f str,
    /// Where it leads.
    pub recipient: &'f Recipient,
    /// Where the client's metadata come from.
    pub copy: DocumentCopy,
    /// What is known of clients and places.
    pub catalogue: &'f Catalogue,
}

/// Which copy of a client's metadata is in use.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum DocumentCopy {
    /// As fresh as its publisher wants; or entered by an administrator.
    Live,
    /// Ours, from an earlier visit: its host fails (DESIGN 4.5).
    Stale {
        /// When it was fetched or last confirmed.
        fetched: Timestamp,
    },
    /// A pin of the catalogue or of the operator.
    Pinned {
        /// When it was copied.
        fetched: Timestamp,
    },
}

impl<'f> Facts<'f> {
    /// Assesses the client for the redirect URI that this request uses.
    #[must_use]
    pub fn assess(&self) -> Assessment {
        let publisher = self.publisher();
        let relay = self.catalogue.is_relay(self.redirect_uri);
        let pinned = matches!(self.copy, DocumentCopy::Pinned { .. });
        let rung = match publisher {
            Publisher::ExactUrl(_) | Publisher::Hosted(_) | Publisher::Nobody => Rung::SelfDeclared,
            _ if relay || pinned => Rung::Published,
            Publisher::Domain(_) if self.is_keyed() => Rung::Anchored,
            _ if self.reaches_only(&publisher) => Rung::Anchored,
            _ => Rung::Published,
        };
        Assessment {
            rung,
            vetted: publisher == Publisher::Administrator,
            publisher,
            relay,
            on_this_computer: self.recipient.is_on_this_computer(),
            known: self.known().map(|client| client.name.clone()),
            pinned,
            keyed: self.is_keyed(),
        }
    }

    fn publisher(&self) -> Publisher {
        match &self.client.client_id {
            ClientId::Issued(_) => Publisher::Administrator,
            ClientId::Hosted(id) => Publisher::Hosted(id.as_str().into()),
            ClientId::LocalDevelopment(_) => Publisher::Nobody,
            ClientId::Document(url) if self.catalogue.is_shared_host(url.host()) => {
                Publisher::ExactUrl(url.as_str().into())
            }
            ClientId::Document(url) => Publisher::Domain(url.host().into()),
        }
    }

    /// The entry of the catalogue that its document belongs to.
    #[must_use]
    pub fn known(&self) -> Option<&'f Client> {
        match &self.client.client_id {
            ClientId::Document(url) => self.catalogue.client_of_document(url.as_str()),
            ClientId::Issued(_) | ClientId::Hosted(_) | ClientId::LocalDevelopment(_) => None,
        }
    }

    /// Whether the answer can only reach the publisher: its exact host, or one that the catalogue names for this client. An
    /// administrator has named the address itself.
    fn reaches_only(&self, publisher: &Publisher) -> bool {
        match (publisher, self.recipient) {
            (Publisher::Administrator, Recipient::Https { .. }) => true,
            (Publisher::Domain(publisher), Recipient::Https { host }) => {
                publisher == host || self.is_named_host(host)
            }
            _ => false,
        }
    }

    pub(crate) fn is_named_host(&self, host: &str) -> bool {
        self.known().is_some_and(|client| client.receives_at(host))
            && !self.catalogue.is_shared_host(host)
    }

    /// Whether the client cannot avoid authenticating with its publisher's keys: a document that also lists `none` proves nothing
    /// by them at this point.
    fn is_keyed(&self) -> bool {
        self.client.methods.private_key_jwt && !self.client.methods.none
    }
}

/// What makes two `client_id`s the same application (DESIGN 4.4), as a key.
#[must_use]
pub fn fingerprint(client: &Metadata) -> String {
    match &client.client_id {
        ClientId::Document(url) => format!("document {url}", url = url.as_str()),
        ClientId::Issued(id) => format!("issued {}", id.as_str()),
        ClientId::Hosted(id) => format!("hosted {}", id.as_str()),
        ClientId::LocalDevelopment(id) => format!("development {}", id.as_str()),
    }
}

impl fmt::Display for Rung {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SelfDeclared => "self_declared",
            Self::Published => "published",
            Self::Anchored => "anchored",
        })
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use salver_oauth::client::{
        metadata::{Keys, Methods},
        redirect_uri::RedirectUri,
    };

    use super::*;
    use crate::catalogue::Date;

    /// Metadata with one redirect URI.
    pub(crate) fn client(client_id: &str, redirect_uri: &str) -> Metadata {
        Metadata {
            client_id: ClientId::parse(client_id).unwrap(),
            name: Some("App".into()),
            client_uri: None,
            logo_uri: None,
            redirect_uris: vec![RedirectUri::parse(redirect_uri).unwrap()],
            scope: None,
            methods: Methods { none: true, private_key_jwt: false },
            keys: Keys::None,
            dpop_bound: false,
            digest: [0; 32],
        }
    }

    /// The facts of a request with its first redirect URI.
    pub(crate) fn facts<'f>(client: &'f Metadata, catalogue: &'f Catalogue) -> Facts<'f> {
        let uri = &client.redirect_uris[0];
        let (redirect_uri, recipient) = (uri.as_str(), uri.recipient());
        Facts { client, redirect_uri, recipient, copy: DocumentCopy::Live, catalogue }
    }

    /// A client that its document lists an address for, on another host; and places that are not what they seem.
    pub(crate) fn catalogue() -> Catalogue {
        Catalogue::parse(
            r#"
            format = 1
            number = 1
            issued = "2026-11-01"
            relays = ["https://vscode.dev/redirect", "https://relay.example/r"]
            shared_hosts = ["files.example"]
            [[client]]
            name = "App"
            publisher = "app.example"
            names = ["App"]
            documents = ["https://app.example/c", "https://files.example/app/c"]
            redirect_uris = ["https://login.example/cb", "https://files.example/cb", "https://relay.example/r", "http://localhost/cb"]
            shared_host = true
            seen = "2026-10-01"
            source = "a test"
            [[client]]
            name = "Web"
            publisher = "web.example"
            names = ["Web"]
            documents = ["https://web.example/c"]
            redirect_uris = ["https://login.example/cb", "https://files.example/cb", "https://relay.example/r"]
            seen = "2026-10-01"
            source = "a test"
            "#,
        )
        .unwrap()
    }

    #[test]
    fn design_4_2_each_rung_with_its_forgeries() {
        let catalogue = catalogue();
        for (why, client_id, redirect_uri, rung) in [
            ("its own host", "https://claude.ai/c", "https://claude.ai/cb", Rung::Anchored),
            (
                "another host of the same site",
                "https://claude.ai/c",
                "https://api.claude.ai/cb",
                Rung::Published,
            ),
            ("another host", "https://claude.ai/c", "https://evil.example/cb", Rung::Published),
            (
                "a program on this computer",
                "https://claude.ai/c",
                "http://localhost/cb",
                Rung::Published,
            ),
            ("an app's scheme", "https://claude.ai/c", "ai.claude:/cb", Rung::Published),
            (
                "a relay on its own host",
                "https://vscode.dev/c",
                "https://vscode.dev/redirect",
                Rung::Published,
            ),
            (
                "a host for everybody",
                "https://files.example/a/c",
                "https://files.example/cb",
                Rung::SelfDeclared,
            ),
            (
                "… that spells itself otherwise",
                "https://files.example./a/c",
                "https://files.example./cb",
                Rung::SelfDeclared,
            ),
            (
                "hosted here, whatever receives the answer",
                "http://localhost:8080/clients/app.json",
                "https://files.example/cb",
                Rung::SelfDeclared,
            ),
            (
                "ATP-2: in development",
                "http://localhost?redirect_uri=http://127.0.0.1/cb",
                "http://127.0.0.1/cb",
                Rung::SelfDeclared,
            ),
            (
                "a known client on a host for everybody",
                "https://files.example/app/c",
                "https://login.example/cb",
                Rung::SelfDeclared,
            ),
            (
                "a host that the catalogue names for it",
                "https://web.example/c",
                "https://login.example/cb",
                Rung::Anchored,
            ),
            (
                "… for another document of its host",
                "https://web.example/d",
                "https://login.example/cb",
                Rung::Published,
            ),
            (
                "… a host for everybody",
                "https://web.example/c",
                "https://files.example/cb",
                Rung::Published,
            ),
            ("… a relay", "https://web.example/c", "https://relay.example/r", Rung::Published),
            ("named by an administrator", "partner", "https://partner.example/cb", Rung::Anchored),
            ("named, but on this computer", "partner", "http://localhost/cb", Rung::Published),
            ("named, but a relay", "partner", "https://relay.example/r", Rung::Published),
        ] {
            let client = client(client_id, redirect_uri);
            assert_eq!(facts(&client, &catalogue).assess().rung, rung, "{why}");
        }
    }

    #[test]
    fn design_4_2_keys_anchor_only_whom_a_domain_publishes_and_who_cannot_do_without() {
        let catalogue = catalogue();
        let both = Methods { none: true, private_key_jwt: true };
        let keyed = Methods { none: false, private_key_jwt: true };
        for (why, client_id, redirect_uri, methods, rung) in [
            ("keys", "https://a.example/c", "http://localhost/cb", keyed, Rung::Anchored),
            ("… elsewhere", "https://a.example/c", "https://b.example/cb", keyed, Rung::Anchored),
            ("or none", "https://a.example/c", "http://localhost/cb", both, Rung::Published),
            ("a relay", "https://a.example/c", "https://relay.example/r", keyed, Rung::Published),
            (
                "a host for everybody",
                "https://files.example/a/c",
                "https://files.example/cb",
                keyed,
                Rung::SelfDeclared,
            ),
            ("no domain", "partner", "http://localhost/cb", keyed, Rung::Published),
        ] {
            let client = Metadata { methods, ..client(client_id, redirect_uri) };
            assert_eq!(facts(&client, &catalogue).assess().rung, rung, "{why}");
        }
    }

    #[test]
    fn design_4_6_a_pinned_login_is_at_most_published() {
        let catalogue = catalogue();
        let fetched = Date::parse("2026-09-30").unwrap().begin();
        let keyed = Methods { none: false, private_key_jwt: true };
        for (copy, own_host, by_keys, everybody) in [
            (DocumentCopy::Live, Rung::Anchored, Rung::Anchored, Rung::SelfDeclared),
            (DocumentCopy::Stale { fetched }, Rung::Anchored, Rung::Anchored, Rung::SelfDeclared),
            (
                DocumentCopy::Pinned { fetched },
                Rung::Published,
                Rung::Published,
                Rung::SelfDeclared,
            ),
        ] {
            let rung =
                |client: &Metadata| Facts { copy, ..facts(client, &catalogue) }.assess().rung;
            assert_eq!(rung(&client("https://a.example/c", "https://a.example/cb")), own_host);
            let keyed =
                Metadata { methods: keyed, ..client("https://a.example/c", "http://localhost/") };
            assert_eq!(rung(&keyed), by_keys);
            let shared = client("https://files.example/a/c", "https://files.example/cb");
            assert_eq!(rung(&shared), everybody);
        }
    }

    #[test]
    fn the_name_that_a_client_claims_changes_nothing() {
        let catalogue = catalogue();
        let mut one = client("https://claude.ai/c", "https://claude.ai/cb");
        let before = facts(&one, &catalogue).assess();
        one.name = Some("administrator, vetted, anchored".into());
        assert_eq!(facts(&one, &catalogue).assess(), before);
    }

    #[test]
    fn only_documents_are_known_and_only_by_their_urls() {
        let catalogue = catalogue();
        for (client_id, known) in [
            ("https://web.example/c", Some("Web")),
            ("https://web.example/d", None),
            ("https://files.example/app/c", Some("App")),
            ("Web", None),
        ] {
            let client = client(client_id, "http://localhost/cb");
            let known_as = facts(&client, &catalogue).known().map(|client| &*client.name);
            assert_eq!(known_as, known, "{client_id}");
        }
    }
}
