//! Where does the answer go? A host, this computer, or an app (MCP-AS-18, UI-1).

use std::fmt;

use askama::{Template, filters::HtmlSafe};
use url::{Host, Url};

use super::{HostName, Untrusted};

/// Who receives the answer.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Recipient {
    /// An https host.
    WebHost(HostName),
    /// A program on the person's own computer.
    ThisComputer {
        /// The port, where one login is meant; none where a grant for all of them is.
        port: Option<u16>,
    },
    /// Whatever app has taken this scheme, written with its colon.
    AppScheme(Untrusted),
    /// Something that we cannot put into words.
    Other(Untrusted),
}

#[derive(Template)]
#[template(path = "recipient.html")]
struct InWords<'a>(&'a Recipient);

impl fmt::Display for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&InWords(self), f)
    }
}

// Its display is the rendered template.
impl HtmlSafe for Recipient {}

impl Recipient {
    /// The recipient of a `redirect_uri` that has been accepted.
    #[must_use]
    pub fn of(redirect_uri: &Url) -> Self {
        match (redirect_uri.scheme(), redirect_uri.host()) {
            ("https", Some(_)) => match HostName::of_url(redirect_uri) {
                Some(host) => Self::WebHost(host),
                None => Self::other(redirect_uri.as_str()),
            },
            ("http", Some(Host::Domain("localhost") | Host::Ipv4(_) | Host::Ipv6(_))) => {
                Self::ThisComputer { port: redirect_uri.port_or_known_default() }
            }
            ("http", _) => Self::other(redirect_uri.as_str()),
            (scheme, _) => Self::app(scheme),
        }
    }

    /// The recipient of a grant: `loopback`, `https://host` or `app:scheme`.
    #[must_use]
    pub fn of_class(class: &str) -> Self {
        if class == "loopback" {
            return Self::ThisComputer { port: None };
        }
        match (class.strip_prefix("https://"), class.strip_prefix("app:")) {
            (Some(host), _) => Self::WebHost(HostName::of_text(host)),
            (_, Some(scheme)) => Self::app(scheme),
            _ => Self::other(class),
        }
    }

    fn app(scheme: &str) -> Self {
        Untrusted::name(&format!("{scheme}:"))
            .map_or(Self::ThisComputer { port: None }, Self::AppScheme)
    }

    fn other(text: &str) -> Self {
        Untrusted::identifier(text).map_or(Self::ThisComputer { port: None }, Self::Other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mcp_as_18_the_page_says_where_the_answer_goes() {
        for (redirect_uri, words) in [
            ("https://claude.ai/cb", "claude.ai"),
            ("https://a.example:8443/cb", "a.example:8443"),
            ("http://127.0.0.1:51004/cb", "port 51004"),
            ("http://[::1]:9/cb", "port 9"),
            ("http://localhost/cb", "port 80"),
            ("cursor://anysphere/cb", "cursor:"),
        ] {
            let shown = Recipient::of(&Url::parse(redirect_uri).unwrap()).to_string();
            let text = shown.replace("<b>", "").replace("</b>", "").replace("<strong>", "");
            assert!(text.contains(words), "{redirect_uri}: {text}");
        }
    }

    #[test]
    fn the_class_of_a_grant_is_put_into_words() {
        assert_eq!(Recipient::of_class("loopback"), Recipient::ThisComputer { port: None });
        assert!(matches!(Recipient::of_class("https://claude.ai"), Recipient::WebHost(_)));
        assert!(matches!(Recipient::of_class("app:cursor"), Recipient::AppScheme(_)));
        assert!(matches!(Recipient::of_class("?"), Recipient::Other(_)));
    }
}
