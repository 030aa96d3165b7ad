//! `salver admin funnel`: how far do clients get? Known applications one by one, all others as one.

use std::collections::BTreeMap;

use clap::Args;
use salver_policy::application::entry_in_key;
use salver_server::{
    clock::{Clock as _, SystemClock},
    counters,
};
use salver_store::record::{Counted, FunnelStep, MetApplication};
use serde_json::json;

use super::super::{Where, block_on, settings};
use crate::{failure::Failure, output, state};

#[derive(Args, Debug)]
pub(in super::super) struct Funnel {
    /// How many days, today included.
    #[arg(long, value_name = "N", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=90))]
    days: u32,
    /// Print one line of JSON for each application and method.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    place: Where,
}

/// How many took each step.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
struct Steps {
    registered: u64,
    approved: u64,
    used: u64,
}

impl Funnel {
    pub(in super::super) fn run(self) -> Result<(), Failure> {
        let state = state::open(&settings(&self.place.flags())?)?;
        let before = i64::from(self.days - 1) * 86_400;
        let since = counters::day(SystemClock.now()).plus_seconds(-before);
        let (counted, applications) = block_on(async {
            let counted = state.store.list_counts(since).await?;
            Ok((counted, state.store.list_met_applications().await?))
        })?;
        let sums = sums(counted);
        if self.json {
            for ((application, method), steps) in &sums {
                output::json(&json!({
                    "application": application, "method": method, "registered": steps.registered,
                    "approved": steps.approved, "used": steps.used, "days": self.days,
                }));
            }
            return Ok(());
        }
        if sums.is_empty() {
            output::talk("Nothing was counted in this time.");
            return Ok(());
        }
        let rows: Vec<Vec<String>> = sums
            .iter()
            .map(|((application, method), steps)| {
                let label = label(application.as_deref(), &applications);
                let numbers = [steps.registered, steps.approved, steps.used].map(|n| n.to_string());
                let cells = [label, method.clone()].into_iter().chain(numbers);
                cells.chain([steps.bar()]).collect()
            })
            .collect();
        let heading = ["APPLICATION", "METHOD", "REGISTERED", "ALLOWED", "USED", ""];
        output::table(&heading, &rows);
        output::talk("# got tokens   = was allowed   - registered itself");
        Ok(())
    }
}

/// Days added up; known applications first.
fn sums(counted: Vec<Counted>) -> Vec<((Option<String>, String), Steps)> {
    let mut sums = BTreeMap::<_, Steps>::new();
    for Counted { application, method, step, number, day: _ } in counted {
        let steps = sums.entry((application.is_none(), application, method)).or_default();
        let place = match step {
            FunnelStep::Registered => &mut steps.registered,
            FunnelStep::Approved => &mut steps.approved,
            FunnelStep::Used => &mut steps.used,
        };
        *place = place.saturating_add(number);
    }
    sums.into_iter()
        .map(|((_, application, method), steps)| ((application, method), steps))
        .collect()
}

fn label(application: Option<&str>, known: &[MetApplication]) -> String {
    let Some(key) = application else { return "all others".to_owned() };
    let met = known.iter().find(|met| met.key == key).map(|met| met.label.as_str());
    met.or_else(|| entry_in_key(key)).unwrap_or(key).escape_debug().to_string()
}

impl Steps {
    /// Each step as a part of the greatest; what is not nothing is seen.
    fn bar(self) -> String {
        let most = self.registered.max(self.approved).max(self.used).max(1);
        let length = |number: u64| {
            let length = u128::from(number) * WIDTH as u128 / u128::from(most);
            usize::try_from(length).unwrap_or(WIDTH).max(usize::from(number > 0))
        };
        let sign = |place: usize| match place {
            _ if place < length(self.used) => '#',
            _ if place < length(self.approved) => '=',
            _ if place < length(self.registered) => '-',
            _ => ' ',
        };
        (0..WIDTH).map(sign).collect::<String>().trim_end().to_owned()
    }
}

/// The length of the longest bar.
const WIDTH: usize = 20;

#[cfg(test)]
mod tests {
    use salver_oauth::Timestamp;

    use super::*;

    #[test]
    fn a_bar_shows_each_step_as_a_part_of_the_greatest() {
        for (registered, approved, used, bar) in [
            (40, 20, 10, "#####=====----------"),
            (1_000_000, 3, 1, "#-------------------"),
            (0, 4, 2, "##########=========="),
            (0, 1, 4, "####################"),
            (5, 0, 0, "--------------------"),
            (u64::MAX, u64::MAX, 0, "===================="),
            (0, 0, 0, ""),
        ] {
            assert_eq!(Steps { registered, approved, used }.bar(), bar);
        }
    }

    #[test]
    fn days_are_added_up_and_others_come_last() {
        let counted = |day, application: Option<&str>, step, number| Counted {
            day: Timestamp::from_unix(day),
            application: application.map(Into::into),
            method: "dynamic".into(),
            step,
            number,
        };
        let sums = sums(vec![
            counted(0, None, FunnelStep::Registered, 90),
            counted(0, Some("entry Zed"), FunnelStep::Registered, 2),
            counted(86_400, Some("entry Zed"), FunnelStep::Registered, 3),
            counted(86_400, Some("entry Zed"), FunnelStep::Used, 1),
        ]);
        let named = |application: Option<&str>| (application.map(Into::into), "dynamic".into());
        assert_eq!(
            sums,
            [
                (named(Some("entry Zed")), Steps { registered: 5, approved: 0, used: 1 }),
                (named(None), Steps { registered: 90, ..Steps::default() }),
            ]
        );
        assert_eq!(label(Some("entry Zed"), &[]), "Zed");
        assert_eq!(label(Some("issued x"), &[]), "issued x");
        assert_eq!(label(None, &[]), "all others");
    }
}
