//! `GET /admin/anchors`, `GET /admin/anchors/{anchor}`, `GET` and `POST /admin/anchors/{anchor}/{step}`.

use axum::{
    extract::{Path, RawQuery, State},
    response::Response,
};
use http::StatusCode;

use super::{
    gate::{AsAdministrator, AsReviewer, no_such_page},
    lines,
};
use crate::{
    anchor::AnchorKeys,
    flow::{
        account::AccountDeps,
        admin::anchors::{
            AnchorPlace, AnchorStep, Known, Software, Stepped, find, key, keys, list, step,
        },
    },
    form_token::{Holder, Purpose},
    pages::{
        FormAction, Opener, Untrusted, When,
        admin::{
            AnchorKeyLine, AnchorLine, AnchorPage, AnchorState, AnchorStepPage, AnchorsPage,
            SoftwareLine,
        },
        page, see_other,
    },
    web::account::{OwnForm, refusal},
};

/// Lists them; `removed` stands in the address of whoever has just removed one.
pub(super) async fn get(
    State(account): State<AccountDeps>,
    AsAdministrator(administrator): AsAdministrator,
    AsReviewer(reviewer): AsReviewer,
    RawQuery(query): RawQuery,
) -> Response {
    let known = match list(&account.deps, &administrator).await {
        Ok(known) => known,
        Err(error) => return refusal::unavailable(&account, &error),
    };
    let shown = AnchorsPage {
        site: &account.site,
        staff: lines::staff(&account, &reviewer),
        removed: query.as_deref() == Some("removed"),
        anchors: known.iter().filter_map(line).collect(),
    };
    page(StatusCode::OK, &shown, &FormAction::Own, Opener::Severed)
}

/// Shows one, with its keys as they are read now.
pub(super) async fn one(
    State(account): State<AccountDeps>,
    AsAdministrator(administrator): AsAdministrator,
    AsReviewer(reviewer): AsReviewer,
    Path(wanted): Path<String>,
) -> Response {
    let known = match find(&account.deps, &administrator, &wanted).await {
        Ok(Some(known)) => known,
        Ok(None) => return no_such_page(&account),
        Err(error) => return refusal::unavailable(&account, &error),
    };
    let Some(anchor) = line(&known) else { return no_such_page(&account) };
    let keys = match keys(&account.deps, &known).await {
        None => Ok(Vec::new()),
        Some(Ok(set)) => Ok(set
            .iter()
            .map(|key| AnchorKeyLine {
                id: key.key_id().and_then(Untrusted::identifier),
                thumbprint: key.thumbprint().to_owned(),
            })
            .collect()),
        Some(Err(why)) => Err(why.to_string()),
    };
    let shown = AnchorPage {
        site: &account.site,
        staff: lines::staff(&account, &reviewer),
        removable: AnchorStep::Remove.is_open(&known),
        anchor,
        keys,
        softwares: known.softwares.iter().filter_map(software).collect(),
    };
    page(StatusCode::OK, &shown, &FormAction::Own, Opener::Severed)
}

/// Shows what a step would do.
pub(super) async fn ask(
    State(account): State<AccountDeps>,
    AsAdministrator(administrator): AsAdministrator,
    AsReviewer(reviewer): AsReviewer,
    Path((wanted, wished)): Path<(String, String)>,
) -> Response {
    let known = match find(&account.deps, &administrator, &wanted).await {
        Ok(known) => known,
        Err(error) => return refusal::unavailable(&account, &error),
    };
    let wished = AnchorStep::parse(&wished);
    let Some((known, step)) = known.zip(wished).filter(|(known, step)| step.is_open(known)) else {
        return no_such_page(&account);
    };
    let Some(anchor) = line(&known) else { return no_such_page(&account) };
    let holder = Holder::Session(administrator.person().session.token);
    let shown = AnchorStepPage {
        site: &account.site,
        staff: lines::staff(&account, &reviewer),
        form_token: account.issue(Purpose::Anchor, &holder),
        anchor,
        step: step.id(),
    };
    page(StatusCode::OK, &shown, &FormAction::Own, Opener::Severed)
}

/// Takes it.
pub(super) async fn post(
    State(account): State<AccountDeps>,
    AsAdministrator(administrator): AsAdministrator,
    Path((wanted, wished)): Path<(String, String)>,
    form: OwnForm,
) -> Response {
    let known = match find(&account.deps, &administrator, &wanted).await {
        Ok(known) => known,
        Err(error) => return refusal::unavailable(&account, &error),
    };
    let Some((known, wished)) = known.zip(AnchorStep::parse(&wished)) else {
        return no_such_page(&account);
    };
    let all = format!("{}/admin/anchors", account.site.base);
    let wish = (&known, wished);
    match step(&account, &administrator, wish, &form.field("form_token")).await {
        Ok(Stepped::Removed) => see_other(&format!("{all}?removed")),
        Ok(Stepped::Done | Stepped::Nothing) => see_other(&format!("{all}/{}", key(&known.issuer))),
        Ok(Stepped::StaleForm) => refusal::stale_form(&account),
        Err(error) => refusal::unavailable(&account, &error),
    }
}

/// Nothing if nothing of its issuer can be shown.
fn line(known: &Known) -> Option<AnchorLine> {
    let anchor = known.anchor.as_deref();
    let written = anchor.map(|anchor| &anchor.written);
    Some(AnchorLine {
        key: key(&known.issuer),
        issuer: Untrusted::identifier(&known.issuer)?,
        state: match (anchor, known.is_suspended) {
            (_, true) => AnchorState::Suspended,
            (Some(_), false) => AnchorState::Trusted,
            (None, false) => AnchorState::Unreadable,
        },
        configured: known.place == AnchorPlace::Configuration,
        shadowing: known.is_shadowing,
        changed: known.changed.as_ref().map(|(by, at)| (by.clone(), When::at(*at))),
        keys_at: anchor.and_then(|anchor| match &anchor.keys {
            AnchorKeys::Inline(_) => None,
            AnchorKeys::At(at) => Some(at.url().to_owned()),
        }),
        names: written.map(|written| written.names.clone()).unwrap_or_default(),
        redirects: written.and_then(|written| written.redirects.clone()),
        scopes: written.and_then(|written| written.scopes.clone()),
        attests: written.map(|written| written.attests.clone()).unwrap_or_default(),
        longest: anchor.map(|anchor| span(anchor.longest_seconds)).unwrap_or_default(),
        once: anchor.is_some_and(|anchor| anchor.once),
        softwares: known.softwares.len(),
        grants: known.grants(),
    })
}

fn software(software: &Software) -> Option<SoftwareLine> {
    let client = &software.client;
    Some(SoftwareLine {
        id: Untrusted::identifier(&client.software_id)?,
        version: Untrusted::identifier(&client.software_version)?,
        client_id: client.client_id.clone(),
        checked: When::at(client.checked_at),
        grants: software.grants,
    })
}

fn span(seconds: i64) -> String {
    let (number, unit) = match seconds {
        days if days % 86_400 == 0 => (days / 86_400, "day"),
        hours if hours % 3_600 == 0 => (hours / 3_600, "hour"),
        minutes if minutes % 60 == 0 => (minutes / 60, "minute"),
        seconds => (seconds, "second"),
    };
    if number == 1 { format!("1 {unit}") } else { format!("{number} {unit}s") }
}
