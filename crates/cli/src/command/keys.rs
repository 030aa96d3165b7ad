//! `salver keys`: which keys sign and seal, and when is it time for others? Works on the store directly, also while the server runs.

use std::collections::BTreeSet;

use clap::Subcommand;
use salver_oauth::Timestamp;
use salver_server::{
    clock::{Clock as _, SystemClock},
    flow::killed,
    keyring, sealing,
};
use salver_store::{
    Outcome,
    record::{KeyUse, StoredKey},
};
use serde_json::json;

use super::{Where, block_on, duration, settings};
use crate::{failure::Failure, output, state, wiring};

#[derive(Debug, Subcommand)]
pub(super) enum Keys {
    /// Make new signing keys, with an overlap; or a new key for registrations.
    ///
    /// Signing keys are published at once and sign in a quarter of an hour; the old ones stay published until their last token has ended. A new key for
    /// registrations seals in three minutes; what the old ones sealed opens for good.
    Rotate {
        /// Make a key for registrations, and no signing keys.
        #[arg(long)]
        registrations: bool,
        #[command(flatten)]
        place: Where,
    },
    /// Kill a key for registrations that got into other hands.
    ///
    /// No `client_id` that was sealed with it is known any more, whatever was let in under one ends, and clients have to register again.
    Kill {
        /// The number of the key, which stands at the end of its name in `salver keys list`.
        number: u16,
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
            Self::Rotate { registrations: true, place } => rotate_registrations(&place),
            Self::Rotate { registrations: false, place } => rotate(&place),
            Self::Kill { number, place } => kill(number, &place),
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

fn rotate_registrations(place: &Where) -> Result<(), Failure> {
    let state = state::open(&settings(&place.flags())?)?;
    let secrets = wiring::secrets(&state)?;
    let number = block_on(async {
        sealing::rotate(&*state.store, secrets.sealing_roots(), SystemClock.now())
            .await
            .map_err(wiring::keys_failed)
    })?;
    output::talk(&format!(
        "Key {number} seals registrations in 3 minutes; those before it go on opening."
    ));
    Ok(())
}

fn kill(number: u16, place: &Where) -> Result<(), Failure> {
    let state = state::open(&settings(&place.flags())?)?;
    let secrets = wiring::secrets(&state)?;
    let now = SystemClock.now();
    let (outcome, ended) = block_on(async {
        let outcome = sealing::kill(&*state.store, secrets.sealing_roots(), number, now)
            .await
            .map_err(wiring::keys_failed)?;
        // From now on nothing is let in under it (the store sees to that), so this is all there is.
        let ended = match outcome {
            Outcome::Applied => killed::end(&*state.store, &BTreeSet::from([number]), now).await?,
            Outcome::Lost => 0,
        };
        Ok((outcome, ended))
    })?;
    if outcome == Outcome::Lost {
        return Err(Failure::Refused {
            why: format!("there is no living key for registrations of the number {number}"),
            hint: "`salver keys list` shows all".to_owned(),
        });
    }
    output::talk(&format!(
        "Key {number} is killed. {} ended; a running server takes note within a second.",
        counted(ended)
    ));
    Ok(())
}

fn counted(connections: u64) -> String {
    match connections {
        1 => "1 connection has".to_owned(),
        more => format!("{more} connections have"),
    }
}

fn list(json: bool, place: &Where) -> Result<(), Failure> {
    let state = state::open(&settings(&place.flags())?)?;
    let keys = block_on(async { Ok(state.store.list_keys().await?) })?;
    let now = SystemClock.now();
    let sealing = sealing::sealing_number(&keys, now);
    let state_of = |key: &StoredKey| match sealing::number(key) {
        Some(number) => state_of_sealing(key, sealing == Some(number)),
        None => state_of(key, now),
    };
    if keys.is_empty() {
        output::talk("There is no key yet: the first start makes them.");
        return Ok(());
    }
    if json {
        for key in &keys {
            output::json(&json!({
                "kid": key.key_id, "use": use_name(key.key_use), "alg": key.algorithm, "state": state_of(key),
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
            state_of(key).to_owned(),
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
        None => "signing",
    }
}

/// Every key of registrations opens until it is killed; one seals.
fn state_of_sealing(key: &StoredKey, seals: bool) -> &'static str {
    match key.retires_at {
        Some(_) => "killed",
        None if seals => "sealing",
        None => "opening",
    }
}
