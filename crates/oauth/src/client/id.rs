//! Who asks? A `client_id` is read once, into the kind of name it is, and nobody asks again.

use std::fmt;

use thiserror::Error;
use url::{Host, Url};

use super::{
    hosted::HostedId,
    local_development::{LocalDevelopmentError, LocalDevelopmentId},
    recorded::RecordedId,
    sealed::SealedId,
    stated::StatedId,
};

/// The longest `client_id` that is looked at (DESIGN §9), in bytes.
pub const MAX_CLIENT_ID_BYTES: usize = 2048;

/// A `client_id`, by what kind of name it is.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub enum ClientId {
    /// Given out by an administrator here, in the configuration.
    Issued(IssuedId),
    /// Given out to whoever entered the client here: its registration is on record.
    Recorded(RecordedId),
    /// Given out to a client that registered itself: the registration, sealed (decision 9).
    Sealed(SealedId),
    /// One for all installations of a software that a trusted issuer has signed for (SW-8).
    Stated(StatedId),
    /// The URL of a metadata document (CIMD §3).
    Document(MetadataUrl),
    /// A document that this server hosts itself for a developer (decision 5).
    Hosted(HostedId),
    /// A program in development, by an identifier of the atproto profile (ATP-2).
    LocalDevelopment(LocalDevelopmentId),
}

/// An identifier that was given out here. Never begins with `https://` (CIMD-A-2).
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct IssuedId(Box<str>);

/// The URL of a metadata document, in exactly the bytes that the client sent (CIMD-U-8).
#[derive(Clone, Debug)]
pub struct MetadataUrl {
    text: Box<str>,
    host: Box<str>,
}

/// Why a text is no `client_id` of any kind.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum ClientIdError {
    /// It is empty.
    #[error("it is empty")]
    Empty,
    /// Longer than [`MAX_CLIENT_ID_BYTES`].
    #[error("it is longer than {MAX_CLIENT_ID_BYTES} bytes")]
    TooLong,
    /// A character outside printable ASCII (RFC 6749 appendix A.1).
    #[error("it holds a character outside printable ASCII")]
    ForbiddenCharacter,
    /// It begins like one that was given out for a registration, and its rest is none.
    #[error("it begins like one that is given out here, and is not whole")]
    Sealed,
    /// It begins like a URL and breaks a rule for URLs of metadata documents.
    #[error("as the URL of a metadata document {0}")]
    Url(MetadataUrlError),
    /// It begins like the identifier of a program in development and breaks a rule for those.
    #[error("as the identifier of a program in development {0}")]
    LocalDevelopment(LocalDevelopmentError),
}

/// Which rule of CIMD §3 a URL breaks.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum MetadataUrlError {
    /// CIMD-U-1: another scheme than `https`, or not in lower case.
    #[error("it must begin with https://")]
    NotHttps,
    /// CIMD-U-2.
    #[error("it must not hold a user name or password")]
    Credentials,
    /// CIMD-U-3.
    #[error("it needs a path")]
    NoPath,
    /// CIMD-U-4, percent-encoded forms included.
    #[error("its path must not hold . or .. segments")]
    DotSegment,
    /// CIMD-U-5.
    #[error("it must not hold a fragment")]
    Fragment,
    /// CIMD-U-6 with our ruling.
    #[error("it must not hold a query")]
    Query,
    /// CIMD-U-7: port 0, or a colon without a port.
    #[error("its port is not a port")]
    Port,
    /// CIMD-U-10: an address, or a name without a dot.
    #[error("its host must be a full domain name")]
    Host,
    /// CIMD-U-8: a URL parser would write it differently.
    #[error("it is not in canonical form")]
    NotCanonical,
}

impl ClientId {
    /// Reads a `client_id` as the client sent it.
    ///
    /// # Errors
    /// [`ClientIdError`] names the rule that it breaks.
    pub fn parse(raw: &str) -> Result<Self, ClientIdError> {
        if raw.is_empty() {
            return Err(ClientIdError::Empty);
        }
        if raw.len() > MAX_CLIENT_ID_BYTES {
            return Err(ClientIdError::TooLong);
        }
        if !raw.bytes().all(|byte| matches!(byte, 0x20..=0x7E)) {
            return Err(ClientIdError::ForbiddenCharacter);
        }
        if SealedId::is_meant(raw) {
            return SealedId::parse(raw).map(Self::Sealed).ok_or(ClientIdError::Sealed);
        }
        let like_a_url = raw
            .split_once("://")
            .is_some_and(|(scheme, _)| scheme.bytes().all(|byte| byte.is_ascii_alphanumeric()));
        if let Some(hosted) = HostedId::on_loopback(raw) {
            return Ok(Self::Hosted(hosted));
        }
        if LocalDevelopmentId::is_meant(raw) {
            let read = LocalDevelopmentId::parse(raw);
            return read.map(Self::LocalDevelopment).map_err(ClientIdError::LocalDevelopment);
        }
        if like_a_url {
            return MetadataUrl::parse(raw).map(Self::Document).map_err(ClientIdError::Url);
        }
        if let Some(recorded) = RecordedId::parse(raw) {
            return Ok(Self::Recorded(recorded));
        }
        if let Some(stated) = StatedId::parse(raw) {
            return Ok(Self::Stated(stated));
        }
        Ok(Self::Issued(IssuedId(raw.into())))
    }

    /// The text that the client sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Issued(id) => &id.0,
            Self::Recorded(id) => id.as_str(),
            Self::Sealed(id) => id.as_str(),
            Self::Stated(id) => id.as_str(),
            Self::Document(url) => url.as_str(),
            Self::Hosted(id) => id.as_str(),
            Self::LocalDevelopment(id) => id.as_str(),
        }
    }
}

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl IssuedId {
    /// The identifier itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl MetadataUrl {
    /// Reads the URL of a metadata document. The rules look at the raw text first, since URL parsers tidy up.
    ///
    /// # Errors
    /// [`MetadataUrlError`] names the rule of CIMD §3.
    pub fn parse(raw: &str) -> Result<Self, MetadataUrlError> {
        use MetadataUrlError as E;
        let rest = raw.strip_prefix("https://").ok_or(E::NotHttps)?;
        if rest.contains('#') {
            return Err(E::Fragment);
        }
        if rest.contains('?') {
            return Err(E::Query);
        }
        let (authority, path) = rest.split_once('/').ok_or(E::NoPath)?;
        if authority.contains('@') {
            return Err(E::Credentials);
        }
        if path.split('/').any(is_dot_segment) {
            return Err(E::DotSegment);
        }
        if let Some((_, port)) = authority.rsplit_once(':').filter(|_| !authority.ends_with(']'))
            && (port.is_empty() || port.bytes().all(|byte| byte == b'0'))
        {
            return Err(E::Port);
        }
        let url = Url::parse(raw).map_err(|_| E::NotCanonical)?;
        let Some(Host::Domain(host)) = url.host() else {
            return Err(E::Host);
        };
        if url.as_str() != raw {
            return Err(E::NotCanonical);
        }
        Ok(Self { text: raw.into(), host: host.into() })
    }

    /// The URL, byte for byte as the client sent it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The host that publishes the document.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }
}

/// CIMD-U-8: simple string comparison.
impl PartialEq for MetadataUrl {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for MetadataUrl {}

impl std::hash::Hash for MetadataUrl {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

/// `.` and `..`, also where a percent sign hides the dots (CIMD-U-4).
pub(super) fn is_dot_segment(segment: &str) -> bool {
    if !segment.bytes().any(|byte| byte == b'%') {
        return matches!(segment, "." | "..");
    }
    let plain = segment.to_ascii_lowercase().replace("%2e", ".");
    // An encoded slash would make `..%2f` a dot segment to whoever decodes later.
    plain.split("%2f").any(|part| matches!(part, "." | ".."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cimd_3_rules_with_a_neighbour_each() {
        use MetadataUrlError as E;
        let cases: &[(&str, Option<E>)] = &[
            ("https://app.example/client.json", None),
            ("https://app.example:8443/client.json", None),
            ("https://app.example/", None),
            ("https://app.example/a..b/.c", None),
            ("https://app.example", Some(E::NoPath)),
            ("http://app.example/c", Some(E::NotHttps)),
            ("HTTPS://app.example/c", Some(E::NotHttps)),
            ("https://u@app.example/c", Some(E::Credentials)),
            ("https://app.example/../c", Some(E::DotSegment)),
            ("https://app.example/a/%2e%2E/c", Some(E::DotSegment)),
            ("https://app.example/a/..%2fc", Some(E::DotSegment)),
            ("https://app.example/c#", Some(E::Fragment)),
            ("https://app.example/c?x=1", Some(E::Query)),
            ("https://app.example:/c", Some(E::Port)),
            ("https://app.example:0/c", Some(E::Port)),
            ("https://app.example:443/c", Some(E::NotCanonical)),
            ("https://App.example/c", Some(E::NotCanonical)),
            ("https://app.example/a\\b", Some(E::NotCanonical)),
            ("https://127.0.0.1/c", Some(E::Host)),
            ("https://[::1]/c", Some(E::Host)),
            ("https://2130706433/c", Some(E::Host)),
        ];
        for (raw, expected) in cases {
            assert_eq!(MetadataUrl::parse(raw).err(), *expected, "{raw}");
        }
    }

    #[test]
    fn the_kind_is_decided_once() {
        assert!(matches!(ClientId::parse("inspector"), Ok(ClientId::Issued(_))));
        assert!(matches!(ClientId::parse("https://app.example/c"), Ok(ClientId::Document(_))));
        for (raw, error) in [
            ("", ClientIdError::Empty),
            ("a\nb", ClientIdError::ForbiddenCharacter),
            ("http://localhost:80", ClientIdError::Url(MetadataUrlError::NotHttps)),
            ("javascript://x/y", ClientIdError::Url(MetadataUrlError::NotHttps)),
        ] {
            assert_eq!(ClientId::parse(raw), Err(error), "{raw:?}");
        }
        assert_eq!(ClientId::parse(&"a".repeat(2049)), Err(ClientIdError::TooLong));
        assert!(ClientId::parse(&"a".repeat(2048)).is_ok());
    }
}
