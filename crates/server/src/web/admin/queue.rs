//! `GET /admin/review`.

use axum::{extract::State, response::Response};
use http::StatusCode;

use super::{gate::AsReviewer, lines};
use crate::{
    flow::{
        account::AccountDeps,
        admin::{
            application::Submitted,
            review::{ReviewCase, queue},
        },
    },
    pages::{
        FormAction, HostName, Opener, Recipient, When,
        admin::{CaseLine, ClientLine, QueuePage, SubmittedLine, WaitingLine},
        developer::state_words,
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
    let cases = queue.open.iter().filter_map(|(case, people)| {
        Some((case.opened_at, WaitingLine::Case(line(&account, case, *people)?)))
    });
    let applications = queue
        .waiting
        .iter()
        .filter_map(|one| Some((one.client.changed_at, WaitingLine::Application(submitted(one)?))));
    let mut open: Vec<_> = cases.chain(applications).collect();
    open.sort_by_key(|(since, _)| *since);
    let decided = queue.decided.iter();
    let queue = QueuePage {
        site: &account.site,
        staff: lines::staff(&account, &reviewer),
        open: open.into_iter().map(|(_, line)| line).collect(),
        decided: decided.filter_map(|(case, people)| line(&account, case, *people)).collect(),
        on_record: queue.on_record.iter().filter_map(submitted).collect(),
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

fn submitted(one: &Submitted) -> Option<SubmittedLine> {
    let content = &one.client.content;
    Some(SubmittedLine {
        id: one.client.client_id.clone(),
        client: ClientLine::of(&one.name, &one.client.client_id)?,
        owner: one.owner.clone(),
        state: state_words(content.state, content.in_force.is_some()),
        changed: When::at(one.client.changed_at),
        lost_domain: content.lost_domain.as_deref().map(HostName::of_text),
    })
}
