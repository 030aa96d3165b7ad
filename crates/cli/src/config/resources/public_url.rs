//! Under which address do clients find an MCP server? On the issuer's host by a path, or on a host of its own.

use salver_oauth::{Issuer, ResourceId};
use url::Url;

use super::entry::ResourceEntry;
use crate::config::{problem::Problems, reserved};

/// The public URL, if it is one that clients and we compare alike and that hides nothing of ours.
pub(super) fn resolve(
    key: &str,
    entry: &ResourceEntry,
    issuer: &Issuer,
    problems: &mut Problems,
) -> Option<ResourceId> {
    let (key, text) = written(key, entry, issuer, problems)?;
    let url = problems.accept(&key, Url::parse(&text), EXAMPLE)?;
    let refused =
        form(&url, &text).or_else(|| scheme(&url, issuer)).or_else(|| place(&url, issuer));
    if let Some((why, hint)) = refused {
        problems.refuse(key, why, hint);
        return None;
    }
    problems.accept(&key, ResourceId::parse(&text), EXAMPLE)
}

/// Key and text of the address.
fn written(
    key: &str,
    entry: &ResourceEntry,
    issuer: &Issuer,
    problems: &mut Problems,
) -> Option<(String, String)> {
    let (which, why, hint) = match (&entry.path, &entry.url) {
        (Some(path), None) if path.starts_with('/') => {
            return Some((format!("{key}.path"), format!("{}{path}", issuer.origin())));
        }
        (None, Some(url)) => return Some((format!("{key}.url"), url.clone())),
        (Some(_), None) => ("path", "does not begin with a slash", "write it like \"/mcp\""),
        (None, None) => {
            ("path", "is missing", "write the public path, like \"/mcp\", or a whole `url`")
        }
        (Some(_), Some(_)) => ("url", "is there beside `path`", "leave out one of the two"),
    };
    problems.refuse(format!("{key}.{which}"), why, hint);
    None
}

type Refused = Option<(String, &'static str)>;

fn form(url: &Url, text: &str) -> Refused {
    let extra = url.query().is_some()
        || url.fragment().is_some()
        || !url.username().is_empty()
        || url.password().is_some();
    // The root of a host may be written with its slash or without.
    let same =
        url.as_str() == text || (url.path() == "/" && url.as_str().strip_suffix('/') == Some(text));
    let slash_at_end = url.path() != "/" && url.path().ends_with('/');
    let ambiguous = slash_at_end || url.path().contains("//") || url.path().contains('%');
    (extra || !same || ambiguous).then(|| {
        let hint = "no query, no slash at the end, no %, no . or .. segments, lower-case host, no default port";
        ("is not in the plain form that clients and we compare".to_owned(), hint)
    })
}

fn scheme(url: &Url, issuer: &Issuer) -> Refused {
    if (url.scheme() == "https") != issuer.is_https() {
        let hint = "issuer and resources share the listeners, so they share the scheme";
        return Some((format!("is {} although the issuer is not", url.scheme()), hint));
    }
    (url.scheme() == "http" && !salver_oauth::issuer::is_loopback(url)).then(|| {
        ("is plain http, which is for loopback hosts only".to_owned(), "begin it with https://")
    })
}

fn place(url: &Url, issuer: &Issuer) -> Refused {
    let on_issuer_host = url.origin().ascii_serialization() == issuer.origin();
    let taken = if on_issuer_host {
        reserved::collision(issuer, url.path())
    } else {
        reserved::within("/.well-known", url.path()).then(|| "/.well-known".to_owned())
    };
    taken.map(|ours| {
        (format!("collides with {ours}, which is ours"), "choose another path, like \"/mcp\"")
    })
}

/// Whether a request could be meant for both.
pub(super) fn overlap(one: &ResourceId, other: &ResourceId) -> bool {
    let (Ok(one), Ok(other)) = (Url::parse(one.as_str()), Url::parse(other.as_str())) else {
        return true;
    };
    one.origin() == other.origin()
        && (reserved::within(one.path(), other.path())
            || reserved::within(other.path(), one.path()))
}

const EXAMPLE: &str = "write it like \"https://mcp.example/mcp\"";
