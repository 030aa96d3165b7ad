//! A developer sends an application on its way, or deletes it: does it count? Once, for the application as it was seen.

use super::{Developer, application, write::registrar};
use crate::{
    flow::{
        account::AccountDeps,
        refusal::Unavailable,
        registrar::{EntryRefusal, StepRefusal, Wish, Word},
    },
    form_token::{Holder, Purpose},
    notices::event::{Application, Event},
};

/// What became of it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Stepped {
    /// It is done.
    Yes,
    /// It was changed meanwhile, or the step does not follow on where it stands now.
    NotNow,
    /// It breaks a rule, or one of its addresses may not be used here.
    Refused,
    /// There is no such application.
    NoSuchApplication,
    /// The form was not shown to this session, or too long ago.
    StaleForm,
}

/// Takes a step with an application of this developer, as it was seen at this revision.
///
/// # Errors
/// If something of ours fails.
pub async fn step(
    account: &AccountDeps,
    developer: &Developer,
    (id, revision): (&str, &str),
    (wish, form_token): (Wish<'_>, &str),
) -> Result<Stepped, Unavailable> {
    let (deps, person) = (&account.deps, developer.person());
    let purpose = match wish {
        Wish::Delete => Purpose::DeleteApplication,
        _ => Purpose::ApplicationStep,
    };
    if !account.accepts(form_token, purpose, &Holder::Session(person.session.token)) {
        return Ok(Stepped::StaleForm);
    }
    let Some(seen) = developer.find(deps, id).await? else {
        return Ok(Stepped::NoSuchApplication);
    };
    if revision != seen.revision.to_string() {
        return Ok(Stepped::NotNow);
    }
    let username = &person.user.username;
    // Reviewers may let an address in that the operator has not listed; without one it stays out.
    let look = application::look(deps, &seen, (&seen.content.draft, username))?;
    if matches!(wish, Wish::Publish) && look.is_none_or(|look| look.is_refused()) {
        return Ok(Stepped::Refused);
    }
    let word = Word { hand: developer.hand(deps), by: username, note: "" };
    let taken = registrar(account).take_step(&seen, wish, (word, &deps.own_origins)).await;
    let now = match taken {
        Ok(now) => now,
        Err(StepRefusal::Step(_) | StepRefusal::Stale) => return Ok(Stepped::NotNow),
        Err(StepRefusal::Entry(EntryRefusal::Store(error))) => return Err(error.into()),
        Err(StepRefusal::Entry(_)) => return Ok(Stepped::Refused),
    };
    let client_id = &*now.client_id;
    tracing::info!(client_id, state = ?now.content.state, user = %person.user.id, "an application takes a step");
    if matches!(wish, Wish::Submit) {
        let place = (&deps.settings.issuer, &*deps.chance);
        let (application, developer) = (Application::of(&now), username.clone());
        let event = Event::of_application(place, application, developer, None, deps.now());
        deps.notices.tell(event);
    }
    // This node need not wait for its next reading.
    match wish {
        Wish::Publish | Wish::Delete if now.content.document.is_some() => {
            deps.bans.refresh(&*deps.store).await?;
        }
        Wish::Delete => deps.revocations.refresh(&*deps.store, deps.now()).await?,
        _ => {}
    }
    Ok(Stepped::Yes)
}
