//! `GET` and `POST /admin/approvals`.

use axum::{
    extract::{RawQuery, State},
    response::Response,
};
use http::StatusCode;
use salver_oauth::form::Form;

use super::{gate::AsReviewer, lines};
use crate::{
    flow::{
        account::AccountDeps,
        admin::approvals::{Ended, end, list},
    },
    form_token::{Holder, Purpose},
    pages::{FormAction, Opener, admin::ApprovalsPage, page, see_other},
    web::account::{OwnForm, refusal},
};

/// Lists what is approved; `ended` is the number of one that this browser has just ended.
pub(super) async fn get(
    State(account): State<AccountDeps>,
    AsReviewer(reviewer): AsReviewer,
    RawQuery(query): RawQuery,
) -> Response {
    let approvals = match list(&account.deps, &reviewer).await {
        Ok(approvals) => approvals,
        Err(error) => return refusal::unavailable(&account, &error),
    };
    let in_force = |number: &i64| approvals.iter().any(|one| one.approval.number == *number);
    let query = query.unwrap_or_default();
    let ended = Form::parse(&query).one("ended").ok().flatten();
    let ended = ended.and_then(|number| number.parse().ok()).filter(|number| !in_force(number));
    let holder = Holder::Session(reviewer.person().session.token);
    let shown = ApprovalsPage {
        site: &account.site,
        staff: lines::staff(&account, &reviewer),
        form_token: account.issue(Purpose::EndApproval, &holder),
        ended,
        approvals: approvals.iter().filter_map(|one| lines::approval(&account, one)).collect(),
    };
    page(StatusCode::OK, &shown, &FormAction::Own, Opener::Severed)
}

/// Ends one.
pub(super) async fn post(
    State(account): State<AccountDeps>,
    AsReviewer(reviewer): AsReviewer,
    form: OwnForm,
) -> Response {
    let list = format!("{}/admin/approvals", account.site.base);
    let Ok(number) = form.field("number").parse() else { return see_other(&list) };
    match end(&account, &reviewer, (number, &form.field("form_token"))).await {
        Ok(Ended::Over) => see_other(&format!("{list}?ended={number}")),
        Ok(Ended::StaleForm) => refusal::stale_form(&account),
        Err(error) => refusal::unavailable(&account, &error),
    }
}
