//! `POST /register` (RFC 7591 §3), and `GET /register/{id}` (RFC 7592 §2.1).

use axum::{
    body::Bytes,
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use salver_oauth::{client::id::ClientId, error};

use super::{App, oauth_error, peer::Peer, token::authorization};
use crate::{
    chance::attempt_code,
    flow::{
        refusal::Unavailable,
        register::{RegisterRefusal, read, register},
    },
};

pub(super) async fn post(State(app): State<App>, Peer(network): Peer, body: Bytes) -> Response {
    match register(app.deps(), network, &body) {
        Ok(answer) => oauth_error::body_response(StatusCode::CREATED, &answer),
        Err(RegisterRefusal::Told(fact)) => {
            let attempt = attempt_code(&*app.deps().chance);
            let wire = error::registration(&fact);
            tracing::info!(attempt, %fact, code = wire.code.as_str(), "a registration was refused");
            oauth_error::told(&wire, &attempt, false)
        }
        Err(RegisterRefusal::TooMany(limit, wait)) => {
            let attempt = attempt_code(&*app.deps().chance);
            oauth_error::too_many((limit, wait), &attempt)
        }
        Err(RegisterRefusal::Unavailable(error)) => unavailable(&app, &error),
    }
}

pub(super) async fn get(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let token = authorization(&headers).and_then(|header| {
        let (scheme, token) = header.split_once(' ')?;
        scheme.eq_ignore_ascii_case("Bearer").then_some(token)
    });
    let registered = match (ClientId::parse(&id), token) {
        (Ok(ClientId::Sealed(id)), Some(token)) => read(app.deps(), &id, token),
        _ => Ok(None),
    };
    match registered {
        Ok(Some(answer)) => oauth_error::body_response(StatusCode::OK, &answer),
        // RFC 7592 §2.1: the same, whether there is no such client or the token is another's.
        Ok(None) => {
            let challenge = (header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            (StatusCode::UNAUTHORIZED, [challenge]).into_response()
        }
        Err(error) => unavailable(&app, &error),
    }
}

fn unavailable(app: &App, error: &Unavailable) -> Response {
    let attempt = attempt_code(&*app.deps().chance);
    tracing::error!(attempt, %error, "a registration could not be served");
    StatusCode::SERVICE_UNAVAILABLE.into_response()
}
