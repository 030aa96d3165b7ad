//! `salver admin anchor`: whose software statements are believed? (RFC 7591 §2.3, SW-7; docs/statements.md) Works beside a running server, which follows within a
//! second, and ends by itself what an anchor vouched for that is gone, even where no server runs.

mod told;
mod wish;

use std::{path::PathBuf, sync::Arc};

use clap::{Args, Subcommand};
use salver_server::{
    anchor::Anchor,
    clock::{Clock as _, SystemClock},
    flow::{
        anchors::{self, AnchorPlace, AnchorRefusal, Known},
        statement,
    },
};
use salver_store::{Outcome, Store};
use serde_json::json;

use self::{told::Keys, wish::Wish};
use super::{Where, block_on, client::quoted, settings};
use crate::{config::Settings, failure::Failure, output, state, wiring};

#[derive(Debug, Subcommand)]
pub(super) enum AnchorCommand {
    /// Believe the statements of an issuer from now on.
    Add {
        #[command(flatten)]
        wish: Wish,
        /// Put it in the place of what is in the store under this issuer.
        #[arg(long)]
        replace: bool,
        #[command(flatten)]
        place: Where,
    },
    /// Show all anchors, those of the configuration too.
    List {
        /// Print one line of JSON for each.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        place: Where,
    },
    /// Show one: what it may vouch for, its keys as they are read now, its softwares.
    Show(One),
    /// Read what would be added, and its keys; nothing is kept.
    Preview {
        #[command(flatten)]
        wish: Wish,
        /// Print one line of JSON.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        place: Where,
    },
    /// Believe nothing that it signs for the time being. Its clients log in no more and get no new tokens; what it has vouched for is kept.
    Suspend(One),
    /// Believe it again.
    Resume(One),
    /// Believe it no more, and end what it has vouched for.
    Remove {
        #[command(flatten)]
        one: One,
        /// Only say what would end.
        #[arg(long)]
        dry_run: bool,
    },
    /// Forget one software of an anchor, which frees its place, and end what was let in under it.
    Forget {
        #[command(flatten)]
        one: One,
        /// The software.
        software_id: String,
    },
}

/// One anchor.
#[derive(Args, Debug)]
pub(super) struct One {
    /// Its issuer.
    issuer: String,
    /// Print one line of JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    place: Where,
}

/// What a command works on.
struct Desk {
    settings: Settings,
    store: Arc<dyn Store>,
    configured: Vec<Arc<Anchor>>,
    /// Where the latter are written.
    file: Option<PathBuf>,
}

impl AnchorCommand {
    pub(super) fn run(self) -> Result<(), Failure> {
        match self {
            Self::Add { wish, replace, place } => add(&wish, replace, &place),
            Self::List { json, place } => list(json, &place),
            Self::Show(one) => show(&one),
            Self::Preview { wish, json, place } => preview(&wish, json, &place),
            Self::Suspend(one) => set_suspended(&one, true),
            Self::Resume(one) => set_suspended(&one, false),
            Self::Remove { one, dry_run } => remove(&one, dry_run),
            Self::Forget { one, software_id } => forget(&one, &software_id),
        }
    }
}

impl Desk {
    fn open(place: &Where) -> Result<Self, Failure> {
        let settings = settings(&place.flags())?;
        let store = state::open(&settings)?.store;
        let configured = settings.anchors.iter().cloned().map(Arc::new).collect();
        Ok(Self { settings, store, configured, file: place.file() })
    }

    async fn load(&self, issuer: &str) -> Result<Known, Failure> {
        let known = anchors::load(&*self.store, &self.configured, issuer).await;
        known.map_err(|refusal| self.refused(issuer, refusal))
    }

    async fn keys(&self, anchor: &Anchor) -> Result<Keys, Failure> {
        let way_out = wiring::way_out(&self.settings)?;
        Ok(Keys::of(statement::keys(&way_out, anchor, None).await))
    }

    fn is_configured(&self, issuer: &str) -> bool {
        self.configured.iter().any(|anchor| *anchor.issuer == *issuer)
    }

    fn refused(&self, issuer: &str, refusal: AnchorRefusal) -> Failure {
        let hint = match refusal {
            AnchorRefusal::Store(error) => return error.into(),
            AnchorRefusal::Unknown | AnchorRefusal::NoSuchSoftware => {
                "`salver admin anchor list` shows all".to_owned()
            }
            AnchorRefusal::Exists => "say --replace to put this one in its place".to_owned(),
            AnchorRefusal::Configured => format!(
                "take it out of [[statements.anchors]] in {} and reload, or `salver admin anchor suspend {issuer}`",
                self.file
                    .as_ref()
                    .map_or("the environment".into(), |path| path.display().to_string())
            ),
            AnchorRefusal::Written(_) => "write other values".to_owned(),
        };
        Failure::Refused { why: format!("{}: {refusal}", quoted(issuer)), hint }
    }
}

fn add(wish: &Wish, may_replace: bool, place: &Where) -> Result<(), Failure> {
    let desk = Desk::open(place)?;
    let anchor = wish.read()?;
    let now = SystemClock.now();
    block_on(async {
        let added = anchors::add(&*desk.store, (&anchor, may_replace), (BY, now)).await;
        added.map_err(|refusal| desk.refused(&anchor.issuer, refusal))
    })?;
    output::talk(&format!("Statements of {} are believed from now on.", anchor.issuer));
    if desk.is_configured(&anchor.issuer) {
        output::talk(
            "note: the configuration has an anchor of this issuer too, and that one holds as long as it stands there",
        );
    }
    output::talk(&format!(
        "`salver admin anchor show {}` reads its keys and shows what it has signed.",
        anchor.issuer
    ));
    Ok(())
}

fn list(as_json: bool, place: &Where) -> Result<(), Failure> {
    let desk = Desk::open(place)?;
    let known = block_on(async { Ok(anchors::list(&*desk.store, &desk.configured).await?) })?;
    if as_json {
        for known in &known {
            output::json(&told::json(known));
        }
        return Ok(());
    }
    if known.is_empty() {
        output::talk(
            "Nobody is trusted, so statements are ignored: `salver admin anchor add` names an issuer.",
        );
        return Ok(());
    }
    output::table(told::HEADING, &known.iter().map(told::row).collect::<Vec<_>>());
    Ok(())
}

fn show(one: &One) -> Result<(), Failure> {
    let desk = Desk::open(&one.place)?;
    let (known, keys) = block_on(async {
        let known = desk.load(&one.issuer).await?;
        let keys = match &known.anchor {
            Some(anchor) => Some(desk.keys(anchor).await?),
            None => None,
        };
        Ok((known, keys))
    })?;
    if one.json {
        let mut told = told::json(&known);
        if let (Some(told), Some(keys)) = (told.as_object_mut(), &keys) {
            told.insert("keys".to_owned(), keys.json());
        }
        output::json(&told);
        return Ok(());
    }
    told::tell(&known);
    if let Some(keys) = keys {
        keys.tell();
    }
    told::tell_softwares(&known);
    Ok(())
}

fn preview(wish: &Wish, as_json: bool, place: &Where) -> Result<(), Failure> {
    let anchor = wish.read()?;
    let settings = settings(&place.flags())?;
    let keys = block_on(async {
        let way_out = wiring::way_out(&settings)?;
        Ok(Keys::of(statement::keys(&way_out, &anchor, None).await))
    })?;
    if as_json {
        output::json(&json!({ "anchor": anchor.written, "keys": keys.json() }));
    } else {
        told::tell_anchor(&anchor);
        keys.tell();
        output::talk("Nothing is kept: `salver admin anchor add` with the same words adds it.");
    }
    Ok(())
}

fn set_suspended(one: &One, suspended: bool) -> Result<(), Failure> {
    let desk = Desk::open(&one.place)?;
    let issuer = &*one.issuer;
    let (outcome, known) = block_on(async {
        let changed = anchors::set_suspended(
            &*desk.store,
            (&desk.configured, issuer),
            suspended,
            (BY, SystemClock.now()),
        );
        let outcome = changed.await.map_err(|refusal| desk.refused(issuer, refusal))?;
        let known = anchors::load(&*desk.store, &desk.configured, issuer).await;
        Ok((outcome, known.ok()))
    })?;
    if one.json {
        output::json(
            &json!({ "issuer": issuer, "suspended": suspended, "changed": outcome == Outcome::Applied }),
        );
    }
    let word = if suspended { "suspended" } else { "believed" };
    output::talk(&match outcome {
        Outcome::Lost => format!("{issuer} was {word} already."),
        Outcome::Applied if suspended => format!(
            "{issuer} is suspended until it is resumed. That holds up {}: no logins, no new tokens.",
            told::counted(known.as_ref())
        ),
        Outcome::Applied => format!("{issuer} is believed again."),
    });
    Ok(())
}

fn remove(one: &One, dry_run: bool) -> Result<(), Failure> {
    let desk = Desk::open(&one.place)?;
    let issuer = &*one.issuer;
    let known = block_on(desk.load(issuer))?;
    let is_configured = known.place == AnchorPlace::Configuration;
    if is_configured && !known.is_shadowing {
        return Err(desk.refused(issuer, AnchorRefusal::Configured));
    }
    if !one.json {
        output::talk(&if is_configured {
            format!("{issuer} stays trusted, by the configuration: nothing ends.")
        } else {
            format!("With {issuer} end {}.", told::counted(Some(&known)))
        });
    }
    let by = (BY, SystemClock.now());
    let removal = anchors::remove(&*desk.store, (&desk.configured, issuer), by);
    let gone = if dry_run {
        None
    } else {
        let removed = async { removal.await.map_err(|refusal| desk.refused(issuer, refusal)) };
        Some(block_on(removed)?)
    };
    if one.json {
        let would_end = json!({ "softwares": known.softwares.len(), "grants": known.grants() });
        output::json(&json!({
            "issuer": issuer,
            "still_trusted": is_configured,
            "would_end": (!is_configured).then_some(would_end),
            "ended": gone.map(told::ended),
        }));
        return Ok(());
    }
    output::talk(&match gone {
        None => "Nothing is done: without --dry-run it is.".to_owned(),
        Some(_) if is_configured => "It is gone from the store.".to_owned(),
        Some(gone) => format!("It is trusted no more. Ended: {}.", told::counted_gone(gone)),
    });
    Ok(())
}

fn forget(one: &One, software_id: &str) -> Result<(), Failure> {
    let desk = Desk::open(&one.place)?;
    let gone = block_on(async {
        let now = SystemClock.now();
        let forgotten = anchors::forget(&*desk.store, (&one.issuer, software_id), now).await;
        forgotten.map_err(|refusal| match refusal {
            AnchorRefusal::NoSuchSoftware => Failure::Refused {
                why: format!(
                    "{} has signed for no software {}",
                    quoted(&one.issuer),
                    quoted(software_id)
                ),
                hint: format!("`salver admin anchor show {}` shows all", one.issuer),
            },
            other => desk.refused(&one.issuer, other),
        })
    })?;
    if one.json {
        output::json(
            &json!({ "issuer": one.issuer, "software_id": software_id, "ended": told::ended(gone) }),
        );
        return Ok(());
    }
    output::talk(&format!(
        "{} is forgotten; {} ended. A statement that is still good brings it back: `salver admin ban software_id` keeps it out.",
        quoted(software_id),
        told::counted_grants(gone.grants)
    ));
    Ok(())
}

/// Who changes them, where nobody is signed in.
const BY: &str = "the command line";
