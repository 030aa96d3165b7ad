//! Are these two registrations the same? They are if their canonical forms are equal: then they have one `client_id` (decision 9).
//!
//! In the canonical form defaults are not said, redirect URIs stand in order, each once and without a loopback port, names are what people
//! read, and what nobody here uses is gone. `software_version` is left out: a new version of a program is the same client.

use std::collections::{BTreeMap, BTreeSet};

use aws_lc_rs::digest::{SHA256, digest};

use super::{encoding, members::is_language_tag};
use crate::{
    client::{
        id::ClientId,
        metadata::{Keys, Metadata, Methods, SecretMethod},
        name::readable,
        redirect_uri::RedirectUri,
    },
    scope::Scope,
};

/// A registration in its canonical form. Everything in it is a claim of whoever sent it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Registration {
    pub(super) redirect_uris: Vec<RedirectUri>,
    pub(super) application_type: ApplicationType,
    pub(super) authentication: Authentication,
    pub(super) refreshes: bool,
    pub(super) dpop_bound: bool,
    pub(super) requires_push: bool,
    pub(super) claims: Claims,
}

/// Where a client runs (OpenID Connect Registration §2, MCP-CL-13).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum ApplicationType {
    /// On the user's computer.
    Native,
    /// On a server.
    Web,
}

/// How a registered client authenticates.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Authentication {
    /// Not at all: a public client.
    None,
    /// By a secret that follows from its `client_id` and nonce.
    Secret(SecretMethod, InstallationNonce),
    /// By its own keys.
    PrivateKeyJwt(Keys),
    /// By an attestation of the installation, signed with these keys or by an attester that is known here (ABCA-9).
    Attestation(Keys),
}

/// What makes one installation's `client_id` its own: drawn at random where a client asks for a secret.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct InstallationNonce([u8; NONCE_BYTES]);

/// What a registration says for people, and what it hopes for.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[expect(missing_docs, reason = "the members of RFC 7591 §2, by their names")]
pub struct Claims {
    pub client_name: Option<Box<str>>,
    /// `client_name#…`, by language tag in lower case (DCR-11).
    pub client_names: BTreeMap<Box<str>, Box<str>>,
    pub client_uri: Option<Box<str>>,
    pub logo_uri: Option<Box<str>>,
    pub tos_uri: Option<Box<str>>,
    pub policy_uri: Option<Box<str>>,
    pub contacts: BTreeSet<Box<str>>,
    pub software_id: Option<Box<str>>,
    /// A hint and no ceiling: clients register with the first scopes that they hear of.
    pub scope: Option<Scope>,
}

impl Registration {
    /// The redirect URIs, in order, without loopback ports; never empty.
    #[must_use]
    pub fn redirect_uris(&self) -> &[RedirectUri] {
        &self.redirect_uris
    }

    /// Where it runs.
    #[must_use]
    pub const fn application_type(&self) -> ApplicationType {
        self.application_type
    }

    /// How it authenticates.
    #[must_use]
    pub const fn authentication(&self) -> &Authentication {
        &self.authentication
    }

    /// Whether it wants refresh tokens (MCP-CL-16).
    #[must_use]
    pub const fn refreshes(&self) -> bool {
        self.refreshes
    }

    /// What it claims.
    #[must_use]
    pub const fn claims(&self) -> &Claims {
        &self.claims
    }

    /// Whether another registration says the same but for the contacts, which nobody judges a client by.
    #[must_use]
    pub fn is_same_but_for_contacts(&self, other: &Self) -> bool {
        let without = |one: &Self| {
            let mut one = one.clone();
            one.claims.contacts.clear();
            one
        };
        without(self) == without(other)
    }

    /// What makes it one installation's own. Without it everybody who sends the same metadata has the same `client_id`, which has neither secret nor
    /// management token (SW-9).
    #[must_use]
    pub const fn nonce(&self) -> Option<&InstallationNonce> {
        match &self.authentication {
            Authentication::Secret(_, nonce) => Some(nonce),
            Authentication::None
            | Authentication::PrivateKeyJwt(_)
            | Authentication::Attestation(_) => None,
        }
    }

    /// What is known of the client, in the form that every client has.
    #[must_use]
    pub fn metadata(&self, client_id: ClientId) -> Metadata {
        let mut version = [0; 32];
        version.copy_from_slice(digest(&SHA256, &encoding::encode(self)).as_ref());
        let (methods, keys) = match &self.authentication {
            Authentication::None => (Methods::NONE, Keys::None),
            Authentication::Secret(method, nonce) => {
                (Methods::of_secret(*method, nonce), Keys::None)
            }
            Authentication::PrivateKeyJwt(keys) => (Methods::PRIVATE_KEY_JWT, keys.clone()),
            Authentication::Attestation(keys) => (Methods::ATTESTATION, keys.clone()),
        };
        Metadata {
            client_id,
            name: self.claims.client_name.clone(),
            client_uri: self.claims.client_uri.clone(),
            logo_uri: self.claims.logo_uri.clone(),
            redirect_uris: self.redirect_uris.clone(),
            scope: None,
            methods,
            keys,
            dpop_bound: self.dpop_bound,
            requires_push: self.requires_push,
            digest: version,
        }
    }

    /// Brings all that has an order or several spellings into the one form.
    pub(super) fn settled(mut self) -> Self {
        let uris = self.redirect_uris.iter().map(RedirectUri::without_port);
        let mut uris: Vec<_> = uris.collect();
        uris.sort_unstable_by(|one, other| one.as_str().cmp(other.as_str()));
        uris.dedup();
        self.redirect_uris = uris;
        self.claims = self.claims.settled();
        self
    }
}

impl Claims {
    fn settled(self) -> Self {
        let client_name = self.client_name.as_deref().and_then(readable);
        let translated = |(tag, name): (Box<str>, Box<str>)| {
            let name = readable(&name).filter(|name| Some(name) != client_name.as_ref())?;
            let tag = tag.to_ascii_lowercase().into_boxed_str();
            is_language_tag(&tag).then_some((tag, name))
        };
        let client_names = self.client_names.into_iter().filter_map(translated).collect();
        Self {
            client_names,
            client_uri: self.client_uri.filter(|url| is_https(url)),
            logo_uri: self.logo_uri.filter(|url| is_https(url)),
            tos_uri: self.tos_uri.filter(|url| is_https(url)),
            policy_uri: self.policy_uri.filter(|url| is_https(url)),
            contacts: self.contacts.iter().filter_map(|contact| readable(contact)).collect(),
            software_id: self.software_id.as_deref().and_then(readable),
            scope: self.scope.filter(|scope| !scope.is_empty()),
            client_name,
        }
    }
}

impl InstallationNonce {
    /// The nonce of these bytes: drawn at random by the caller, or read back.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; NONCE_BYTES]) -> Self {
        Self(bytes)
    }

    /// Its bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; NONCE_BYTES] {
        &self.0
    }
}

impl ApplicationType {
    /// As registered.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Native => "native",
            Self::Web => "web",
        }
    }
}

/// DCR-10: what we or people could go to is https; any other address is left out.
pub(crate) fn is_https(url: &str) -> bool {
    url.starts_with("https://")
        && url.bytes().all(|byte| matches!(byte, 0x21..=0x7E) && byte != b'\\')
}

/// Enough that no two installations ever draw the same.
const NONCE_BYTES: usize = 16;
