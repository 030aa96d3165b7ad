//! `salver admin client approve`, `suspend`, `resume` and `delete`: may people and programs get in with it?

use clap::Args;
use salver_server::flow::registrar::{desk::DeskRefusal, shown};

use super::{By, Office, show::owner};
use crate::{
    command::{Where, block_on},
    failure::Failure,
    output,
};

#[derive(Args, Debug)]
pub(in crate::command) struct Change {
    /// Its `client_id`.
    client_id: String,
    /// Remarks to its owner, for its history.
    #[arg(long, value_name = "TEXT", default_value = "")]
    note: String,
    #[command(flatten)]
    by: By,
    /// Print the client as it is afterwards, as one line of JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    place: Where,
}

/// What is done to it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Deed {
    Approve,
    Suspend,
    Resume,
    Delete,
}

impl Change {
    pub(super) fn run(self, deed: Deed) -> Result<(), Failure> {
        let office = Office::open(&self.place)?;
        block_on(async {
            let work = office.at_desk(&self.by.by, async |desk| {
                let seen = desk.find(&self.client_id).await?;
                match deed {
                    Deed::Approve => desk.approve(&seen, &self.note).await,
                    Deed::Suspend => desk.suspend(&seen, &self.note).await,
                    Deed::Resume => desk.resume(&seen, &self.note).await,
                    Deed::Delete => desk.delete(&seen, &self.note).await,
                }?;
                let store = desk.registrar.store;
                let now = store.find_recorded_client(&self.client_id).await?;
                now.ok_or_else(|| DeskRefusal::Unknown(self.client_id.as_str().into()))
            });
            let now = work.await?;
            if self.json {
                let owner = owner(office.store(), &now).await?;
                output::json(&shown::client(&now, owner.as_deref()));
            }
            output::talk(deed.done());
            Ok(())
        })
    }
}

impl Deed {
    const fn done(self) -> &'static str {
        match self {
            Self::Approve => "What its owner last wrote is in force, as looked at.",
            Self::Suspend => "Nobody gets in with it, and what was let in has ended.",
            Self::Resume => "It goes on with what was in force. What has ended stays ended.",
            Self::Delete => "It is unknown from now on, and what was let in has ended.",
        }
    }
}
