//! `salver admin review list`: what waits?

use salver_store::record::{CaseState, ReviewCase};
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
    if as_json {
        for (case, people) in &cases {
            output::json(&json!({
                "case": case.id.to_string(), "state": state_name(case.state),
                "client_id": case.client_id, "label": case.label, "recipient": case.recipient,
                "resource": case.resource, "people": people, "opened_at": case.opened_at,
                "decided_at": case.decided_at, "decided_by": case.decided_by,
            }));
        }
    } else if cases.is_empty() {
        output::talk("Nothing waits.");
    } else {
        let rows: Vec<Vec<String>> =
            cases.iter().map(|(case, people)| row(case, *people)).collect();
        output::table(&["CASE", "STATE", "SINCE", "PEOPLE", "CLIENT", "CALLS ITSELF"], &rows);
    }
    Ok(())
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
