//! `GET /admin`.

use axum::{extract::State, response::Response};
use http::StatusCode;

use super::{gate::AsReviewer, lines};
use crate::{
    flow::{account::AccountDeps, admin::home::overview},
    pages::{FormAction, Opener, When, admin::AdminHomePage, page},
    web::account::refusal,
};

pub(super) async fn get(
    State(account): State<AccountDeps>,
    AsReviewer(reviewer): AsReviewer,
) -> Response {
    let overview = match overview(&account.deps, &reviewer).await {
        Ok(overview) => overview,
        Err(error) => return refusal::unavailable(&account, &error),
    };
    let home = AdminHomePage {
        site: &account.site,
        staff: lines::staff(&account, &reviewer),
        open: overview.open,
        oldest: overview.oldest.map(When::at),
        approvals: overview.approvals,
        bans: overview.bans,
        anchors: overview.anchors,
    };
    page(StatusCode::OK, &home, &FormAction::Own, Opener::Severed)
}
