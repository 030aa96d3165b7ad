//! What would other servers refuse? Rules that are stricter than ours, as far as they are known from specifications, sources and
//! reports of 2026. Notes for a developer who wants to be let in everywhere.

use serde_json::{Map, Value};
use url::Url;

use super::{MAX_DOCUMENT_BYTES, Seen};
use crate::client::{
    document::{present, text, texts},
    media_type::is_plain_json,
    redirect_uri::{Recipient, RedirectUri, loopback_port},
};

/// Something that another server demands, and this document does not have.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Elsewhere {
    /// Which server.
    pub server: Server,
    /// What it demands.
    pub demand: Demand,
}

/// Servers that are known to be stricter.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Server {
    /// Auth0.
    Auth0,
    /// Bluesky's, and others of the atproto profile (SPEC 6).
    Atproto,
    /// Keycloak, with the profiles that its guide recommends.
    Keycloak,
    /// Servers built on the oidc-provider library, such as Logto.
    OidcProvider,
    /// Whoever takes the MCP specification by its word.
    Mcp,
    /// Whoever fills gaps with the defaults of RFC 7591, or holds a client to all that it says.
    Rfc7591,
    /// Whoever compares redirect URIs as exact strings, loopback ports included.
    ExactStrings,
    /// Whoever knows no method but `none`.
    PublicOnly,
}

/// What a server demands.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Demand {
    /// A URL of at most so many bytes.
    ShortUrl {
        /// How long it is.
        bytes: usize,
        /// How long it may be.
        at_most: usize,
    },
    /// A URL without a port.
    NoPort,
    /// A path beyond the root.
    Path,
    /// `application/json` itself.
    PlainJson,
    /// A document within [`MAX_DOCUMENT_BYTES`].
    ShortDocument,
    /// `client_name`.
    Name,
    /// Keys by `jwks_uri`.
    KeysByUrl,
    /// Redirect URIs on the host of the document.
    SameHost(Box<str>),
    /// A logo on the host of the document.
    LogoOnSameHost(Box<str>),
    /// A loopback redirect URI with the very port that the client will use.
    ExactPort(Box<str>),
    /// `application_type: native` beside http redirect URIs.
    Native,
    /// `token_endpoint_auth_method`.
    Method,
    /// `none` as the one method.
    NoneAlone,
    /// Only grant types that it knows.
    KnownGrant(Box<str>),
    /// `refresh_token` among the grant types.
    RefreshGrant,
}

pub(super) fn demands(seen: &Seen<'_>, members: &Map<String, Value>) -> Vec<Elsewhere> {
    let mut all = Vec::new();
    let mut demand = |server, demand| all.push(Elsewhere { server, demand });
    let url = Url::parse(seen.url).ok();
    about_the_url(seen, url.as_ref(), &mut demand);
    about_redirect_uris(members, url.as_ref(), &mut demand);
    about_methods(members, &mut demand);
    about_grants(members, &mut demand);
    if text(members, "client_name").ok().flatten().is_none() {
        demand(Server::Mcp, Demand::Name);
    }
    let logo = text(members, "logo_uri").ok().flatten().and_then(|logo| Url::parse(logo).ok());
    if let (Some(logo), Some(url)) = (logo, &url)
        && logo.host_str() != url.host_str()
    {
        let host = logo.host_str().unwrap_or_default();
        demand(Server::Keycloak, Demand::LogoOnSameHost(host.into()));
    }
    all
}

fn about_the_url(seen: &Seen<'_>, url: Option<&Url>, demand: &mut impl FnMut(Server, Demand)) {
    let bytes = seen.url.len();
    if bytes > AUTH0_URL_BYTES {
        demand(Server::Auth0, Demand::ShortUrl { bytes, at_most: AUTH0_URL_BYTES });
    }
    if url.is_some_and(|url| url.port().is_some()) {
        demand(Server::Atproto, Demand::NoPort); // ATP-1
    }
    if url.is_some_and(|url| url.path() == "/") {
        demand(Server::OidcProvider, Demand::Path);
    }
    if seen.response.is_some_and(|response| !is_plain_json(response.content_type)) {
        demand(Server::Atproto, Demand::PlainJson); // ATP-3
    }
    if seen.body.is_some_and(|body| body.len() > MAX_DOCUMENT_BYTES) {
        demand(Server::Auth0, Demand::ShortDocument);
    }
}

fn about_redirect_uris(
    members: &Map<String, Value>,
    url: Option<&Url>,
    demand: &mut impl FnMut(Server, Demand),
) {
    let listed = texts(members, "redirect_uris").ok().flatten().unwrap_or_default();
    let mut loopback = false;
    for uri in listed {
        let Ok(read) = RedirectUri::parse(uri) else { continue };
        match read.recipient() {
            Recipient::Https { host } if url.and_then(Url::host_str) != Some(host) => {
                demand(Server::Keycloak, Demand::SameHost(uri.into()));
            }
            Recipient::Loopback => {
                loopback = true;
                // A port that is written may be the one that the client uses.
                if loopback_port(uri).is_none_or(|port| port == 80) {
                    demand(Server::ExactStrings, Demand::ExactPort(uri.into()));
                }
            }
            Recipient::Https { .. } | Recipient::App { .. } => {}
        }
    }
    if loopback && text(members, "application_type").ok().flatten() != Some("native") {
        demand(Server::OidcProvider, Demand::Native);
    }
}

fn about_methods(members: &Map<String, Value>, demand: &mut impl FnMut(Server, Demand)) {
    match text(members, "token_endpoint_auth_method") {
        Ok(None) => demand(Server::Rfc7591, Demand::Method),
        Ok(Some("none")) | Err(_) => {}
        Ok(Some(_)) => demand(Server::PublicOnly, Demand::NoneAlone),
    }
    if present(members, "jwks").is_some() {
        demand(Server::Auth0, Demand::KeysByUrl);
    }
}

fn about_grants(members: &Map<String, Value>, demand: &mut impl FnMut(Server, Demand)) {
    let listed = texts(members, "grant_types").ok().flatten();
    for grant in listed.iter().flatten() {
        if !["authorization_code", "refresh_token"].contains(grant) {
            demand(Server::Keycloak, Demand::KnownGrant((*grant).into()));
        }
    }
    // Without a list the default is `authorization_code` alone.
    if !listed.is_some_and(|listed| listed.contains(&"refresh_token")) {
        demand(Server::Rfc7591, Demand::RefreshGrant);
    }
}

/// The longest `client_id` that Auth0 takes, in bytes (SPEC 3.10).
const AUTH0_URL_BYTES: usize = 120;
