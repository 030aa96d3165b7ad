//! Which of a client's key sets have been noted, so that what was authenticated with keys that are gone has ended (CIMD-S-4)?
//!
//! Whoever fetches a set need not be the one that notes it: another client may have its keys at the same URL, a person's login may have had them fetched, a request may be given up in between. So each set is noted
//! with the first request of the client that is judged by it.

use std::time::SystemTime;

use moka::future::Cache;
use salver_egress::{Fetched, Freshness};
use salver_oauth::client::id::ClientId;

/// When the newest set came that was noted, by client and URL. Of one that is forgotten here the set in force is noted once more, which ends nothing twice.
pub struct NotedKeys(Cache<String, SystemTime>);

impl Default for NotedKeys {
    fn default() -> Self {
        Self(Cache::new(MOST_CLIENTS))
    }
}

impl NotedKeys {
    /// Whether this set is news for this client. One that is older than what was noted is none: a slow request must not undo a rotation.
    pub async fn is_news(&self, client_id: &ClientId, fetched: &Fetched) -> bool {
        let noted = self.0.get(&key(client_id, fetched)).await;
        fetched.freshness == Freshness::Now || noted.is_none_or(|noted| fetched.fetched_at > noted)
    }

    /// This set has been noted.
    pub async fn note(&self, client_id: &ClientId, fetched: &Fetched) {
        self.0.insert(key(client_id, fetched), fetched.fetched_at).await;
    }
}

fn key(client_id: &ClientId, fetched: &Fetched) -> String {
    format!("{} {}", client_id.as_str(), fetched.url)
}

/// Some 300 bytes each.
const MOST_CLIENTS: u64 = 10_000;
