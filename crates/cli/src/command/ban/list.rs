//! `salver admin bans`: who is shut out, by whom, why, and until when?

use clap::Args;
use salver_oauth::Timestamp;
use salver_server::clock::{Clock as _, SystemClock};
use salver_store::record::Ban;
use serde_json::json;

use crate::{
    command::{Where, block_on, client::quoted, duration, settings},
    failure::Failure,
    output, state,
};

#[derive(Args, Debug)]
pub(in crate::command) struct List {
    /// Show those too that were lifted or have expired.
    #[arg(long)]
    all: bool,
    /// Print one line of JSON for each.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    place: Where,
}

impl List {
    pub(in crate::command) fn run(self) -> Result<(), Failure> {
        let store = state::open(&settings(&self.place.flags())?)?.store;
        let now = SystemClock.now();
        let mut bans = block_on(async { Ok(store.list_bans().await?) })?;
        bans.retain(|ban| self.all || state_of(ban, now) == IN_FORCE);
        if self.json {
            bans.iter().map(|ban| line(ban, now)).for_each(|line| output::json(&line));
            return Ok(());
        }
        if bans.is_empty() {
            output::talk("Nobody is banned.");
            return Ok(());
        }
        let rows: Vec<Vec<String>> = bans.iter().map(|ban| row(ban, now)).collect();
        output::table(
            &["NUMBER", "KIND", "VALUE", "SINCE", "UNTIL", "STATE", "BY", "REASON"],
            &rows,
        );
        Ok(())
    }
}

/// How many bans, in words.
pub(super) fn count(bans: usize) -> String {
    match bans {
        0 => "none is".to_owned(),
        1 => "one is".to_owned(),
        more => format!("{more} are"),
    }
}

fn state_of(ban: &Ban, now: Timestamp) -> &'static str {
    match (ban.lifted_at, ban.expires_at) {
        (Some(_), _) => "lifted",
        (None, Some(end)) if end <= now => "expired",
        (None, _) => IN_FORCE,
    }
}

fn row(ban: &Ban, now: Timestamp) -> Vec<String> {
    vec![
        ban.number.to_string(),
        ban.kind.clone(),
        quoted(&ban.value),
        duration::date(ban.made_at),
        ban.expires_at.map_or_else(|| "-".to_owned(), duration::moment),
        state_of(ban, now).to_owned(),
        ban.made_by.clone(),
        ban.reason.clone(),
    ]
}

fn line(ban: &Ban, now: Timestamp) -> serde_json::Value {
    json!({
        "number": ban.number, "kind": ban.kind, "value": ban.value, "reason": ban.reason,
        "state": state_of(ban, now), "made_by": ban.made_by, "made_at": ban.made_at,
        "expires_at": ban.expires_at, "lifted_at": ban.lifted_at, "lifted_by": ban.lifted_by,
    })
}

const IN_FORCE: &str = "in force";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ban_is_in_force_until_it_is_lifted_or_its_time_is_over() {
        let at = Timestamp::from_unix;
        for (lifted_at, expires_at, state) in [
            (None, None, "in force"),
            (None, Some(at(11)), "in force"),
            (None, Some(at(10)), "expired"),
            (Some(at(5)), None, "lifted"),
            (Some(at(5)), Some(at(10)), "lifted"),
        ] {
            let ban = Ban {
                number: 1,
                kind: "domain".into(),
                value: "a.example".into(),
                reason: "x".into(),
                made_by: "x".into(),
                made_at: at(0),
                expires_at,
                lifted_at,
                lifted_by: None,
            };
            assert_eq!(state_of(&ban, at(10)), state);
        }
    }
}
