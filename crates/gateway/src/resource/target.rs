//! Where does a call go? The upstream's URL, joined with what the client adds to the public one.
//!
//! A client may add segments of letters, digits and `-._~`. Everything else that a server might read as leading elsewhere
//! (dot segments in any spelling, empty segments, backslashes, parameters) has no place here. A token in the query is not a
//! credential (RFC 9700 §4.3.2), and does not go up.

use http::{HeaderValue, Uri};
use url::{Url, form_urlencoded};

/// The place of one upstream.
#[derive(Debug)]
pub(crate) struct Target {
    url: Box<str>,
    exact: Uri,
    /// The URL without a slash at its end, for what is added.
    base: Box<str>,
    /// The value of `Host`.
    pub(crate) host: HeaderValue,
}

impl Target {
    /// `None` if the text is no absolute http(s) URL without user name, query and fragment.
    pub(crate) fn new(text: &str) -> Option<Self> {
        let url = Url::parse(text).ok()?;
        let web = matches!(url.scheme(), "http" | "https") && url.has_host();
        let bare = url.username().is_empty() && url.password().is_none();
        if !web || !bare || url.query().is_some() || url.fragment().is_some() {
            return None;
        }
        let authority = url.origin().ascii_serialization();
        let authority = authority.split_once("://")?.1.to_owned();
        Some(Self {
            url: text.into(),
            exact: url.as_str().parse().ok()?,
            base: url.as_str().trim_end_matches('/').into(),
            host: authority.try_into().ok()?,
        })
    }

    /// The URL as the operator wrote it: the audience of what we tell the server behind it.
    pub(crate) fn as_str(&self) -> &str {
        &self.url
    }

    pub(crate) fn is_https(&self) -> bool {
        self.exact.scheme() == Some(&http::uri::Scheme::HTTPS)
    }

    /// Where a call goes: `added` is what the client's path has beyond the public one. `None` if that leads nowhere.
    pub(crate) fn join(&self, added: &str, query: Option<&str>) -> Option<Uri> {
        let query = query.and_then(without_token);
        let mut text = match (added, &query) {
            ("" | "/", None) => return Some(self.exact.clone()),
            ("" | "/", Some(_)) => self.exact.to_string(),
            _ if is_plain_path(added) => format!("{}{added}", self.base),
            _ => return None,
        };
        if let Some(query) = query {
            text.push('?');
            text.push_str(&query);
        }
        text.parse().ok()
    }
}

/// A path that can be read in one way only: empty, or segments of unreserved characters that are no dot segments.
pub(crate) fn is_plain_path(path: &str) -> bool {
    let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let plain =
        |segment: &str| !matches!(segment, "" | "." | "..") && segment.bytes().all(unreserved);
    match path.strip_suffix('/').unwrap_or(path).strip_prefix('/') {
        Some(segments) => segments.split('/').all(plain),
        None => path.is_empty(),
    }
}

/// The query without what would be a token; `None` if nothing is left.
fn without_token(query: &str) -> Option<String> {
    let is_token = |pair: &&str| {
        form_urlencoded::parse(pair.as_bytes()).any(|(name, _)| name == "access_token")
    };
    let kept: Vec<&str> = query.split('&').filter(|pair| !is_token(pair)).collect();
    let kept = kept.join("&");
    (!kept.is_empty()).then_some(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_client_adds_is_plain_or_leads_nowhere() {
        let target = Target::new("http://127.0.0.1:9000/mcp").unwrap();
        for (added, query, joined) in [
            ("", None, Some("http://127.0.0.1:9000/mcp")),
            ("/", None, Some("http://127.0.0.1:9000/mcp")),
            ("/a-b/c.d_e~1", None, Some("http://127.0.0.1:9000/mcp/a-b/c.d_e~1")),
            ("/a/", None, Some("http://127.0.0.1:9000/mcp/a/")),
            ("", Some("x=1&y"), Some("http://127.0.0.1:9000/mcp?x=1&y")),
            ("", Some("access_token=t"), Some("http://127.0.0.1:9000/mcp")),
            ("/a", Some("x=1&access%5Ftoken=t"), Some("http://127.0.0.1:9000/mcp/a?x=1")),
            ("/..", None, None),
            ("/a/../b", None, None),
            ("/%2e%2e/b", None, None),
            ("/a%2fb", None, None),
            ("//b", None, None),
            ("/a;/..;/b", None, None),
            ("/a\\b", None, None),
        ] {
            let uri = target.join(added, query).map(|uri| uri.to_string());
            assert_eq!(uri.as_deref(), joined, "{added} {query:?}");
        }
    }

    #[test]
    fn an_upstream_at_the_root_and_one_with_a_slash_keep_their_form() {
        for (url, added, query, joined) in [
            ("http://up.internal", "", None, "http://up.internal/"),
            ("http://up.internal", "", Some("x"), "http://up.internal/?x"),
            ("http://up.internal/", "/a", None, "http://up.internal/a"),
            ("https://up.internal:443/mcp/", "", None, "https://up.internal/mcp/"),
            ("https://up.internal/mcp/", "", Some("x"), "https://up.internal/mcp/?x"),
            ("https://up.internal/mcp/", "/a", None, "https://up.internal/mcp/a"),
        ] {
            let joined_here = Target::new(url).unwrap().join(added, query).unwrap();
            assert_eq!(joined_here.to_string(), joined);
        }
    }

    #[test]
    fn an_upstream_is_an_absolute_url_and_nothing_more() {
        for (url, fine) in [
            ("http://127.0.0.1:9000/mcp", true),
            ("https://[::1]/", true),
            ("ftp://a/", false),
            ("/mcp", false),
            ("http://u@a/", false),
            ("http://a/?k=v", false),
            ("http://a/#f", false),
        ] {
            assert_eq!(Target::new(url).is_some(), fine, "{url}");
        }
    }
}
