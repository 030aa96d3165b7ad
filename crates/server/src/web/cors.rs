//! Which endpoints may scripts of other origins read? Those that browser-based clients call, without credentials (O21-12, DP-4's neighbours).
//! Never the authorization endpoint, pages, or introspection.

use axum::{
    body::Body,
    extract::Request,
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderName, HeaderValue, Method, StatusCode, header};

/// Answers preflights and opens responses to every origin: nothing here rests on cookies.
pub(super) async fn open(request: Request<Body>, next: Next) -> Response {
    let preflight = request.method() == Method::OPTIONS;
    let mut response =
        if preflight { StatusCode::NO_CONTENT.into_response() } else { next.run(request).await };
    let headers = response.headers_mut();
    let add = |name: HeaderName, value| (name, HeaderValue::from_static(value));
    headers.extend([
        add(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        add(header::ACCESS_CONTROL_EXPOSE_HEADERS, "WWW-Authenticate, Retry-After, Sunset"),
    ]);
    if preflight {
        headers.extend([
            add(header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, DELETE, OPTIONS"),
            // Browser-based clients send the protocol version along with discovery.
            add(
                header::ACCESS_CONTROL_ALLOW_HEADERS,
                "Authorization, Content-Type, Accept, MCP-Protocol-Version",
            ),
            add(header::ACCESS_CONTROL_MAX_AGE, "7200"),
        ]);
    }
    response
}
