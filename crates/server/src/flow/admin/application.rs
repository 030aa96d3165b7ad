//! What does a reviewer have to know of an application? What would be in force, in what that differs from what is, what it may be taken for, what of the
//! checklist was looked at, and what was said before.

use salver_oauth::{Timestamp, client::recorded::Purpose};
use salver_store::{
    Store, StoreError,
    record::{ClientEvent, ClientState, ClientUse, RecordedClient},
};

use super::Reviewer;
use crate::{
    deps::Deps,
    flow::{
        developer::{application::look, list},
        domain,
        entered::{Difference, Look, differences},
        recorded,
        refusal::Unavailable,
        registrar::{
            reviewer_of,
            step::{Hand, Step, decide},
        },
    },
};

/// An application that waits, or waited.
pub struct Submitted {
    /// It.
    pub client: RecordedClient,
    /// What its developer calls it.
    pub name: String,
    /// Whose it is, by name.
    pub owner: String,
}

/// An application with all that belongs to it.
pub struct Dossier {
    /// It.
    pub client: RecordedClient,
    /// What its developer calls it.
    pub name: String,
    /// Whose it is, by name.
    pub owner: String,
    /// What would be in force, if it was submitted; nothing of it if it breaks a rule that came after it.
    pub wanted: Option<Look>,
    /// What is in force.
    pub in_force: Option<Look>,
    /// What the two differ in.
    pub differences: Vec<Difference>,
    /// What is looked at before it is approved.
    pub checklist: Vec<Item>,
    /// What was done with it, the newest first.
    pub events: Vec<ClientEvent>,
    /// The domains that its developer has proven, and that count.
    pub domains: Vec<String>,
    /// How many use it.
    pub used: ClientUse,
    /// In which part this reviewer acts.
    pub hand: Hand,
}

/// Something to look at.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Item {
    /// What, in the operator's words.
    pub text: Box<str>,
    /// Who has looked at it since it was submitted, and when.
    pub looked_at: Option<(String, Timestamp)>,
}

/// The applications that reviewers see: none that was never submitted, and none that is deleted.
///
/// # Errors
/// If the store fails.
pub async fn submitted(store: &dyn Store) -> Result<Vec<Submitted>, StoreError> {
    let mut submitted = Vec::new();
    for client in store.list_recorded_clients(None).await? {
        if is_shown(&client) {
            let owner = owner(store, &client).await?;
            submitted.push(Submitted { name: list::name(&client), client, owner });
        }
    }
    Ok(submitted)
}

/// The application of this id, with all that belongs to it.
///
/// # Errors
/// If something of ours fails.
pub async fn load(
    deps: &Deps,
    reviewer: &Reviewer,
    client_id: &str,
) -> Result<Option<Dossier>, Unavailable> {
    let found = deps.store.find_recorded_client(client_id).await?;
    let Some(client) = found.filter(is_shown) else { return Ok(None) };
    let owner = owner(&*deps.store, &client).await?;
    let content = &client.content;
    let wanted = if was_submitted(content.state) {
        look(deps, &client, (&content.draft, &owner))?
    } else {
        None
    };
    let in_force = match &content.in_force {
        Some(in_force) => look(deps, &client, (in_force, &owner))?,
        None => None,
    };
    let differences = match (&in_force, &wanted) {
        (Some(before), Some(after)) => differences(&before.parts, &after.parts),
        _ => Vec::new(),
    };
    let events = deps.store.list_client_events(client_id).await?;
    let now = deps.now();
    let proofs = deps.store.list_domain_proofs(client_id).await?;
    let proven = proofs.into_iter().filter(|proof| domain::counts(proof, now));
    Ok(Some(Dossier {
        domains: proven.map(|proof| proof.domain).collect(),
        name: list::name(&client),
        checklist: checklist(&deps.settings.developers.checklist, &events),
        used: deps.store.count_client_use(client.login_id()).await?,
        hand: reviewer_of(&client, reviewer.person().user.id),
        events: events.into_iter().rev().collect(),
        owner,
        wanted,
        in_force,
        differences,
        client,
    }))
}

impl Dossier {
    /// Whether this reviewer may take a step.
    #[must_use]
    pub fn may(&self, step: Step) -> bool {
        let content = &self.client.content;
        decide((content.state, content.in_force.is_some()), step, self.hand).is_ok()
    }
}

/// Whether it waits for a reviewer.
#[must_use]
pub const fn waits(state: ClientState) -> bool {
    matches!(state, ClientState::Submitted | ClientState::InReview)
}

/// Whether what its developer last wrote was submitted as it is, and is not in force.
const fn was_submitted(state: ClientState) -> bool {
    waits(state) || matches!(state, ClientState::Returned | ClientState::Refused)
}

fn is_shown(client: &RecordedClient) -> bool {
    let content = &client.content;
    recorded::purpose(client) == Some(Purpose::Application)
        && content.state != ClientState::Deleted
        && (content.in_force.is_some() || content.state != ClientState::Draft)
}

async fn owner(store: &dyn Store, client: &RecordedClient) -> Result<String, StoreError> {
    let owner = match client.owner {
        Some(owner) => store.find_user(owner).await?,
        None => None,
    };
    Ok(owner.map_or_else(|| "an administrator".into(), |owner| owner.username))
}

/// What was looked at counts until it is submitted again.
fn checklist(items: &[Box<str>], events: &[ClientEvent]) -> Vec<Item> {
    let events = events.iter().map(|one| &one.event).rev();
    let since: Vec<_> = events.take_while(|event| event.what != Step::Submit.word()).collect();
    let item = |text: &str| {
        let ticked = |what: &str, note: &str| what == Step::Check.word() && note == text;
        let found = since.iter().find(|event| ticked(&event.what, &event.note));
        Item { text: text.into(), looked_at: found.map(|event| (event.by.clone(), event.at)) }
    };
    items.iter().map(|text| item(text)).collect()
}

#[cfg(test)]
mod tests {
    use salver_store::record::NewClientEvent;

    use super::*;

    #[test]
    fn what_was_looked_at_counts_until_it_is_submitted_again() {
        let event = |what: &str, note: &str, at| ClientEvent {
            number: at,
            event: NewClientEvent {
                by: "carol".into(),
                what: what.into(),
                note: note.into(),
                at: Timestamp::from_unix(at),
            },
        };
        let items: [Box<str>; 2] = ["Contract".into(), "Source".into()];
        let mut events = vec![
            event("submitted", "", 1),
            event("checked", "Contract", 2),
            event("submitted", "", 3),
            event("checked", "Source", 4),
            event("saved", "Contract", 5),
        ];
        let ticked = |events: &[ClientEvent]| -> Vec<Option<i64>> {
            let items = checklist(&items, events);
            items.iter().map(|item| Some(item.looked_at.as_ref()?.1.as_unix())).collect()
        };
        assert_eq!(ticked(&events), [None, Some(4)]);
        events.push(event("checked", "Contract", 6));
        assert_eq!(ticked(&events), [Some(6), Some(4)]);
    }
}
