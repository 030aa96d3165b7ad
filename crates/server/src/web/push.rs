//! `POST /par` (RFC 9126 §2).

use axum::{extract::State, response::Response};
use http::{HeaderMap, StatusCode};
use salver_oauth::{discovery::path, error};
use serde_json::json;

use super::{App, attestation, oauth_error, peer::Peer, token::authorization};
use crate::{
    chance::attempt_code,
    flow::{
        push::{PushRefusal, push},
        token::{RawRequest, TokenRefusal},
    },
};

pub(super) async fn post(
    State(app): State<App>,
    Peer(network): Peer,
    headers: HeaderMap,
    body: String,
) -> Response {
    let authorization = authorization(&headers);
    let attestation = attestation::shown(&headers, path::PUSH);
    let raw = RawRequest { body: &body, authorization, attestation, network };
    let response = match push(app.deps(), raw).await {
        Ok(taken) => {
            let body = json!({ "request_uri": taken.request_uri, "expires_in": taken.expires_in });
            oauth_error::body_response(StatusCode::CREATED, &body)
        }
        Err(refusal) => refused(&app, refusal, authorization.is_some()),
    };
    attestation::answered(&app, attestation, response)
}

fn refused(app: &App, refusal: PushRefusal, tried_header: bool) -> Response {
    let fact = match refusal {
        PushRefusal::Told(fact) => fact,
        PushRefusal::TooMany(limit, wait) => {
            return oauth_error::respond(app, &TokenRefusal::TooMany(limit, wait), tried_header);
        }
        PushRefusal::Unavailable(why) => {
            return oauth_error::respond(app, &TokenRefusal::Unavailable(why), tried_header);
        }
    };
    let (attempt, wire) = (attempt_code(&*app.deps().chance), error::pushed(&fact));
    tracing::info!(attempt, %fact, code = wire.code.as_str(), "a pushed request was refused");
    oauth_error::told(&wire, &attempt, tried_header)
}
