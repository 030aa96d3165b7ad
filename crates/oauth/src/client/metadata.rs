//! What is known of a client? Its metadata, however it was registered, in one form.

use super::{id::ClientId, redirect_uri::RedirectUri};
use crate::scope::Scope;

/// A client's metadata, read and found sound. Everything in it is a claim of whoever wrote it, until `salver-policy` says
/// what is proven.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Metadata {
    /// Whose it is.
    pub client_id: ClientId,
    /// `client_name`, as claimed.
    pub name: Option<Box<str>>,
    /// `client_uri`, as claimed.
    pub client_uri: Option<Box<str>>,
    /// `logo_uri`, as claimed; https. Only this server ever goes there.
    pub logo_uri: Option<Box<str>>,
    /// The redirect URIs that can be used here; never empty.
    pub redirect_uris: Vec<RedirectUri>,
    /// `scope`: what it may ask for, if it says.
    pub scope: Option<Scope>,
    /// How it may authenticate at the token endpoint.
    pub methods: Methods,
    /// The keys that it authenticates with.
    pub keys: Keys,
    /// Its tokens must be bound to a key of its own (RFC 9449 §5.2): bearer tokens are none for it.
    pub dpop_bound: bool,
    /// SHA-256 of the bytes it was read from: two metadata with one digest are one version.
    pub digest: [u8; 32],
}

/// Authentication methods that a client declares and this server knows.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Methods {
    /// `none`: a public client.
    pub none: bool,
    /// `private_key_jwt` (RFC 7523 §2.2).
    pub private_key_jwt: bool,
}

/// Where a client's public keys are (RFC 7591 §2: `jwks` or `jwks_uri`, not both).
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub enum Keys {
    /// It has none.
    #[default]
    None,
    /// In its metadata: a key set as JSON.
    Inline(Box<str>),
    /// At this https URL.
    At(Box<str>),
}

impl Metadata {
    /// The name for people: the claimed one, else the host of the document, else the identifier.
    #[must_use]
    pub fn label(&self) -> &str {
        match (&self.name, &self.client_id) {
            (Some(name), _) => name,
            (None, ClientId::Document(url)) => url.host(),
            (None, ClientId::Issued(id)) => id.as_str(),
            (None, ClientId::Hosted(id)) => id.as_str(),
            (None, ClientId::LocalDevelopment(_)) => "A program in development",
        }
    }

    /// an app scheme is open only to clients that an operator has named, whose redirect URIs are the operator's words.
    #[must_use]
    pub fn may_not_use_app_schemes(&self) -> bool {
        !matches!(self.client_id, ClientId::Issued(_))
    }

    /// Whether every answer goes to the user's own computer (MCP-AS-19).
    #[must_use]
    pub fn is_only_on_this_computer(&self) -> bool {
        self.redirect_uris.iter().all(|uri| uri.recipient().is_on_this_computer())
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::client::id::MetadataUrl;

    /// Metadata of a document with these redirect URIs.
    pub(crate) fn metadata(redirect_uris: &[&str]) -> Metadata {
        Metadata {
            client_id: ClientId::Document(
                MetadataUrl::parse("https://app.example/client.json").unwrap(),
            ),
            name: Some("App".into()),
            client_uri: None,
            logo_uri: None,
            redirect_uris: redirect_uris
                .iter()
                .map(|uri| RedirectUri::parse(uri).unwrap())
                .collect(),
            scope: None,
            methods: Methods { none: true, private_key_jwt: false },
            keys: Keys::None,
            dpop_bound: false,
            digest: [0; 32],
        }
    }

    #[test]
    fn the_label_falls_back_to_what_is_certain() {
        let mut client = metadata(&["http://localhost/cb"]);
        assert_eq!(client.label(), "App");
        client.name = None;
        assert_eq!(client.label(), "app.example");
    }

    #[test]
    fn mcp_as_19_only_on_this_computer() {
        assert!(
            metadata(&["http://localhost/cb", "http://127.0.0.1/cb"]).is_only_on_this_computer()
        );
        assert!(
            !metadata(&["http://localhost/cb", "https://app.example/cb"])
                .is_only_on_this_computer()
        );
    }
}
