//! From the facts of a question to the consent page (SPEC 8.4).

use axum::response::Response;
use http::StatusCode;

use super::{App, refusal};
use crate::{
    flow::{
        SignedIn,
        authorize::{Prepared, Question},
        refusal::Refusal,
    },
    pages::{
        Account, Changed, ConsentPage, FormAction, Opener, Permission, Proof, Recipient, Tile,
        Untrusted, Warning, page,
    },
};

/// The page. `raw` is the request, to come back to after signing in as somebody else.
pub(super) fn respond(
    app: &App,
    question: &Question<'_>,
    (person, raw): (&SignedIn, &str),
) -> Response {
    let prepared = &question.prepared;
    let client = &prepared.client;
    let url = prepared.back.url();
    let (Some(client_id), Some(redirect_uri)) = (
        Untrusted::identifier(client.client_id.as_str()),
        Untrusted::identifier(prepared.back.redirect_uri()),
    ) else {
        // Both were read before, and hold something to show; what does not is not asked about.
        return refusal::respond(app, &Refusal::ForeignForm);
    };
    let consent = ConsentPage {
        site: app.site(),
        account: Account {
            username: person.user.username.clone(),
            sign_out_token: app.account().form_token(person),
        },
        continue_to: [&app.site().base, "/authorize?", raw].concat(),
        proof: proof(prepared),
        tile: Tile::with_logo(&app.site().base, question.logo, client.label()),
        claimed_name: client.name.as_deref().and_then(Untrusted::name),
        claimed_developer: client.client_uri.as_deref().and_then(Untrusted::identifier),
        resource: app.resource(prepared.accepted.offer.resource.as_str()),
        permissions: permissions(app, question),
        withheld: withheld(app, prepared),
        recipient: Recipient::of(url),
        changes: question.changes.iter().filter_map(Changed::of).collect(),
        warnings: prepared.judged.warnings.iter().map(Warning::of).collect(),
        client_id,
        redirect_uri,
        ticket: question.ticket.clone(),
        attempt: question.attempt.clone(),
    };
    tracing::info!(
        attempt = question.attempt,
        client_id = client.client_id.as_str(),
        rung = %prepared.judged.assessment.rung,
        user = %person.user.id,
        "asks for consent"
    );
    page(StatusCode::OK, &consent, &FormAction::answer_at(url), Opener::Kept)
}

pub(super) fn proof(prepared: &Prepared<'_>) -> Proof {
    match &prepared.hosted_for {
        Some(account) => Proof::hosted(prepared.client.client_id.as_str(), account),
        None => Proof::of(&prepared.judged.assessment),
    }
}

/// What policy does not give, in sentences.
fn withheld(app: &App, prepared: &Prepared<'_>) -> Vec<String> {
    let resource = app.deps().settings.resources.find(prepared.accepted.offer.resource.as_str());
    let sentence = |scope| resource.map_or(scope, |resource| resource.sentence(scope)).to_owned();
    prepared.judged.withheld().iter().map(sentence).collect()
}

fn permissions(app: &App, question: &Question<'_>) -> Vec<Permission> {
    let accepted = &question.prepared.accepted;
    let resource = app.deps().settings.resources.find(accepted.offer.resource.as_str());
    let permission = |scope: &str| Permission {
        sentence: resource.map_or(scope, |resource| resource.sentence(scope)).to_owned(),
        scope: scope.to_owned(),
        new: question.on_record.as_ref().is_some_and(|before| !before.contains(scope)),
    };
    accepted.scope.iter().map(permission).collect()
}
