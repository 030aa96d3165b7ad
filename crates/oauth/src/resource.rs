//! For which MCP server is a token? Resource identifiers (RFC 8707, RFC 9728) and which spellings mean the same one.

use std::fmt;

use thiserror::Error;
use url::Url;

/// The identifier of a protected resource, in its registered spelling: what `aud` and resource metadata carry.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct ResourceId(Box<str>);

/// The text is no absolute http(s) URL without fragment and credentials (RFC 8707 §2, RFC 9728 §1.2).
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("a resource is an absolute http(s) URL without fragment, user name or password")]
pub struct MalformedResource;

impl ResourceId {
    /// Reads the registered spelling, as an operator writes it down.
    ///
    /// # Errors
    /// If it is no absolute http(s) URL, or has a fragment or credentials.
    pub fn parse(text: &str) -> Result<Self, MalformedResource> {
        parse_url(text)?;
        Ok(Self(text.into()))
    }

    /// The registered spelling.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a client that says `presented` means this resource: the same URL but for the case of scheme and host, a default
    /// port, and a slash at the end (MCP-AS-37). Nothing else is folded: path and query count.
    #[must_use]
    pub fn is_meant_by(&self, presented: &str) -> bool {
        if &*self.0 == presented {
            return true;
        }
        match (parse_url(&self.0), parse_url(presented)) {
            (Ok(registered), Ok(presented)) => folded(&registered) == folded(&presented),
            _ => false,
        }
    }
}

impl fmt::Display for ResourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn parse_url(text: &str) -> Result<Url, MalformedResource> {
    let plain = text.is_ascii()
        && !text.bytes().any(|byte| byte.is_ascii_control() || matches!(byte, b' ' | b'\\'));
    let url = plain.then(|| Url::parse(text).ok()).flatten().ok_or(MalformedResource)?;
    let web = matches!(url.scheme(), "http" | "https");
    if !web || url.fragment().is_some() || !url.username().is_empty() || url.password().is_some() {
        return Err(MalformedResource);
    }
    Ok(url)
}

fn folded(url: &Url) -> (String, &str, Option<&str>) {
    (url.origin().ascii_serialization(), url.path().trim_end_matches('/'), url.query())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mcp_as_37_a_slash_and_letter_case_of_the_host_do_not_make_another_resource() {
        let registered = ResourceId::parse("https://mcp.example/mcp").unwrap();
        for (presented, same) in [
            ("https://mcp.example/mcp", true),
            ("https://mcp.example/mcp/", true),
            ("HTTPS://MCP.example/mcp", true),
            ("https://mcp.example:443/mcp", true),
            ("https://mcp.example/MCP", false),
            ("https://mcp.example/", false),
            ("https://mcp.example/mcp?tenant=1", false),
            ("https://mcp.example/mcp#x", false),
            ("http://mcp.example/mcp", false),
            ("https://mcp.example.evil/mcp", false),
            ("/mcp", false),
        ] {
            assert_eq!(registered.is_meant_by(presented), same, "{presented}");
        }
    }
}
