//! How long may a body take? Forms are short; who sends one drop by drop keeps a place that others need.

use std::time::Duration;

use axum::{
    body::{Body, to_bytes},
    extract::Request,
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::StatusCode;
use tokio::time::timeout;

use super::router::FORM_BYTES;

/// For a whole body.
const BODY_TIME: Duration = Duration::from_secs(10);

/// Reads the whole body, within its bounds of size and time, before anybody looks at the request.
pub(super) async fn whole(request: Request<Body>, next: Next) -> Response {
    let (head, body) = request.into_parts();
    match timeout(BODY_TIME, to_bytes(body, FORM_BYTES)).await {
        Ok(Ok(bytes)) => next.run(Request::from_parts(head, Body::from(bytes))).await,
        Ok(Err(_)) => StatusCode::PAYLOAD_TOO_LARGE.into_response(),
        Err(_) => StatusCode::REQUEST_TIMEOUT.into_response(),
    }
}
