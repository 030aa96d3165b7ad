//! Which endpoints may scripts of other origins read? Those that browser-based clients call, without credentials (O21-12, DP-4's neighbours).
//! Never the authorization endpoint, pages, or introspection.

use axum::{
    body::Body,
    extract::Request,
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};

/// Answers preflights and opens responses to every origin: nothing here rests on cookies.
pub(super) async fn open(request: Request<Body>, next: Next) -> Response {
    if request.method() == Method::OPTIONS {
        return preflight();
    }
    let mut response = next.run(request).await;
    readable(response.headers_mut());
    response
}

/// The answer to a preflight.
pub(super) fn preflight() -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    let headers = response.headers_mut();
    readable(headers);
    headers.extend([
        add(header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, DELETE, OPTIONS"),
        // Browser-based clients send the protocol version along with discovery.
        add(
            header::ACCESS_CONTROL_ALLOW_HEADERS,
            "Authorization, Content-Type, Accept, MCP-Protocol-Version, OAuth-Client-Attestation, OAuth-Client-Attestation-PoP, DPoP",
        ),
        add(header::ACCESS_CONTROL_MAX_AGE, "7200"),
    ]);
    response
}

/// Opens what has these headers to scripts of every origin.
pub(super) fn readable(headers: &mut HeaderMap) {
    headers.extend([
        add(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        add(
            header::ACCESS_CONTROL_EXPOSE_HEADERS,
            "WWW-Authenticate, Retry-After, Sunset, OAuth-Client-Attestation-Challenge, DPoP-Nonce",
        ),
    ]);
}

fn add(name: HeaderName, value: &'static str) -> (HeaderName, HeaderValue) {
    (name, HeaderValue::from_static(value))
}
