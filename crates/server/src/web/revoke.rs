//! `POST /revoke` (RFC 7009).

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, StatusCode};

use super::{App, oauth_error, peer::Peer, token::authorization};
use crate::flow::{revoke::revoke, token::RawRequest};

pub(super) async fn post(
    State(app): State<App>,
    Peer(network): Peer,
    headers: HeaderMap,
    body: String,
) -> Response {
    let authorization = authorization(&headers);
    let raw = RawRequest { body: &body, authorization, network };
    match revoke(app.deps(), raw).await {
        Ok(()) => StatusCode::OK.into_response(),
        Err(refusal) => oauth_error::respond(&app, &refusal, authorization.is_some()),
    }
}
