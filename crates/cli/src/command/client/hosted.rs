//! `salver client hosted`: which documents does this server host for an account? Works on the store directly, also while the server runs.

use clap::Subcommand;
use salver_oauth::client::hosted::{HostedId, HostedName};
use salver_store::{
    Outcome, Store,
    record::{HostedDocument, User},
};
use serde_json::json;

use super::quoted;
use crate::{
    command::{Where, block_on, duration, public_issuer, settings},
    failure::Failure,
    output, state,
};

#[derive(Debug, Subcommand)]
pub(in crate::command) enum Hosted {
    /// Show an account's documents.
    List {
        /// Whose.
        account: String,
        /// Print one line of JSON for each.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        place: Where,
    },
    /// Host a document no longer. Its name stays the account's.
    Remove {
        /// Whose.
        account: String,
        /// Its name.
        name: String,
        #[command(flatten)]
        place: Where,
    },
}

impl Hosted {
    pub(super) fn run(self) -> Result<(), Failure> {
        match self {
            Self::List { account, json, place } => list(&account, json, &place),
            Self::Remove { account, name, place } => remove(&account, &name, &place),
        }
    }
}

fn list(account: &str, json: bool, place: &Where) -> Result<(), Failure> {
    let settings = settings(&place.flags())?;
    let issuer = public_issuer(&settings)?;
    let store = state::open(&settings)?.store;
    let hosted = block_on(async {
        let owner = owner(&*store, account).await?;
        Ok(store.list_hosted_documents(owner.id).await?)
    })?;
    let client_id = |hosted: &HostedDocument| {
        let name = HostedName::parse(&hosted.name);
        name.map_or_else(String::new, |name| HostedId::new(&issuer, name).as_str().to_owned())
    };
    if json {
        for hosted in &hosted {
            output::json(
                &json!({ "name": hosted.name, "client_id": client_id(hosted), "created_at": hosted.created_at }),
            );
        }
        return Ok(());
    }
    let row = |hosted: &HostedDocument| {
        vec![hosted.name.clone(), client_id(hosted), duration::date(hosted.created_at)]
    };
    output::table(&["NAME", "CLIENT_ID", "SINCE"], &hosted.iter().map(row).collect::<Vec<_>>());
    Ok(())
}

fn remove(account: &str, name: &str, place: &Where) -> Result<(), Failure> {
    let store = state::open(&settings(&place.flags())?)?.store;
    let outcome = block_on(async {
        let owner = owner(&*store, account).await?;
        Ok(store.remove_hosted_document(owner.id, name).await?)
    })?;
    match outcome {
        Outcome::Applied => {
            output::talk(&format!("{name} is hosted no longer; nobody logs in with it any more."));
        }
        Outcome::Lost => return Err(not_there(name, account)),
    }
    Ok(())
}

/// The account of this name.
pub(super) async fn owner(store: &dyn Store, account: &str) -> Result<User, Failure> {
    store.find_user_by_name(account).await?.ok_or_else(|| Failure::Refused {
        why: format!("there is no account {}", quoted(account)),
        hint: "`salver admin user list` shows all".to_owned(),
    })
}

pub(super) fn not_there(name: &str, account: &str) -> Failure {
    Failure::Refused {
        why: format!("the account {account} hosts no document {}", quoted(name)),
        hint: format!("`salver client hosted list {account}` shows all"),
    }
}
