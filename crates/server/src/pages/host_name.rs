//! How is a host shown? As text, never a link, with its owner's part stressed and no character cut off (UI-1, CIMD-S-5).

use askama::{Template, filters::HtmlSafe};
use salver_names::{Host, display_host};
use url::Url;

/// A host, with its port where that is not the usual one.
#[derive(Clone, Debug, Eq, PartialEq, Template)]
#[template(path = "host_name.html")]
pub struct HostName {
    before: String,
    site: String,
    after: String,
}

// Its display is the rendered template, in which the parts are escaped.
impl HtmlSafe for HostName {}

impl HostName {
    /// A host alone.
    #[must_use]
    pub fn new(host: &Host) -> Self {
        let shown = display_host(host);
        Self { before: shown.before_site().into(), site: shown.site().into(), after: String::new() }
    }

    /// The host of an http(s) URL, with its port if it is not the scheme's own. Nothing if it has no host that could be shown.
    #[must_use]
    pub fn of_url(url: &Url) -> Option<Self> {
        let host = Host::from_url(&url.host()?).ok()?;
        let after = url.port().map(|port| format!(":{port}")).unwrap_or_default();
        Some(Self { after, ..Self::new(&host) })
    }

    /// A host as text; without emphasis if our host rules do not know it.
    #[must_use]
    pub fn of_text(text: &str) -> Self {
        let unadorned = || Self { before: text.into(), site: String::new(), after: String::new() };
        Host::parse(text).map_or_else(|_| unadorned(), |host| Self::new(&host))
    }

    /// The host of an issuer whom the operator trusts; the whole text if it has none.
    #[must_use]
    pub fn of_issuer(issuer: &str) -> Self {
        let host = Url::parse(issuer).ok().and_then(|url| Self::of_url(&url));
        host.unwrap_or_else(|| Self::of_text(issuer))
    }

    /// The same as plain text.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{}{}{}", self.before, self.site, self.after)
    }

    #[cfg(test)]
    pub(super) fn made_of(text: &str) -> Self {
        Self { before: text.into(), site: text.into(), after: text.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ui_1_the_registrable_domain_is_stressed() {
        let host = |url: &str| HostName::of_url(&Url::parse(url).unwrap()).unwrap();
        assert_eq!(
            host("https://login.claude.ai/x").to_string(),
            "<span class=\"host\" dir=\"ltr\">login.<b>claude.ai</b></span>"
        );
        assert_eq!(
            host("http://localhost:8080").to_string(),
            "<span class=\"host\" dir=\"ltr\">localhost:8080</span>"
        );
        assert_eq!(host("https://pаypal.com").text(), "xn--pypal-4ve.com"); // the second letter is Cyrillic
    }
}
