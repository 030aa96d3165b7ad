//! Where does the answer go? The one verified place to answer to. Before it exists failures are pages; after it, redirects.
//!
//! O21-1, O21-5, O21-6; DESIGN §7 items 1 and 12; `iss` always.

use thiserror::Error;
use url::Url;

use super::check::AuthorizationError;
use crate::{
    client::{metadata::Metadata, redirect_uri},
    error,
    form::encode,
    issuer::{Issuer, is_loopback},
};

/// A redirect URI that its client registered, with what every answer to it carries.
#[derive(Clone, Debug)]
pub struct ReturnAddress {
    redirect_uri: Box<str>,
    url: Url,
    recipient: redirect_uri::Recipient,
    state: Option<Box<str>>,
    issuer: Issuer,
}

/// Why there is no return address. For the person, never for a redirect.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum ReturnAddressError {
    /// O21-5: several are registered, or the registered one has a free port, and the request names none.
    #[error("the request names no redirect_uri")]
    Missing,
    /// O21-1: none of the registered ones is the presented one.
    #[error("the redirect_uri {0:?} is not one that the client registered")]
    NotRegistered(Box<str>),
    /// DESIGN §7 item 12: it is an address of our own.
    #[error("the redirect_uri is an address of this server")]
    OurOwn,
    /// an app scheme that nobody has allowed.
    #[error("the redirect_uri has the scheme {0:?}, which this server does not send answers to")]
    SchemeNotAllowed(Box<str>),
}

/// Addresses that are ours: no answer is ever sent there.
#[derive(Clone, Debug, Default)]
pub struct OwnOrigins {
    urls: Vec<Url>,
    loopback_ports: Vec<u16>,
}

impl OwnOrigins {
    /// Our origins, as the URLs of issuer and resources. On loopback the port is ours under every name of this computer.
    #[must_use]
    pub fn of<'a>(urls: impl IntoIterator<Item = &'a str>) -> Self {
        let mut own = Self::default();
        for url in urls.into_iter().filter_map(|url| Url::parse(url).ok()) {
            own.loopback_ports.extend(url.port_or_known_default().filter(|_| is_loopback(&url)));
            own.urls.push(url);
        }
        own
    }

    /// Whether a redirect URI leads to us, with whatever port it may be used.
    #[must_use]
    pub fn hold(&self, uri: &redirect_uri::RedirectUri) -> bool {
        Url::parse(uri.as_str()).is_ok_and(|url| self.contain(&url))
    }

    fn contain(&self, url: &Url) -> bool {
        // The name with a dot at its end reaches the same place.
        let Some(bare) = url.host_str().and_then(|host| host.strip_suffix('.')) else {
            return self.contain_undotted(url);
        };
        let mut undotted = url.clone();
        undotted.set_host(Some(bare)).is_err() || self.contain_undotted(&undotted)
    }

    fn contain_undotted(&self, url: &Url) -> bool {
        let port = url.port_or_known_default();
        let on_our_port =
            is_loopback(url) && port.is_some_and(|port| self.loopback_ports.contains(&port));
        let is_origin = |own: &Url| {
            own.scheme() == url.scheme()
                && own.host_str() == url.host_str()
                && own.port_or_known_default() == port
        };
        on_our_port || self.urls.iter().any(is_origin)
    }
}

impl ReturnAddress {
    /// Finds the return address of a request.
    ///
    /// # Errors
    /// [`ReturnAddressError`], which is for the person.
    pub fn choose(
        client: &Metadata,
        presented: Option<&str>,
        state: Option<&str>,
        issuer: &Issuer,
        own: &OwnOrigins,
    ) -> Result<Self, ReturnAddressError> {
        let presented = match (presented, client.redirect_uris.as_slice()) {
            (Some(presented), _) => presented,
            (None, [only]) => only.as_str(),
            (None, _) => return Err(ReturnAddressError::Missing),
        };
        let registered = client.redirect_uris.iter().find(|uri| uri.accepts(presented));
        let registered =
            registered.ok_or_else(|| ReturnAddressError::NotRegistered(presented.into()))?;
        let url = if registered.as_str() == presented {
            registered.url().clone()
        } else {
            Url::parse(presented)
                .map_err(|_| ReturnAddressError::NotRegistered(presented.into()))?
        };
        if own.contain(&url) {
            return Err(ReturnAddressError::OurOwn);
        }
        if let redirect_uri::Recipient::App { scheme } = registered.recipient()
            && client.may_not_use_app_schemes()
        {
            return Err(ReturnAddressError::SchemeNotAllowed(scheme.clone()));
        }
        Ok(Self {
            redirect_uri: presented.into(),
            url,
            recipient: registered.recipient().clone(),
            state: state.map(Into::into),
            issuer: issuer.clone(),
        })
    }

    /// The redirect URI, byte for byte as requested.
    #[must_use]
    pub fn redirect_uri(&self) -> &str {
        &self.redirect_uri
    }

    /// The same, as it was read.
    #[must_use]
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// Who sits there.
    #[must_use]
    pub fn recipient(&self) -> &redirect_uri::Recipient {
        &self.recipient
    }

    /// The location that carries a code (OAuth 2.1 §4.1.2, RFC 9207).
    #[must_use]
    pub fn with_code(&self, code: &str) -> String {
        self.with(&[("code", code)])
    }

    /// The location that carries an error (OAuth 2.1 §4.1.2.1, RFC 9207).
    #[must_use]
    pub fn with_error(&self, error: &AuthorizationError) -> String {
        let wire = error::authorization(error);
        self.with(&[("error", wire.code.as_str()), ("error_description", &wire.description)])
    }

    fn with(&self, parameters: &[(&str, &str)]) -> String {
        let mut location = String::from(&*self.redirect_uri);
        let mut separator = match (location.contains('?'), location.ends_with(['?', '&'])) {
            (false, _) => "?",
            (true, true) => "",
            (true, false) => "&",
        };
        for (name, value) in parameters.iter().chain([&("iss", self.issuer.as_str())]) {
            location.extend([separator, name, "=", &encode(value)]);
            separator = "&";
        }
        if let Some(state) = &self.state {
            location.extend(["&state=", state]);
        }
        location
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::metadata::tests::metadata;

    fn choose(
        registered: &[&str],
        presented: Option<&str>,
    ) -> Result<ReturnAddress, ReturnAddressError> {
        let issuer = Issuer::parse("http://localhost:8080").unwrap();
        let own = OwnOrigins::of(["http://localhost:8080", "https://mcp.example/mcp"]);
        ReturnAddress::choose(&metadata(registered), presented, Some("a%2Bb"), &issuer, &own)
    }

    #[test]
    fn o21_1_and_o21_5_decide() {
        use ReturnAddressError as E;
        type Case<'a> = (&'a [&'a str], Option<&'a str>, Result<&'a str, E>);
        let cases: &[Case<'_>] = &[
            (&["https://a.example/cb"], None, Ok("https://a.example/cb")),
            (&["https://a.example/cb"], Some("https://a.example/cb"), Ok("https://a.example/cb")),
            (&["http://localhost/cb"], Some("http://localhost:5/cb"), Ok("http://localhost:5/cb")),
            (&["https://a.example/cb", "https://a.example/2"], None, Err(E::Missing)),
            (
                &["https://a.example/cb"],
                Some("https://b.example/cb"),
                Err(E::NotRegistered("https://b.example/cb".into())),
            ),
            (&["http://localhost/cb"], Some("http://localhost:8080/cb"), Err(E::OurOwn)),
            (&["http://127.0.0.1/cb"], Some("http://127.0.0.1:8080/cb"), Err(E::OurOwn)),
            (&["https://mcp.example/cb"], Some("https://mcp.example/cb"), Err(E::OurOwn)),
            (&["https://mcp.example./cb"], Some("https://mcp.example./cb"), Err(E::OurOwn)),
            (&["cursor://x/cb"], Some("cursor://x/cb"), Err(E::SchemeNotAllowed("cursor".into()))),
        ];
        for (registered, presented, expected) in cases {
            let seen = choose(registered, *presented);
            assert_eq!(
                seen.as_ref().map(ReturnAddress::redirect_uri).map_err(Clone::clone),
                *expected,
                "{presented:?}"
            );
        }
    }

    #[test]
    fn r_17_every_answer_carries_iss_and_the_state_as_it_came() {
        for (registered, expected) in [
            (
                "https://a.example/cb",
                "https://a.example/cb?code=c&iss=http%3A%2F%2Flocalhost%3A8080&state=a%2Bb",
            ),
            (
                "https://a.example/cb?x=1",
                "https://a.example/cb?x=1&code=c&iss=http%3A%2F%2Flocalhost%3A8080&state=a%2Bb",
            ),
            (
                "https://a.example/cb?",
                "https://a.example/cb?code=c&iss=http%3A%2F%2Flocalhost%3A8080&state=a%2Bb",
            ),
        ] {
            assert_eq!(choose(&[registered], None).unwrap().with_code("c"), expected);
        }
        let location = choose(&["https://a.example/cb"], None)
            .unwrap()
            .with_error(&AuthorizationError::AccessDenied);
        assert!(
            location.starts_with("https://a.example/cb?error=access_denied&error_description="),
            "{location}"
        );
        assert!(location.ends_with("&iss=http%3A%2F%2Flocalhost%3A8080&state=a%2Bb"), "{location}");
    }
}
