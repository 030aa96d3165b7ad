//! `salver admin review`: what waits for a reviewer, and what becomes of it? Works on the store directly, also while the server runs.
//!
//! A command does not look at the client as it stands now, as the page does: what it approves is the client as it was when it was first
//! asked for, and another one under its name has to be approved anew.

mod decide;
mod list;
mod show;

use clap::{Args, Subcommand};
use salver_oauth::CaseId;
use salver_store::{
    Store,
    record::{CaseState, ReviewCase},
};

use super::{
    Where,
    recorded::{review::is_application, show as application},
};
use crate::failure::Failure;

#[derive(Debug, Subcommand)]
pub(super) enum Review {
    /// Show what waits, the longest first: clients that people want to let in, and applications of developers.
    List {
        /// Show what was decided too.
        #[arg(long)]
        all: bool,
        /// Print one line of JSON for each.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        place: Where,
    },
    /// Show a case: the client as it was when it was first asked for, who asked, and why; or an application, with its history.
    Show {
        #[command(flatten)]
        case: CaseArgument,
        /// Print one line of JSON.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        place: Where,
    },
    /// Let people let the client in, as it was when it was first asked for; or put what a developer has submitted in force.
    Approve(decide::Approve),
    /// Send an application back to its developer, with remarks.
    Return(decide::Return),
    /// Say no.
    Refuse(decide::Refuse),
}

/// A case on the command line.
#[derive(Args, Clone, Debug)]
pub(super) struct CaseArgument {
    /// The id of the case, or the `client_id` of the application, as `salver admin review list` shows it.
    #[arg(value_name = "CASE", allow_hyphen_values = true)]
    case: String,
}

impl Review {
    pub(super) fn run(self) -> Result<(), Failure> {
        match self {
            Self::List { all, json, place } => list::run(all, json, &place),
            Self::Show { case, json, place } if is_application(&case.case) => {
                application::show(&case.case, json, &place)
            }
            Self::Show { case, json, place } => show::run(&case, json, &place),
            Self::Approve(approve) => approve.run(),
            Self::Return(back) => back.run(),
            Self::Refuse(refuse) => refuse.run(),
        }
    }
}

impl CaseArgument {
    /// The case.
    async fn load(&self, store: &dyn Store) -> Result<ReviewCase, Failure> {
        let found = match self.case.parse::<CaseId>() {
            Ok(id) => store.find_case(id).await?,
            Err(_) => None,
        };
        found.ok_or_else(|| Failure::Refused {
            why: format!("there is no case \"{}\"", self.case.escape_debug()),
            hint: "`salver admin review list --all` shows all".to_owned(),
        })
    }
}

const fn state_name(state: CaseState) -> &'static str {
    match state {
        CaseState::Open => "open",
        CaseState::Approved => "approved",
        CaseState::Refused => "refused",
    }
}
