//! Is this refusal a page that asks whether we are human?
//!
//! Told by headers only: operators can act on it (ask the host to let us in, or use a pinned copy), so it has a category
//! of its own.

use http::{HeaderMap, StatusCode, header};

/// A challenge by a known header, or a refusal in HTML where a document was asked for.
pub(super) fn is_challenge(status: StatusCode, headers: &HeaderMap) -> bool {
    if CHALLENGE_HEADERS.iter().any(|name| headers.contains_key(*name)) {
        return true;
    }
    let refusing = matches!(status, StatusCode::FORBIDDEN | StatusCode::SERVICE_UNAVAILABLE);
    let html = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.trim_start().to_ascii_lowercase().starts_with("text/html"));
    refusing && html
}

/// Sent with challenges by well-known bot filters.
const CHALLENGE_HEADERS: &[&str] =
    &["cf-mitigated", "x-amzn-waf-action", "x-vercel-mitigated", "x-datadome"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_in_html_or_with_a_known_header_is_a_challenge() {
        for (status, name, value, expected) in [
            (403, "content-type", "text/html; charset=UTF-8", true),
            (503, "content-type", "Text/HTML", true),
            (403, "content-type", "application/json", false),
            (404, "content-type", "text/html", false),
            (403, "cf-mitigated", "challenge", true),
            (202, "x-amzn-waf-action", "challenge", true),
            (429, "retry-after", "5", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(name, http::HeaderValue::from_static(value));
            let status = StatusCode::from_u16(status).expect("the table holds statuses");
            assert_eq!(is_challenge(status, &headers), expected, "{status} {name}: {value}");
        }
    }
}
