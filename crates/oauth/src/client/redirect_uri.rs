//! May the answer go there? Redirect URIs: what kinds there are, and the one comparison that everybody uses.
//!
//! RFC 9700 §2.1 (exact strings), RFC 8252 §7.3 with ruling R-3 (the port of a loopback address), MCP-AS-31 with R-2 (which
//! schemes). What a redirect URI proves about its client is the business of `salver-policy`.

use std::{borrow::Cow, fmt};

use thiserror::Error;
use url::{Host, Url};

use crate::issuer::is_loopback;

/// A redirect URI as registered, in the client's own bytes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RedirectUri {
    text: Box<str>,
    url: Url,
    recipient: Recipient,
}

/// Where an answer goes.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub enum Recipient {
    /// A host on the web, reached over TLS.
    Https {
        /// The host, in its ASCII form.
        host: Box<str>,
    },
    /// A program on the user's own computer that listens on a port.
    Loopback,
    /// A program on the user's own computer that has claimed a scheme.
    App {
        /// The scheme, in lower case.
        scheme: Box<str>,
    },
}

/// Why a text is no redirect URI.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum RedirectUriError {
    /// Not an absolute URI in plain ASCII (O21-4).
    #[error("it is not an absolute URI")]
    NotAbsolute,
    /// O21-4.
    #[error("it has a fragment")]
    Fragment,
    /// A user name or password, which would show one host and reach another.
    #[error("it has a user name or password")]
    Credentials,
    /// MCP-AS-31: http to another computer.
    #[error("plain http reaches only this computer")]
    PlainHttp,
    /// A scheme that runs or reads things instead of reaching somebody.
    #[error("no answer can be sent to this scheme")]
    DangerousScheme,
    /// A host with a wildcard: redirect URIs are compared exactly.
    #[error("its host has a wildcard")]
    Wildcard,
}

impl RedirectUri {
    /// Reads a redirect URI as registered.
    ///
    /// # Errors
    /// [`RedirectUriError`] names the rule that it breaks.
    pub fn parse(raw: &str) -> Result<Self, RedirectUriError> {
        use RedirectUriError as E;
        if !raw.bytes().all(|byte| matches!(byte, 0x21..=0x7E) && byte != b'\\') {
            return Err(E::NotAbsolute);
        }
        let url = Url::parse(raw).map_err(|_| E::NotAbsolute)?;
        if raw.contains('#') {
            return Err(E::Fragment);
        }
        let recipient = match url.scheme() {
            "http" | "https" => web_recipient(&url)?,
            scheme if DANGEROUS_SCHEMES.contains(&scheme) => return Err(E::DangerousScheme),
            scheme => Recipient::App { scheme: scheme.into() },
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(E::Credentials);
        }
        Ok(Self { text: raw.into(), url, recipient })
    }

    /// The registered text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The same, as it was read.
    #[must_use]
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// Where answers to it go.
    #[must_use]
    pub fn recipient(&self) -> &Recipient {
        &self.recipient
    }

    /// The same address without the port of a loopback address: what [`same`] compares.
    #[must_use]
    pub fn without_port(&self) -> Self {
        // What is left is as sound as before.
        Self::parse(&without_port(&self.text)).unwrap_or_else(|_| self.clone())
    }

    /// Whether a request may name `presented` where this one is registered: see [`same`].
    #[must_use]
    pub fn accepts(&self, presented: &str) -> bool {
        same(&self.text, presented)
    }
}

impl Recipient {
    /// Whether any program on the user's computer could sit there.
    #[must_use]
    pub fn is_on_this_computer(&self) -> bool {
        !matches!(self, Self::Https { .. })
    }

    /// Whether the scheme, if it is an app's, is a reversed domain name (RFC 8252 §7.1, R-2).
    #[must_use]
    pub fn is_unnamed_app_scheme(&self) -> bool {
        matches!(self, Self::App { scheme } if !scheme.contains('.'))
    }
}

/// The class under which consent is remembered: `loopback`, `https://host`, `app:scheme`.
impl fmt::Display for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Https { host } => write!(f, "https://{host}"),
            Self::Loopback => f.write_str("loopback"),
            Self::App { scheme } => write!(f, "app:{scheme}"),
        }
    }
}

/// Whether `presented` is the address that was `registered`: the same bytes; or, for http on a loopback address, the same but for
/// the port (RFC 8252 §7.3, R-3). Host and path count: `127.0.0.1` is neither `[::1]` nor `localhost`.
#[must_use]
pub fn same(registered: &str, presented: &str) -> bool {
    registered == presented
        || match (without_loopback_port(registered), without_loopback_port(presented)) {
            (Some(registered), Some(presented)) => registered == presented,
            _ => false,
        }
}

/// The port of a loopback redirect URI, if it names one.
#[must_use]
pub fn loopback_port(uri: &str) -> Option<u16> {
    without_loopback_port(uri)?;
    Url::parse(uri).ok()?.port_or_known_default()
}

/// The text without the port of a loopback address: two addresses are the [`same`] exactly if these texts are equal.
#[must_use]
pub fn without_port(uri: &str) -> Cow<'_, str> {
    match without_loopback_port(uri) {
        Some((host, rest)) => Cow::Owned(["http://", host, rest].concat()),
        None => Cow::Borrowed(uri),
    }
}

fn web_recipient(url: &Url) -> Result<Recipient, RedirectUriError> {
    let host = match url.host() {
        Some(Host::Domain(name)) if name.contains('*') => return Err(RedirectUriError::Wildcard),
        Some(host) => host.to_string(),
        None => return Err(RedirectUriError::NotAbsolute),
    };
    match url.scheme() {
        "https" => Ok(Recipient::Https { host: host.into() }),
        _ if is_loopback(url) => Ok(Recipient::Loopback),
        _ => Err(RedirectUriError::PlainHttp),
    }
}

/// Host and the rest of an http loopback URI, without its port. Read from the raw text: whatever a parser would tidy is no match.
fn without_loopback_port(uri: &str) -> Option<(&str, &str)> {
    let after_scheme = uri.strip_prefix("http://")?;
    let host = LOOPBACK_HOSTS.into_iter().find(|host| after_scheme.starts_with(host))?;
    let after_host = after_scheme.get(host.len()..)?;
    let (port, rest) = match after_host.strip_prefix(':') {
        Some(after_colon) => {
            let digits = after_colon.bytes().take_while(u8::is_ascii_digit).count();
            (Some(after_colon.get(..digits)?), after_colon.get(digits..)?)
        }
        None => (None, after_host),
    };
    let port_is_sound =
        port.is_none_or(|port| !port.starts_with('0') && port.parse::<u16>().is_ok());
    let rest_is_sound = rest.is_empty() || rest.starts_with(['/', '?']);
    (port_is_sound && rest_is_sound).then_some((host, rest))
}

const LOOPBACK_HOSTS: [&str; 3] = ["127.0.0.1", "[::1]", "localhost"];

/// Schemes that a browser would run, read or show, instead of handing the answer to a program.
const DANGEROUS_SCHEMES: [&str; 14] = [
    "javascript",
    "data",
    "file",
    "vbscript",
    "blob",
    "about",
    "view-source",
    "filesystem",
    "ws",
    "wss",
    "ftp",
    "mailto",
    "tel",
    "intent",
];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SAME: &[(&str, &str, &str, bool)] = &[
        ("RFC 9700 §2.1 exact string", "https://a.example/cb", "https://a.example/cb", true),
        ("a slash makes another address", "https://a.example/cb", "https://a.example/cb/", false),
        ("letter case counts", "https://a.example/cb", "https://a.example/CB", false),
        (
            "a default port is another string",
            "https://a.example/cb",
            "https://a.example:443/cb",
            false,
        ),
        ("https has no free port", "https://localhost/cb", "https://localhost:4430/cb", false),
        ("RFC 8252 §7.3 any port", "http://127.0.0.1/cb", "http://127.0.0.1:51004/cb", true),
        ("registered with a port", "http://127.0.0.1:33418/", "http://127.0.0.1:51004/", true),
        (
            "registered with a port, asked without",
            "http://127.0.0.1:33418/",
            "http://127.0.0.1/",
            true,
        ),
        (
            "R-3 localhost by name",
            "http://localhost/callback",
            "http://localhost:6274/callback",
            true,
        ),
        ("IPv6", "http://[::1]/cb", "http://[::1]:8000/cb", true),
        ("the path still counts", "http://127.0.0.1/cb", "http://127.0.0.1:51004/other", false),
        ("the query still counts", "http://127.0.0.1/cb?a", "http://127.0.0.1:51004/cb", false),
        ("a query alone", "http://127.0.0.1?a", "http://127.0.0.1:1?a", true),
        ("no path is not the root", "http://127.0.0.1", "http://127.0.0.1:1/", false),
        ("another loopback name", "http://127.0.0.1/cb", "http://localhost:51004/cb", false),
        ("another loopback address", "http://127.0.0.1/cb", "http://[::1]:51004/cb", false),
        ("another address of the block", "http://127.0.0.1/cb", "http://127.0.0.2:51004/cb", false),
        (
            "a name that begins alike",
            "http://localhost/cb",
            "http://localhost.evil.example:1/cb",
            false,
        ),
        (
            "a user name in front",
            "http://localhost/cb",
            "http://localhost:1@evil.example/cb",
            false,
        ),
        ("port 0", "http://localhost/cb", "http://localhost:0/cb", false),
        ("a port too large", "http://localhost/cb", "http://localhost:65536/cb", false),
        ("an empty port", "http://localhost/cb", "http://localhost:/cb", false),
        ("leading zeros", "http://localhost/cb", "http://localhost:080/cb", false),
        (
            "a public http host has no free port",
            "http://a.example/cb",
            "http://a.example:1/cb",
            false,
        ),
    ];

    #[test]
    fn one_comparison_decides() {
        for (why, registered, presented, accepted) in SAME {
            assert_eq!(
                same(registered, presented),
                *accepted,
                "{why}: {registered} against {presented}"
            );
        }
    }

    #[test]
    fn kinds_of_recipients() {
        for (raw, expected) in [
            ("https://a.example/cb?x=1", Ok("https://a.example")),
            ("https://203.0.113.9/cb", Ok("https://203.0.113.9")),
            ("http://127.0.0.1/cb", Ok("loopback")),
            ("http://[::1]:5/cb", Ok("loopback")),
            ("http://localhost:5/cb", Ok("loopback")),
            ("com.example.app:/cb", Ok("app:com.example.app")),
            ("cursor://anysphere.cursor-mcp/oauth/callback", Ok("app:cursor")),
            ("http://a.example/cb", Err(RedirectUriError::PlainHttp)),
            ("http://localhost.a.example/cb", Err(RedirectUriError::PlainHttp)),
            ("https://a.example/cb#", Err(RedirectUriError::Fragment)),
            ("https://u@a.example/cb", Err(RedirectUriError::Credentials)),
            ("https://*.a.example/cb", Err(RedirectUriError::Wildcard)),
            ("javascript:alert(1)", Err(RedirectUriError::DangerousScheme)),
            ("JavaScript:alert(1)", Err(RedirectUriError::DangerousScheme)),
            ("data:text/html,x", Err(RedirectUriError::DangerousScheme)),
            ("file:///etc/passwd", Err(RedirectUriError::DangerousScheme)),
            ("/cb", Err(RedirectUriError::NotAbsolute)),
            ("https://a.example\\@b.example/cb", Err(RedirectUriError::NotAbsolute)),
            (" https://a.example/cb", Err(RedirectUriError::NotAbsolute)),
            ("https://ä.example/cb", Err(RedirectUriError::NotAbsolute)),
        ] {
            let seen = RedirectUri::parse(raw).map(|uri| uri.recipient().to_string());
            assert_eq!(seen.as_deref().map_err(|error| *error), expected, "{raw}");
        }
    }

    proptest! {
        #[test]
        fn what_a_loopback_registration_accepts_is_loopback(presented in "http://(127\\.0\\.0\\.1|localhost|\\[::1\\])[:@.a-z0-9/]{0,12}") {
            for registered in ["http://127.0.0.1/cb", "http://localhost/cb", "http://[::1]/cb"] {
                if same(registered, &presented) {
                    let parsed = RedirectUri::parse(&presented).unwrap();
                    prop_assert_eq!(parsed.recipient(), &Recipient::Loopback);
                }
            }
        }
    }
}
