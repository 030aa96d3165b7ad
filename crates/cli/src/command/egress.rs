//! `salver egress`: what does salver fetch from others? Reads the ledger's file, also while the server runs.

use clap::Subcommand;
use salver_oauth::Timestamp;
use salver_server::clock::{Clock as _, SystemClock};

use super::{Where, duration, settings};
use crate::{
    failure::Failure,
    ledger::{LedgerFile, Line},
    output,
};

#[derive(Debug, Subcommand)]
pub(super) enum Egress {
    /// Show what was fetched, for whom, and how it ended; oldest first.
    Ledger {
        /// Print one line of JSON for each.
        #[arg(long)]
        json: bool,
        /// Only this host and the names below it.
        #[arg(long, value_name = "HOST")]
        host: Option<String>,
        /// Only what happened within this time, like 15m, 24h or 7d.
        #[arg(long, value_name = "TIME", value_parser = duration::parse, default_value = "24h")]
        since: i64,
        #[command(flatten)]
        place: Where,
    },
}

impl Egress {
    pub(super) fn run(self) -> Result<(), Failure> {
        let Self::Ledger { json, host, since, place } = self;
        let settings = settings(&place.flags())?;
        let file = LedgerFile::new(&settings.server.data, settings.egress.ledger_bytes);
        let written =
            file.read().map_err(|error| Failure::File { path: file.path().to_owned(), error })?;
        if written.spoilt > 0 {
            output::talk(&format!("note: {} lines of the ledger cannot be read", written.spoilt));
        }
        let from = SystemClock.now().as_unix().saturating_sub(since);
        let wanted = |line: &&Line| {
            line.at >= from && host.as_ref().is_none_or(|host| is_at_or_below(&line.host, host))
        };
        let lines: Vec<&Line> = written.lines.iter().filter(wanted).collect();
        if json {
            for line in lines {
                output::data(&line.to_json());
            }
            return Ok(());
        }
        if lines.is_empty() {
            output::talk(&format!("Nothing was fetched in the last {}.", duration::words(since)));
            return Ok(());
        }
        output::table(HEADING, &lines.iter().map(|line| row(line)).collect::<Vec<_>>());
        if lines.iter().any(|line| line.category.as_deref() == Some("bot_challenge")) {
            output::talk(BOT_CHALLENGE);
        }
        Ok(())
    }
}

fn row(line: &Line) -> Vec<String> {
    let mut outcome = line.outcome.clone();
    if let Some(status) = line.status {
        outcome = format!("{outcome} {status}");
    }
    if line.served_stale {
        outcome.push_str(", older copy used");
    }
    if line.times > 1 {
        outcome = format!("{outcome} ({} times)", line.times);
    }
    vec![
        duration::moment(Timestamp::from_unix(line.at)),
        line.host.clone(),
        line.purpose.clone(),
        outcome,
        line.bytes.to_string(),
        line.ms.to_string(),
        line.family.clone().unwrap_or_else(|| "-".to_owned()),
        line.source.clone(),
    ]
}

fn is_at_or_below(host: &str, wanted: &str) -> bool {
    let (host, wanted) = (host.to_ascii_lowercase(), wanted.to_ascii_lowercase());
    host.strip_suffix(&wanted).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

const HEADING: &[&str] =
    &["WHEN (UTC)", "HOST", "PURPOSE", "OUTCOME", "BYTES", "MS", "FAMILY", "CAUSED BY"];

const BOT_CHALLENGE: &str = concat!(
    "note: a host asks whether we are human (bot_challenge). Its operators can let the user agent salver/",
    env!("CARGO_PKG_VERSION"),
    " pass."
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_found_with_the_names_below_it() {
        for (host, wanted, found) in [
            ("app.example", "app.example", true),
            ("app.example", "APP.example", true),
            ("www.app.example", "app.example", true),
            ("myapp.example", "app.example", false),
            ("app.example", "www.app.example", false),
        ] {
            assert_eq!(is_at_or_below(host, wanted), found, "{host} {wanted}");
        }
    }
}
