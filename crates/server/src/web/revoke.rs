//! `POST /revoke` (RFC 7009).

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, StatusCode};

use super::{App, oauth_error, token::authorization};
use crate::flow::revoke::revoke;

pub(super) async fn post(State(app): State<App>, headers: HeaderMap, body: String) -> Response {
    let authorization = authorization(&headers);
    match revoke(app.deps(), &body, authorization).await {
        Ok(()) => StatusCode::OK.into_response(),
        Err(refusal) => oauth_error::respond(&app, &refusal, authorization.is_some()),
    }
}
