//! `GET` and `POST /authorize` (OAuth 2.1 §4.1.1, O21-11). No CORS here (O21-12).

use axum::{
    extract::{Request, State},
    response::Response,
};
use http::{HeaderMap, StatusCode};
use salver_oauth::{discovery::path, form::safe_query};
use url::Url;

use super::{App, consent_page, refusal, wait_page};
use crate::{
    flow::{
        SignedIn,
        authorize::{Next, begin},
        refusal::Refusal,
    },
    pages::{HostName, SignInPage, page, see_other},
};

pub(super) async fn get(State(app): State<App>, request: Request) -> Response {
    let (head, _) = request.into_parts();
    answer(&app, head.uri.query().unwrap_or_default(), &head.headers).await
}

/// A form of another site brings no session cookie (`SameSite=Lax`), but a navigation does: without a session, the same request
/// is asked again as one.
pub(super) async fn post(State(app): State<App>, headers: HeaderMap, body: String) -> Response {
    match app.account().signed_in(&headers).await {
        Ok(None) => see_other(&again(&app, &body)),
        _ => answer(&app, &body, &headers).await,
    }
}

async fn answer(app: &App, raw: &str, headers: &HeaderMap) -> Response {
    let person = match app.account().signed_in(headers).await {
        Ok(person) => person,
        Err(error) => return refusal::respond(app, &Refusal::from(error)),
    };
    let next = begin(app.deps(), raw, person.as_ref()).await;
    respond(app, next, raw, (headers, person.as_ref()))
}

/// The request as a path of ours: what is no query is encoded.
pub(super) fn again(app: &App, raw: &str) -> String {
    format!("{}{}?{}", app.site().base, path::AUTHORIZE, safe_query(raw))
}

/// The response to what comes next, here and after a consent form.
pub(super) fn respond(
    app: &App,
    next: Result<Next<'_>, Refusal>,
    raw: &str,
    (headers, person): (&HeaderMap, Option<&SignedIn>),
) -> Response {
    match (next, person) {
        (Ok(Next::Redirect(location)), _) => see_other(&location),
        (Ok(Next::Ask(question)), Some(person)) => {
            consent_page::respond(app, &question, (person, raw))
        }
        (Ok(Next::Wait(waiting)), Some(person)) => wait_page::respond(app, &waiting, person),
        (Ok(Next::SignIn { asking }), _) => sign_in(app, &asking, raw, headers),
        // A question needs somebody to answer it: without a session the journey ends before it is asked.
        (Ok(Next::Ask(_) | Next::Wait(_)), None) => refusal::respond(app, &Refusal::ForeignForm),
        (Err(error), _) => refusal::respond_to(app, &error, raw),
    }
}

fn sign_in(app: &App, asking: &str, raw: &str, headers: &HeaderMap) -> Response {
    let (form_token, cookie) = app.account().sign_in_form(headers);
    let continue_to = again(app, raw);
    let sign_in = SignInPage {
        site: app.site(),
        asking: Some(host_of(asking)),
        form_token,
        continue_to,
        username: String::new(),
        problem: None,
    };
    let mut response = page(StatusCode::OK, &sign_in, &sign_in.form_action(), sign_in.opener());
    if let Some(cookie) = cookie {
        response.headers_mut().append(http::header::SET_COOKIE, cookie);
    }
    response
}

/// The host of a document's URL, with its port; any other identifier as it is.
fn host_of(asking: &str) -> HostName {
    let url = Url::parse(asking).ok().filter(|url| url.scheme() == "https");
    url.and_then(|url| HostName::of_url(&url)).unwrap_or_else(|| HostName::of_text(asking))
}
