//! `GET` and `POST /authorize` (OAuth 2.1 §4.1.1, O21-11). No CORS here (O21-12).

use axum::{
    extract::{RawQuery, State},
    response::Response,
};
use http::{HeaderMap, StatusCode};

use super::{App, consent_page, refusal};
use crate::{
    chance::attempt_code,
    flow::{
        SignedIn,
        authorize::{Next, begin},
        refusal::Refusal,
    },
    pages::{FormAction, HostName, Opener, SignInPage, page, see_other},
};

pub(super) async fn get(
    State(app): State<App>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    answer(&app, query.unwrap_or_default(), &headers).await
}

pub(super) async fn post(State(app): State<App>, headers: HeaderMap, body: String) -> Response {
    answer(&app, body, &headers).await
}

async fn answer(app: &App, raw: String, headers: &HeaderMap) -> Response {
    let person = match app.account().signed_in(headers).await {
        Ok(person) => person,
        Err(error) => return refusal::respond(app, &Refusal::from(error)),
    };
    let next = begin(app.deps(), &raw, person.as_ref()).await;
    respond(app, next, &raw, (headers, person.as_ref()))
}

/// The response to what comes next, here and after a consent form.
pub(super) fn respond(
    app: &App,
    next: Result<Next<'_>, Refusal>,
    raw: &str,
    (headers, person): (&HeaderMap, Option<&SignedIn>),
) -> Response {
    let attempt = attempt_code(&*app.deps().chance);
    match (next, person) {
        (Ok(Next::Redirect(location)), _) => see_other(&location),
        (Ok(Next::Ask(question)), Some(person)) => {
            consent_page::respond(app, &question, (person, raw, attempt))
        }
        (Ok(Next::SignIn { asking }), _) => sign_in(app, &asking, raw, headers),
        // A question needs somebody to answer it: without a session the journey ends before it is asked.
        (Ok(Next::Ask(_)), None) => refusal::respond(app, &Refusal::ForeignForm),
        (Err(error), _) => refusal::respond(app, &error),
    }
}

fn sign_in(app: &App, asking: &str, raw: &str, headers: &HeaderMap) -> Response {
    let (form_token, cookie) = app.account().sign_in_form(headers);
    let continue_to = format!("{}/authorize?{raw}", app.site().base);
    let sign_in = SignInPage {
        site: app.site(),
        asking: Some(HostName::of_text(asking)),
        form_token,
        continue_to,
        username: String::new(),
        problem: None,
    };
    let mut response = page(StatusCode::OK, &sign_in, &FormAction::Own, Opener::Kept);
    if let Some(cookie) = cookie {
        response
            .headers_mut()
            .append(http::header::SET_COOKIE, cookie);
    }
    response
}
