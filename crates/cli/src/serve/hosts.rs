//! Is this request meant for us? A host outside issuer and resources gets 421 (RFC 9110 §15.5.20), whatever it asks for.
//!
//! Nothing is ever built from what a request says of its host: it is compared, and that is all (DESIGN §7.9).

use std::{collections::HashMap, sync::Arc};

use http::{Request, header::HOST, uri::Authority};
use salver_oauth::Issuer;

/// A host of ours.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Ours {
    /// Host and port as our URLs write them.
    pub(crate) authority: Arc<str>,
    /// Whether it is the issuer's, where resources may stand, too; else nothing but resources stands there.
    pub(crate) is_issuer: bool,
}

/// Why a request has no host of ours.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum HostError {
    /// It names none, more than one, or two that differ (RFC 9112 §3.2).
    Malformed,
    /// It names one that is not ours.
    NotOurs,
}

/// The hosts that are ours.
#[derive(Debug)]
pub(crate) struct Hosts(HashMap<String, Ours>);

impl Hosts {
    /// The issuer's host and those of public resource URLs, each with and without its default port.
    pub(crate) fn new<'a>(issuer: &Issuer, resources: impl Iterator<Item = &'a str>) -> Self {
        let default_port = if issuer.is_https() { ":443" } else { ":80" };
        let mut hosts = HashMap::new();
        for authority in resources.filter_map(authority_of) {
            enter(&mut hosts, authority, default_port, false);
        }
        enter(&mut hosts, issuer.authority(), default_port, true);
        Self(hosts)
    }

    /// Whose host a request names: by its target if that is absolute, else by `Host`; by both if there are both.
    pub(crate) fn judge<B>(&self, request: &Request<B>) -> Result<Ours, HostError> {
        let mut named = request.headers().get_all(HOST).iter();
        let in_header = match (named.next(), named.next()) {
            (None, _) => None,
            (Some(value), None) => Some(value.to_str().map_err(|_| HostError::Malformed)?),
            (Some(_), Some(_)) => return Err(HostError::Malformed),
        };
        let in_target = request.uri().authority().map(Authority::as_str);
        match (in_target, in_header) {
            (Some(target), Some(header)) if !target.eq_ignore_ascii_case(header) => {
                Err(HostError::Malformed)
            }
            (Some(named), _) | (None, Some(named)) => self.find(named),
            (None, None) => Err(HostError::Malformed),
        }
    }

    fn find(&self, named: &str) -> Result<Ours, HostError> {
        let found = self.0.get(named).or_else(|| self.0.get(&named.to_ascii_lowercase()));
        found.cloned().ok_or(HostError::NotOurs)
    }
}

/// Host and port of a URL as a `Host` header carries them.
fn authority_of(url: &str) -> Option<&str> {
    let after_scheme = url.split_once("://")?.1;
    after_scheme.split(['/', '?']).next()
}

fn enter(hosts: &mut HashMap<String, Ours>, authority: &str, default_port: &str, is_issuer: bool) {
    let ours = Ours { authority: authority.to_ascii_lowercase().into(), is_issuer };
    let has_port = authority.rsplit_once(':').is_some_and(|(_, port)| !port.ends_with(']'));
    if !has_port {
        hosts.insert(format!("{}{default_port}", ours.authority), ours.clone());
    }
    hosts.insert(ours.authority.to_string(), ours);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(issuer: &str, target: &str, headers: &[&str]) -> Result<bool, HostError> {
        let issuer = Issuer::parse(issuer).unwrap();
        let hosts = Hosts::new(
            &issuer,
            ["https://mcp.example/mcp", "http://localhost:8080/mcp"].into_iter(),
        );
        let mut request = Request::builder().uri(target);
        for value in headers {
            request = request.header(HOST, *value);
        }
        hosts.judge(&request.body(()).unwrap()).map(|ours| ours.is_issuer)
    }

    /// Issuer, target, `Host` headers, what they are.
    type Case = (&'static str, &'static str, &'static [&'static str], Result<bool, HostError>);

    const HTTPS: &str = "https://as.example/team";
    const LOCAL: &str = "http://localhost:8080";
    const V6: &str = "http://[::1]:8080";

    const CASES: &[Case] = &[
        (HTTPS, "/authorize", &["as.example"], Ok(true)),
        (HTTPS, "/authorize", &["AS.example"], Ok(true)),
        (HTTPS, "/authorize", &["as.example:443"], Ok(true)),
        (HTTPS, "/mcp", &["mcp.example"], Ok(false)),
        (HTTPS, "/authorize", &["as.example:8443"], Err(HostError::NotOurs)),
        (HTTPS, "/authorize", &["as.example."], Err(HostError::NotOurs)),
        (HTTPS, "/authorize", &["evil.example"], Err(HostError::NotOurs)),
        (HTTPS, "/authorize", &["as.example@evil.example"], Err(HostError::NotOurs)),
        (HTTPS, "/authorize", &[""], Err(HostError::NotOurs)),
        (HTTPS, "/authorize", &[], Err(HostError::Malformed)),
        (HTTPS, "/authorize", &["as.example", "as.example"], Err(HostError::Malformed)),
        (HTTPS, "https://as.example/x", &[], Ok(true)),
        (HTTPS, "https://as.example/x", &["as.example"], Ok(true)),
        (HTTPS, "https://evil.example/x", &["as.example"], Err(HostError::Malformed)),
        (HTTPS, "https://as.example/x", &["evil.example"], Err(HostError::Malformed)),
        (HTTPS, "https://evil.example/x", &["evil.example"], Err(HostError::NotOurs)),
        (LOCAL, "/", &["localhost:8080"], Ok(true)),
        (LOCAL, "/", &["127.0.0.1:8080"], Err(HostError::NotOurs)),
        (LOCAL, "/", &["localhost"], Err(HostError::NotOurs)),
        (LOCAL, "/", &["localhost:8081"], Err(HostError::NotOurs)),
        (V6, "/", &["[::1]:8080"], Ok(true)),
        (V6, "/", &["[::1]"], Err(HostError::NotOurs)),
    ];

    #[test]
    fn a_host_outside_issuer_and_resources_is_not_ours() {
        for (issuer, target, headers, expected) in CASES {
            assert_eq!(judge(issuer, target, headers), *expected, "{issuer} {target} {headers:?}");
        }
    }
}
