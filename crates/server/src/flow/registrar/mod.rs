//! Who enters clients here, and what becomes of them? The same for pages, commands and the programming interface: each gathers its form, and this applies it.

mod application;
pub mod desk;
mod entry;
mod key;
mod secret;
pub mod shown;
pub mod step;

pub use salver_store::record::{ClientSecret as RecordedSecret, NewClientEvent as NewEvent};

use salver_oauth::{
    GrantId, Timestamp,
    client::{id::ClientId, service::ServiceId},
};
use salver_store::{
    Outcome, Store, StoreError,
    record::{
        ChangeClient, ClientContent, ClientState, NewClientEvent, RecordedClient, RevocationReason,
    },
};

pub use application::{StepRefusal, Wish, Word, id, is_cosmetic, reviewer_of};
pub use entry::{ByDocument, Entry, EntryRefusal, check, check_document, check_service};
pub use key::KeyWish;
pub use secret::{NewSecret, Rotation, SecretRefusal, SecretWish};

use crate::{
    chance::{Chance, random},
    deps::Deps,
    documents::is_out,
    secrets::Secrets,
};

/// What clients are entered with. A command beside the server has it too.
#[derive(Clone, Copy)]
pub struct Registrar<'r> {
    /// Where they are on record.
    pub store: &'r dyn Store,
    /// How their secrets are kept.
    pub secrets: &'r Secrets,
    /// Where identifiers and secrets come from.
    pub chance: &'r dyn Chance,
    /// Now.
    pub now: Timestamp,
}

/// Who does something to a client, and what they say.
#[derive(Clone, Copy, Debug)]
pub struct Act<'a> {
    /// Who, by name.
    pub by: &'a str,
    /// What, in one word.
    pub what: &'a str,
    /// Remarks; may be empty.
    pub note: &'a str,
}

impl<'r> Registrar<'r> {
    /// The registrar of a server.
    #[must_use]
    pub fn of(deps: &'r Deps) -> Self {
        Self { store: &*deps.store, secrets: &deps.secrets, chance: &*deps.chance, now: deps.now() }
    }
}

impl Registrar<'_> {
    /// Changes what is on record of a client, as it was seen. What was let in under it ends if it is out of force now. A service's tokens end with each
    /// change of what is in force: it gets others, for what it may do now, by asking.
    ///
    /// # Errors
    /// If the store fails. [`Outcome::Lost`] if somebody else changed it meanwhile.
    pub async fn change(
        &self,
        seen: &RecordedClient,
        mut content: ClientContent,
        act: Act<'_>,
    ) -> Result<Outcome, StoreError> {
        let service = ClientId::parse(&seen.client_id).is_ok_and(|id| ServiceId::of(&id).is_some());
        let out = if content.held_document().is_some() {
            // In every other state it is a document like any other, once it is deleted too.
            is_out(content.state) && !is_out(seen.content.state)
        } else {
            seen.content.in_force.is_some()
                && (content.usable(self.now).is_none()
                    || (service && content.in_force != seen.content.in_force))
        };
        if out {
            // Whoever gets in again later has a new stem: what ended stays ended.
            content.stem = GrantId::from_bytes(random(self.chance));
        }
        let change = ChangeClient {
            client_id: seen.client_id.clone(),
            expected_revision: seen.revision,
            content,
            ends: out.then_some(RevocationReason::Administrator),
            event: self.event(act),
        };
        self.store.change_recorded_client(change).await
    }

    /// Deletes a client: it is unknown from now on, and what was let in under it ends.
    ///
    /// # Errors
    /// As [`Self::change`].
    pub async fn delete(&self, seen: &RecordedClient, act: Act<'_>) -> Result<Outcome, StoreError> {
        let content = ClientContent { state: ClientState::Deleted, ..seen.content.clone() };
        self.change(seen, content, act).await
    }

    fn event(&self, act: Act<'_>) -> NewClientEvent {
        NewClientEvent {
            by: act.by.into(),
            what: act.what.into(),
            note: act.note.into(),
            at: self.now,
        }
    }
}
