//! A developer enters an application, or writes one anew: does it count? Only for the application as it was seen; a form that is sent twice enters one.

use salver_oauth::client::recorded::Purpose;
use salver_store::record::{ClientState, RecordedClient};

use super::{
    Developer,
    form::{FormFault, Written},
};
use crate::{
    flow::{
        account::AccountDeps,
        refusal::Unavailable,
        registrar::{
            Act, Entry, EntryRefusal, Registrar, StepRefusal, Wish, Word, step::StepFault,
        },
    },
    form_token::{Holder, Purpose as Form},
};

/// What became of it.
pub enum Saved {
    /// It is on record, under this id.
    Yes(String),
    /// Something is wrong with it.
    Again(Vec<FormFault>),
    /// They have as many as a person may have.
    TooMany,
    /// It was changed meanwhile; as it is now.
    Stale(Box<RecordedClient>),
    /// It cannot be written where it stands.
    NotNow,
    /// There is no such application.
    NoSuchApplication,
    /// The form was not shown to this session, or too long ago.
    StaleForm,
}

/// Enters an application.
///
/// # Errors
/// If something of ours fails.
pub async fn enter(
    account: &AccountDeps,
    developer: &Developer,
    (written, form_token): (&Written, &str),
) -> Result<Saved, Unavailable> {
    let (deps, person) = (&account.deps, developer.person());
    if !account.accepts(form_token, Form::Application, &Holder::Session(person.session.token)) {
        return Ok(Saved::StaleForm);
    }
    let metadata = match written.metadata("", &deps.own_origins) {
        Ok(metadata) => metadata,
        Err(faults) => return Ok(Saved::Again(faults)),
    };
    let theirs = deps.store.list_recorded_clients(Some(person.user.id)).await?;
    let same = |client: &RecordedClient| {
        developer.owns(client)
            && client.content.state == ClientState::Draft
            && client.content.draft == metadata
    };
    if let Some(twice) = theirs.into_iter().find(same) {
        return Ok(Saved::Yes(twice.client_id));
    }
    let entry = Entry {
        purpose: Purpose::Application,
        owner: Some(person.user.id),
        metadata: &metadata,
        state: ClientState::Draft,
        vetted: false,
        expires_at: None,
        document: None,
    };
    let act = Act { by: &person.user.username, what: "entered", note: "" };
    match registrar(account).enter(entry, &deps.own_origins, act).await {
        Ok(client) => {
            let client_id = &*client.client_id;
            tracing::info!(client_id, user = %person.user.id, "an application is entered");
            Ok(Saved::Yes(client.client_id))
        }
        Err(EntryRefusal::Owner) => Ok(Saved::TooMany),
        Err(EntryRefusal::Store(error)) => Err(error.into()),
        Err(EntryRefusal::Metadata(error)) => Ok(Saved::Again(vec![FormFault::Rule(error)])),
        // Each line was looked at already, and the form has no scope.
        Err(
            EntryRefusal::OurOwn(_)
            | EntryRefusal::Scope
            | EntryRefusal::Service(_)
            | EntryRefusal::NoDocument
            | EntryRefusal::Document(_),
        ) => Ok(Saved::Again(vec![FormFault::NoRedirectUri])),
    }
}

/// Writes an application anew, as it was seen at this revision.
///
/// # Errors
/// If something of ours fails.
pub async fn change(
    account: &AccountDeps,
    developer: &Developer,
    (id, revision): (&str, &str),
    (written, form_token): (&Written, &str),
) -> Result<Saved, Unavailable> {
    let (deps, person) = (&account.deps, developer.person());
    if !account.accepts(form_token, Form::Application, &Holder::Session(person.session.token)) {
        return Ok(Saved::StaleForm);
    }
    let Some(seen) = developer.find(deps, id).await? else {
        return Ok(Saved::NoSuchApplication);
    };
    if seen.content.document.is_some() {
        return Ok(Saved::NotNow); // its document is its source
    }
    let metadata = match written.metadata(&seen.content.draft, &deps.own_origins) {
        Ok(metadata) => metadata,
        Err(faults) => return Ok(Saved::Again(faults)),
    };
    if revision != seen.revision.to_string() {
        // Who sends a form twice has written what is there already.
        let twice = metadata == seen.content.draft;
        return Ok(if twice { Saved::Yes(seen.client_id) } else { Saved::Stale(Box::new(seen)) });
    }
    let hand = developer.hand(deps);
    let word = Word { hand, by: &person.user.username, note: "" };
    let saved =
        registrar(account).take_step(&seen, Wish::Save(&metadata), (word, &deps.own_origins)).await;
    match saved {
        Ok(saved) => Ok(Saved::Yes(saved.client_id)),
        Err(StepRefusal::Step(StepFault::NotFromHere)) => Ok(Saved::NotNow),
        Err(StepRefusal::Step(_)) => Ok(Saved::NoSuchApplication),
        Err(StepRefusal::Entry(EntryRefusal::Store(error))) => Err(error.into()),
        Err(StepRefusal::Entry(EntryRefusal::Metadata(error))) => {
            Ok(Saved::Again(vec![FormFault::Rule(error)]))
        }
        Err(StepRefusal::Entry(_)) => Ok(Saved::Again(vec![FormFault::NoRedirectUri])),
        Err(StepRefusal::Stale) => {
            let now = developer.find(deps, id).await?;
            Ok(now.map_or(Saved::NoSuchApplication, |now| Saved::Stale(Box::new(now))))
        }
    }
}

pub(super) fn registrar(account: &AccountDeps) -> Registrar<'_> {
    Registrar::of(&account.deps)
}
