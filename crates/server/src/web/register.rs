//! `POST /register` (RFC 7591 §3), `GET` and `DELETE /register/{id}` (RFC 7592 §2.1, §2.3).

use axum::{
    body::Bytes,
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use salver_oauth::{
    client::{id::ClientId, sealed::SealedId},
    error,
};

use super::{App, oauth_error, token::authorization};
use crate::{
    chance::attempt_code,
    flow::{
        refusal::Unavailable,
        register::{self, RegisterRefusal, read, register},
    },
};

pub(super) async fn post(State(app): State<App>, body: Bytes) -> Response {
    match register(app.deps(), &body) {
        Ok(answer) => oauth_error::body_response(StatusCode::CREATED, &answer),
        Err(RegisterRefusal::Told(fact)) => {
            let attempt = attempt_code(&*app.deps().chance);
            let wire = error::registration(&fact);
            tracing::info!(attempt, %fact, code = wire.code.as_str(), "a registration was refused");
            oauth_error::told(&wire, &attempt, false)
        }
        Err(RegisterRefusal::Unavailable(error)) => unavailable(&app, &error),
    }
}

pub(super) async fn get(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let Some((id, token)) = presented(&id, &headers) else {
        return not_yours();
    };
    match read(app.deps(), &id, token) {
        Ok(Some(answer)) => oauth_error::body_response(StatusCode::OK, &answer),
        Ok(None) => not_yours(),
        Err(error) => unavailable(&app, &error),
    }
}

pub(super) async fn delete(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let Some((id, token)) = presented(&id, &headers) else {
        return not_yours();
    };
    match register::delete(app.deps(), &id, token).await {
        Ok(true) => {
            let kept = (header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            (StatusCode::NO_CONTENT, [kept]).into_response()
        }
        Ok(false) => not_yours(),
        Err(error) => unavailable(&app, &error),
    }
}

/// Whose registration is meant, and the token that is to open it.
fn presented<'h>(id: &str, headers: &'h HeaderMap) -> Option<(SealedId, &'h str)> {
    let Ok(ClientId::Sealed(id)) = ClientId::parse(id) else {
        return None;
    };
    let (scheme, token) = authorization(headers)?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("Bearer").then_some((id, token))
}

/// RFC 7592 §2.1, §2.3: the same, whether there is no such client or the token is another's.
fn not_yours() -> Response {
    let challenge = (header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    (StatusCode::UNAUTHORIZED, [challenge]).into_response()
}

fn unavailable(app: &App, error: &Unavailable) -> Response {
    let attempt = attempt_code(&*app.deps().chance);
    tracing::error!(attempt, %error, "a registration could not be served");
    StatusCode::SERVICE_UNAVAILABLE.into_response()
}
