//! `POST /authorize/consent`: the answer to a consent page. Its ticket is the anti-forgery token (O21-17): it is sealed by us, for the
//! session that saw the page.

use axum::{extract::State, response::Response};
use http::HeaderMap;
use salver_oauth::form::Form;

use super::{App, authorize, refusal};
use crate::flow::{
    consent::{Decision, answer},
    refusal::Refusal,
};

pub(super) async fn post(State(app): State<App>, headers: HeaderMap, body: String) -> Response {
    let person = match app.account().signed_in(&headers).await {
        Ok(Some(person)) => person,
        Ok(None) => return refusal::respond(&app, &Refusal::ForeignForm),
        Err(error) => return refusal::respond(&app, &Refusal::from(error)),
    };
    let form = Form::parse(&body);
    let (Ok(Some(ticket)), Some(decision)) = (form.one("ticket"), decision(&form)) else {
        return refusal::respond(&app, &Refusal::ForeignForm);
    };
    let next = answer(app.deps(), &ticket, decision, &person).await;
    let request = crate::ticket::Ticket::open(&ticket, app.deps().secrets.tickets());
    let raw = request.map(|ticket| ticket.request).unwrap_or_default();
    authorize::respond(&app, next, &raw, (&headers, Some(&person)))
}

fn decision(form: &Form<'_>) -> Option<Decision> {
    match form.one("decision").ok()??.as_ref() {
        "allow" => Some(Decision::Allow),
        "deny" => Some(Decision::Deny),
        _ => None,
    }
}
