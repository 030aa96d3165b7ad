//! Which software do statements speak for? Whoever signs them and its `software_id`, both byte for byte: the same `software_id` of another issuer is another software.
//!
//! To name an issuer here believes nothing: whose statements are believed is the operator's to say, elsewhere.

use std::fmt;

use salver_oauth::client::stated::StatedId;
use url::Url;

use super::hosts::is_domain_name;

/// A software of an issuer.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Software {
    /// `iss` of its statements.
    pub issuer: Box<str>,
    /// `software_id` in them.
    pub software_id: Box<str>,
}

impl Software {
    /// The `client_id` that whoever registers with such a statement gets.
    #[must_use]
    pub fn client_id(&self) -> StatedId {
        StatedId::of(&self.issuer, &self.software_id)
    }
}

/// Issuer and `software_id`, with the space between them that no issuer has.
impl fmt::Display for Software {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.issuer, self.software_id)
    }
}

/// Whether a text can be the issuer of statements: one https URL in its one spelling, with or without a slash at its end, since `iss` is compared as it stands.
pub(super) fn is_issuer(text: &str) -> bool {
    let Ok(url) = Url::parse(text) else {
        return false;
    };
    let is_whole = url.as_str() == text || url.as_str().strip_suffix('/') == Some(text);
    text.len() <= MAX_ISSUER_BYTES
        && is_whole
        && url.scheme() == "https"
        && url.host_str().is_some_and(is_domain_name)
        && url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none()
        && !text.contains('*')
}

/// The longest issuer, in bytes: as for trust anchors.
const MAX_ISSUER_BYTES: usize = 512;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issuer_is_one_https_url_as_it_stands() {
        let long = |bytes: usize| format!("https://a.example/{}", "p".repeat(bytes - 18));
        for (text, sound) in [
            ("https://vendor.example", true),
            ("https://vendor.example/", true),
            ("https://vendor.example:8443/mcp", true),
            ("https://xn--bcher-kva.example", true),
            ("http://vendor.example", false),
            ("vendor.example", false),
            (".vendor.example", false),
            ("https://.vendor.example", false),
            ("https://*.vendor.example", false),
            ("https://vendor.example/*", false),
            ("https://vendor.example/{id}", false),
            ("https://Vendor.example", false),
            ("https://vendor.example:443", false),
            ("https://b\u{fc}cher.example", false),
            ("https://vendor.example/a b", false),
            (" https://vendor.example", false),
            ("https://a@vendor.example", false),
            ("https://vendor.example?x", false),
            ("https://vendor.example#x", false),
            ("https://127.0.0.1", false),
            ("https://localhost", false),
            ("", false),
            (&long(512), true),
            (&long(513), false),
        ] {
            assert_eq!(is_issuer(text), sound, "{text:?}");
        }
    }

    #[test]
    fn sw_8_its_client_id_is_that_of_its_statements() {
        let software = Software {
            issuer: "https://vendor.example".into(),
            software_id: "com.acme.desktop".into(),
        };
        let id = StatedId::of("https://vendor.example", "com.acme.desktop");
        assert_eq!(software.client_id(), id);
        assert_eq!(software.to_string(), "https://vendor.example com.acme.desktop");
    }
}
