//! `GET /admin/bans`.

use axum::{extract::State, response::Response};
use http::StatusCode;

use super::{
    gate::{AsAdministrator, AsReviewer},
    lines,
};
use crate::{
    flow::{
        account::AccountDeps,
        admin::bans::{Ban, list},
    },
    pages::{
        FormAction, Opener, Untrusted, When,
        admin::{BanLine, BansPage},
        page,
    },
    web::account::refusal,
};

pub(super) async fn get(
    State(account): State<AccountDeps>,
    AsAdministrator(administrator): AsAdministrator,
    AsReviewer(reviewer): AsReviewer,
) -> Response {
    let bans = match list(&account.deps, &administrator).await {
        Ok(bans) => bans,
        Err(error) => return refusal::unavailable(&account, &error),
    };
    let bans = BansPage {
        site: &account.site,
        staff: lines::staff(&account, &reviewer),
        in_force: bans.in_force.iter().filter_map(line).collect(),
        over: bans.over.iter().filter_map(line).collect(),
    };
    page(StatusCode::OK, &bans, &FormAction::Own, Opener::Severed)
}

fn line(ban: &Ban) -> Option<BanLine> {
    let lifted_by = || ban.lifted_by.clone().unwrap_or_default();
    Some(BanLine {
        number: ban.number,
        kind: ban.kind.clone(),
        value: Untrusted::identifier(&ban.value)?,
        reason: ban.reason.clone(),
        by: ban.made_by.clone(),
        at: When::at(ban.made_at),
        expires: ban.expires_at.map(When::at),
        lifted: ban.lifted_at.map(|at| (When::at(at), lifted_by())),
    })
}
