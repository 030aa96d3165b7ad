//! What anybody may read: server metadata, key sets, the stylesheet. Ready bytes.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use http::{HeaderValue, header};

use super::{App, cors};
use crate::pages::Asset;

/// RFC 8414 and OpenID discovery.
pub(super) async fn metadata(State(app): State<App>) -> Response {
    let now = app.deps().now();
    let mut response = document(app.metadata(now), "application/json");
    // Nobody keeps a document beyond the time at which it changes.
    if let Some(until) = app.deps().settings.registration.until
        && (1..KEPT_SECONDS).contains(&until.seconds_since(now))
    {
        let kept = format!("public, max-age={}", until.seconds_since(now));
        if let Ok(kept) = HeaderValue::from_str(&kept) {
            response.headers_mut().insert(header::CACHE_CONTROL, kept);
        }
    }
    response
}

/// Keys of access tokens.
pub(super) async fn jwks(State(app): State<App>) -> Response {
    document(app.deps().keyring.keys().access_jwks.clone(), "application/json")
}

/// Keys of identities for servers behind the gateway.
pub(super) async fn identity_jwks(State(app): State<App>) -> Response {
    document(app.deps().keyring.keys().identity_jwks.clone(), "application/json")
}

/// A file that pages refer to; its path changes with its content.
pub(super) fn asset(asset: &'static Asset) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(asset.media_type)),
        (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static("sandbox; default-src 'none'; style-src 'unsafe-inline'"),
        ),
    ];
    (headers, asset.text).into_response()
}

/// For how long documents may be kept, in seconds; as [`document`] says.
const KEPT_SECONDS: i64 = 300;

/// These are asked for more often than anything else, so they answer scripts of other origins themselves, without a layer around them.
fn document(bytes: Bytes, media_type: &'static str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(media_type)),
        (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=300")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ];
    let mut response = (headers, bytes).into_response();
    cors::readable(response.headers_mut());
    response
}
