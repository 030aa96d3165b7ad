//! What does a program hear? JSON; of what fails, what it is, where, why, and the remedy.

use axum::response::Response;
use http::{HeaderValue, StatusCode, header};
use serde_json::{Value, json};

use super::super::{App, oauth_error::body_response};
use crate::{
    chance::attempt_code,
    flow::{
        api::ProgramRefusal,
        registrar::{EntryRefusal, desk::DeskRefusal},
    },
};

/// Why a program does not get what it asked for.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refusal {
    /// The program.
    #[error(transparent)]
    Program(#[from] ProgramRefusal),
    /// Its request.
    #[error("the body cannot be read: {0}")]
    Body(String),
    /// What it wants done.
    #[error(transparent)]
    Desk(#[from] DeskRefusal),
}

pub(super) fn answered(app: &App, status: StatusCode, work: Result<Value, Refusal>) -> Response {
    match work {
        Ok(value) => body_response(status, &value),
        Err(refusal) => refused(app, &refusal),
    }
}

fn refused(app: &App, refusal: &Refusal) -> Response {
    let incident = attempt_code(&*app.deps().chance);
    let (status, what, place) = class(refusal);
    if status == StatusCode::SERVICE_UNAVAILABLE {
        tracing::error!(incident, %refusal, "a program could not be served");
    } else {
        tracing::info!(incident, %refusal, what, "a program was refused");
    }
    let why = if status == StatusCode::SERVICE_UNAVAILABLE {
        "the server cannot do its work at the moment".to_owned()
    } else {
        refusal.to_string()
    };
    let body = json!({
        "error": what, "where": place, "why": why, "remedy": remedy(refusal), "incident": incident,
    });
    let mut response = body_response(status, &body);
    if status == StatusCode::UNAUTHORIZED {
        let challenge = HeaderValue::from_static("Bearer realm=\"salver api\"");
        response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    }
    response
}

/// Status, a word for programs, and where the fault is.
const fn class(refusal: &Refusal) -> (StatusCode, &'static str, &'static str) {
    use DeskRefusal as D;
    use ProgramRefusal as P;
    match refusal {
        Refusal::Program(P::NoToken) => (StatusCode::UNAUTHORIZED, "unauthorized", "Authorization"),
        Refusal::Program(P::Ended) => (StatusCode::UNAUTHORIZED, "token_ended", "Authorization"),
        Refusal::Program(P::ReadOnly) => (StatusCode::FORBIDDEN, "read_only", "Authorization"),
        Refusal::Program(P::Store(_)) => UNAVAILABLE,
        Refusal::Body(_) => (StatusCode::BAD_REQUEST, "malformed", "body"),
        Refusal::Desk(refusal) if refusal.is_ours() => UNAVAILABLE,
        Refusal::Desk(refusal) => match refusal {
            D::Unknown(_) => (StatusCode::NOT_FOUND, "unknown_client", "client_id"),
            D::Stale => (StatusCode::CONFLICT, "stale", "revision"),
            D::Standing(_) | D::NotSubmitted => (StatusCode::CONFLICT, "state", "client"),
            D::NoRemark => (StatusCode::UNPROCESSABLE_ENTITY, "no_remark", "note"),
            D::Own(_) => (StatusCode::FORBIDDEN, "own", "client"),
            D::Personal => (StatusCode::UNPROCESSABLE_ENTITY, "personal", "client"),
            D::NoSecret => (StatusCode::UNPROCESSABLE_ENTITY, "no_secret", "client"),
            D::Secret(_) => (StatusCode::UNPROCESSABLE_ENTITY, "secret", "client"),
            D::Owner(_) | D::Entry(EntryRefusal::Owner) => {
                (StatusCode::UNPROCESSABLE_ENTITY, "owner", "owner")
            }
            D::Resource(_) => {
                (StatusCode::UNPROCESSABLE_ENTITY, "unknown_resource", "metadata.resources")
            }
            D::Scope(_) => (StatusCode::UNPROCESSABLE_ENTITY, "unknown_scope", "metadata.scope"),
            D::Entry(EntryRefusal::OurOwn(_)) => {
                (StatusCode::UNPROCESSABLE_ENTITY, "metadata", "metadata.redirect_uris")
            }
            D::Document(_) | D::Entry(EntryRefusal::NoDocument | EntryRefusal::Document(_)) => {
                (StatusCode::UNPROCESSABLE_ENTITY, "document", "document")
            }
            D::NotOneSource | D::Entry(_) => {
                (StatusCode::UNPROCESSABLE_ENTITY, "metadata", "metadata")
            }
            D::Store(_) => UNAVAILABLE,
        },
    }
}

fn remedy(refusal: &Refusal) -> String {
    use ProgramRefusal as P;
    match refusal {
        Refusal::Desk(refusal) if refusal.is_ours() => TRY_AGAIN.to_owned(),
        Refusal::Desk(refusal) => refusal.remedy(),
        Refusal::Program(P::Store(_)) => TRY_AGAIN.to_owned(),
        Refusal::Program(P::NoToken) => {
            "send Authorization: Bearer with a token of `salver admin api-token create`".to_owned()
        }
        Refusal::Program(P::Ended) => {
            "make another one with `salver admin api-token create`".to_owned()
        }
        Refusal::Program(P::ReadOnly) => "use a token that was made without --read-only".to_owned(),
        Refusal::Body(_) => "send one JSON object as docs/admin-clients.md says".to_owned(),
    }
}

const UNAVAILABLE: (StatusCode, &str, &str) =
    (StatusCode::SERVICE_UNAVAILABLE, "unavailable", "server");

const TRY_AGAIN: &str = "try again in a moment";
