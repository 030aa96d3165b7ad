//! `GET /logo/<hash>.png`: logos that we drew anew, from our own origin (CIMD-S-6, DESIGN §7.5).

use axum::{
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use http::{HeaderName, HeaderValue, StatusCode, header};

use super::App;
use crate::logo::LogoHash;

pub(super) async fn get(State(app): State<App>, Path(file): Path<String>) -> Response {
    let hash = file.strip_suffix(".png").and_then(LogoHash::parse);
    let Some(png) = hash.and_then(|hash| app.deps().logos.picture(&hash)) else {
        return (StatusCode::NOT_FOUND, headers("no-store")).into_response();
    };
    let media_type = (header::CONTENT_TYPE, HeaderValue::from_static("image/png"));
    ([media_type], headers("public, max-age=86400, immutable"), png).into_response()
}

/// Pixels and nothing else, whatever a browser might see in the bytes; and for pages of ours alone.
fn headers(keep: &'static str) -> [(HeaderName, HeaderValue); 4] {
    [
        (header::CACHE_CONTROL, HeaderValue::from_static(keep)),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("sandbox; default-src 'none'")),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            HeaderValue::from_static("same-origin"),
        ),
    ]
}
