//! With which headers does a page leave? (O21-15, O21-20, UI-4; `docs/decisions/0002-form-action.md`.)

use std::net::IpAddr;

use askama::Template;
use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use salver_names::Host;
use url::{Position, Url};

/// Where the page's forms may lead, redirects after them included (CSP `form-action`).
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum FormAction {
    /// Only to us.
    Own,
    /// To us, and from there to whoever receives the client's answer: this source expression besides `https:`.
    AnswerAt(String),
    /// The same, where the request does not name its `redirect_uri`: to any https address, or to this computer.
    AnswerAnywhereOnTheWeb,
}

/// Whether the window that opened ours keeps its handle on it (`Cross-Origin-Opener-Policy`).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Opener {
    /// No: pages of the account.
    Severed,
    /// Yes: pages on the way of an authorization, since browser-based clients open it in a window of their own and wait for it.
    Kept,
}

impl FormAction {
    /// For a page whose form is answered by a redirect to this `redirect_uri`, perhaps after a step of our own between.
    #[must_use]
    pub fn answer_at(redirect_uri: &Url) -> Self {
        // Only a host of letters, digits, dots and hyphens: the URL standard allows `;` too, which ends a directive.
        let plain_host = redirect_uri.host().and_then(|host| Host::from_url(&host).ok());
        let source = match (redirect_uri.scheme(), plain_host) {
            // CSP3 §2.3.1 has no form for an IPv6 host.
            ("http" | "https", Some(host)) if !matches!(host.as_ip(), Some(IpAddr::V6(_))) => {
                // The origin: a port that is the scheme's own is not written.
                let authority = &redirect_uri[Position::BeforeHost..Position::AfterPort];
                [redirect_uri.scheme(), "://", authority].concat()
            }
            (scheme, _) => format!("{scheme}:"),
        };
        Self::AnswerAt(source)
    }
}

/// A page, with the headers that every page of ours has.
#[must_use]
pub fn page(
    status: StatusCode,
    page: &impl Template,
    form_action: &FormAction,
    opener: Opener,
) -> Response {
    let mut html = String::with_capacity(USUAL_BYTES);
    if page.render_into(&mut html).is_err() {
        // Only a `Display` that fails can bring us here, and ours do not.
        tracing::error!("a page could not be rendered");
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    let mut response = Response::new(Body::from(html));
    *response.status_mut() = status;
    *response.headers_mut() = HeaderMap::with_capacity(HEADERS);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CONTENT_SECURITY_POLICY, content_security_policy(form_action));
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")); // O21-15
    if opener == Opener::Severed {
        headers.insert(
            HeaderName::from_static("cross-origin-opener-policy"),
            HeaderValue::from_static("same-origin"),
        );
    }
    private(headers);
    response
}

/// A redirect to an address of ours, after a form or before one. 303, never 307 (O21-16).
#[must_use]
pub fn see_other(location: &str) -> Response {
    let Ok(location) = HeaderValue::try_from(location) else {
        tracing::error!("an address of our own does not fit into a header");
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let mut response = StatusCode::SEE_OTHER.into_response();
    response.headers_mut().insert(header::LOCATION, location);
    private(response.headers_mut());
    response
}

/// O21-20: neither kept nor told to others.
fn private(headers: &mut HeaderMap) {
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
}

fn content_security_policy(form_action: &FormAction) -> HeaderValue {
    let (to_whom, source) = match form_action {
        FormAction::Own => return HeaderValue::from_static(POLICY),
        FormAction::AnswerAt(source) => (" https: ", source.as_str()),
        FormAction::AnswerAnywhereOnTheWeb => (" https: http:", ""),
    };
    // A source made by `answer_at` is ASCII; any other falls back to the narrow policy.
    HeaderValue::try_from([POLICY, to_whom, source].concat())
        .unwrap_or(HeaderValue::from_static(POLICY))
}

/// Ends with `form-action`, so that its list can be continued.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'";

/// Room for most pages, so that they do not grow while they are written.
const USUAL_BYTES: usize = 7 * 1024;

/// Room for the headers of a page, and for those that are added on its way.
const HEADERS: usize = 10;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::MessagePage;

    fn policy(redirect_uri: &str) -> String {
        let form_action = FormAction::answer_at(&Url::parse(redirect_uri).unwrap());
        content_security_policy(&form_action)
            .to_str()
            .unwrap()
            .rsplit_once("form-action ")
            .unwrap()
            .1
            .to_owned()
    }

    #[test]
    fn form_action_lets_the_answer_through_and_no_more_than_csp_can_say() {
        for (why, redirect_uri, expected) in [
            (
                "an https host",
                "https://claude.ai/api/mcp/auth_callback",
                "'self' https: https://claude.ai",
            ),
            ("… with a port", "https://a.example:8443/cb", "'self' https: https://a.example:8443"),
            (
                "loopback, its port",
                "http://127.0.0.1:51004/callback",
                "'self' https: http://127.0.0.1:51004",
            ),
            ("… by name", "http://localhost:3118/callback", "'self' https: http://localhost:3118"),
            ("… an IPv6 literal cannot be written", "http://[::1]:51004/cb", "'self' https: http:"),
            (
                "an app scheme",
                "cursor://anysphere.cursor-mcp/oauth/callback",
                "'self' https: cursor:",
            ),
            ("… without authority", "com.example.app:/cb", "'self' https: com.example.app:"),
        ] {
            assert_eq!(policy(redirect_uri), expected, "{why}");
        }
    }

    #[test]
    fn a_strangers_redirect_uri_adds_no_directive() {
        for hostile in
            ["x:;script-src *", "https://a.example/;script-src%20*", "http://a.example;script-src/"]
        {
            if let Ok(url) = Url::parse(hostile) {
                let FormAction::AnswerAt(source) = FormAction::answer_at(&url) else {
                    continue;
                };
                assert!(!source.contains([';', ',', ' ', '\'', '*']), "{hostile} gives {source}");
            }
        }
    }

    #[test]
    fn o21_15_and_o21_20_stand_on_every_page() {
        let message = &MessagePage::samples()[0].1;
        let response = page(StatusCode::OK, message, &FormAction::Own, Opener::Severed);
        let text = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(text("content-security-policy"), POLICY);
        assert_eq!(text("x-frame-options"), "DENY");
        assert_eq!(text("referrer-policy"), "no-referrer");
        assert_eq!(text("cache-control"), "no-store");
        assert_eq!(text("x-content-type-options"), "nosniff");
        assert_eq!(text("cross-origin-opener-policy"), "same-origin");
        let kept = page(StatusCode::OK, message, &FormAction::Own, Opener::Kept);
        assert!(!kept.headers().contains_key("cross-origin-opener-policy"));
    }

    #[test]
    fn o21_16_redirects_are_303() {
        let response = see_other("/account");
        assert_eq!(
            (response.status(), response.headers()["location"].to_str().unwrap()),
            (StatusCode::SEE_OTHER, "/account")
        );
        assert_eq!(see_other("/a\r\nb: c").status(), StatusCode::INTERNAL_SERVER_ERROR);
    }
}
