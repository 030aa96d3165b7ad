//! `salver policy check`: which rules say nothing? Bans and groups are those of the data directory, if there is one.

use std::path::PathBuf;

use clap::Args;
use salver_policy::{
    ban::Bans,
    check::Finding,
    rules::{Known, Origin},
};
use salver_server::{
    bans::BanIndex,
    clock::{Clock as _, SystemClock},
};
use serde_json::json;

use crate::{
    catalogue,
    command::{block_on, settings},
    config::{Flags, Settings, problem::Problem},
    failure::Failure,
    output, state,
};

#[derive(Args, Debug)]
pub(in crate::command) struct Check {
    /// The configuration file; without it the one of `SALVER_CONFIG`, if any, and the environment.
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// The directory where state is kept; also `SALVER_DATA`.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Print one line of JSON for each finding.
    #[arg(long)]
    json: bool,
}

impl Check {
    pub(super) fn run(self) -> Result<(), Failure> {
        let settings = settings(&Flags { config: self.file, data: self.data, ..Flags::default() })?;
        let (known, bans) = around(&settings)?;
        let findings = settings.policy.findings(&known, &bans, SystemClock.now());
        let mut faults = Vec::new();
        for (finding, problem) in findings {
            if self.json {
                output::json(&line(&finding, &problem));
            }
            if finding.what.is_fault() {
                faults.push(problem);
            } else {
                output::talk(&format!("warning: {problem}"));
            }
        }
        if !faults.is_empty() {
            return Err(Failure::Configuration(faults));
        }
        let rules = &settings.policy.rules;
        let own = rules.rules().iter().filter(|rule| matches!(rule.origin, Origin::Own(_))).count();
        output::talk(&format!(
            "The rules are sound: {own} of your own, {} in all, version {}.",
            rules.rules().len(),
            rules.version()
        ));
        Ok(())
    }
}

/// What rules can name, and whom bans shut out.
fn around(settings: &Settings) -> Result<(Known, Bans), Failure> {
    let mut known = settings.policy.known.clone();
    known.add_catalogue(&catalogue::in_force(settings)?);
    if !settings.store.path.exists() {
        return Ok((known, Bans::default()));
    }
    let store = state::open(settings)?.store;
    let (bans, users) = block_on(async {
        let bans = BanIndex::default();
        bans.refresh(&*store).await?;
        Ok((bans.get(), store.list_users().await?))
    })?;
    known.set_groups(users.iter().flat_map(|user| &user.groups).map(AsRef::as_ref));
    Ok((known, bans.bans.clone()))
}

fn line(finding: &Finding, problem: &Problem) -> serde_json::Value {
    json!({
        "finding": finding.what.id(), "fault": finding.what.is_fault(), "rule": finding.rule,
        "place": problem.place.as_ref().map(ToString::to_string), "key": problem.key,
        "problem": problem.why, "remedy": problem.hint,
    })
}
