//! From a login that waits to its page; and `POST /authorize/access`, which asks for access. Its ticket is the anti-forgery token.

use axum::{extract::State, response::Response};
use http::{HeaderMap, StatusCode};
use salver_oauth::form::Form;

use super::{App, authorize, consent_page, refusal};
use crate::{
    flow::{
        SignedIn,
        refusal::Refusal,
        review::{self, CaseState, Standing, Waiting},
    },
    pages::{
        Account, FormAction, Opener, Recipient, Tile, Untrusted, WaitPage, WaitStanding, Warning,
        When, page,
    },
};

/// The page.
pub(super) fn respond(app: &App, waiting: &Waiting<'_>, person: &SignedIn) -> Response {
    let prepared = &waiting.prepared;
    let client = &prepared.client;
    let Some(client_id) = Untrusted::identifier(client.client_id.as_str()) else {
        return refusal::respond(app, &Refusal::ForeignForm);
    };
    let verdict = &prepared.judged.verdict;
    tracing::info!(
        attempt = waiting.attempt,
        client_id = client.client_id.as_str(),
        rule = verdict.rule.as_deref(),
        user = %person.user.id,
        "waits for a reviewer"
    );
    let wait = WaitPage {
        site: app.site(),
        account: Account {
            username: person.user.username.clone(),
            sign_out_token: app.account().form_token(person),
        },
        continue_to: authorize::again(app, &waiting.request),
        proof: consent_page::proof(prepared),
        tile: Tile::of(client.label()),
        claimed_name: client.name.as_deref().and_then(Untrusted::name),
        resource: app.resource(prepared.accepted.offer.resource.as_str()),
        recipient: Recipient::of(prepared.back.url()),
        sentence: verdict.sentence.as_deref().map(str::to_owned),
        rule: verdict.rule.as_deref().map(str::to_owned),
        warnings: prepared.judged.warnings.iter().map(Warning::of).collect(),
        standing: standing(waiting.asked.as_ref()),
        too_many: waiting.too_many,
        client_id,
        ticket: waiting.ticket.clone(),
        attempt: waiting.attempt.clone(),
    };
    page(StatusCode::OK, &wait, &FormAction::Own, Opener::Kept)
}

fn standing(asked: Option<&Standing>) -> WaitStanding {
    let Some(asked) = asked else { return WaitStanding::NotAsked };
    let decided = When::at(asked.decided_at.unwrap_or(asked.asked_at));
    match asked.state {
        CaseState::Open => WaitStanding::Open { asked: When::at(asked.asked_at) },
        CaseState::Refused => {
            let note = asked.note.as_deref().and_then(Untrusted::remark);
            WaitStanding::Refused { decided, note }
        }
        CaseState::Approved => WaitStanding::Ended { decided },
    }
}

pub(super) async fn post(State(app): State<App>, headers: HeaderMap, body: String) -> Response {
    let person = match app.account().signed_in(&headers).await {
        Ok(Some(person)) => person,
        Ok(None) => return refusal::respond(&app, &Refusal::ForeignForm),
        Err(error) => return refusal::respond(&app, &Refusal::from(error)),
    };
    let form = Form::parse(&body);
    let (Ok(Some(ticket)), Ok(reason)) = (form.one("ticket"), form.one("reason")) else {
        return refusal::respond(&app, &Refusal::ForeignForm);
    };
    let next = review::ask(app.deps(), (&ticket, &reason.unwrap_or_default()), &person).await;
    let request = crate::ticket::Ticket::open(&ticket, app.deps().secrets.tickets());
    let raw = request.map(|ticket| ticket.request).unwrap_or_default();
    authorize::respond(&app, next, &raw, (&headers, Some(&person)))
}
