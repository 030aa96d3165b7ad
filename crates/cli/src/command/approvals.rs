//! `salver admin approvals`: what is approved, and how does it end?

use clap::Args;
use salver_server::{
    clock::{Clock as _, SystemClock},
    flow::admin::approvals::is_in_force,
};
use salver_store::{
    Outcome, Store,
    record::{Approval, Audience},
};
use serde_json::json;

use super::{Where, block_on, duration, settings};
use crate::{failure::Failure, output, state};

#[derive(Args, Debug)]
pub(super) struct Approvals {
    /// End the approval of this number; who was let in under it stays connected.
    #[arg(long, value_name = "N")]
    end: Option<i64>,
    /// Print one line of JSON for each.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    place: Where,
}

impl Approvals {
    pub(super) fn run(self) -> Result<(), Failure> {
        let state = state::open(&settings(&self.place.flags())?)?;
        match self.end {
            Some(number) => block_on(end(&*state.store, number)),
            None => block_on(list(&*state.store, self.json)),
        }
    }
}

async fn end(store: &dyn Store, number: i64) -> Result<(), Failure> {
    let ended =
        store.end_approval(number, "an administrator".to_owned(), SystemClock.now()).await?;
    if ended == Outcome::Lost {
        return Err(Failure::Refused {
            why: format!("no approval of the number {number} is in force"),
            hint: "`salver admin approvals` shows all that are".to_owned(),
        });
    }
    output::talk(&format!("Approval {number} has ended."));
    Ok(())
}

async fn list(store: &dyn Store, as_json: bool) -> Result<(), Failure> {
    let now = SystemClock.now();
    let mut approvals = store.list_all_approvals().await?;
    approvals.retain(|approval| is_in_force(approval, now));
    let mut rows = Vec::new();
    for approval in &approvals {
        let whom = whom(store, approval).await?;
        if as_json {
            output::json(&json!({
                "number": approval.number, "client_id": approval.client_id,
                "recipient": approval.recipient, "resource": approval.resource, "for": whom,
                "until": approval.until, "by": approval.by, "at": approval.at,
                "case": approval.case.map(|case| case.to_string()),
            }));
        }
        rows.push(row(approval, whom));
    }
    if !as_json {
        if rows.is_empty() {
            output::talk("Nothing is approved.");
        } else {
            output::table(&["NUMBER", "FOR", "UNTIL", "AT", "ANSWERS TO", "CLIENT"], &rows);
        }
    }
    Ok(())
}

async fn whom(store: &dyn Store, approval: &Approval) -> Result<String, Failure> {
    Ok(match &approval.audience {
        Audience::User(id) => match store.find_user(*id).await? {
            Some(user) => format!("user:{}", user.username),
            None => format!("user:{id}"),
        },
        Audience::Group(group) => format!("group:{group}"),
        Audience::Everybody => "everybody".to_owned(),
    })
}

fn row(approval: &Approval, whom: String) -> Vec<String> {
    vec![
        approval.number.to_string(),
        whom,
        approval.until.map_or_else(|| "without end".to_owned(), duration::date),
        approval.resource.clone().unwrap_or_else(|| "everywhere".to_owned()),
        approval.recipient.clone(),
        approval.client_id.clone(),
    ]
}
