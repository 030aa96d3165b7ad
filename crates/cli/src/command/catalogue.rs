//! `salver catalogue`: which clients are well known, what is known of one, and is this file a catalogue?

mod check;
mod list;
mod read;
mod show;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use salver_policy::catalogue::Date;
use salver_server::clock::{Clock as _, SystemClock};

use crate::failure::Failure;

#[derive(Debug, Subcommand)]
pub(super) enum Catalogue {
    /// Show all well-known clients, and the age of the pinned copies of their documents.
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
        /// Take it for an update from a signed URL, in place of the catalogue of this salver: a part waits for an administrator.
        #[arg(long)]
        as_update: bool,
        /// Print one line of JSON for each problem or difference.
        #[arg(long)]
        json: bool,
    },
}

/// Which catalogue.
#[derive(Args, Debug)]
pub(super) struct Source {
    /// A catalogue of your own, on top of the one that came with salver.
    #[arg(long, value_name = "FILE")]
    with: Option<PathBuf>,
}

impl Catalogue {
    pub(super) fn run(self) -> Result<(), Failure> {
        let today = Date::of(SystemClock.now());
        match self {
            Self::List { json, source } => {
                list::run(&read::catalogue(&source)?, json, today);
                Ok(())
            }
            Self::Show { name, source } => show::run(&read::catalogue(&source)?, &name, today),
            Self::Check { file, as_update, json } => check::run(&file, (as_update, json), today),
        }
    }
}
