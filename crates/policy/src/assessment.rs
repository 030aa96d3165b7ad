//! How much has been proven about this client, for this request? The ladder of DESIGN 4.2.
//!
//! Two questions decide: who published the metadata, and who receives the answer. Names, logos and everything else in the
//! metadata are claims and count for nothing here.

use std::fmt;

use salver_oauth::client::{
    id::ClientId,
    metadata::Metadata,
    redirect_uri::{Recipient, RedirectUri},
};
use serde::Serialize;

use crate::places::{is_relay, is_shared_host};

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
    /// An administrator of this server.
    Administrator,
}

/// What is proven about a client, for one redirect URI.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
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
}

/// Assesses a client for the redirect URI that this request uses.
#[must_use]
pub fn assess(client: &Metadata, redirect_uri: &str, recipient: &Recipient) -> Assessment {
    let relay = is_relay(redirect_uri);
    let publisher = match &client.client_id {
        ClientId::Issued(_) => Publisher::Administrator,
        ClientId::Document(url) if is_shared_host(url.host()) => {
            Publisher::ExactUrl(url.as_str().into())
        }
        ClientId::Document(url) => Publisher::Domain(url.host().into()),
    };
    let rung = match (&publisher, recipient) {
        (Publisher::ExactUrl(_), _) => Rung::SelfDeclared,
        _ if relay => Rung::Published,
        (Publisher::Domain(publisher), Recipient::Https { host }) if publisher == host => {
            Rung::Anchored
        }
        // The administrator has named this very host for it.
        (Publisher::Administrator, Recipient::Https { .. }) => Rung::Anchored,
        _ => Rung::Published,
    };
    Assessment {
        rung,
        vetted: publisher == Publisher::Administrator,
        publisher,
        relay,
        on_this_computer: recipient.is_on_this_computer(),
    }
}

/// What makes two `client_id`s the same application (DESIGN 4.4), as a key.
#[must_use]
pub fn fingerprint(client: &Metadata) -> String {
    match &client.client_id {
        ClientId::Document(url) => format!("document {url}", url = url.as_str()),
        ClientId::Issued(id) => format!("issued {}", id.as_str()),
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

/// The recipient of a redirect URI, if it is one: for callers that have only the text.
#[must_use]
pub fn recipient_of(redirect_uri: &str) -> Option<Recipient> {
    RedirectUri::parse(redirect_uri).ok().map(|uri| uri.recipient().clone())
}

#[cfg(test)]
mod tests {
    use salver_oauth::client::metadata::{Keys, Methods};

    use super::*;

    fn client(client_id: &str, redirect_uri: &str) -> Metadata {
        Metadata {
            client_id: ClientId::parse(client_id).unwrap(),
            name: Some("Claude".into()),
            client_uri: None,
            redirect_uris: vec![RedirectUri::parse(redirect_uri).unwrap()],
            scope: None,
            methods: Methods { none: true, private_key_jwt: false }, keys: Keys::None,
            digest: [0; 32],
        }
    }

    #[test]
    fn design_4_2_each_rung_with_its_forgeries() {
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
                "https://raw.githubusercontent.com/a/c",
                "https://raw.githubusercontent.com/cb",
                Rung::SelfDeclared,
            ),
            ("named by an administrator", "partner", "https://partner.example/cb", Rung::Anchored),
            ("named, but on this computer", "partner", "http://localhost/cb", Rung::Published),
        ] {
            let client = client(client_id, redirect_uri);
            let assessment = assess(&client, redirect_uri, client.redirect_uris[0].recipient());
            assert_eq!(assessment.rung, rung, "{why}");
        }
    }

    #[test]
    fn the_name_that_a_client_claims_changes_nothing() {
        let mut one = client("https://claude.ai/c", "https://claude.ai/cb");
        let before = assess(&one, "https://claude.ai/cb", one.redirect_uris[0].recipient());
        one.name = Some("administrator, vetted, anchored".into());
        assert_eq!(assess(&one, "https://claude.ai/cb", one.redirect_uris[0].recipient()), before);
    }
}
