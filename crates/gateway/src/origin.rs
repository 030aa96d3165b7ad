//! Which web pages may call? `Origin` absent, one of ours, this computer's or listed; everything else is refused.
//!
//! MCP 2026-07-28 (DNS rebinding protection of the Streamable HTTP transport), RFC 6454 §7, the Fetch Standard's CORS protocol.
//! Credentials mode is never allowed: cookies mean nothing here.

use axum::body::Body;
use http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use salver_oauth::issuer;
use url::Url;

use crate::refusal::Refusal;

/// An origin as browsers send it, to be compared byte for byte; `None` for anything else.
pub(crate) fn written_as_sent(text: &str) -> Option<HeaderValue> {
    let origin = Url::parse(text).ok()?.origin();
    let sent = origin.is_tuple() && origin.ascii_serialization() == text;
    sent.then(|| HeaderValue::try_from(text).ok()).flatten()
}

/// The origin of a request, if it has one and may call. `known` are ours and the listed ones.
pub(crate) fn judge<'a>(
    headers: &HeaderMap,
    mut known: impl Iterator<Item = &'a HeaderValue>,
) -> Result<Option<HeaderValue>, Refusal> {
    let mut values = headers.get_all(header::ORIGIN).iter();
    let Some(origin) = values.next() else {
        return Ok(None);
    };
    let single = values.next().is_none();
    if single && (known.any(|known| known == origin) || is_this_computer(origin)) {
        Ok(Some(origin.clone()))
    } else {
        Err(Refusal::Origin)
    }
}

fn is_this_computer(origin: &HeaderValue) -> bool {
    let written = origin.to_str().ok().filter(|text| written_as_sent(text).is_some());
    let url = written.and_then(|text| Url::parse(text).ok());
    url.is_some_and(|url| matches!(url.scheme(), "http" | "https") && issuer::is_loopback(&url))
}

/// Lets the page that asked read the answer.
pub(crate) fn permit(headers: &mut HeaderMap, origin: HeaderValue) {
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.append(header::VARY, HeaderValue::from_static("Origin"));
    headers.insert(
        header::ACCESS_CONTROL_EXPOSE_HEADERS,
        HeaderValue::from_static(
            "WWW-Authenticate, Mcp-Session-Id, MCP-Protocol-Version, Retry-After",
        ),
    );
}

/// The answer to a preflight; without an origin, only what methods there are.
pub(crate) fn preflight(origin: Option<HeaderValue>, asked: &HeaderMap) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    headers.insert(header::ALLOW, HeaderValue::from_static(METHODS));
    let Some(origin) = origin else {
        return response;
    };
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers
        .insert(header::VARY, HeaderValue::from_static("Origin, Access-Control-Request-Headers"));
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_METHODS,
        HeaderValue::from_static("GET, POST, DELETE"),
    );
    if let Some(wanted) = asked.get(header::ACCESS_CONTROL_REQUEST_HEADERS)
        && let Some(allowed) = allowed_headers(wanted)
    {
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, allowed);
    }
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("7200"));
    response
}

/// Those of the headers asked for that a client needs.
fn allowed_headers(wanted: &HeaderValue) -> Option<HeaderValue> {
    let needed = |name: &str| HEADERS.contains(&name) || name.starts_with("mcp-");
    let names = wanted.to_str().ok()?.to_ascii_lowercase();
    let allowed: Vec<&str> = names.split(',').map(str::trim).filter(|name| needed(name)).collect();
    (!allowed.is_empty()).then(|| allowed.join(", ").try_into().ok()).flatten()
}

/// The methods of Streamable HTTP, and the preflight's own.
pub(crate) const METHODS: &str = "GET, POST, DELETE, OPTIONS";

/// Beside everything that begins with `mcp-`.
const HEADERS: &[&str] = &[
    "accept",
    "authorization",
    "cache-control",
    "content-type",
    "last-event-id",
    "traceparent",
    "tracestate",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_ours_loopback_or_listed() {
        let known = [HeaderValue::from_static("https://as.example")];
        for (origin, passes) in [
            ("https://as.example", true),
            ("http://localhost", true),
            ("http://localhost:6274", true),
            ("http://127.0.0.1:6274", true),
            ("https://[::1]:6274", true),
            ("https://as.example:8443", false),
            ("http://as.example", false),
            ("https://as.example.evil", false),
            ("http://localhost.evil", false),
            ("http://localhost:6274/", false),
            ("http://u@localhost", false),
            ("null", false),
            ("", false),
            ("chrome-extension://localhost", false),
        ] {
            let headers =
                HeaderMap::from_iter([(header::ORIGIN, HeaderValue::from_static(origin))]);
            assert_eq!(judge(&headers, known.iter()).is_ok(), passes, "{origin:?}");
        }
        assert!(matches!(judge(&HeaderMap::new(), known.iter()), Ok(None)));
        let mut two = HeaderMap::new();
        two.append(header::ORIGIN, HeaderValue::from_static("https://as.example"));
        two.append(header::ORIGIN, HeaderValue::from_static("https://as.example"));
        assert!(judge(&two, known.iter()).is_err());
    }

    #[test]
    fn listed_origins_are_written_as_browsers_send_them() {
        for (text, fine) in [
            ("https://app.example", true),
            ("https://app.example:8443", true),
            ("https://app.example/", false),
            ("https://app.example:443", false),
            ("https://APP.example", false),
            ("app.example", false),
            ("null", false),
            ("*", false),
        ] {
            assert_eq!(written_as_sent(text).is_some(), fine, "{text}");
        }
    }
}
