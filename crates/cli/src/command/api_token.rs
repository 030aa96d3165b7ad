//! `salver admin api-token`: which programs may manage clients over HTTP?

use clap::Subcommand;
use salver_server::{
    chance::SystemChance,
    clock::{Clock as _, SystemClock},
    flow::api::{self, TokenWish},
};
use salver_store::{Outcome, record::ApiToken};
use serde_json::{Value, json};

use super::{Where, block_on, duration, settings};
use crate::{command::client::quoted, failure::Failure, output, state, wiring};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Make a token; it is printed once.
    Create {
        /// The name under which its program does things.
        #[arg(value_parser = name)]
        name: String,
        /// Let it look and change nothing.
        #[arg(long)]
        read_only: bool,
        /// When it ends by itself, like 24h or 7d from now.
        #[arg(long, value_name = "TIME", value_parser = duration::parse, default_value = "90d")]
        expires: i64,
        /// Who makes it, for the record.
        #[arg(long, value_name = "NAME", default_value = "command line")]
        by: String,
        /// Print one line of JSON.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        place: Where,
    },
    /// Show all tokens, without their texts.
    List {
        /// Print one line of JSON for each.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        place: Where,
    },
    /// Let a token in no more.
    Revoke {
        /// Its number.
        number: i64,
        #[command(flatten)]
        place: Where,
    },
}

impl Command {
    pub(super) fn run(self) -> Result<(), Failure> {
        match self {
            Self::Create { name, read_only, expires, by, json, place } => {
                let now = SystemClock.now();
                let expires_at = now.plus_seconds(expires);
                let wish = TokenWish { name: &name, may_change: !read_only, by: &by, expires_at };
                create(wish, json, &place)
            }
            Self::List { json, place } => list(json, &place),
            Self::Revoke { number, place } => revoke(number, &place),
        }
    }
}

fn create(wish: TokenWish<'_>, as_json: bool, place: &Where) -> Result<(), Failure> {
    let state = state::open(&settings(&place.flags())?)?;
    let (secrets, chance) = (wiring::secrets(&state)?, SystemChance::default());
    let made = api::make((&*state.store, &secrets, &chance), wish, SystemClock.now());
    let (number, text) = block_on(async { Ok(made.await?) })?;
    if as_json {
        output::json(&json!({
            "number": number, "name": wish.name, "read_only": !wish.may_change,
            "expires_at": wish.expires_at, "token": text.as_str(),
        }));
    } else {
        output::data(&text);
    }
    output::talk(&format!(
        "Token {number} is shown this once. It works until {}.",
        duration::moment(wish.expires_at)
    ));
    Ok(())
}

fn list(as_json: bool, place: &Where) -> Result<(), Failure> {
    let store = state::open(&settings(&place.flags())?)?.store;
    let tokens = block_on(async { Ok(store.list_api_tokens().await?) })?;
    if as_json {
        tokens.iter().map(line).for_each(|line| output::json(&line));
        return Ok(());
    }
    if tokens.is_empty() {
        output::talk("There is no token: `salver admin api-token create NAME` makes one.");
        return Ok(());
    }
    let heading = ["NUMBER", "NAME", "MAY", "MADE BY", "LAST USED", "STATE"];
    output::table(&heading, &tokens.iter().map(row).collect::<Vec<_>>());
    Ok(())
}

fn line(token: &ApiToken) -> Value {
    json!({
        "number": token.number, "name": token.content.name, "read_only": !token.content.may_change,
        "made_by": token.content.made_by, "made_at": token.content.made_at,
        "expires_at": token.content.expires_at, "last_used_at": token.last_used_at,
        "ended_at": token.ended_at,
    })
}

fn row(token: &ApiToken) -> Vec<String> {
    let content = &token.content;
    let state = match token.ended_at {
        Some(at) => format!("revoked {}", duration::date(at)),
        None if token.is_live(SystemClock.now()) => {
            format!("until {}", duration::date(content.expires_at))
        }
        None => "expired".to_owned(),
    };
    vec![
        token.number.to_string(),
        quoted(&content.name),
        if content.may_change { "change" } else { "look" }.to_owned(),
        content.made_by.escape_debug().to_string(),
        token.last_used_at.map_or_else(|| "-".to_owned(), duration::moment),
        state,
    ]
}

fn revoke(number: i64, place: &Where) -> Result<(), Failure> {
    let store = state::open(&settings(&place.flags())?)?.store;
    let ended = block_on(async { Ok(store.end_api_token(number, SystemClock.now()).await?) })?;
    match ended {
        Outcome::Applied => {
            output::talk(&format!("Token {number} is let in no more."));
            Ok(())
        }
        Outcome::Lost => Err(Failure::Refused {
            why: format!("there is no token {number} that works"),
            hint: "`salver admin api-token list` shows all".to_owned(),
        }),
    }
}

/// A name that can stand in a history.
fn name(text: &str) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > MAX_NAME || text.chars().any(char::is_control) {
        return Err(format!("write one line of 1 to {MAX_NAME} characters"));
    }
    Ok(text.to_owned())
}

const MAX_NAME: usize = 60;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_short_line() {
        for (text, expected) in
            [(" deploy ", Some("deploy")), ("", None), ("a\nb", None), (&*"x".repeat(61), None)]
        {
            assert_eq!(name(text).ok().as_deref(), expected, "{text:?}");
        }
    }
}
