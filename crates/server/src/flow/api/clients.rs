//! What does a program do to clients on record? What an administrator does at the desk, and what has ended is known here at once.

use salver_oauth::{Timestamp, client::recorded::Purpose};
use salver_store::record::RecordedClient;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Program;
use crate::{
    deps::Deps,
    flow::{
        client::Reach,
        own_document,
        registrar::{
            Registrar,
            desk::{Desk, DeskRefusal, Rotation, Wish},
            shown,
        },
    },
};

/// A client to enter.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewClient {
    purpose: PurposeName,
    #[serde(default)]
    metadata: Option<Value>,
    #[serde(default)]
    document: Option<String>,
    #[serde(default)]
    owner: Option<String>,
    #[serde(default)]
    draft: bool,
    #[serde(default)]
    expires_at: Option<i64>,
    #[serde(default)]
    secret_expires_at: Option<i64>,
    #[serde(default)]
    note: String,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum PurposeName {
    Application,
    Service,
}

/// Something to do to a client.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deed {
    /// The revision that it was decided on, if that is to count.
    #[serde(default)]
    revision: Option<u32>,
    #[serde(default)]
    note: String,
}

/// Another secret to make.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewRotation {
    #[serde(default)]
    overlap_seconds: u32,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    expires_at: Option<i64>,
}

/// What is done to a client.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Verb {
    /// What its owner last wrote is put in force.
    Approve,
    /// Nobody gets in with it.
    Suspend,
    /// It goes on.
    Resume,
    /// It is gone.
    Delete,
}

/// All clients on record.
///
/// # Errors
/// If the store fails.
pub async fn list(deps: &Deps) -> Result<Value, DeskRefusal> {
    let mut told = Vec::new();
    for client in deps.store.list_recorded_clients(None).await? {
        told.push(shown::client(&client, owner(deps, &client).await?.as_deref()));
    }
    Ok(json!({ "clients": told }))
}

/// One client, with its secrets and its history.
///
/// # Errors
/// [`DeskRefusal`].
pub async fn show(deps: &Deps, program: &Program, client_id: &str) -> Result<Value, DeskRefusal> {
    let client = at_desk(deps, program).find(client_id).await?;
    let mut told = shown::client(&client, owner(deps, &client).await?.as_deref());
    let secrets = deps.store.list_client_secrets(client_id).await?;
    let events = deps.store.list_client_events(client_id).await?;
    if let Some(members) = told.as_object_mut() {
        let secrets: Vec<_> = secrets.iter().map(shown::secret).collect();
        let events: Vec<_> = events.iter().map(shown::event).collect();
        members.insert("secrets".to_owned(), json!(secrets));
        members.insert("history".to_owned(), json!(events));
    }
    Ok(told)
}

/// Enters a client. Its secret, if it has one, is told this once.
///
/// # Errors
/// [`DeskRefusal`].
pub async fn create(deps: &Deps, program: &Program, new: NewClient) -> Result<Value, DeskRefusal> {
    let owner = match &new.owner {
        None => None,
        Some(name) => {
            let found = deps.store.find_user_by_name(name).await?;
            Some(found.ok_or_else(|| DeskRefusal::Owner(name.as_str().into()))?)
        }
    };
    let metadata = match (&new.metadata, &new.document) {
        (Some(metadata), None) => metadata.to_string(),
        (None, Some(url)) => own_document::read(deps, url, Reach::Look).await?.0,
        (Some(_), Some(_)) | (None, None) => return Err(DeskRefusal::NotOneSource),
    };
    let wish = Wish {
        purpose: match new.purpose {
            PurposeName::Application => Purpose::Application,
            PurposeName::Service => Purpose::Service,
        },
        owner: owner.as_ref().map(|user| user.id),
        metadata: &metadata,
        document: new.document.as_deref(),
        in_force: !new.draft,
        vetted: !new.draft,
        expires_at: new.expires_at.map(Timestamp::from_unix),
        secret_expires_at: new.secret_expires_at.map(Timestamp::from_unix),
        note: &new.note,
    };
    let made = at_desk(deps, program).create(wish).await?;
    deps.bans.refresh(&*deps.store).await?;
    let mut told = shown::client(&made.client, owner.as_ref().map(|user| user.username.as_str()));
    if let (Some(secret), Some(members)) = (made.secret, told.as_object_mut()) {
        members.insert("client_secret".to_owned(), secret.text.as_str().into());
    }
    Ok(told)
}

/// Does something to a client; answers what it is afterwards.
///
/// # Errors
/// [`DeskRefusal`].
pub async fn change(
    deps: &Deps,
    program: &Program,
    (client_id, verb): (&str, Verb),
    deed: Deed,
) -> Result<Value, DeskRefusal> {
    let desk = at_desk(deps, program);
    let seen = desk.find(client_id).await?;
    if deed.revision.is_some_and(|revision| revision != seen.revision) {
        return Err(DeskRefusal::Stale);
    }
    match verb {
        Verb::Approve => desk.approve(&seen, &deed.note).await,
        Verb::Suspend => desk.suspend(&seen, &deed.note).await,
        Verb::Resume => desk.resume(&seen, &deed.note).await,
        Verb::Delete => desk.delete(&seen, &deed.note).await,
    }?;
    deps.revocations.refresh(&*deps.store, deps.now()).await?;
    deps.bans.refresh(&*deps.store).await?;
    let now = deps.store.find_recorded_client(client_id).await?;
    let now = now.ok_or_else(|| DeskRefusal::Unknown(client_id.into()))?;
    Ok(shown::client(&now, owner(deps, &now).await?.as_deref()))
}

/// Gives a client another secret, which is told this once.
///
/// # Errors
/// [`DeskRefusal`].
pub async fn rotate(
    deps: &Deps,
    program: &Program,
    client_id: &str,
    new: NewRotation,
) -> Result<Value, DeskRefusal> {
    let desk = at_desk(deps, program);
    let client = desk.find(client_id).await?;
    let rotation = Rotation {
        name: new.name.as_deref().unwrap_or("rotated"),
        overlap_seconds: new.overlap_seconds.into(),
        expires_at: new.expires_at.map(Timestamp::from_unix),
    };
    let rotated = desk.rotate(&client, rotation).await?;
    deps.revocations.refresh(&*deps.store, deps.now()).await?;
    Ok(json!({
        "client_id": client_id, "client_secret": rotated.new.text.as_str(),
        "expires_at": rotated.new.secret.expires_at, "before_ends_at": rotated.before_ends_at,
    }))
}

fn at_desk<'d>(deps: &'d Deps, program: &'d Program) -> Desk<'d> {
    let registrar = Registrar {
        store: &*deps.store,
        secrets: &deps.secrets,
        chance: &*deps.chance,
        now: deps.now(),
    };
    let offers = deps.settings.resources.offers();
    Desk { registrar, own: &deps.own_origins, offers, by: &program.name }
}

async fn owner(deps: &Deps, client: &RecordedClient) -> Result<Option<String>, DeskRefusal> {
    let Some(owner) = client.owner else { return Ok(None) };
    Ok(deps.store.find_user(owner).await?.map(|user| user.username))
}
