//! `salver admin dcr-usage`: who still uses dynamic registration? Told from what lives, since registering leaves nothing behind (DESIGN 4.3).

use std::collections::BTreeSet;

use clap::Args;
use salver_oauth::Timestamp;
use salver_policy::{application::method_of, visit::Method};
use salver_server::{
    clock::{Clock as _, SystemClock},
    settings::{Dynamic, Registration},
};
use salver_store::record::LiveGrant;
use serde_json::json;

use super::{
    super::{Where, duration},
    picture,
};
use crate::{failure::Failure, output};

#[derive(Args, Debug)]
pub(in super::super) struct DcrUsage {
    /// Print one line of JSON for each application.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    place: Where,
}

impl DcrUsage {
    pub(in super::super) fn run(self) -> Result<(), Failure> {
        let (picture, _, settings) = picture(&self.place)?;
        let (mut rows, mut everybody) = (Vec::new(), BTreeSet::new());
        for application in &picture.applications {
            let sum = picture
                .sum(|live| live.grant.application == application.id && registered_itself(live));
            if sum.people.is_empty() {
                continue;
            }
            if self.json {
                output::json(&json!({
                    "id": application.id.to_string(), "key": application.key, "label": application.label,
                    "client_ids": sum.client_ids, "people": sum.people.len(),
                    "installations": sum.installations, "last_used_at": sum.last_used_at,
                }));
            }
            let label = application.label.escape_debug().to_string();
            rows.push((sum.last_used_at, [label].into_iter().chain(sum.cells()).collect()));
            everybody.extend(sum.people);
        }
        if self.json {
            return Ok(());
        }
        if rows.is_empty() {
            output::talk("Nobody uses a client that registered itself.");
            return Ok(());
        }
        rows.sort_by_key(|(last_used_at, _)| std::cmp::Reverse(*last_used_at));
        let rows: Vec<Vec<String>> = rows.into_iter().map(|(_, row)| row).collect();
        output::table(&["APPLICATION", "PEOPLE", "COPIES", "LAST USED"], &rows);
        output::talk(&format!(
            "{} such clients. {} their connections go on; a client that registers anew needs another way in, such as a metadata document.",
            used_by(everybody.len()),
            end(&settings.registration, SystemClock.now())
        ));
        Ok(())
    }
}

fn registered_itself(live: &LiveGrant) -> bool {
    method_of(&live.grant.fingerprint) == Some(Method::Dynamic)
}

fn used_by(people: usize) -> String {
    if people == 1 {
        "1 person in all uses".to_owned()
    } else {
        format!("{people} people in all use")
    }
}

/// When registering ends, or how it could.
fn end(registration: &Registration, now: Timestamp) -> String {
    match (registration.at(now), registration.until) {
        (Dynamic::Off, _) => "Nobody may register any more:".to_owned(),
        (Dynamic::Open | Dynamic::Invited, Some(until)) => {
            format!("From {} (UTC) on nobody may register:", duration::moment(until))
        }
        (Dynamic::Open | Dynamic::Invited, None) => {
            "If nobody may register any more (`registration.until`),".to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn registering_ends_at_its_time_or_has_ended() {
        let at = Timestamp::from_unix;
        for (dynamic, until, expected) in [
            (Dynamic::Open, None, "If nobody may"),
            (Dynamic::Invited, Some(1_803_859_200), "From 2027-03-01 00:00:00 (UTC) on"),
            (Dynamic::Open, Some(10), "Nobody may register any more:"),
            (Dynamic::Off, Some(1_803_859_200), "Nobody may register any more:"),
        ] {
            let until = until.map(at);
            let registration = Registration { dynamic, until, ..Registration::default() };
            let told = end(&registration, at(10));
            assert!(told.starts_with(expected), "{told}");
        }
    }
}
