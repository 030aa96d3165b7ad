//! `salver keys`: which keys sign, and when is it time for others? Works on the store directly, also while the server runs.

use clap::Subcommand;
use salver_oauth::Timestamp;
use salver_server::{
    clock::{Clock as _, SystemClock},
    keyring,
};
use salver_store::record::{KeyUse, StoredKey};
use serde_json::json;

use super::{Where, block_on, duration, settings};
use crate::{failure::Failure, output, state, wiring};

#[derive(Debug, Subcommand)]
pub(super) enum Keys {
    /// Make new signing keys, with an overlap.
    ///
    /// They are published at once and sign in a quarter of an hour; the old ones stay published until their last token has ended.
    Rotate {
        #[command(flatten)]
        place: Where,
    },
    /// Show all keys: those that sign, and those that seal registrations.
    List {
        /// Print one line of JSON for each.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        place: Where,
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

fn rotate(place: &Where) -> Result<(), Failure> {
    let settings = settings(&place.flags())?;
    let state = state::open(&settings)?;
    let secrets = wiring::secrets(&state)?;
    let algorithm = wiring::algorithm(settings.tokens.algorithm);
    block_on(async {
        keyring::rotate(&*state.store, secrets.signing_keys(), algorithm, SystemClock.now())
            .await
            .map_err(wiring::keys_failed)
    })?;
    output::talk(
        "New keys are published; they sign in 15 minutes. A running server takes note within a minute.",
    );
    Ok(())
}

fn list(json: bool, place: &Where) -> Result<(), Failure> {
    let state = state::open(&settings(&place.flags())?)?;
    let keys = block_on(async { Ok(state.store.list_keys().await?) })?;
    let now = SystemClock.now();
    if keys.is_empty() {
        output::talk("There is no key yet: the first start makes them.");
        return Ok(());
    }
    if json {
        for key in &keys {
            output::json(&json!({
                "kid": key.key_id, "use": use_name(key.key_use), "alg": key.algorithm, "state": state_of(key, now),
                "created_at": key.created_at, "signs_from": key.signs_from, "retires_at": key.retires_at,
            }));
        }
        return Ok(());
    }
    let row = |key: &StoredKey| {
        vec![
            key.key_id.clone(),
            use_name(key.key_use).to_owned(),
            key.algorithm.clone(),
            state_of(key, now).to_owned(),
            duration::date(key.created_at),
        ]
    };
    output::table(
        &["KEY", "USE", "ALGORITHM", "STATE", "MADE"],
        &keys.iter().map(row).collect::<Vec<_>>(),
    );
    Ok(())
}

fn use_name(key_use: KeyUse) -> &'static str {
    match key_use {
        KeyUse::AccessToken => "access tokens",
        KeyUse::Identity => "identities",
        KeyUse::Registration => "registrations",
    }
}

fn state_of(key: &StoredKey, now: Timestamp) -> &'static str {
    match key.retires_at {
        Some(end) if end <= now => "retired",
        _ if key.signs_from > now => "published",
        Some(_) => "retiring",
        None if key.key_use == KeyUse::Registration => "sealing",
        None => "signing",
    }
}
