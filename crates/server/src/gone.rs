//! Which registrations are no more? Those under a key that was killed (decision 9).
//!
//! It is known together with bans, under their number: what was judged before is judged anew, and finds no client any more.

use std::collections::BTreeSet;

use salver_oauth::client::sealed::SealedId;
use salver_store::{Store, StoreError, record::StoredKey};

use crate::sealing;

/// What does not open any more, though it was given out here.
#[derive(Clone, Debug, Default)]
pub struct Gone {
    killed: BTreeSet<u16>,
}

impl Gone {
    /// Reads the store.
    ///
    /// # Errors
    /// If it does not answer.
    pub async fn read(store: &dyn Store) -> Result<Self, StoreError> {
        let stored = store.list_keys().await?;
        let was_killed = |key: &&StoredKey| key.retires_at.is_some();
        let killed = stored.iter().filter(was_killed).filter_map(sealing::number).collect();
        Ok(Self { killed })
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
}
