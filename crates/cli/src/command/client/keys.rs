//! `salver client keys`: with which keys does the service sign? Works on its store directly, also while it runs.

use clap::Subcommand;
use salver_oauth::Timestamp;
use salver_server::clock::{Clock as _, SystemClock};
use salver_store::sqlite::vendor::VendorKey;
use serde_json::json;

use super::serve::Place;
use crate::{
    command::{block_on, duration},
    failure::Failure,
    output, vendor,
};

#[derive(Debug, Subcommand)]
pub(in crate::command) enum Keys {
    /// Make a new key, with an overlap: it is published at once and signs in an hour; the old one is published until all that it has signed has ended.
    Rotate {
        #[command(flatten)]
        place: Place,
    },
    /// Show all keys.
    List {
        /// Print one line of JSON for each.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        place: Place,
    },
}

impl Keys {
    pub(super) fn run(self) -> Result<(), Failure> {
        match self {
            Self::Rotate { place } => rotate(&place),
            Self::List { json, place } => list(json, &place),
        }
    }
}

fn rotate(place: &Place) -> Result<(), Failure> {
    let settings = place.settings()?;
    if settings.command.is_some() {
        return Err(Failure::Refused {
            why: "the key of this service is behind a command".to_owned(),
            hint: "add the next key to the file `signing.keys`, send SIGHUP to the service, and do so again an hour later with its name in `signing.key_id`".to_owned(),
        });
    }
    let (store, master_key) = vendor::open(&settings)?;
    let sealing = vendor::sealing(&master_key).map_err(vendor::failed)?;
    block_on(async {
        salver_vendor::rotate(&store, (&sealing, settings.algorithm), SystemClock.now())
            .await
            .map_err(vendor::keys_failed)
    })?;
    output::talk(
        "The new key is published; it signs in an hour. A running service takes note within half a minute.",
    );
    Ok(())
}

fn list(json: bool, place: &Place) -> Result<(), Failure> {
    let (store, _) = vendor::open(&place.settings()?)?;
    let keys = block_on(async { Ok(store.list_keys().await?) })?;
    let now = SystemClock.now();
    if json {
        for key in &keys {
            output::json(&json!({
                "kid": key.key_id, "alg": key.algorithm, "state": state(key, now),
                "made_at": key.made_at, "signs_from": key.signs_from, "retires_at": key.retires_at,
            }));
        }
        return Ok(());
    }
    let row = |key: &VendorKey| {
        let (algorithm, made_at) = (key.algorithm.clone(), duration::date(key.made_at));
        vec![key.key_id.clone(), algorithm, state(key, now).to_owned(), made_at]
    };
    output::table(
        &["KEY", "ALGORITHM", "STATE", "MADE"],
        &keys.iter().map(row).collect::<Vec<_>>(),
    );
    Ok(())
}

fn state(key: &VendorKey, now: Timestamp) -> &'static str {
    match key.retires_at {
        Some(end) if end <= now => "retired",
        _ if key.signs_from > now => "published",
        Some(_) => "retiring",
        None => "signing",
    }
}
