//! What is known of a client? Its metadata, however it was registered, in one form.

use url::Url;

use super::{id::ClientId, redirect_uri::RedirectUri};
use crate::{registration::InstallationNonce, scope::Scope};

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
    /// It pushes its requests, and wants no others to be taken in its name (RFC 9126 §6).
    pub requires_push: bool,
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
    /// `attest_jwt_client_auth` (ABCA-9): by the attested key of its installation.
    pub attestation: bool,
    /// Only a registration of our own making can have one: see [`Methods::of_secret`].
    client_secret: Option<SecretMethod>,
}

/// How a client presents its secret (OAuth 2.1 §2.4.1).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum SecretMethod {
    /// `client_secret_basic`.
    Basic,
    /// `client_secret_post`.
    Post,
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

impl Keys {
    /// The host that serves them, if they are not written down.
    #[must_use]
    pub fn host(&self) -> Option<Box<str>> {
        match self {
            Self::At(url) => Url::parse(url).ok()?.host_str().map(Into::into),
            Self::None | Self::Inline(_) => None,
        }
    }
}

impl Methods {
    /// A public client.
    pub const NONE: Self = Self::without_secret(true, false);
    /// A client that cannot avoid its keys.
    pub const PRIVATE_KEY_JWT: Self = Self::without_secret(false, true);
    /// A client each of whose installations has to be attested.
    pub const ATTESTATION: Self = Self::without_secret(false, false).or_attestation(true);
    /// A client that may use its keys, or not.
    pub const EITHER: Self = Self::without_secret(true, true);

    /// What a client may use that shares no secret with this server: all that a document can say (CIMD-D-5).
    #[must_use]
    pub const fn without_secret(none: bool, private_key_jwt: bool) -> Self {
        Self { none, private_key_jwt, attestation: false, client_secret: None }
    }

    /// The same, or by the attested key of the installation.
    #[must_use]
    pub const fn or_attestation(self, attestation: bool) -> Self {
        Self { attestation, ..self }
    }

    /// Whether authentication rests on keys that the client's metadata publish: its own signature, or an attestation that they sign.
    #[must_use]
    pub const fn rest_on_keys(self) -> bool {
        self.private_key_jwt || self.attestation
    }

    /// What a client uses whose secret follows from this nonce.
    #[must_use]
    pub const fn of_secret(method: SecretMethod, _nonce: &InstallationNonce) -> Self {
        Self { client_secret: Some(method), ..Self::without_secret(false, false) }
    }

    /// How it presents its secret, if it has one.
    #[must_use]
    pub const fn client_secret(self) -> Option<SecretMethod> {
        self.client_secret
    }
}

impl SecretMethod {
    /// The method as registered (RFC 7591 §2).
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Basic => "client_secret_basic",
            Self::Post => "client_secret_post",
        }
    }
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
            (None, ClientId::Sealed(_) | ClientId::Recorded(_) | ClientId::Stated(_)) => {
                "A client without a name"
            }
        }
    }

    /// an app scheme is open only to clients that an operator has named, whose redirect URIs are the operator's words; to clients
    /// that registered themselves or are on record, each of whose redirect URIs a reviewer or the redirect policy judges; and to what a trusted issuer signed.
    #[must_use]
    pub fn may_not_use_app_schemes(&self) -> bool {
        matches!(
            self.client_id,
            ClientId::Document(_) | ClientId::Hosted(_) | ClientId::LocalDevelopment(_)
        )
    }

    /// Whether every answer goes to the user's own computer (MCP-AS-19).
    #[must_use]
    pub fn is_only_on_this_computer(&self) -> bool {
        self.redirect_uris.iter().all(|uri| uri.recipient().is_on_this_computer())
    }
}

/// ABCA-8, ABCA-9: the method of a client whose installations are attested.
pub const ATTESTED: &str = "attest_jwt_client_auth";

/// The same with a DPoP proof in place of the attestation's own.
pub const ATTESTED_BY_DPOP: &str = "attest_jwt_client_auth_dpop";

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
            methods: Methods::NONE,
            keys: Keys::None,
            dpop_bound: false,
            requires_push: false,
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
