//! Is the process alive, and can it do its work?

use axum::extract::State;
use http::StatusCode;

use super::App;

/// Alive.
pub(super) async fn live() -> StatusCode {
    StatusCode::OK
}

/// Ready: the store answers.
pub(super) async fn ready(State(app): State<App>) -> StatusCode {
    if app.deps().is_ready().await { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }
}
