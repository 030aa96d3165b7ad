//! `salver admin dcr-usage`: who still uses dynamic registration? Told from what lives, since registering leaves nothing behind (DESIGN 4.3).

use std::collections::BTreeSet;

use clap::Args;
use salver_policy::{application::method_of, visit::Method};
use salver_store::record::LiveGrant;
use serde_json::json;

use super::{super::Where, picture};
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
        let (picture, _, _) = picture(&self.place)?;
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
            "{} in all would have to connect anew, another way, if dynamic registration were off.",
            counted(everybody.len())
        ));
        Ok(())
    }
}

fn registered_itself(live: &LiveGrant) -> bool {
    method_of(&live.grant.fingerprint) == Some(Method::Dynamic)
}

fn counted(people: usize) -> String {
    if people == 1 { "1 person".to_owned() } else { format!("{people} people") }
}
