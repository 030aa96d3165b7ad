//! From the facts of a question to the consent page (SPEC 8.4).

use axum::response::Response;
use http::StatusCode;
use url::Url;

use super::{App, refusal};
use crate::{
    flow::{
        SignedIn,
        authorize::{Prepared, Question},
        refusal::Refusal,
    },
    pages::{
        Account, Changed, ConsentPage, FormAction, HostName, Opener, Permission, Proof, Recipient,
        ResourceLine, Tile, Untrusted, Warning, page,
    },
};

/// The page. `raw` is the request, to come back to after signing in as somebody else.
pub(super) fn respond(
    app: &App,
    question: &Question<'_>,
    (person, raw, attempt): (&SignedIn, &str, String),
) -> Response {
    let prepared = &question.prepared;
    let client = &prepared.client;
    let redirect_uri = prepared.back.redirect_uri();
    let shown_ids =
        (Untrusted::identifier(client.client_id.as_str()), Untrusted::identifier(redirect_uri));
    let (Ok(url), (Some(client_id), Some(shown_redirect_uri))) =
        (Url::parse(redirect_uri), shown_ids)
    else {
        // Both were read before, and hold something to show; what does not is not asked about.
        return refusal::respond(app, &Refusal::ForeignForm);
    };
    let consent = ConsentPage {
        site: app.site(),
        account: Account {
            username: person.user.username.clone(),
            sign_out_token: app.account().form_token(person),
        },
        continue_to: format!("{}/authorize?{raw}", app.site().base),
        proof: proof(prepared),
        tile: Tile::with_logo(&app.site().base, question.logo, client.label()),
        claimed_name: client.name.as_deref().and_then(Untrusted::name),
        claimed_developer: client.client_uri.as_deref().and_then(Untrusted::identifier),
        resource: resource(app, prepared.accepted.offer.resource.as_str()),
        permissions: permissions(app, question),
        withheld: withheld(app, prepared),
        recipient: Recipient::of(&url),
        changes: question.changes.iter().filter_map(Changed::of).collect(),
        warnings: prepared.judged.warnings.iter().map(Warning::of).collect(),
        client_id,
        redirect_uri: shown_redirect_uri,
        ticket: question.ticket.clone(),
        attempt: attempt.clone(),
    };
    tracing::info!(
        attempt,
        client_id = client.client_id.as_str(),
        rung = %prepared.judged.assessment.rung,
        user = %person.user.id,
        "asks for consent"
    );
    page(StatusCode::OK, &consent, &FormAction::answer_at(&url), Opener::Kept)
}

pub(super) fn proof(prepared: &Prepared<'_>) -> Proof {
    match &prepared.hosted_for {
        Some(account) => Proof::hosted(prepared.client.client_id.as_str(), account),
        None => Proof::of(&prepared.judged.assessment),
    }
}

pub(super) fn resource(app: &App, id: &str) -> ResourceLine {
    let name = app.deps().settings.resources.find(id).map_or(id, |resource| resource.name.as_str());
    let host = Url::parse(id).ok().and_then(|url| HostName::of_url(&url));
    ResourceLine {
        name: name.to_owned(),
        host: host.unwrap_or_else(|| HostName::of_text(id)),
        url: id.to_owned(),
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
