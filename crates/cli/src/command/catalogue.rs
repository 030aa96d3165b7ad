//! `salver catalogue`: which clients are well known, what is known of one, is this file a catalogue, and what has been issued?

mod check;
mod drift;
mod list;
mod pin;
mod read;
mod show;
mod sign;
mod told;
mod update;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use salver_policy::catalogue::Date;
use salver_server::clock::{Clock as _, SystemClock};

use super::Where;
use crate::failure::Failure;

#[derive(Debug, Subcommand)]
pub(super) enum Catalogue {
    /// Show all well-known clients, and how the pinned copies of their documents stand: how old they are, and what their hosts say now.
    List {
        /// Print one line of JSON for each.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        source: Source,
    },
    /// Show everything that is known of one client, and the pinned copies themselves.
    Show {
        /// Its name, another name that belongs to it, or the URL of its document.
        name: String,
        #[command(flatten)]
        source: Source,
    },
    /// Say whether a file is a catalogue, and what it would change.
    Check {
        /// The file.
        file: PathBuf,
        /// Take it for the first one of a signed URL, on top of the catalogue of this salver: a part waits for an administrator.
        #[arg(long)]
        as_update: bool,
        /// Print one line of JSON for each problem or difference.
        #[arg(long)]
        json: bool,
    },
    /// Take over what has been issued at `catalogue.url`, say what waits for an administrator, and accept it.
    Update(update::Update),
    /// Sign a catalogue, so that others can take it over from a URL.
    Sign(sign::Sign),
    /// Copy a metadata document for a file of your own, as this server would fetch it at a login.
    Pin(pin::Pin),
}

/// Which catalogue.
#[derive(Args, Debug)]
pub(super) struct Source {
    /// A catalogue of your own, on top of the one that is in force.
    #[arg(long, value_name = "FILE")]
    with: Option<PathBuf>,
    #[command(flatten)]
    place: Where,
}

impl Catalogue {
    pub(super) fn run(self) -> Result<(), Failure> {
        let today = Date::of(SystemClock.now());
        match self {
            Self::List { json, source } => list::run(&source, json, today),
            Self::Show { name, source } => {
                let settings = super::settings(&source.place.flags())?;
                show::run(&read::catalogue(&settings, &source)?, &name, today)
            }
            Self::Check { file, as_update, json } => check::run(&file, (as_update, json), today),
            Self::Update(update) => update.run(today),
            Self::Sign(sign) => sign.run(today),
            Self::Pin(pin) => pin.run(today),
        }
    }
}
