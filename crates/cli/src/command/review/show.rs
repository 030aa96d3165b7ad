//! `salver admin review show`: what is there to decide on?

use salver_store::{
    Store, StoreError,
    record::{AccessRequest, CaseState, ReviewCase, User},
};
use serde_json::{Value, json};

use super::{CaseArgument, state_name};
use crate::{
    command::{Where, block_on, duration, settings},
    failure::Failure,
    output, state,
};

/// A case with who asked, and what was decided before.
struct Shown {
    case: ReviewCase,
    /// What was proven then.
    facts: Value,
    asking: Vec<(AccessRequest, Option<User>)>,
    earlier: Vec<ReviewCase>,
}

pub(super) fn run(case: &CaseArgument, as_json: bool, place: &Where) -> Result<(), Failure> {
    let state = state::open(&settings(&place.flags())?)?;
    let shown = block_on(gather(&*state.store, case))?;
    if as_json {
        output::json(&to_json(&shown));
    } else {
        output::data(&to_text(&shown));
    }
    Ok(())
}

async fn gather(store: &dyn Store, case: &CaseArgument) -> Result<Shown, Failure> {
    let case = case.load(store).await?;
    let mut asking = Vec::new();
    for request in store.list_access_requests(case.id).await? {
        let user = store.find_user(request.user).await?;
        asking.push((request, user));
    }
    let cases = store.list_cases(false).await?.into_iter().map(|(other, _)| other);
    let earlier = cases.filter(|other| {
        other.client_id == case.client_id && other.id != case.id && other.state != CaseState::Open
    });
    let earlier = earlier.collect();
    let facts = serde_json::from_str(&case.facts);
    let facts = facts.map_err(|_| StoreError::Corrupt("review_cases"))?;
    Ok(Shown { case, facts, asking, earlier })
}

fn to_json(shown: &Shown) -> Value {
    let Shown { case, facts, asking, earlier } = shown;
    let asking: Vec<Value> = asking
        .iter()
        .map(|(request, user)| {
            json!({
                "username": user.as_ref().map(|user| &user.username),
                "reason": request.reason, "asked_at": request.asked_at,
            })
        })
        .collect();
    let earlier: Vec<Value> = earlier
        .iter()
        .map(|other| {
            json!({
                "case": other.id.to_string(), "state": state_name(other.state),
                "decided_at": other.decided_at, "decided_by": other.decided_by, "note": other.note,
            })
        })
        .collect();
    json!({
        "case": case.id.to_string(), "state": state_name(case.state),
        "client_id": case.client_id, "label": case.label, "recipient": case.recipient,
        "resource": case.resource, "opened_at": case.opened_at, "facts": facts,
        "asking": asking, "decided_at": case.decided_at, "decided_by": case.decided_by,
        "note": case.note, "earlier": earlier,
    })
}

/// Text of strangers and of people as Rust would quote it, so that it can move no cursor.
fn to_text(shown: &Shown) -> String {
    let Shown { case, facts, asking, earlier } = shown;
    let mut lines = vec![
        line("client_id", &case.client_id),
        line("calls itself", &format!("{:?}", case.label)),
        line("answers go to", &case.recipient),
        line("resource", &case.resource),
        line("first asked", &duration::moment(case.opened_at)),
        line("proven then", &proven(facts)),
        line("state", &standing(case)),
    ];
    for (request, user) in asking {
        let name = user.as_ref().map_or("somebody", |user| &user.username);
        let asked = duration::moment(request.asked_at);
        lines.push(line("asked by", &format!("{name}, {asked}: {:?}", request.reason)));
    }
    for other in earlier {
        lines.push(line("before", &format!("{} ({})", standing(other), other.id)));
    }
    lines.join("\n")
}

fn line(label: &str, value: &str) -> String {
    format!("{label:<15}{value}")
}

/// The rung, and who vouches, as they were written down.
fn proven(facts: &Value) -> String {
    let rung = facts.get("rung").and_then(Value::as_str).unwrap_or("unknown");
    match facts.get("publisher") {
        Some(Value::String(publisher)) => format!("{rung} ({publisher})"),
        Some(Value::Object(publisher)) => {
            let named = publisher.iter().next();
            let named = named.and_then(|(kind, value)| Some((kind, value.as_str()?)));
            named.map_or_else(
                || rung.to_owned(),
                |(kind, value)| format!("{rung} ({kind} {value:?})"),
            )
        }
        _ => rung.to_owned(),
    }
}

fn standing(case: &ReviewCase) -> String {
    let (Some(at), Some(by)) = (case.decided_at, &case.decided_by) else {
        return state_name(case.state).to_owned();
    };
    let note = case.note.as_ref().map(|note| format!(": {note:?}")).unwrap_or_default();
    format!("{} by {by}, {}{note}", state_name(case.state), duration::moment(at))
}
