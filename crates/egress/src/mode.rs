//! How connections leave this machine: directly, through a forward proxy, or not at all.
//!
//! RFC 9110 §9.3.6 (CONNECT). The environment's proxy variables are never read.

use std::fmt;

use crate::url_gate::TargetHost;

/// How connections leave.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// We resolve, judge and dial.
    #[default]
    Direct,
    /// A forward proxy dials for us.
    Proxy(ForwardProxy),
    /// Nothing leaves; only kept copies are served.
    Offline,
}

/// An HTTP proxy that the operator trusts to dial for us.
#[derive(Clone, PartialEq, Eq)]
pub struct ForwardProxy {
    /// Where it listens.
    pub host: TargetHost,
    /// Its port.
    pub port: u16,
    /// Is it spoken to over TLS, with a certificate for `host`?
    pub tls: bool,
    /// Value of `Proxy-Authorization`, if it wants one.
    pub authorization: Option<ProxyAuthorization>,
    /// Who asks for the addresses of a target.
    pub resolving: ProxyResolving,
}

/// Who turns the target's name into an address when a proxy is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProxyResolving {
    /// We do: the proxy gets a judged address.
    Here,
    /// The proxy does: it gets the name and must refuse inside addresses by itself.
    AtTheProxy,
}

/// A credential for the proxy; printed by nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct ProxyAuthorization(String);

impl ProxyAuthorization {
    /// The whole value of `Proxy-Authorization` (RFC 9110 §11.7.2), such as `Basic …`; `None` if it cannot be a header value.
    #[must_use]
    pub fn new(value: String) -> Option<Self> {
        http::HeaderValue::from_str(&value).ok().map(|_| Self(value))
    }

    pub(crate) fn header_value(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ProxyAuthorization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ProxyAuthorization(…)")
    }
}

impl fmt::Debug for ForwardProxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ForwardProxy")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("tls", &self.tls)
            .field("resolving", &self.resolving)
            .finish_non_exhaustive()
    }
}
