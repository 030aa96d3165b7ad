//! `GET /admin/review`.

use axum::{extract::State, response::Response};
use http::StatusCode;

use super::{gate::AsReviewer, lines};
use crate::{
    flow::{
        account::AccountDeps,
        admin::review::{ReviewCase, queue},
    },
    pages::{
        FormAction, Opener, Recipient, When,
        admin::{CaseLine, ClientLine, QueuePage},
        page,
    },
    web::account::refusal,
};

pub(super) async fn get(
    State(account): State<AccountDeps>,
    AsReviewer(reviewer): AsReviewer,
) -> Response {
    let queue = match queue(&account.deps, &reviewer).await {
        Ok(queue) => queue,
        Err(error) => return refusal::unavailable(&account, &error),
    };
    let lines = |cases: &[(ReviewCase, u64)]| {
        cases.iter().filter_map(|(case, people)| line(&account, case, *people)).collect()
    };
    let queue = QueuePage {
        site: &account.site,
        staff: lines::staff(&account, &reviewer),
        open: lines(&queue.open),
        decided: lines(&queue.decided),
    };
    page(StatusCode::OK, &queue, &FormAction::Own, Opener::Severed)
}

fn line(account: &AccountDeps, case: &ReviewCase, people: u64) -> Option<CaseLine> {
    Some(CaseLine {
        id: case.id.to_string(),
        client: ClientLine::of(&case.label, &case.client_id)?,
        recipient: Recipient::of_class(&case.recipient),
        resource: lines::resource_name(account, &case.resource),
        people,
        opened: When::at(case.opened_at),
        decision: lines::decision(case),
    })
}
