//! `salver policy simulate`: whose logins would other rules change? Logins that were kept are judged again, by the rules of now and the others.

use std::{collections::BTreeMap, path::PathBuf};

use clap::Args;
use salver_oauth::UserId;
use salver_policy::{
    approval::Approval,
    rules::{RuleSet, Then},
    simulate::{Replay, Row, Simulation},
};
use salver_server::{bans::BanIndex, flow::judgement::approval};
use salver_store::{
    Store,
    record::{KeptVerdict, VerdictOutcome},
};

use super::simulated;
use crate::{
    command::{Where, block_on, settings},
    config::Flags,
    failure::Failure,
    output, state,
};

#[derive(Args, Debug)]
pub(in crate::command) struct Simulate {
    /// A configuration file with the other rules. What else it says stands in place of the configuration too; what it leaves out, but for
    /// `[policy]`, is taken from there.
    file: PathBuf,
    /// Print one line of JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    place: Where,
}

/// What a simulation has shown, with what is needed to tell it.
pub(super) struct Simulated {
    pub(super) seen: Simulation,
    /// What people are called.
    pub(super) names: BTreeMap<UserId, String>,
    /// The versions of the rules of now and of the others.
    pub(super) versions: [String; 2],
}

impl Simulate {
    pub(super) fn run(self) -> Result<(), Failure> {
        let flags = self.place.flags();
        let now = settings(&flags)?;
        let other = settings(&Flags { over: Some(self.file), ..flags })?;
        let (state, _blank) = state::look(&now)?;
        let rules = [&*now.policy.rules, &*other.policy.rules];
        let simulated = block_on(replay(&*state.store, rules))?;
        if self.json {
            output::json(&simulated::json(&simulated));
        } else {
            simulated::tell(&simulated);
        }
        Ok(())
    }
}

/// Judges all that is kept, page by page; what is judged in the meantime is judged too.
async fn replay(store: &dyn Store, [now, other]: [&RuleSet; 2]) -> Result<Simulated, Failure> {
    let bans = BanIndex::default();
    bans.refresh(store).await?;
    let bans = bans.get();
    let approvals = store.list_all_approvals().await?;
    let standing = approvals.iter().filter(|approval| approval.ended_at.is_none());
    let approvals: Vec<Approval> = standing.map(approval).collect();
    let mut replay = Replay::new(now, other, &bans.bans, &approvals);
    let mut after = 0;
    loop {
        let page = store.list_verdicts(after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = last.number;
        page.iter().map(row).for_each(|row| replay.add(&row));
    }
    let users = store.list_users().await?;
    Ok(Simulated {
        seen: replay.end(),
        names: users.into_iter().map(|user| (user.id, user.username)).collect(),
        versions: [now, other].map(|rules| rules.version().to_owned()),
    })
}

fn row(kept: &KeptVerdict) -> Row<&[u8]> {
    Row {
        number: kept.number,
        at: kept.at,
        kept: &kept.facts,
        outcome: match kept.outcome {
            VerdictOutcome::Allow => Then::Allow,
            VerdictOutcome::Warn => Then::Warn,
            VerdictOutcome::Review => Then::Review,
            VerdictOutcome::Deny => Then::Deny,
        },
    }
}

/// So many rows are in memory at a time: some hundred kilobytes.
const PAGE: u32 = 1_000;
