//! Which of the clients that register themselves has somebody let in before? Kept in memory, so that no registration asks the store (DESIGN 4.3).
//!
//! Read from the store by steps, and added to at each consent. It grows with what signed-in people let in, by eight bytes and a little each.

use std::{
    collections::{HashSet, hash_map::RandomState},
    hash::BuildHasher as _,
    sync::{PoisonError, RwLock},
};

use salver_policy::{application::method_of, visit::Method};
use salver_store::{Store, StoreError};
use tokio::sync::Mutex;

/// Hashes of the fingerprints of clients that were let in. That two have the same hash does no harm: one registers a little easier.
#[derive(Default)]
pub struct MetClients {
    fingerprints: RwLock<HashSet<u64>>,
    hasher: RandomState,
    /// The number of the last client that was read.
    read_up_to: Mutex<i64>,
}

impl MetClients {
    /// Whether somebody has let in a client with this fingerprint.
    #[must_use]
    pub fn contains(&self, fingerprint: &str) -> bool {
        let hash = self.hasher.hash_one(fingerprint);
        self.fingerprints.read().unwrap_or_else(PoisonError::into_inner).contains(&hash)
    }

    /// Notes that somebody has.
    pub fn note(&self, fingerprint: &str) {
        if method_of(fingerprint) == Some(Method::Dynamic) {
            let hash = self.hasher.hash_one(fingerprint);
            self.fingerprints.write().unwrap_or_else(PoisonError::into_inner).insert(hash);
        }
    }

    /// Reads what is new in the store.
    ///
    /// # Errors
    /// If the store does not answer; what is known stays.
    pub async fn refresh(&self, store: &dyn Store) -> Result<(), StoreError> {
        let mut read_up_to = self.read_up_to.lock().await;
        loop {
            let page = store.list_fingerprints(*read_up_to, PAGE).await?;
            let Some((last, _)) = page.last() else { return Ok(()) };
            *read_up_to = *last;
            for (_, fingerprint) in &page {
                self.note(fingerprint);
            }
        }
    }
}

const PAGE: u32 = 10_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_clients_that_register_themselves_are_noted() {
        let met = MetClients::default();
        for (fingerprint, noted) in [
            ("dynamic http://localhost/cb = app", true),
            ("document https://app.example/client.json", false),
            ("issued partner", false),
        ] {
            assert!(!met.contains(fingerprint), "{fingerprint}");
            met.note(fingerprint);
            assert_eq!(met.contains(fingerprint), noted, "{fingerprint}");
        }
    }
}
