//! `POST /token` (OAuth 2.1 §3.2).

use axum::{extract::State, response::Response};
use http::{HeaderMap, StatusCode};
use salver_oauth::{discovery::path, token::response::TokenResponse};

use super::{App, attestation, oauth_error, peer::Peer};
use crate::flow::token::{RawRequest, exchange};

pub(super) async fn post(
    State(app): State<App>,
    Peer(network): Peer,
    headers: HeaderMap,
    body: String,
) -> Response {
    let authorization = authorization(&headers);
    let attestation = attestation::shown(&headers, path::TOKEN);
    let raw = RawRequest { body: &body, authorization, attestation, network };
    let response = match exchange(app.deps(), raw).await {
        Ok(issued) => {
            let body = TokenResponse {
                access_token: &issued.access_token,
                token_type: "Bearer",
                expires_in: issued.expires_in,
                refresh_token: issued.refresh_token.as_deref(),
                scope: issued.scope.to_string(),
            };
            oauth_error::body_response(StatusCode::OK, &body)
        }
        Err(refusal) => oauth_error::respond(&app, &refusal, authorization.is_some()),
    };
    attestation::answered(&app, attestation, response)
}

/// The `Authorization` header; one that is not text counts as an empty one, which authenticates nobody.
pub(super) fn authorization(headers: &HeaderMap) -> Option<&str> {
    headers.get(http::header::AUTHORIZATION).map(|value| value.to_str().unwrap_or_default())
}
