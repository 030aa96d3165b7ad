//! `POST /register` (RFC 7591 §3), `GET` and `DELETE /register/{id}` (RFC 7592 §2.1, §2.3).

use axum::{
    body::Bytes,
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use salver_oauth::{
    Timestamp,
    client::{id::ClientId, sealed::SealedId},
    error,
    registration::AccessError,
};
use time::{OffsetDateTime, format_description::BorrowedFormatItem, macros::format_description};

use super::{App, oauth_error, peer::Peer, token::authorization};
use crate::{
    chance::attempt_code,
    flow::{
        refusal::Unavailable,
        register::{self, RawRegistration, RegisterRefusal, read, register},
    },
};

pub(super) async fn post(
    State(app): State<App>,
    Peer(network): Peer,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let bearer = bearer(&headers);
    match register(app.deps(), RawRegistration { body: &body, bearer, network }).await {
        Ok(answer) => {
            let mut response = oauth_error::body_response(StatusCode::CREATED, &answer);
            if let Some(date) = app.deps().settings.registration.until.and_then(http_date) {
                response.headers_mut().insert("sunset", date); // RFC 8594
            }
            response
        }
        Err(RegisterRefusal::Unavailable(error)) => unavailable(&app, &error),
        Err(refusal) => refused(&refusal, &attempt_code(&*app.deps().chance)),
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
    Some((id, bearer(headers)?))
}

/// RFC 7592 §2.1, §2.3: the same, whether there is no such client or the token is another's.
fn not_yours() -> Response {
    let challenge = (header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    (StatusCode::UNAUTHORIZED, [challenge]).into_response()
}

fn refused(refusal: &RegisterRefusal, attempt: &str) -> Response {
    let (wire, challenge) = match refusal {
        RegisterRefusal::Told(fact) => (error::registration(fact), None),
        RegisterRefusal::Access(fact) => (error::registration_access(*fact), challenge(*fact)),
        RegisterRefusal::TooMany(limit, wait) => {
            return oauth_error::too_many((*limit, *wait), attempt);
        }
        RegisterRefusal::Unavailable(_) => return StatusCode::SERVICE_UNAVAILABLE.into_response(),
    };
    let code = wire.code.as_str();
    tracing::info!(attempt, fact = %refusal, code, "a registration was refused");
    let mut response = oauth_error::told(&wire, attempt, false);
    if let Some(challenge) = challenge {
        let challenge = HeaderValue::from_static(challenge);
        response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    }
    response
}

/// RFC 9110 §5.6.7.
fn http_date(at: Timestamp) -> Option<HeaderValue> {
    let date = OffsetDateTime::from_unix_timestamp(at.as_unix()).ok()?;
    HeaderValue::from_str(&date.format(&IMF_FIXDATE).ok()?).ok()
}

/// RFC 6750 §3: who has presented nothing is told no error code there.
fn challenge(fact: AccessError) -> Option<&'static str> {
    match fact {
        AccessError::Closed => None,
        AccessError::NoToken => Some("Bearer realm=\"salver\""),
        AccessError::Token => Some("Bearer realm=\"salver\", error=\"invalid_token\""),
    }
}

/// A bearer token (RFC 6750 §2.1).
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = authorization(headers)?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("Bearer").then_some(token.trim())
}

fn unavailable(app: &App, error: &Unavailable) -> Response {
    let attempt = attempt_code(&*app.deps().chance);
    tracing::error!(attempt, %error, "a registration could not be served");
    StatusCode::SERVICE_UNAVAILABLE.into_response()
}

const IMF_FIXDATE: &[BorrowedFormatItem<'_>] = format_description!(
    "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
);
