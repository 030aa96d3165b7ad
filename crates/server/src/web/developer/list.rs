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
        developer::list::{Listed, list},
    },
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
    let applications = match list(&account.deps, &developer).await {
        Ok(applications) => applications,
        Err(error) => return refusal::unavailable(&account, &error),
    };
    let list = ApplicationsPage {
        site: &account.site,
        account: shown(&account, &developer),
        applications: applications.iter().filter_map(line).collect(),
        deleted: query.as_deref() == Some("deleted"),
    };
    page(StatusCode::OK, &list, &FormAction::Own, Opener::Severed)
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
