//! What the owner of a client does with it: writing it anew, moving its end, sharing it, deleting it. Each names the revision that the page showed.

use salver_store::{
    Outcome, StoreError,
    record::{ClientContent, Sharing},
};

use super::{
    Done, Problem, Usable,
    fields::{Fault, Fields, read},
    made::until,
    registrar,
};
use crate::flow::{
    SignedIn,
    account::AccountDeps,
    registrar::{Act, Registrar},
};

/// What a form says besides its wish.
#[derive(Clone, Copy, Debug)]
pub struct Sent<'f> {
    /// Its token.
    pub form_token: &'f str,
    /// The revision that its page showed.
    pub revision: &'f str,
}

/// What became of a client that was written anew.
#[derive(Debug)]
pub enum Written {
    /// See there.
    Done(Done),
    /// Something has to be filled in otherwise.
    Faults(Vec<Fault>),
}

/// What may be done with a client's end or sharing, or with all of it.
#[derive(Clone, Copy, Debug)]
pub enum Change<'c> {
    /// It ends after so many days from now, or `never`.
    Until(&'c str),
    /// It is shared with `nobody`, `everybody`, or `group:` and the name of a group that its owner is in.
    Share(&'c str),
    /// It is gone.
    Delete,
}

/// Writes a client anew. How it authenticates stays; people are asked again where what changed is theirs to say yes to.
///
/// # Errors
/// If the store fails.
pub async fn write(
    account: &AccountDeps,
    person: &SignedIn,
    client: &Usable,
    (fields, sent): (&Fields, Sent<'_>),
) -> Result<Written, StoreError> {
    if !account.accepts_own_client(sent.form_token, person) {
        return Ok(Written::Done(Done::StaleForm));
    }
    let written =
        match read(&account.deps, &client.id, (fields, Some(&client.client.content.draft))) {
            Ok(written) => written,
            Err(faults) => return Ok(Written::Faults(faults)),
        };
    let content = ClientContent {
        draft: written.clone(),
        in_force: client.client.content.in_force.is_some().then_some(written),
        ..client.client.content.clone()
    };
    apply(account, client, (content, act(person, "edited", "")), sent.revision)
        .await
        .map(Written::Done)
}

/// Changes the rest.
///
/// # Errors
/// If the store fails.
pub async fn change(
    account: &AccountDeps,
    person: &SignedIn,
    client: &Usable,
    (change, sent): (Change<'_>, Sent<'_>),
) -> Result<Done, StoreError> {
    if !account.accepts_own_client(sent.form_token, person) {
        return Ok(Done::StaleForm);
    }
    let content = client.client.content.clone();
    match change {
        Change::Until(span) => {
            let Ok(expires_at) = until(span, account.deps.now()) else {
                return Ok(Done::Not(Problem::Span));
            };
            let content = ClientContent { expires_at, ..content };
            let act = act(person, "extended", span);
            apply(account, client, (content, act), sent.revision).await
        }
        Change::Share(whom) => {
            let shared_with = match audience(person, client, whom) {
                Ok(shared_with) => shared_with,
                Err(problem) => return Ok(Done::Not(problem)),
            };
            let content = ClientContent { shared_with, ..content };
            let act = act(person, "shared", whom);
            apply(account, client, (content, act), sent.revision).await
        }
        Change::Delete => {
            if client.client.revision.to_string() != sent.revision {
                return Ok(Done::Meanwhile);
            }
            let act = act(person, "deleted", "");
            done(account, registrar(&account.deps).delete(&client.client, act).await?).await
        }
    }
}

async fn apply(
    account: &AccountDeps,
    client: &Usable,
    (content, act): (ClientContent, Act<'_>),
    revision: &str,
) -> Result<Done, StoreError> {
    if client.client.revision.to_string() != revision {
        return Ok(Done::Meanwhile);
    }
    let registrar: Registrar<'_> = registrar(&account.deps);
    let outcome = registrar.change(&client.client, content, act).await?;
    done(account, outcome).await
}

async fn done(account: &AccountDeps, outcome: Outcome) -> Result<Done, StoreError> {
    let deps = &account.deps;
    deps.revocations.refresh(&*deps.store, deps.now()).await?; // this node need not wait for its next reading
    Ok(match outcome {
        Outcome::Applied => Done::Yes,
        Outcome::Lost => Done::Meanwhile,
    })
}

fn act<'a>(person: &'a SignedIn, what: &'a str, note: &'a str) -> Act<'a> {
    Act { by: &person.user.username, what, note }
}

/// With whom: a group that its owner is in, or everybody. A private key would have to be handed round, so clients with keys stay their owner's.
fn audience(person: &SignedIn, client: &Usable, whom: &str) -> Result<Option<Sharing>, Problem> {
    if whom == NOBODY {
        return Ok(None);
    }
    if client.has_keys() {
        return Err(Problem::KeysAreNotShared);
    }
    if whom == EVERYBODY {
        return Ok(Some(Sharing::Everybody));
    }
    let group = whom.strip_prefix(GROUP).unwrap_or_default();
    let is_theirs = person.user.groups.iter().any(|one| **one == *group);
    if is_theirs { Ok(Some(Sharing::Group(group.to_owned()))) } else { Err(Problem::Audience) }
}

/// Shared with nobody.
pub const NOBODY: &str = "nobody";
/// Shared with everybody.
pub const EVERYBODY: &str = "everybody";
/// What stands before the name of a group.
pub const GROUP: &str = "group:";
