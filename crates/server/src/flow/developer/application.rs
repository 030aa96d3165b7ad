//! What does a developer see of one of their applications? Where it stands, what is in force, its secrets, what was done with it, and how many use it.

use salver_store::record::{ClientEvent, ClientSecret, ClientState, ClientUse, RecordedClient};

use super::Developer;
use crate::{
    deps::Deps,
    flow::{
        entered::{Difference, Look, differences},
        refusal::Unavailable,
        registrar::{
            EntryRefusal, id,
            step::{Step, decide},
        },
    },
};

/// An application with all that belongs to it.
pub struct ApplicationFile {
    /// It.
    pub client: RecordedClient,
    /// What its owner last wrote; nothing if it breaks a rule that is newer.
    pub written: Option<Look>,
    /// What is in force, if that is something else: the differences.
    pub ahead: Vec<Difference>,
    /// Its secrets, the newest first.
    pub secrets: Vec<ClientSecret>,
    /// What was done with it, the newest first.
    pub events: Vec<ClientEvent>,
    /// How many use it.
    pub used: ClientUse,
    /// What its owner can do now.
    pub can: Can,
}

/// What an owner can do with an application where it stands.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "steps that do not depend on each other")]
pub struct Can {
    /// Write it anew.
    pub edit: bool,
    /// Have its document read again.
    pub read: bool,
    /// Submit it.
    pub submit: bool,
    /// Take it back.
    pub withdraw: bool,
    /// Bring it into force without a review.
    pub publish: bool,
}

/// An application of this developer.
///
/// # Errors
/// If something of ours fails.
pub async fn load(
    deps: &Deps,
    developer: &Developer,
    client_id: &str,
) -> Result<Option<ApplicationFile>, Unavailable> {
    let Some(client) = developer.find(deps, client_id).await? else { return Ok(None) };
    let account = &developer.person().user.username;
    let written = look(deps, &client, (&client.content.draft, account))?;
    let in_force = match &client.content.in_force {
        Some(in_force) => look(deps, &client, (in_force, account))?,
        None => None,
    };
    let mut secrets = deps.store.list_client_secrets(client_id).await?;
    secrets.reverse();
    let mut events = deps.store.list_client_events(client_id).await?;
    events.reverse();
    let parts = |look: &Option<Look>| look.as_ref().map(|look| look.parts.clone());
    let ahead = parts(&in_force).zip(parts(&written));
    Ok(Some(ApplicationFile {
        ahead: ahead.map(|(before, after)| differences(&before, &after)).unwrap_or_default(),
        used: deps.store.count_client_use(client.login_id()).await?,
        can: can(deps, developer, &client, written.as_ref()),
        written,
        secrets,
        events,
        client,
    }))
}

/// What is written of a client, looked at. Nothing if it breaks a rule that came after it.
///
/// # Errors
/// If something of ours fails.
pub fn look(
    deps: &Deps,
    client: &RecordedClient,
    text: (&str, &str),
) -> Result<Option<Look>, Unavailable> {
    let looked = match (&client.content.document, id(client)) {
        (Some(document), _) => Look::at_document(deps, &document.url, text),
        (None, Some(id)) => Look::at(deps, &id, text),
        (None, None) => return Ok(None),
    };
    match looked {
        Ok(look) => Ok(Some(look)),
        Err(EntryRefusal::Store(error)) => Err(error.into()),
        Err(error) => {
            tracing::warn!(%error, client_id = client.client_id, "an application on record breaks a rule");
            Ok(None)
        }
    }
}

fn can(deps: &Deps, developer: &Developer, client: &RecordedClient, written: Option<&Look>) -> Can {
    let standing = (client.content.state, client.content.in_force.is_some());
    let hand = developer.hand(deps);
    let may = |step| decide(standing, step, hand).is_ok();
    let writes = may(Step::Save { cosmetic: false });
    let by_document = client.content.document.is_some();
    let proven = !by_document || client.content.held_document().is_some();
    let usable = written.is_some_and(|look| !look.is_refused());
    Can {
        edit: writes && !by_document,
        read: writes && by_document,
        submit: written.is_some() && proven && may(Step::Submit),
        withdraw: may(Step::Withdraw),
        publish: usable && proven && may(Step::Publish),
    }
}

/// Whether logins go by what its owner last wrote.
#[must_use]
pub fn is_in_force(client: &RecordedClient) -> bool {
    let content = &client.content;
    content.in_force.as_ref() == Some(&content.draft) && content.state != ClientState::Suspended
}

impl ApplicationFile {
    /// What a reviewer said when they last decided, and who it was, as long as it was not submitted again.
    #[must_use]
    pub fn remark(&self) -> Option<(&str, &str)> {
        let decided = [Step::Return, Step::Refuse, Step::Approve, Step::Suspend].map(Step::word);
        let events = self.events.iter().map(|one| &one.event);
        let mut since = events.take_while(|event| event.what != Step::Submit.word());
        let last = since.find(|event| decided.contains(&event.what.as_str()))?;
        (!last.note.is_empty()).then_some((&*last.by, &*last.note))
    }
}
