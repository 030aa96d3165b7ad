//! Is this a browser going somewhere, rather than a client calling? Then nothing of the server behind may reach it (DESIGN §7.11).
//!
//! Fetch Metadata (`Sec-Fetch-Mode`, `Sec-Fetch-Dest`) and Service Workers §4.1 (`Service-Worker: script`).

use http::{HeaderMap, HeaderValue};

/// Whether the request opens a page or installs a service worker on our origin.
pub(crate) fn is_page_or_worker(headers: &HeaderMap) -> bool {
    let says = |value: &HeaderValue, told: &[&str]| {
        told.iter().any(|word| value.as_bytes().eq_ignore_ascii_case(word.as_bytes()))
    };
    // Requests have few headers, so that one look at each costs less than a search for three.
    headers.iter().any(|(name, value)| match name.as_str() {
        "sec-fetch-mode" => says(value, &["navigate", "websocket"]),
        "sec-fetch-dest" => says(value, NOT_DATA),
        "service-worker" => true,
        _ => false,
    })
}

/// Destinations that make a page, a script or a plug-in of what they get.
const NOT_DATA: &[&str] = &[
    "audioworklet",
    "document",
    "embed",
    "fencedframe",
    "frame",
    "iframe",
    "manifest",
    "object",
    "paintworklet",
    "report",
    "script",
    "serviceworker",
    "sharedworker",
    "style",
    "worker",
    "xslt",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_and_workers_are_told_from_calls() {
        for (name, value, refused) in [
            ("sec-fetch-mode", "cors", false),
            ("sec-fetch-mode", "navigate", true),
            ("sec-fetch-dest", "empty", false),
            ("sec-fetch-dest", "document", true),
            ("sec-fetch-dest", "iframe", true),
            ("sec-fetch-dest", "ServiceWorker", true),
            ("service-worker", "script", true),
            ("accept", "text/html", false),
        ] {
            let headers = HeaderMap::from_iter([(name.parse().unwrap(), value.parse().unwrap())]);
            assert_eq!(is_page_or_worker(&headers), refused, "{name}: {value}");
        }
    }
}
