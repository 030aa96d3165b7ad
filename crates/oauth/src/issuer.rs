//! Who are we? The authorization server's identifier (RFC 8414 §2), compared byte for byte everywhere.

use std::fmt;

use thiserror::Error;
use url::{Host, Url};

/// An issuer identifier: exactly the text that metadata, `iss` and tokens carry.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Issuer {
    text: Box<str>,
    origin_length: usize,
}

/// Why a text cannot be an issuer.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum IssuerError {
    /// It is no absolute http(s) URL.
    #[error("not an absolute http or https URL")]
    NotAnUrl,
    /// Plain http to a host that is not this computer (RFC 8414 §2, MCP-AS-30).
    #[error("plain http is for loopback hosts only")]
    PlainHttp,
    /// A query, fragment, user name or password (RFC 8414 §2; MD-1).
    #[error("a query, fragment, user name or password")]
    ExtraParts,
    /// A slash at the end, upper case, a default port or the like: clients compare bytes (MCP-AS-3).
    #[error("not in canonical form; write {0}")]
    NotCanonical(Box<str>),
}

impl Issuer {
    /// Reads an issuer. The text is kept as it is; whatever a URL parser would rewrite is refused.
    ///
    /// # Errors
    /// [`IssuerError`] says which rule it breaks.
    pub fn parse(text: &str) -> Result<Self, IssuerError> {
        let url = Url::parse(text).map_err(|_| IssuerError::NotAnUrl)?;
        match url.scheme() {
            "https" => {}
            "http" if is_loopback(&url) => {}
            "http" => return Err(IssuerError::PlainHttp),
            _ => return Err(IssuerError::NotAnUrl),
        }
        if url.query().is_some()
            || url.fragment().is_some()
            || !url.username().is_empty()
            || url.password().is_some()
        {
            return Err(IssuerError::ExtraParts);
        }
        let canonical = url.as_str().trim_end_matches('/');
        if canonical != text || url.path().contains("//") {
            return Err(IssuerError::NotCanonical(canonical.into()));
        }
        let origin_length = text.len() - url.path().trim_end_matches('/').len();
        Ok(Self { text: text.into(), origin_length })
    }

    /// The identifier itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Scheme, host and port.
    #[must_use]
    pub fn origin(&self) -> &str {
        self.text.get(..self.origin_length).unwrap_or_default()
    }

    /// The path without its closing slash: empty, or `/…`.
    #[must_use]
    pub fn path(&self) -> &str {
        self.text.get(self.origin_length..).unwrap_or_default()
    }

    /// Host and port as a `Host` header carries them.
    #[must_use]
    pub fn authority(&self) -> &str {
        self.origin().split_once("://").map_or("", |(_, authority)| authority)
    }

    /// Whether clients reach it over TLS.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.text.starts_with("https:")
    }

    /// An endpoint below the issuer; `path` begins with a slash.
    #[must_use]
    pub fn endpoint(&self, path: &str) -> String {
        format!("{}{path}", self.text)
    }
}

impl fmt::Display for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Whether a URL's host is this computer: a loopback address, or the name `localhost`.
#[must_use]
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc_8414_2_and_byte_equality_decide() {
        type Read<'a> = Result<(&'a str, &'a str), IssuerError>;
        let cases: &[(&str, Read<'_>)] = &[
            ("https://as.example", Ok(("https://as.example", ""))),
            ("https://as.example/team", Ok(("https://as.example", "/team"))),
            ("http://localhost:8080", Ok(("http://localhost:8080", ""))),
            ("http://[::1]:8080/a/b", Ok(("http://[::1]:8080", "/a/b"))),
            ("http://as.example", Err(IssuerError::PlainHttp)),
            ("https://as.example/", Err(IssuerError::NotCanonical("https://as.example".into()))),
            ("https://AS.example", Err(IssuerError::NotCanonical("https://as.example".into()))),
            ("https://as.example:443", Err(IssuerError::NotCanonical("https://as.example".into()))),
            ("https://as.example?x", Err(IssuerError::ExtraParts)),
            ("https://u@as.example", Err(IssuerError::ExtraParts)),
            ("ftp://as.example", Err(IssuerError::NotAnUrl)),
            ("as.example", Err(IssuerError::NotAnUrl)),
        ];
        for (text, expected) in cases {
            let parsed = Issuer::parse(text);
            let seen = parsed
                .as_ref()
                .map(|issuer| (issuer.origin(), issuer.path()))
                .map_err(Clone::clone);
            assert_eq!(&seen, expected, "{text}");
        }
    }
}
