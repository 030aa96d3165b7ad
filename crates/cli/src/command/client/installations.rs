//! `salver client installations`: who may have something signed by the service, and what was signed? Works on its store directly, also while it runs.

use clap::Subcommand;
use salver_oauth::Timestamp;
use salver_server::clock::{Clock as _, SystemClock};
use salver_store::sqlite::vendor::{Checked, Installation, LogLine, NewCode};
use salver_vendor::one_time_code;
use serde_json::json;

use super::{quoted, serve::Place};
use crate::{
    command::{block_on, duration},
    failure::Failure,
    output, vendor,
};

#[derive(Debug, Subcommand)]
pub(in crate::command) enum Installations {
    /// Make a one-time code, with which one installation enrols.
    Code {
        /// Whose installation it will be: a name of your own choice, by which limits are counted and installations revoked.
        #[arg(long)]
        account: String,
        /// Print one line of JSON.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        place: Place,
    },
    /// Show all installations.
    List {
        /// Print one line of JSON for each.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        place: Place,
    },
    /// Sign no more for an installation, or for all of an account; what was signed ends within minutes.
    Revoke {
        /// Its id, as `list` shows it.
        #[arg(required_unless_present = "account")]
        installation: Option<String>,
        /// All installations of this account.
        #[arg(long, conflicts_with = "installation")]
        account: Option<String>,
        #[command(flatten)]
        place: Place,
    },
    /// Show what was done, oldest first.
    Log {
        /// The newest lines, so many.
        #[arg(long, default_value_t = 1_000)]
        newest: u32,
        /// Print one line of JSON for each.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        place: Place,
    },
}

impl Installations {
    pub(super) fn run(self) -> Result<(), Failure> {
        match self {
            Self::Code { account, json, place } => code(&account, json, &place),
            Self::List { json, place } => list(json, &place),
            Self::Revoke { installation, account, place } => {
                revoke(installation.as_deref(), account.as_deref(), &place)
            }
            Self::Log { newest, json, place } => log(newest, json, &place),
        }
    }
}

fn code(account: &str, json: bool, place: &Place) -> Result<(), Failure> {
    let account = account.trim();
    if account.is_empty() || account.len() > 255 || account.chars().any(char::is_control) {
        return Err(Failure::Refused {
            why: format!("{} is no name of an account", quoted(account)),
            hint: "use up to 255 characters, without line ends".to_owned(),
        });
    }
    let settings = place.settings()?;
    let (store, master_key) = vendor::open(&settings)?;
    let (code, digest) = one_time_code(&master_key).map_err(vendor::failed)?;
    let made_at = SystemClock.now();
    let new = NewCode {
        code: digest,
        account: account.to_owned(),
        made_at,
        expires_at: made_at.plus_seconds(settings.code_seconds),
    };
    block_on(async { Ok(store.add_code(new).await?) })?;
    if json {
        output::json(
            &json!({ "code": code, "account": account, "expires_in": settings.code_seconds }),
        );
    } else {
        output::data(&code);
        output::talk(&format!(
            "It enrols one installation, within {}.",
            duration::words(settings.code_seconds)
        ));
    }
    Ok(())
}

fn list(json: bool, place: &Place) -> Result<(), Failure> {
    let (store, _) = vendor::open(&place.settings()?)?;
    let installations = block_on(async { Ok(store.list_installations().await?) })?;
    if json {
        for one in &installations {
            output::json(&json!({
                "installation": one.id, "account": one.account, "installation_check": one.checked.word(),
                "enrolled_at": one.enrolled_at, "last_used_at": one.last_used_at, "revoked_at": one.revoked_at,
            }));
        }
        return Ok(());
    }
    let day = |at: Option<Timestamp>| at.map_or_else(String::new, duration::date);
    let row = |one: &Installation| {
        let enrolled_at = duration::date(one.enrolled_at);
        let account = one.account.escape_debug().to_string();
        let (used, revoked) = (day(one.last_used_at), day(one.revoked_at));
        vec![one.id.clone(), account, one.checked.word().to_owned(), enrolled_at, used, revoked]
    };
    output::table(
        &["INSTALLATION", "ACCOUNT", "CHECKED BY", "ENROLLED", "USED", "REVOKED"],
        &installations.iter().map(row).collect::<Vec<_>>(),
    );
    Ok(())
}

fn revoke(one: Option<&str>, account: Option<&str>, place: &Place) -> Result<(), Failure> {
    let (store, _) = vendor::open(&place.settings()?)?;
    let now = SystemClock.now();
    let revoked = block_on(async {
        Ok(match (one, account) {
            (Some(id), _) => store.revoke(id, now).await?,
            (None, Some(account)) => store.revoke_account(account, now).await?,
            (None, None) => 0,
        })
    })?;
    match revoked {
        0 => Err(Failure::Refused {
            why: "there is no such installation, or it is revoked already".to_owned(),
            hint: "`salver client installations list` shows all".to_owned(),
        }),
        1 => {
            output::talk("It is revoked; nothing more is signed for it.");
            Ok(())
        }
        more => {
            output::talk(&format!("{more} are revoked; nothing more is signed for them."));
            Ok(())
        }
    }
}

fn log(newest: u32, json: bool, place: &Place) -> Result<(), Failure> {
    let (store, _) = vendor::open(&place.settings()?)?;
    let lines = block_on(async { Ok(store.list_log(newest).await?) })?;
    if json {
        for line in &lines {
            output::json(&json!({
                "at": line.at, "event": line.event.word(), "account": line.account,
                "installation": line.installation, "issuer": line.audience,
                "installation_check": line.checked.map(Checked::word), "kid": line.key_id,
            }));
        }
        return Ok(());
    }
    let row = |line: &LogLine| {
        let text = |text: &Option<String>| {
            text.as_deref().map_or_else(String::new, |text| text.escape_debug().to_string())
        };
        let (at, event) = (duration::moment(line.at), line.event.word().to_owned());
        let (account, installation) = (text(&line.account), text(&line.installation));
        vec![at, event, account, installation, text(&line.audience), text(&line.key_id)]
    };
    output::table(
        &["AT", "WHAT", "ACCOUNT", "INSTALLATION", "FOR", "KEY"],
        &lines.iter().map(row).collect::<Vec<_>>(),
    );
    Ok(())
}
