//! Where an accepted URL leads: host, port, scheme, and what goes on the request line.
//!
//! A [`Target`] exists only after the gate; everything that dials takes one.

use std::{fmt, net::IpAddr};

use url::{Position, Url};

use super::UrlRefusal;

/// A URL that passed the gate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    url: Url,
    host: TargetHost,
    port: u16,
    https: bool,
}

/// The host of an accepted URL.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TargetHost {
    /// A name in lower case, A-labels, without a trailing dot.
    Name(String),
    /// An address written into the URL; never accepted from strangers unless the operator opened exactly it.
    Address(IpAddr),
}

impl Target {
    pub(super) fn new(
        url: Url,
        host: TargetHost,
        port: u16,
        https: bool,
    ) -> Result<Self, UrlRefusal> {
        if url.cannot_be_a_base() || !url.has_host() {
            return Err(UrlRefusal::Malformed);
        }
        Ok(Self { url, host, port, https })
    }

    /// The URL as it was given (for a bare origin: with its slash).
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.url.as_str()
    }

    /// The host.
    #[must_use]
    pub fn host(&self) -> &TargetHost {
        &self.host
    }

    /// The port, written or implied.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Is the connection encrypted?
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.https
    }

    /// Host with its port if one is written: the value of `Host` (RFC 9110 §7.2).
    #[must_use]
    pub fn authority(&self) -> &str {
        &self.url[Position::BeforeHost..Position::AfterPort]
    }

    /// Path with query: the origin form of the request target (RFC 9112 §3.2.1).
    #[must_use]
    pub fn path_and_query(&self) -> &str {
        &self.url[Position::BeforePath..Position::AfterQuery]
    }
}

impl TargetHost {
    /// Reads `name`, `a.b.c.d` or `[v6]` as an operator writes it in a setting.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let unbracketed = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        if let Ok(address) = unbracketed.unwrap_or(text).parse() {
            return Some(Self::Address(address));
        }
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b".-_".contains(&byte);
        let named = !text.is_empty() && text.len() <= 253 && text.bytes().all(is_name);
        named.then(|| Self::Name(text.to_ascii_lowercase()))
    }
}

impl fmt::Display for TargetHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Address(IpAddr::V4(v4)) => write!(f, "{v4}"),
            Self::Address(IpAddr::V6(v6)) => write!(f, "[{v6}]"),
        }
    }
}
