//! A developer registers an application by the URL of its document, or has that read again: does it count? (CIMD-A-3) It is read now, for them, and is theirs once they
//! have proven its host.

use salver_oauth::client::recorded::Purpose;
use salver_store::record::{ClientState, RecordedClient};

use super::{Developer, write::registrar};
use crate::{
    flow::{
        account::AccountDeps,
        client::Reach,
        own_document::{self, ReadRefusal},
        refusal::Unavailable,
        registrar::{
            Act, ByDocument, Entry, EntryRefusal, StepRefusal, Wish, Word, check_document,
            step::StepFault,
        },
    },
    form_token::{Holder, Purpose as Form},
};

/// What became of it.
pub enum Read {
    /// It is on record, under this id.
    Yes(String),
    /// It cannot be read, or breaks a rule.
    No(ReadRefusal),
    /// What it says breaks a rule of ours.
    Refused(EntryRefusal),
    /// Somebody else has proven that it is theirs.
    Taken,
    /// They have as many as a person may have.
    TooMany,
    /// It was changed meanwhile, or cannot be read again where it stands.
    NotNow,
    /// There is no such application.
    NoSuchApplication,
    /// The form was not shown to this session, or too long ago.
    StaleForm,
}

/// Registers an application by the URL of its document.
///
/// # Errors
/// If something of ours fails.
pub async fn register(
    account: &AccountDeps,
    developer: &Developer,
    (url, form_token): (&str, &str),
) -> Result<Read, Unavailable> {
    let (deps, person) = (&account.deps, developer.person());
    let holder = Holder::Session(person.session.token);
    if !account.accepts(form_token, Form::ApplicationDocument, &holder) {
        return Ok(Read::StaleForm);
    }
    let url = url.trim();
    let theirs = deps.store.list_recorded_clients(Some(person.user.id)).await?;
    if let Some(twice) = theirs.iter().find(|one| developer.owns(one) && is_by(one, url)) {
        return Ok(Read::Yes(twice.client_id.clone()));
    }
    deps.bans.refresh(&*deps.store).await?;
    if deps.bans.get().documents.find(url).is_some() {
        return Ok(Read::Taken);
    }
    let text = match read(account, developer, url).await {
        Ok(text) => text,
        Err(refused) => return Ok(refused),
    };
    let entry = Entry {
        purpose: Purpose::Application,
        owner: Some(person.user.id),
        metadata: &text,
        state: ClientState::Draft,
        vetted: false,
        expires_at: None,
        document: Some(ByDocument { url, held: false }),
    };
    let act = Act { by: &person.user.username, what: "entered", note: url };
    match registrar(account).enter(entry, &deps.own_origins, act).await {
        Ok(client) => {
            let client_id = &*client.client_id;
            tracing::info!(client_id, url, user = %person.user.id, "an application is registered by its document");
            Ok(Read::Yes(client.client_id))
        }
        Err(EntryRefusal::Owner) => Ok(Read::TooMany),
        Err(EntryRefusal::Store(error)) => Err(error.into()),
        Err(error) => Ok(Read::Refused(error)),
    }
}

/// Reads an application's document again, as the application was seen at this revision.
///
/// # Errors
/// If something of ours fails.
pub async fn read_again(
    account: &AccountDeps,
    developer: &Developer,
    (id, revision): (&str, &str),
    form_token: &str,
) -> Result<Read, Unavailable> {
    let (deps, person) = (&account.deps, developer.person());
    let holder = Holder::Session(person.session.token);
    if !account.accepts(form_token, Form::ApplicationStep, &holder) {
        return Ok(Read::StaleForm);
    }
    let Some(seen) = developer.find(deps, id).await? else { return Ok(Read::NoSuchApplication) };
    let Some(document) = &seen.content.document else { return Ok(Read::NotNow) };
    if revision != seen.revision.to_string() {
        return Ok(Read::NotNow);
    }
    let text = match read(account, developer, &document.url).await {
        Ok(text) => text,
        Err(refused) => return Ok(refused),
    };
    let word = Word { hand: developer.hand(deps), by: &person.user.username, note: "" };
    let saved =
        registrar(account).take_step(&seen, Wish::Save(&text), (word, &deps.own_origins)).await;
    match saved {
        Ok(saved) => {
            deps.bans.refresh(&*deps.store).await?; // this node need not wait for its next reading
            Ok(Read::Yes(saved.client_id))
        }
        Err(StepRefusal::Entry(EntryRefusal::Store(error))) => Err(error.into()),
        Err(StepRefusal::Entry(error)) => Ok(Read::Refused(error)),
        Err(StepRefusal::Step(StepFault::NotTheirs | StepFault::OwnApplication)) => {
            Ok(Read::NoSuchApplication)
        }
        Err(StepRefusal::Step(_) | StepRefusal::Stale) => Ok(Read::NotNow),
    }
}

async fn read(account: &AccountDeps, developer: &Developer, url: &str) -> Result<String, Read> {
    let deps = &account.deps;
    let reach = Reach::Host { person: developer.person().user.id, known_good: false };
    let (text, _) = own_document::read(deps, url, reach).await.map_err(Read::No)?;
    check_document(url, &text, &deps.own_origins).map_err(Read::Refused)?;
    Ok(text)
}

fn is_by(client: &RecordedClient, url: &str) -> bool {
    client.content.document.as_ref().is_some_and(|document| document.url == url)
}
