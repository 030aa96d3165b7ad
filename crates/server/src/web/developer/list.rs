//! `GET /developer`.

use axum::{
    extract::{RawQuery, State},
    response::Response,
};
use http::StatusCode;

use super::{gate::AsDeveloper, shown};
use crate::{
    flow::{
        account::AccountDeps,
        developer::{
            Developer,
            list::{Listed, list},
        },
    },
    form_token::{Holder, Purpose},
    pages::{
        FormAction, Opener, Tile, Untrusted, When,
        developer::{ApplicationLine, ApplicationsPage, state_words},
        page,
    },
    web::account::refusal,
};

pub(super) async fn get(
    State(account): State<AccountDeps>,
    AsDeveloper(developer): AsDeveloper,
    RawQuery(query): RawQuery,
) -> Response {
    let deleted = query.as_deref() == Some("deleted");
    show(&account, &developer, deleted, None).await
}

/// The list, with why the document at a URL that was typed is not registered.
pub(super) async fn show(
    account: &AccountDeps,
    developer: &Developer,
    deleted: bool,
    refused: Option<(String, &'static str, StatusCode)>,
) -> Response {
    let applications = match list(&account.deps, developer).await {
        Ok(applications) => applications,
        Err(error) => return refusal::unavailable(account, &error),
    };
    let status = refused.as_ref().map_or(StatusCode::OK, |(_, _, status)| *status);
    let (typed, problem) = refused.map(|(typed, problem, _)| (typed, problem)).unzip();
    let holder = Holder::Session(developer.person().session.token);
    let list = ApplicationsPage {
        site: &account.site,
        account: shown(account, developer),
        applications: applications.iter().filter_map(line).collect(),
        deleted,
        form_token: account.issue(Purpose::ApplicationDocument, &holder),
        typed: typed.unwrap_or_default(),
        problem,
    };
    page(status, &list, &FormAction::Own, Opener::Severed)
}

fn line(one: &Listed) -> Option<ApplicationLine> {
    let content = &one.client.content;
    Some(ApplicationLine {
        id: one.client.client_id.clone(),
        tile: Tile::of(&one.name),
        name: Untrusted::name(&one.name)?,
        state: state_words(content.state, content.in_force.is_some()),
        changed: When::at(one.client.changed_at),
    })
}
