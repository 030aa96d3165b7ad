//! Which headers are for one connection only? The hop-by-hop ones, and those that `Connection` names (RFC 9110 §7.6.1).

use http::{HeaderMap, HeaderName, header};

/// Whether a header is hop-by-hop by its name alone.
pub(super) fn is_hop_by_hop(name: &HeaderName) -> bool {
    matches!(
        name.as_str(),
        "connection"
            | "keep-alive"
            | "proxy-connection"
            | "te"
            | "trailer"
            | "transfer-encoding"
            | "upgrade"
            | "http2-settings"
    )
}

/// Takes off the headers for which `drops` says yes, and those that `Connection` names. `Connection` itself must be among them.
pub(super) fn retain(headers: &mut HeaderMap, drops: impl Fn(&HeaderName) -> bool) {
    let dropped: Vec<HeaderName> = headers.keys().filter(|name| drops(name)).cloned().collect();
    if dropped.contains(&header::CONNECTION) {
        for name in named_by_connection(headers) {
            headers.remove(name);
        }
    }
    for name in dropped {
        headers.remove(name);
    }
}

/// The headers that `Connection` names.
fn named_by_connection(headers: &HeaderMap) -> Vec<HeaderName> {
    let values = headers.get_all(header::CONNECTION).iter();
    let words = values.filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(','));
    words
        .map(str::trim)
        .filter(|word| {
            !word.eq_ignore_ascii_case("keep-alive") && !word.eq_ignore_ascii_case("close")
        })
        .filter_map(|word| word.parse().ok())
        .collect()
}
