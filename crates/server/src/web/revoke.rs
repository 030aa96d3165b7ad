//! `POST /revoke` (RFC 7009).

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, StatusCode};

use salver_oauth::discovery::path;

use super::{App, attestation, oauth_error, peer::Peer, token::authorization};
use crate::flow::{revoke::revoke, token::RawRequest};

pub(super) async fn post(
    State(app): State<App>,
    Peer(network): Peer,
    headers: HeaderMap,
    body: String,
) -> Response {
    let authorization = authorization(&headers);
    let attestation = attestation::shown(&headers, path::REVOKE);
    let raw = RawRequest { body: &body, authorization, attestation, network };
    let response = match revoke(app.deps(), raw).await {
        Ok(()) => StatusCode::OK.into_response(),
        Err(refusal) => oauth_error::respond(&app, &refusal, authorization.is_some()),
    };
    attestation::answered(&app, attestation, response)
}
