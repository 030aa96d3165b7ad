//! Which words do the demands of stricter servers get?

use salver_oauth::client::report::{Demand, Elsewhere, Server};

use super::quoted;

/// A demand in words.
pub(super) struct Line {
    pub(super) server: &'static str,
    pub(super) what: String,
    pub(super) remedy: &'static str,
}

pub(super) fn line(elsewhere: &Elsewhere) -> Line {
    let (what, remedy) = words(&elsewhere.demand);
    Line { server: name(elsewhere.server), what, remedy }
}

fn name(server: Server) -> &'static str {
    match server {
        Server::Auth0 => "Auth0",
        Server::Atproto => "Bluesky (atproto)",
        Server::Keycloak => "Keycloak",
        Server::OidcProvider => "oidc-provider, Logto",
        Server::Mcp => "servers that go by MCP",
        Server::Rfc7591 => "servers that go by RFC 7591",
        Server::ExactStrings => "servers that compare exactly",
        Server::PublicOnly => "servers that know only none",
    }
}

fn words(demand: &Demand) -> (String, &'static str) {
    let (what, remedy) = match demand {
        Demand::ShortUrl { bytes, at_most } => {
            let what = format!("a URL of at most {at_most} bytes; this one has {bytes}");
            return (what, "publish it under a shorter path");
        }
        Demand::SameHost(uri) => {
            let what = format!("redirect URIs on the host of the document, unlike {}", quoted(uri));
            return (what, "let answers come to the host that publishes the document");
        }
        Demand::LogoOnSameHost(host) => {
            let what = format!("a logo on the host of the document, and not on {}", quoted(host));
            return (what, "publish the logo beside the document");
        }
        Demand::ExactPort(uri) => {
            let what = format!("the very port that is used, which {} does not name", quoted(uri));
            return (what, "nothing: a free port is right for a program (RFC 8252 §7.3)");
        }
        Demand::KnownGrant(grant) => {
            let what = format!("no grant type like {}", quoted(grant));
            return (what, "list only what the client uses to log people in");
        }
        Demand::NoPort => ("a URL without a port", "publish it on port 443"),
        Demand::Path => ("a path beyond the root", "publish it under a path of its own"),
        Demand::PlainJson => {
            ("application/json itself", "serve it with Content-Type: application/json")
        }
        Demand::ShortDocument => ("at most 5 KB", "leave out what is not needed"),
        Demand::Name => ("client_name", "add the name that people know the client by"),
        Demand::KeysByUrl => ("keys at a jwks_uri", "publish the key set beside the document"),
        Demand::Native => (
            "application_type native beside http redirect URIs",
            "add \"application_type\": \"native\"",
        ),
        Demand::Method => (
            "token_endpoint_auth_method; without it they take client_secret_basic",
            "add \"token_endpoint_auth_method\": \"none\"",
        ),
        Demand::NoneAlone => (
            "token_endpoint_auth_method none",
            "nothing, if the client can keep a key; else use none",
        ),
        Demand::RefreshGrant => (
            "refresh_token among the grant_types of a client that is to stay signed in",
            "list authorization_code and refresh_token",
        ),
    };
    (what.to_owned(), remedy)
}
