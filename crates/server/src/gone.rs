//! Which registrations are no more? Those under a key that was killed, and those that their clients have deleted (decision 9).
//!
//! It is known together with bans, under their number: what was judged before is judged anew, and finds no client any more. Where nothing was deleted, nothing
//! is computed to find that out.

use std::{
    collections::{BTreeSet, HashSet},
    sync::Arc,
};

use salver_oauth::client::sealed::SealedId;
use salver_store::{
    Store, StoreError,
    record::{Digest, StoredKey},
};

use crate::sealing::{self, Sealing};

/// What is no registration any more, though it was given out here.
#[derive(Clone, Debug, Default)]
pub struct Gone {
    killed: BTreeSet<u16>,
    /// By the keyed hashes of their `client_id`s.
    deleted: Arc<HashSet<Digest>>,
    /// The number of the newest deletion among them.
    read_up_to: i64,
}

impl Gone {
    /// Reads in the store what has come since.
    ///
    /// # Errors
    /// If it does not answer.
    pub async fn read(&self, store: &dyn Store) -> Result<Self, StoreError> {
        let stored = store.list_keys().await?;
        let was_killed = |key: &&StoredKey| key.retires_at.is_some();
        let killed = stored.iter().filter(was_killed).filter_map(sealing::number).collect();
        let news = store.list_deletions(self.read_up_to).await?;
        let Some(newest) = news.last() else {
            return Ok(Self { killed, ..self.clone() });
        };
        let mut deleted = HashSet::clone(&self.deleted);
        deleted.extend(news.iter().map(|deletion| deletion.registration));
        Ok(Self { killed, deleted: Arc::new(deleted), read_up_to: newest.number })
    }

    /// The numbers that were killed.
    #[must_use]
    pub fn killed(&self) -> &BTreeSet<u16> {
        &self.killed
    }

    /// The number of the key that a `client_id` names, if it was killed.
    #[must_use]
    pub fn killed_key(&self, id: &SealedId) -> Option<u16> {
        id.parts().map(|(_, number, _)| number).filter(|number| self.killed.contains(number))
    }

    /// Whether a registration was deleted.
    #[must_use]
    pub fn is_deleted(&self, id: &SealedId, sealing: &Sealing) -> bool {
        !self.deleted.is_empty()
            && sealing.hash(id).is_some_and(|registration| self.deleted.contains(&registration))
    }
}
