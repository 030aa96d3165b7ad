//! What does Bluesky's profile demand of a document beyond CIMD? SPEC section 6, ATP-1 to ATP-8.
//!
//! All faults and not only the first, since `report` tells them to the developer. How such a client logs in (pushed requests and DPoP,
//! ATP-10) is not judged here.

use serde_json::{Map, Value};
use thiserror::Error;
use url::Url;

use super::{present, text, texts};
use crate::{
    client::{id::MetadataUrl, redirect_uri::loopback_port},
    scope::Scope,
};

/// A rule of the profile that a document breaks.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum AtprotoFault {
    /// ATP-1.
    #[error("its URL names a port")]
    Port,
    /// ATP-4: a list that must be there and must have this value.
    #[error("{member} does not list {value}")]
    NotListed {
        /// The member.
        member: &'static str,
        /// The value.
        value: &'static str,
    },
    /// ATP-4.
    #[error("scope does not have atproto")]
    Scope,
    /// ATP-4.
    #[error("dpop_bound_access_tokens is not true")]
    NotBound,
    /// ATP-4: neither `web` nor `native`.
    #[error("application_type is neither web nor native")]
    ApplicationType,
    /// ATP-5: keys without the algorithm that they sign with, or with `none`.
    #[error("token_endpoint_auth_signing_alg is missing, or none")]
    SigningAlgorithm,
    /// ATP-6.
    #[error("client_uri is on another host than the document")]
    ClientUri,
    /// ATP-6.
    #[error("{0} is not an https URL")]
    NotHttps(&'static str),
    /// ATP-8.
    #[error("the redirect URI {0} is not one that this application_type may have")]
    RedirectUri(Box<str>),
}

impl AtprotoFault {
    /// The rule's name in SPEC section 6.
    #[must_use]
    pub const fn rule(&self) -> &'static str {
        match self {
            Self::Port => "ATP-1",
            Self::NotListed { .. } | Self::Scope | Self::NotBound | Self::ApplicationType => {
                "ATP-4"
            }
            Self::SigningAlgorithm => "ATP-5",
            Self::ClientUri | Self::NotHttps(_) => "ATP-6",
            Self::RedirectUri(_) => "ATP-8",
        }
    }
}

/// The names of all rules of the profile that are judged here.
pub(in crate::client) const RULES: [&str; 5] = ["ATP-1", "ATP-4", "ATP-5", "ATP-6", "ATP-8"];

/// The faults of a document. A member of a wrong type is another rule's business.
pub(in crate::client) fn faults(
    members: &Map<String, Value>,
    url: &MetadataUrl,
) -> Vec<AtprotoFault> {
    use AtprotoFault as F;
    let mut faults = Vec::new();
    let mut found = |broken: bool, fault: F| faults.extend(broken.then_some(fault));
    let said = |name| text(members, name).ok().flatten();
    let parsed = Url::parse(url.as_str()).ok();
    found(parsed.is_some_and(|url| url.port().is_some()), F::Port);
    for (member, value) in LISTED {
        let listed = texts(members, member).ok().flatten();
        found(
            !listed.is_some_and(|listed| listed.contains(&value)),
            F::NotListed { member, value },
        );
    }
    let scope = said("scope").and_then(|scope| scope.parse::<Scope>().ok());
    found(!scope.is_some_and(|scope| scope.iter().any(|name| name == "atproto")), F::Scope);
    found(present(members, BOUND) != Some(&Value::Bool(true)), F::NotBound);
    let kind = said("application_type").unwrap_or("web");
    found(!matches!(kind, "web" | "native"), F::ApplicationType);
    let algorithm = said("token_endpoint_auth_signing_alg");
    let signs = said("token_endpoint_auth_method") == Some("private_key_jwt");
    found(signs && matches!(algorithm, None | Some("none")), F::SigningAlgorithm);
    let client_uri = said("client_uri").and_then(|uri| Url::parse(uri).ok());
    let host = client_uri.as_ref().map(|uri| uri.host_str() == Some(url.host()));
    found(host == Some(false), F::ClientUri);
    for name in LINKS {
        found(said(name).is_some_and(|link| !link.starts_with("https://")), F::NotHttps(name));
    }
    let redirect_uris = texts(members, "redirect_uris").ok().flatten().unwrap_or_default();
    for uri in redirect_uris {
        found(!may_redirect_to(uri, kind, url), F::RedirectUri(uri.into()));
    }
    faults
}

/// ATP-8: on the web https without a default port; a native application has the reversed host of the document as its scheme, with one
/// slash, or an https address on the document's own origin. Loopback is for development alone (ATP-2).
fn may_redirect_to(uri: &str, kind: &str, url: &MetadataUrl) -> bool {
    let Ok(parsed) = Url::parse(uri) else {
        return false;
    };
    match (kind, parsed.scheme()) {
        // A default port that is written is one that a parser takes away.
        ("web", "https") => parsed.as_str() == uri && loopback_port(uri).is_none(),
        ("native", "https") => {
            Url::parse(url.as_str()).is_ok_and(|url| url.origin() == parsed.origin())
        }
        ("native", scheme) if scheme != "http" => {
            let reversed: Vec<&str> = url.host().rsplit('.').collect();
            let path = uri.strip_prefix(&format!("{}:/", reversed.join(".")));
            path.is_some_and(|path| !path.starts_with('/'))
        }
        _ => false,
    }
}

/// The member that binds a client's tokens to its key (RFC 9449 §5.2).
pub(super) const BOUND: &str = "dpop_bound_access_tokens";

const LISTED: [(&str, &str); 2] =
    [("grant_types", "authorization_code"), ("response_types", "code")];

const LINKS: [&str; 3] = ["logo_uri", "tos_uri", "policy_uri"];

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{AtprotoFault as F, *};
    use crate::client::document::{DocumentError, Profile, parse};

    const URL: &str = "https://app.example/client.json";

    /// As Bluesky's own documents are written (ATP-4, ATP-5).
    fn sound() -> Value {
        json!({
            "client_id": URL,
            "application_type": "web",
            "client_uri": "https://app.example",
            "redirect_uris": ["https://app.example/callback"],
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"],
            "scope": "atproto transition:generic",
            "token_endpoint_auth_method": "private_key_jwt",
            "token_endpoint_auth_signing_alg": "ES256",
            "jwks_uri": "https://app.example/jwks.json",
            "dpop_bound_access_tokens": true,
        })
    }

    fn with(member: &str, value: Value) -> Value {
        let mut document = sound();
        document[member] = value;
        document
    }

    fn faults_of(document: &Value) -> Vec<F> {
        faults(document.as_object().unwrap(), &MetadataUrl::parse(URL).unwrap())
    }

    #[test]
    fn each_rule_of_the_profile_with_a_neighbour() {
        let not_listed = |member, value| Some(F::NotListed { member, value });
        for (id, member, value, fault) in [
            (
                "ATP-4",
                "grant_types",
                json!(["refresh_token"]),
                not_listed("grant_types", "authorization_code"),
            ),
            ("ATP-4", "grant_types", json!(["authorization_code"]), None),
            ("ATP-4", "response_types", Value::Null, not_listed("response_types", "code")),
            ("ATP-4", "scope", json!("transition:generic"), Some(F::Scope)),
            ("ATP-4", "scope", json!("atproto"), None),
            ("ATP-4", "scope", Value::Null, Some(F::Scope)),
            ("ATP-4", "dpop_bound_access_tokens", json!(false), Some(F::NotBound)),
            ("ATP-4", "dpop_bound_access_tokens", json!("true"), Some(F::NotBound)),
            ("ATP-4", "application_type", json!("browser"), Some(F::ApplicationType)),
            ("ATP-5", "token_endpoint_auth_signing_alg", Value::Null, Some(F::SigningAlgorithm)),
            ("ATP-5", "token_endpoint_auth_signing_alg", json!("none"), Some(F::SigningAlgorithm)),
            ("ATP-5", "token_endpoint_auth_method", json!("none"), None),
            ("ATP-6", "client_uri", json!("https://www.app.example"), Some(F::ClientUri)),
            ("ATP-6", "client_uri", json!("https://app.example/about"), None),
            ("ATP-6", "logo_uri", json!("http://app.example/l.png"), Some(F::NotHttps("logo_uri"))),
            ("ATP-6", "tos_uri", json!("https://app.example/tos"), None),
            ("ATP-6", "policy_uri", json!("/policy"), Some(F::NotHttps("policy_uri"))),
            ("ATP-4", "client_name", Value::Null, None),
        ] {
            let found = faults_of(&with(member, value.clone()));
            let expected: Vec<_> = fault.into_iter().collect();
            // Another kind of application breaks the rule of redirect URIs as well.
            let found: Vec<_> =
                found.into_iter().filter(|fault| !matches!(fault, F::RedirectUri(_))).collect();
            assert_eq!(found, expected, "{id} {member} {value}");
        }
        assert_eq!(faults_of(&sound()), []);
    }

    #[test]
    fn atp_1_a_url_without_a_port() {
        for (url, port) in [
            ("https://app.example/client.json", false),
            ("https://app.example:8443/client.json", true),
        ] {
            let found = faults(sound().as_object().unwrap(), &MetadataUrl::parse(url).unwrap());
            assert_eq!(found.contains(&F::Port), port, "{url}");
        }
    }

    #[test]
    fn atp_8_where_answers_may_go() {
        for (kind, uri, allowed) in [
            ("web", "https://other.example/cb", true),
            ("web", "https://app.example:443/cb", false),
            ("web", "https://app.example:8443/cb", true),
            ("web", "http://127.0.0.1/cb", false),
            ("web", "example.app:/cb", false),
            ("native", "example.app:/cb", true),
            ("native", "example.app://cb", false),
            ("native", "example.app:cb", false),
            ("native", "example.other:/cb", false),
            ("native", "https://app.example/cb", true),
            ("native", "https://other.example/cb", false),
            ("native", "http://127.0.0.1/cb", false),
        ] {
            let mut document = with("application_type", json!(kind));
            document["redirect_uris"] = json!([uri]);
            let expected = if allowed { vec![] } else { vec![F::RedirectUri(uri.into())] };
            assert_eq!(faults_of(&document), expected, "{kind} {uri}");
        }
    }

    #[test]
    fn r_4_what_the_profile_demands_the_others_do_not() {
        let url = MetadataUrl::parse(URL).unwrap();
        let read =
            |document: &Value, profile| parse(document.to_string().as_bytes(), &url, profile);
        assert!(read(&sound(), Profile::Atproto).is_ok_and(|client| client.dpop_bound));
        assert_eq!(
            read(&sound(), Profile::Mcp).err(),
            Some(DocumentError::Missing("client_name")),
            "Bluesky's documents need no name"
        );
        let unbound = with(BOUND, Value::Null);
        assert_eq!(
            read(&unbound, Profile::Atproto).err(),
            Some(DocumentError::Atproto(F::NotBound))
        );
        assert!(read(&unbound, Profile::Ietf).is_ok_and(|client| !client.dpop_bound));
    }
}
