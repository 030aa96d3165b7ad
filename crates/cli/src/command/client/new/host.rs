//! May the document be here? For developers without a web host: into the store, in the name of an account (decision 5).

use clap::Args;
use salver_oauth::{
    Issuer, UserId,
    client::hosted::{HostedId, HostedName},
};
use salver_server::clock::{Clock as _, SystemClock};
use salver_store::{
    Outcome,
    record::{HostedAdded, HostedDocument},
};
use serde_json::json;

use super::{Address, Draft};
use crate::{
    command::{
        Where, block_on,
        client::{hosted, quoted},
        public_issuer, settings,
    },
    failure::Failure,
    output,
    state::{self, State},
};

#[derive(Args, Debug, Default)]
pub(super) struct Host {
    /// Let this server host the document, under this name; run it on the machine of the server.
    #[arg(id = "host", long = "host", value_name = "NAME", requires = "account")]
    name: Option<String>,
    /// The account that makes it; people are shown which one it was.
    #[arg(long, value_name = "USERNAME", requires = "host")]
    account: Option<String>,
    /// Replace a document that the account hosts already.
    #[arg(long, requires = "host")]
    replace: bool,
    #[command(flatten)]
    place: Where,
}

/// Where a hosted document goes.
pub(super) struct Place {
    state: State,
    issuer: Issuer,
    name: HostedName,
    owner: UserId,
    username: String,
    replace: bool,
}

impl Host {
    /// The place; nothing if the document goes elsewhere.
    pub(super) fn place(&self) -> Result<Option<Place>, Failure> {
        let (Some(name), Some(account)) = (&self.name, &self.account) else {
            return Ok(None);
        };
        let name = HostedName::parse(name).ok_or_else(|| Failure::Refused {
            why: format!("{} is no name for a document", quoted(name)),
            hint: "use up to 64 lower-case letters, digits and hyphens between them".to_owned(),
        })?;
        let settings = settings(&self.place.flags())?;
        let issuer = public_issuer(&settings)?;
        let state = state::open(&settings)?;
        let owner = block_on(hosted::owner(&*state.store, account))?;
        let (owner, username, replace) = (owner.id, owner.username, self.replace);
        Ok(Some(Place { state, issuer, name, owner, username, replace }))
    }
}

impl Place {
    pub(super) fn address(&self) -> Address {
        Address::Hosted(HostedId::new(&self.issuer, self.name.clone()))
    }

    /// Hosts it.
    pub(super) fn publish(&self, draft: &Draft, json: bool) -> Result<(), Failure> {
        let document = HostedDocument {
            name: self.name.as_str().to_owned(),
            owner: self.owner,
            document: draft.document().into_bytes(),
            created_at: SystemClock.now(),
        };
        let store = &self.state.store;
        if self.replace {
            match block_on(async { Ok(store.replace_hosted_document(document).await?) })? {
                Outcome::Applied => {}
                Outcome::Lost => return Err(hosted::not_there(self.name.as_str(), &self.username)),
            }
        } else {
            let added = block_on(async { Ok(store.add_hosted_document(document).await?) })?;
            self.check(added)?;
        }
        let client_id = draft.address.as_str();
        if json {
            output::json(&json!({ "client_id": client_id, "account": self.username }));
        } else {
            output::data(client_id);
        }
        output::talk(&format!(
            "Use it as the client_id of your client at {}. People are shown that the account {} made it, and are asked every time.",
            self.issuer, self.username
        ));
        Ok(())
    }

    fn check(&self, added: HostedAdded) -> Result<(), Failure> {
        let refused =
            |why: String, hint: &str| Err(Failure::Refused { why, hint: hint.to_owned() });
        match added {
            HostedAdded::Added => Ok(()),
            HostedAdded::NameTaken => refused(
                format!("the name {} is taken", self.name.as_str()),
                "choose another one; --replace replaces a document of the same account",
            ),
            HostedAdded::TooMany => refused(
                format!("the account {} hosts as many documents as it may", self.username),
                "remove one with `salver client hosted remove`",
            ),
            HostedAdded::UserDisabled => refused(
                format!("the account {} is disabled", self.username),
                "`salver admin user enable` lets it in again",
            ),
        }
    }
}
