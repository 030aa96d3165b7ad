//! Which addresses does this entry mean? Exact strings, with at most one path segment left open as `{id}`.
//!
//! Some vendors mint a document or a redirect URI for every connector. Everything but that one segment is compared byte by byte
//! (CIMD-U-8, RFC 9700 §2.1), and the host is never open: an entry cannot mean a whole domain by accident. The port of a loopback
//! redirect URI does not count. Whether a host may have a pattern at all is judged where the shared hosts are known.

use std::fmt;

use salver_oauth::client::{
    id::{MAX_CLIENT_ID_BYTES, MetadataUrl, MetadataUrlError},
    redirect_uri::{Recipient, RedirectUri, RedirectUriError, same},
};
use thiserror::Error;

/// An address, or the addresses that differ from it in one path segment.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Pattern {
    text: Box<str>,
    /// Where `{id}` begins.
    open_at: Option<usize>,
    /// The host, if it is on the web.
    host: Option<Box<str>>,
}

/// Why a text is no pattern.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum PatternError {
    /// As the URL of a metadata document it breaks a rule of CIMD §3.
    #[error("as the URL of a metadata document {0}")]
    Document(MetadataUrlError),
    /// It is no redirect URI.
    #[error("as a redirect URI {0}")]
    RedirectUri(RedirectUriError),
    /// A brace or a star that is not one whole path segment `{{id}}`.
    #[error("only one whole path segment can be left open, as {{id}}")]
    StrayWildcard,
    /// The open segment is not in the path of an https address.
    #[error("{{id}} can stand only in the path of an https address")]
    WildcardOutsidePath,
    /// The open segment is deeper than look-ups go.
    #[error("{{id}} stands deeper than the {MAX_OPEN_DEPTH}th path segment")]
    WildcardTooDeep,
    /// A URL parser would write it differently, so it would not mean what it shows.
    #[error("it is not in canonical form")]
    NotCanonical,
    /// Longer than any address that is looked at.
    #[error("it is longer than {MAX_CLIENT_ID_BYTES} bytes")]
    TooLong,
}

impl Pattern {
    /// Reads a pattern for URLs of metadata documents.
    ///
    /// # Errors
    /// [`PatternError`] names the rule that it breaks.
    pub fn document(text: &str) -> Result<Self, PatternError> {
        let open_at = open_segment(text)?;
        let example = example(text);
        let url = MetadataUrl::parse(&example).map_err(PatternError::Document)?;
        Ok(Self { text: text.into(), open_at, host: Some(url.host().into()) })
    }

    /// Reads a pattern for redirect URIs.
    ///
    /// # Errors
    /// [`PatternError`] names the rule that it breaks.
    pub fn redirect_uri(text: &str) -> Result<Self, PatternError> {
        let open_at = open_segment(text)?;
        let example = example(text);
        let uri = RedirectUri::parse(&example).map_err(PatternError::RedirectUri)?;
        let host = match uri.recipient() {
            Recipient::Https { host } => Some(host.clone()),
            Recipient::Loopback | Recipient::App { .. } => None,
        };
        if open_at.is_some() && url::Url::parse(&example).is_ok_and(|url| url.as_str() != example) {
            return Err(PatternError::NotCanonical);
        }
        Ok(Self { text: text.into(), open_at, host })
    }

    /// The pattern as it stands in the file.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether no segment is open.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        self.open_at.is_none()
    }

    /// The host, if it is on the web: never open.
    #[must_use]
    pub fn host(&self) -> Option<&str> {
        self.host.as_deref()
    }

    /// Whether it means this address.
    #[must_use]
    pub fn matches(&self, address: &str) -> bool {
        let Some(open_at) = self.open_at else {
            return same(&self.text, address);
        };
        let (before, after) = self.text.split_at(open_at);
        let after = after.strip_prefix(OPEN).unwrap_or(after);
        address
            .strip_prefix(before)
            .and_then(|rest| rest.strip_suffix(after))
            .is_some_and(is_identifier)
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The texts that open patterns for this address would have, the longest fixed beginning first: at most [`MAX_OPEN_DEPTH`].
pub(crate) fn open_forms(address: &str) -> Vec<String> {
    let Some(path_at) = path_of_https(address) else {
        return Vec::new();
    };
    let path = address.get(path_at..).unwrap_or_default();
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let mut forms = Vec::new();
    let mut at = path_at;
    for segment in path.split('/').take(MAX_OPEN_DEPTH) {
        let end = at + segment.len();
        if is_identifier(segment)
            && let (Some(before), Some(after)) = (address.get(..at), address.get(end..))
        {
            forms.push([before, OPEN, after].concat());
        }
        at = end + 1;
    }
    forms.reverse();
    forms
}

/// Where `{id}` begins, if it is there.
fn open_segment(text: &str) -> Result<Option<usize>, PatternError> {
    if text.len() > MAX_CLIENT_ID_BYTES {
        return Err(PatternError::TooLong);
    }
    let mut braces = text.bytes().filter(|byte| matches!(byte, b'{' | b'}' | b'*'));
    if braces.next().is_none() {
        return Ok(None);
    }
    if braces.count() != 1 {
        return Err(PatternError::StrayWildcard);
    }
    let open_at = text.find(OPEN).ok_or(PatternError::StrayWildcard)?;
    let path_at = path_of_https(text).filter(|path_at| *path_at <= open_at);
    let path = path_at.and_then(|path_at| text.get(path_at..open_at));
    let before = path.ok_or(PatternError::WildcardOutsidePath)?;
    if before.contains(['?', '#']) {
        return Err(PatternError::WildcardOutsidePath);
    }
    let after = text.get(open_at + OPEN.len()..).unwrap_or_default();
    let is_whole = (before.is_empty() || before.ends_with('/'))
        && (after.is_empty() || after.starts_with(['/', '?']));
    if !is_whole {
        return Err(PatternError::StrayWildcard);
    }
    if before.matches('/').count() >= MAX_OPEN_DEPTH {
        return Err(PatternError::WildcardTooDeep);
    }
    Ok(Some(open_at))
}

/// Where the path begins, after the slash behind the host.
fn path_of_https(address: &str) -> Option<usize> {
    let scheme = "https://";
    let host = address.strip_prefix(scheme)?;
    // A query or fragment directly after the host has no path.
    let slash = host.find(['/', '?', '#']).filter(|at| host.get(*at..*at + 1) == Some("/"))?;
    Some(scheme.len() + slash + 1)
}

/// An address that the pattern means.
fn example(text: &str) -> String {
    text.replacen(OPEN, "x", 1)
}

/// What may stand for `{id}`: 1 to 128 unreserved characters (RFC 3986 §2.3), but not the segments that mean another place.
fn is_identifier(segment: &str) -> bool {
    (1..=MAX_IDENTIFIER_BYTES).contains(&segment.len())
        && !matches!(segment, "." | "..")
        && segment
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~'))
}

/// How an open segment is written.
const OPEN: &str = "{id}";

/// The longest text that an open segment takes.
const MAX_IDENTIFIER_BYTES: usize = 128;

/// An open segment is one of the first so many: a look-up tries that many texts, however long the address.
const MAX_OPEN_DEPTH: usize = 8;

#[cfg(test)]
mod tests;
