//! Errors of the endpoints that programs call: JSON, with the code under which the log tells more.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use salver_oauth::{
    error::{self, Wire},
    limit::TooMany,
};
use serde_json::json;

use super::App;
use crate::{chance::attempt_code, flow::token::TokenRefusal, throttle::Wait};

/// The response to a refused token, revocation or introspection request. `challenge` is sent with a 401 to whoever tried a header.
pub(super) fn respond(app: &App, refusal: &TokenRefusal, tried_header: bool) -> Response {
    let attempt = attempt_code(&*app.deps().chance);
    match refusal {
        TokenRefusal::Told(fact) => {
            let wire = error::token(fact);
            tracing::info!(attempt, %refusal, code = wire.code.as_str(), "a request of a client was refused");
            told(&wire, &attempt, tried_header)
        }
        TokenRefusal::TooMany(limit, wait) => too_many((*limit, *wait), &attempt),
        TokenRefusal::Unavailable(_) => {
            tracing::error!(attempt, %refusal, "a request of a client could not be served");
            let body = json!({
                "error": "temporarily_unavailable",
                "error_description": format!("try again in a moment ({attempt})"),
            });
            let mut response = body_response(StatusCode::SERVICE_UNAVAILABLE, &body);
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("2"));
            response
        }
    }
}

/// RFC 6585 §4: not now, but in so many seconds.
pub(super) fn too_many((limit, Wait(seconds)): (TooMany, Wait), attempt: &str) -> Response {
    tracing::info!(attempt, %limit, seconds, "a request has to wait");
    let mut response = told(&error::limit(limit, seconds), attempt, false);
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    response
}

pub(super) fn told(wire: &Wire, attempt: &str, tried_header: bool) -> Response {
    let body = json!({
        "error": wire.code.as_str(),
        "error_description": format!("{} ({attempt})", wire.description),
    });
    let status = StatusCode::from_u16(wire.status).unwrap_or(StatusCode::BAD_REQUEST);
    let mut response = body_response(status, &body);
    if status == StatusCode::UNAUTHORIZED && tried_header {
        // O21-36: with the header, the challenge names its scheme.
        response
            .headers_mut()
            .insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"salver\""));
    }
    response
}

/// A JSON body that nobody keeps (O21-34).
pub(super) fn body_response(status: StatusCode, body: &impl serde::Serialize) -> Response {
    let Ok(text) = serde_json::to_vec(body) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ];
    (status, headers, text).into_response()
}
