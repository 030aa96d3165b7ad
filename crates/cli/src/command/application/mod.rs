//! `salver admin app`: under which applications do people see clients, and what is bound to them? (DESIGN 4.4.) A binding moves a label; it lets nobody do anything.

mod funnel;
mod list;
mod named;
mod picture;
mod show;
mod usage;

use clap::Subcommand;
use salver_oauth::ApplicationId;
use salver_server::{
    chance::{SystemChance, random},
    clock::{Clock as _, SystemClock},
};
use salver_store::{Outcome, record::NewBinding};

use self::picture::Picture;
pub(super) use self::{funnel::Funnel, usage::DcrUsage};
use super::{Where, block_on, settings};
use crate::{catalogue, config::Settings, failure::Failure, output, state};

#[derive(Debug, Subcommand)]
pub(super) enum App {
    /// Show all applications that somebody has let in.
    List {
        /// Print one line of JSON for each.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        place: Where,
    },
    /// Show one application with its clients.
    Show {
        /// Its id, its key, or its name if no other has it.
        application: String,
        /// Print one line of JSON.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        place: Where,
    },
    /// Let people see a client, with all that was granted to it, under an application. Nothing else about it changes.
    Bind {
        /// Its `client_id`, or its fingerprint as `show` prints it.
        client: String,
        /// The application: its id, its key, its name if no other has it, or the name of an entry of the catalogue.
        application: String,
        /// Who binds it, for the record.
        #[arg(long, value_name = "NAME", default_value = "command line")]
        by: String,
        #[command(flatten)]
        place: Where,
    },
    /// Undo a binding: people see the client where it belongs by itself.
    Unbind {
        /// Its `client_id`, or its fingerprint as `show` prints it.
        client: String,
        #[command(flatten)]
        place: Where,
    },
    /// Give an application a name that stays, or, without one, let it bear its clients' name again.
    Rename {
        /// Its id, its key, or its name if no other has it.
        application: String,
        /// The name.
        name: Option<String>,
        #[command(flatten)]
        place: Where,
    },
}

impl App {
    pub(super) fn run(self) -> Result<(), Failure> {
        match self {
            Self::List { json, place } => {
                list::run(&picture(&place)?.0, json);
                Ok(())
            }
            Self::Show { application, json, place } => {
                show::run(&picture(&place)?.0, &application, json)
            }
            Self::Bind { client, application, by, place } => {
                bind(&place, (&client, &application), by)
            }
            Self::Unbind { client, place } => unbind(&place, &client),
            Self::Rename { application, name, place } => rename(&place, &application, name),
        }
    }
}

/// All that is on record of applications, and where it is.
fn picture(place: &Where) -> Result<(Picture, state::State, Settings), Failure> {
    let settings = settings(&place.flags())?;
    let state = state::open(&settings)?;
    let picture = block_on(Picture::take(&*state.store))?;
    Ok((picture, state, settings))
}

fn bind(place: &Where, (client, application): (&str, &str), by: String) -> Result<(), Failure> {
    let (picture, state, settings) = picture(place)?;
    let catalogue = catalogue::in_force(&settings)?;
    let fingerprint = picture.client(client, &settings)?;
    let application = picture.home(application, &catalogue)?;
    let label = application.label.clone();
    let proposed = ApplicationId::from_bytes(random(&SystemChance::default()));
    let at = SystemClock.now();
    let binding = NewBinding { fingerprint, application, proposed, by, at };
    let bound = block_on(async { Ok(state.store.bind_client(binding).await?) })?;
    let label = label.escape_debug();
    output::talk(&match bound {
        Outcome::Applied => format!(
            "People see it under \"{label}\" now. What it may do, and what it has to ask, is as before."
        ),
        Outcome::Lost => format!("It was bound to \"{label}\" already."),
    });
    Ok(())
}

fn unbind(place: &Where, client: &str) -> Result<(), Failure> {
    let (picture, state, settings) = picture(place)?;
    let fingerprint = picture.client(client, &settings)?;
    let unbound = block_on(async { Ok(state.store.unbind_client(&fingerprint).await?) })?;
    output::talk(match unbound {
        Outcome::Applied => "People see it where it belongs by itself now.",
        Outcome::Lost => "No administrator has bound it.",
    });
    Ok(())
}

fn rename(place: &Where, application: &str, name: Option<String>) -> Result<(), Failure> {
    if name.as_deref().is_some_and(|name| name.trim() != name || name.is_empty()) {
        return Err(Failure::Refused {
            why: "a name is not empty, and begins and ends with something that can be seen"
                .to_owned(),
            hint: "leave the name away to let the application bear its clients' name".to_owned(),
        });
    }
    let (picture, state, _) = picture(place)?;
    let id = picture.application(application)?.id;
    let renamed = block_on(async { Ok(state.store.rename_application(id, name).await?) })?;
    output::talk(match renamed {
        Outcome::Applied => "The application has another name now.",
        Outcome::Lost => "The application is gone.",
    });
    Ok(())
}
