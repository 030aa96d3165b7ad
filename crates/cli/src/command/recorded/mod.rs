//! `salver admin client`: which clients are on record here, and what becomes of them? Works on the store directly, also while the server runs, which looks at each
//! login.

mod change;
mod create;
mod import;
pub(super) mod review;
mod rotate;
pub(super) mod show;

use clap::{Args, Subcommand};
use salver_server::{
    chance::SystemChance,
    clock::{Clock as _, SystemClock},
    flow::registrar::{
        Registrar,
        desk::{Desk, DeskRefusal},
    },
    secrets::Secrets,
    settings::Settings as ServerSettings,
};
use salver_store::Store;

use super::{Where, public_issuer, settings};
use crate::{
    failure::Failure,
    state::{self, State},
    wiring,
};

#[derive(Debug, Subcommand)]
pub(super) enum Client {
    /// Enter a client, from flags or from a file of RFC 7591 metadata.
    Create(Box<create::Create>),
    /// Show all clients on record.
    List {
        /// Print one line of JSON for each.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        place: Where,
    },
    /// Show a client, with its secrets and its history.
    Show {
        /// Its `client_id`.
        client_id: String,
        /// Print one line of JSON.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        place: Where,
    },
    /// Put what its owner last wrote in force, as looked at.
    Approve(change::Change),
    /// Let nobody in with it, and end what was let in.
    Suspend(change::Change),
    /// Let it go on with what was in force.
    Resume(change::Change),
    /// Give it another secret; that of before ends at once, or a while later.
    Rotate(rotate::Rotate),
    /// Delete it for good, and end what was let in.
    Delete(change::Change),
    /// Enter the clients of a Keycloak realm, or a list of RFC 7591 metadata.
    Import(Box<import::Import>),
}

/// Who is at work, for the record.
#[derive(Args, Debug)]
pub(super) struct By {
    /// Who does it, for the record.
    #[arg(long, value_name = "NAME", default_value = "command line")]
    pub(super) by: String,
}

impl Client {
    pub(super) fn run(self) -> Result<(), Failure> {
        match self {
            Self::Create(create) => create.run(),
            Self::List { json, place } => show::list(json, &place),
            Self::Show { client_id, json, place } => show::show(&client_id, json, &place),
            Self::Approve(change) => change.run(change::Deed::Approve),
            Self::Suspend(change) => change.run(change::Deed::Suspend),
            Self::Resume(change) => change.run(change::Deed::Resume),
            Self::Rotate(rotate) => rotate.run(),
            Self::Delete(change) => change.run(change::Deed::Delete),
            Self::Import(import) => import.run(),
        }
    }
}

/// All that a desk needs.
struct Office {
    state: State,
    secrets: Secrets,
    chance: SystemChance,
    server: ServerSettings,
    /// Whether the URLs of resources are those that clients use: they follow from the issuer, which may be known to the server alone.
    knows_resources: bool,
}

impl Office {
    fn open(place: &Where) -> Result<Self, Failure> {
        let mut settings = settings(&place.flags())?;
        if let Ok(issuer) = public_issuer(&settings) {
            settings.server.issuer = issuer;
        }
        let state = state::open(&settings)?;
        Ok(Self {
            secrets: wiring::secrets(&state)?,
            state,
            chance: SystemChance::default(),
            server: wiring::server_settings(&settings),
            knows_resources: settings.server.issuer_is_set,
        })
    }

    fn store(&self) -> &dyn Store {
        &*self.state.store
    }

    fn registrar(&self) -> Registrar<'_> {
        Registrar {
            store: self.store(),
            secrets: &self.secrets,
            chance: &self.chance,
            now: SystemClock.now(),
        }
    }

    /// Does something at the desk, in somebody's name.
    async fn at_desk<T>(
        &self,
        by: &str,
        work: impl AsyncFnOnce(Desk<'_>) -> Result<T, DeskRefusal>,
    ) -> Result<T, Failure> {
        let own = self.server.own_origins();
        let offers = if self.knows_resources { self.server.resources.offers() } else { &[] };
        let desk = Desk { registrar: self.registrar(), own: &own, offers, by };
        Ok(work(desk).await?)
    }
}
