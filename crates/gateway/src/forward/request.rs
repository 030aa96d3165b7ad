//! Which headers go up? All but credentials, what other doors say about people and addresses, what only a browser says, and
//! what changes the meaning of a request; then ours are added.

use http::{HeaderMap, HeaderName, HeaderValue, header};

use super::hop;
use crate::identity::SALVER_IDENTITY;

/// Makes a client's headers the upstream's: first everything of theirs that must not pass goes, then ours comes.
pub(crate) fn prepare(headers: &mut HeaderMap, host: &HeaderValue, identity: HeaderValue) {
    hop::retain(headers, is_dropped);
    headers.insert(header::HOST, host.clone());
    headers.insert(SALVER_IDENTITY, identity);
}

/// Asked for every header of every call, so as comparisons that need no search, and first for what every call has.
fn is_dropped(name: &HeaderName) -> bool {
    // `Host` goes too, but by being set anew.
    if [header::ACCEPT, header::CONTENT_TYPE, header::HOST, header::USER_AGENT].contains(name) {
        return false;
    }
    if *name == header::AUTHORIZATION || *name == header::CONTENT_LENGTH {
        return true;
    }
    let text = name.as_str();
    hop::is_hop_by_hop(name)
        || is_credential(text)
        || is_tale_of_others(text)
        || is_for_browsers_or_changes_meaning(text)
        // Servers that turn names into variables read `salver_identity` or `x.remote.user` as if they had dashes.
        || !text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

fn is_credential(name: &str) -> bool {
    matches!(name, "cookie" | "cookie2" | "dpop")
        || name.starts_with("salver-")
        || name.starts_with("proxy-")
}

/// Where a request comes from and who a person is, as told by other doors.
fn is_tale_of_others(name: &str) -> bool {
    let exact = matches!(
        name,
        "client-ip"
            | "forwarded"
            | "remote-user"
            | "true-client-ip"
            | "via"
            | "x-client-ip"
            | "x-cluster-client-ip"
            | "x-real-ip"
            | "x-remote-user"
            | "x-user"
    );
    exact
        || match name.strip_prefix("x-") {
            Some(rest) => TALES.iter().any(|beginning| rest.starts_with(beginning)),
            None => name.starts_with("cf-") || name.starts_with("tailscale-"),
        }
}

/// After `x-`.
const TALES: &[&str] = &[
    "amzn-oidc-",
    "auth-request-",
    "authenticated-",
    "forwarded-",
    "goog-authenticated-",
    "goog-iap-",
    "ms-client-principal",
    "webauth-",
];

/// A page's origin was judged here, and a server behind must take us for its client; and no header may make another request
/// of the one that was judged.
fn is_for_browsers_or_changes_meaning(name: &str) -> bool {
    let exact = matches!(
        name,
        "early-data"
            | "expect"
            | "max-forwards"
            | "origin"
            | "range"
            | "referer"
            | "service-worker"
            | "upgrade-insecure-requests"
            | "x-host"
            | "x-http-method"
            | "x-http-method-override"
            | "x-method-override"
            | "x-original-host"
            | "x-original-url"
            | "x-rewrite-url"
    );
    exact
        || name.starts_with("sec-")
        || name.starts_with("if-")
        || name.starts_with("access-control-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_and_tales_of_others_stay_and_both_generations_of_mcp_pass() {
        let mut headers = HeaderMap::new();
        let passes = [
            ("accept", "application/json, text/event-stream"),
            ("content-type", "application/json"),
            ("user-agent", "x/1"),
            ("mcp-session-id", "s"),
            ("mcp-protocol-version", "2026-07-28"),
            ("last-event-id", "7"),
            ("mcp-method", "tools/call"),
            ("mcp-name", "add"),
            ("mcp-param-region", "eu"),
            ("x-api-key", "for the server itself"),
            ("traceparent", "00-…"),
        ];
        let drops = [
            ("authorization", "Bearer t"),
            ("cookie", "s=1"),
            ("proxy-authorization", "Basic x"),
            ("forwarded", "for=1.2.3.4"),
            ("x-forwarded-for", "1.2.3.4"),
            ("x-real-ip", "1.2.3.4"),
            ("salver-identity", "forged"),
            ("salver_identity", "forged"),
            ("salver-other", "forged"),
            ("x_forwarded_for", "1.2.3.4"),
            ("connection", "keep-alive, X-Secret, salver-identity"),
            ("x-secret", "named by Connection"),
            ("te", "trailers"),
            ("transfer-encoding", "chunked"),
            ("upgrade", "h2c"),
            ("origin", "http://localhost:6274"),
            ("sec-fetch-mode", "cors"),
            ("x-http-method-override", "DELETE"),
            ("host", "mcp.example"),
            ("if-none-match", "\"x\""),
        ];
        for (name, value) in passes.iter().chain(&drops) {
            let value = HeaderValue::from_bytes(value.as_bytes()).unwrap();
            headers.append(HeaderName::from_static(name), value);
        }
        let host = HeaderValue::from_static("127.0.0.1:9000");
        prepare(&mut headers, &host, HeaderValue::from_static("ours"));
        for (name, value) in passes {
            assert_eq!(headers.remove(name).unwrap().as_bytes(), value.as_bytes(), "{name}");
        }
        assert_eq!(headers.remove("host").unwrap(), host);
        let ours: Vec<_> = headers.get_all(SALVER_IDENTITY).iter().collect();
        assert_eq!(ours, ["ours"]);
        assert_eq!(headers.len(), 1, "{headers:?}");
    }
}
