//! My applications: what may somebody do who develops some? Every journey here takes proof of the role, and sees that person's applications alone.

pub mod application;
pub mod document;
pub mod form;
pub mod list;
pub mod secrets;
pub mod step;
pub mod try_out;
pub mod write;

use salver_oauth::client::recorded::Purpose;
use salver_store::{
    StoreError,
    record::{ClientState, RecordedClient, Role},
};

use super::{SignedIn, recorded, registrar::step::Hand};
use crate::deps::Deps;

/// Somebody who may enter applications.
pub struct Developer(SignedIn);

impl Developer {
    /// Their proof, if this person has the role.
    #[must_use]
    pub fn of(person: SignedIn) -> Option<Self> {
        may_develop(person.user.role).then_some(Self(person))
    }

    /// Who it is.
    #[must_use]
    pub const fn person(&self) -> &SignedIn {
        &self.0
    }

    /// As whom they act on what is theirs.
    #[must_use]
    pub fn hand(&self, deps: &Deps) -> Hand {
        let trusted = &deps.settings.developers.publish_without_review;
        let publishes = self.0.user.groups.iter().any(|group| trusted.contains(group));
        Hand::Owner { publishes }
    }

    /// An application of theirs by its id; nobody else's, and none that is deleted.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn find(&self, deps: &Deps, id: &str) -> Result<Option<RecordedClient>, StoreError> {
        let client = deps.store.find_recorded_client(id).await?;
        Ok(client.filter(|client| self.owns(client)))
    }

    fn owns(&self, client: &RecordedClient) -> bool {
        client.owner == Some(self.0.user.id)
            && recorded::purpose(client) == Some(Purpose::Application)
            && client.content.state != ClientState::Deleted
    }
}

/// Whether this role enters applications.
#[must_use]
pub const fn may_develop(role: Role) -> bool {
    match role {
        Role::Developer | Role::Reviewer | Role::Administrator => true,
        Role::User => false,
    }
}
