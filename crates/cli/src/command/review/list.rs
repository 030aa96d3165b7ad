//! `salver admin review list`: what waits?

use salver_server::flow::admin::application::{Submitted, submitted, waits};
use salver_store::{
    Store,
    record::{CaseState, ReviewCase},
};
use serde_json::json;

use super::state_name;
use crate::{
    command::{Where, block_on, duration, settings},
    failure::Failure,
    output, state,
};

pub(super) fn run(all: bool, as_json: bool, place: &Where) -> Result<(), Failure> {
    let state = state::open(&settings(&place.flags())?)?;
    let mut cases = block_on(async { Ok(state.store.list_cases(!all).await?) })?;
    cases.sort_by_key(|(case, _)| (case.state != CaseState::Open, case.opened_at));
    let applications = block_on(applications(&*state.store, all))?;
    if as_json {
        for (case, people) in &cases {
            output::json(&json!({
                "kind": "case", "case": case.id.to_string(), "state": state_name(case.state),
                "client_id": case.client_id, "label": case.label, "recipient": case.recipient,
                "resource": case.resource, "people": people, "opened_at": case.opened_at,
                "decided_at": case.decided_at, "decided_by": case.decided_by,
            }));
        }
        for Submitted { client, name, owner } in &applications {
            output::json(&json!({
                "kind": "application", "client_id": client.client_id,
                "state": client.content.state.word(), "label": name, "owner": owner,
                "in_force": client.content.in_force.is_some(), "changed_at": client.changed_at,
            }));
        }
        return Ok(());
    }
    if cases.is_empty() && applications.is_empty() {
        output::talk("Nothing waits.");
    }
    if !cases.is_empty() {
        let rows: Vec<Vec<String>> =
            cases.iter().map(|(case, people)| row(case, *people)).collect();
        output::table(&["CASE", "STATE", "SINCE", "PEOPLE", "CLIENT", "CALLS ITSELF"], &rows);
    }
    if !applications.is_empty() {
        let rows: Vec<Vec<String>> = applications.iter().map(application_row).collect();
        output::table(&["APPLICATION", "STATE", "SINCE", "OWNER", "CALLS ITSELF"], &rows);
    }
    Ok(())
}

/// Applications of developers that wait, or all that were submitted at some time.
async fn applications(store: &dyn Store, all: bool) -> Result<Vec<Submitted>, Failure> {
    let submitted = submitted(store).await?.into_iter();
    Ok(submitted.filter(|one| all || waits(one.client.content.state)).collect())
}

fn application_row(Submitted { client, name, owner }: &Submitted) -> Vec<String> {
    vec![
        client.client_id.clone(),
        client.content.state.word().to_owned(),
        duration::date(client.changed_at),
        owner.clone(),
        format!("{name:?}"),
    ]
}

/// A stranger's name as Rust would quote it, so that it can move no cursor.
fn row(case: &ReviewCase, people: u64) -> Vec<String> {
    vec![
        case.id.to_string(),
        state_name(case.state).to_owned(),
        duration::date(case.decided_at.unwrap_or(case.opened_at)),
        people.to_string(),
        case.client_id.clone(),
        format!("{:?}", case.label),
    ]
}
