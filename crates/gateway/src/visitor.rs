//! Is this a browser going somewhere, rather than a client calling? Then nothing of the server behind may reach it (DESIGN §7.11).
//!
//! Fetch Metadata (`Sec-Fetch-Mode`, `Sec-Fetch-Dest`) and Service Workers §4.1 (`Service-Worker: script`).

use http::{HeaderMap, HeaderName};

/// Whether the request opens a page or installs a service worker on our origin.
pub(crate) fn is_page_or_worker(headers: &HeaderMap) -> bool {
    let says = |name: &HeaderName, told: &[&str]| {
        headers.get_all(name).iter().any(|value| {
            told.iter().any(|word| value.as_bytes().eq_ignore_ascii_case(word.as_bytes()))
        })
    };
    says(&SEC_FETCH_MODE, &["navigate", "websocket"])
        || says(&SEC_FETCH_DEST, NOT_DATA)
        || headers.contains_key(&SERVICE_WORKER)
}

const SEC_FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");
const SEC_FETCH_DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");
const SERVICE_WORKER: HeaderName = HeaderName::from_static("service-worker");

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
