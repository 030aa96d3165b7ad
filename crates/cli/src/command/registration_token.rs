//! `salver admin registration-token`: who may register clients where not everybody may? (RFC 7591 §3) A running server follows within a second.

use clap::Subcommand;
use salver_oauth::Timestamp;
use salver_server::{
    chance::SystemChance,
    clock::{Clock as _, SystemClock},
    flow::registration_access::{Invite, invite},
    settings::Dynamic,
};
use salver_store::{Outcome, record::RegistrationToken};
use serde_json::json;

use super::{Where, block_on, duration, settings};
use crate::{failure::Failure, output, state, wiring};

#[derive(Debug, Subcommand)]
pub(super) enum RegistrationTokenCommand {
    /// Make a token and print it, this once.
    Create {
        /// Whose it is, for people.
        #[arg(long = "for", value_name = "NAME", value_parser = holder)]
        holder: String,
        /// When it ends by itself, like 24h or 30d from now. Without it, it ends when it is revoked.
        #[arg(long, value_name = "TIME", value_parser = duration::parse)]
        expires: Option<i64>,
        /// Print one line of JSON.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        place: Where,
    },
    /// Show all tokens, those too that have ended within the last ninety days.
    List {
        /// Print one line of JSON for each.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        place: Where,
    },
    /// Revoke a token; clients that have registered with it go on.
    Revoke {
        /// Its number.
        number: i64,
        #[command(flatten)]
        place: Where,
    },
}

impl RegistrationTokenCommand {
    pub(super) fn run(self) -> Result<(), Failure> {
        match self {
            Self::Create { holder, expires, json, place } => create(&holder, expires, json, &place),
            Self::List { json, place } => list(json, &place),
            Self::Revoke { number, place } => revoke(number, &place),
        }
    }
}

fn create(holder: &str, expires: Option<i64>, as_json: bool, place: &Where) -> Result<(), Failure> {
    let settings = settings(&place.flags())?;
    let state = state::open(&settings)?;
    let secrets = wiring::secrets(&state)?;
    let now = SystemClock.now();
    let expires_at = expires.map(|seconds| now.plus_seconds(seconds));
    let wish = Invite { holder: holder.to_owned(), by: BY.to_owned(), expires_at, now };
    let (number, token) = block_on(async {
        Ok(invite(&*state.store, &secrets, &SystemChance::default(), wish).await?)
    })?;
    if as_json {
        output::json(&json!({
            "number": number, "for": holder, "token": *token, "expires_at": expires_at,
        }));
    } else {
        output::data(&token);
    }
    output::talk(&format!(
        "This is token {number}, shown this once. Clients send it to /register as `Authorization: Bearer`{}.",
        expires.map_or_else(String::new, |seconds| format!(", for {}", duration::words(seconds)))
    ));
    match settings.registration.dynamic {
        Dynamic::Invited => {}
        Dynamic::Open => output::talk(
            "Everybody may register clients here: set `registration.dynamic = \"invited\"` to let in those with a token alone.",
        ),
        Dynamic::Off => output::talk(
            "Nobody may register clients here, not with a token either: set `registration.dynamic = \"invited\"`.",
        ),
    }
    Ok(())
}

fn list(as_json: bool, place: &Where) -> Result<(), Failure> {
    let store = state::open(&settings(&place.flags())?)?.store;
    let now = SystemClock.now();
    let tokens = block_on(async { Ok(store.list_registration_tokens().await?) })?;
    if as_json {
        tokens.iter().map(|token| line(token, now)).for_each(|line| output::json(&line));
        return Ok(());
    }
    if tokens.is_empty() {
        output::talk("There is no token: `salver admin registration-token create` makes one.");
        return Ok(());
    }
    let rows: Vec<Vec<String>> = tokens.iter().map(|token| row(token, now)).collect();
    output::table(&["NUMBER", "FOR", "STATE", "SINCE", "UNTIL", "USED", "LAST USED"], &rows);
    Ok(())
}

fn revoke(number: i64, place: &Where) -> Result<(), Failure> {
    let store = state::open(&settings(&place.flags())?)?.store;
    let revoked = block_on(async {
        let by = BY.to_owned();
        Ok(store.revoke_registration_token(number, by, SystemClock.now()).await?)
    })?;
    if revoked == Outcome::Lost {
        return Err(Failure::Refused {
            why: format!("there is no registration token {number} in force"),
            hint: "`salver admin registration-token list` shows all".to_owned(),
        });
    }
    output::talk(&format!(
        "Token {number} is revoked. Clients that have registered with it go on; `salver admin ban` ends them."
    ));
    Ok(())
}

fn state_of(token: &RegistrationToken, now: Timestamp) -> &'static str {
    match (token.revoked_at, token.is_in_force(now)) {
        (Some(_), _) => "revoked",
        (None, true) => "in force",
        (None, false) => "expired",
    }
}

fn row(token: &RegistrationToken, now: Timestamp) -> Vec<String> {
    let end = token.revoked_at.or(token.expires_at);
    vec![
        token.number.to_string(),
        token.holder.escape_debug().to_string(),
        state_of(token, now).to_owned(),
        duration::date(token.made_at),
        end.map_or_else(|| "-".to_owned(), duration::moment),
        token.uses.to_string(),
        token.last_used_at.map_or_else(|| "-".to_owned(), duration::date),
    ]
}

fn line(token: &RegistrationToken, now: Timestamp) -> serde_json::Value {
    json!({
        "number": token.number, "for": token.holder, "state": state_of(token, now),
        "made_by": token.made_by, "made_at": token.made_at, "expires_at": token.expires_at,
        "revoked_at": token.revoked_at, "revoked_by": token.revoked_by, "uses": token.uses,
        "last_used_at": token.last_used_at,
    })
}

fn holder(text: &str) -> Result<String, String> {
    let text = text.trim();
    let fits = !text.is_empty() && text.chars().count() <= LONGEST_HOLDER;
    if fits && !text.chars().any(char::is_control) {
        Ok(text.to_owned())
    } else {
        Err(format!("write one line of 1 to {LONGEST_HOLDER} characters"))
    }
}

/// Who makes and revokes, where nobody is signed in.
const BY: &str = "the command line";

const LONGEST_HOLDER: usize = 100;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_in_force_until_it_is_revoked_or_its_time_is_over() {
        let at = Timestamp::from_unix;
        for (revoked_at, expires_at, state) in [
            (None, None, "in force"),
            (None, Some(at(11)), "in force"),
            (None, Some(at(10)), "expired"),
            (Some(at(5)), None, "revoked"),
            (Some(at(5)), Some(at(10)), "revoked"),
        ] {
            let token = RegistrationToken {
                number: 1,
                token: [1; 32],
                holder: "Partner".into(),
                made_by: "x".into(),
                made_at: at(0),
                expires_at,
                revoked_at,
                revoked_by: None,
                uses: 0,
                last_used_at: None,
            };
            assert_eq!(state_of(&token, at(10)), state);
        }
    }

    #[test]
    fn a_holder_is_one_line() {
        let longest = "x".repeat(LONGEST_HOLDER);
        for (text, expected) in [
            (" Partner & Sons ", Some("Partner & Sons")),
            (" ", None),
            ("a\nb", None),
            (&*longest, Some(&*longest)),
            (&*format!("{longest}x"), None),
        ] {
            assert_eq!(holder(text).ok().as_deref(), expected, "{text:?}");
        }
    }
}
