//! Has this been revoked? An index in memory, fed from the store, that answers on every call without a look into the store.
//!
//! DESIGN 4.9: effective here at once, on other nodes within a second. A node whose feed is older than ten seconds does not know,
//! and says so.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use arc_swap::ArcSwap;
use salver_oauth::{GrantId, InstallationId, Timestamp, TokenId};
use salver_store::{Store, StoreError, record::Subject};
use tokio::sync::{Mutex, watch};

/// How old the newest reading of the feed may be, in seconds, before nothing is vouched for.
pub const STALE_AFTER_SECONDS: i64 = 10;

/// For how long a revocation is kept in memory, in seconds: longer than any access token lives.
const KEEP_SECONDS: i64 = 3_600;

/// What is revoked, as of the newest reading of the feed.
pub struct RevocationIndex {
    revoked: ArcSwap<HashMap<Subject, Timestamp>>,
    read_at: AtomicI64,
    reader: Mutex<Cursor>,
    changes: watch::Sender<u64>,
}

#[derive(Default)]
struct Cursor {
    number: i64,
}

/// What the index says of a token.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Standing {
    /// Nothing above it was revoked.
    Live,
    /// It, its installation or its grant was revoked.
    Revoked,
    /// The feed is too old to tell.
    Unknown,
}

impl Default for RevocationIndex {
    fn default() -> Self {
        Self {
            revoked: ArcSwap::default(),
            read_at: AtomicI64::new(i64::MIN),
            reader: Mutex::default(),
            changes: watch::Sender::new(0),
        }
    }
}

impl RevocationIndex {
    /// What is known of a token with these ids.
    #[must_use]
    pub fn standing(&self, ids: (GrantId, InstallationId, TokenId), now: Timestamp) -> Standing {
        let (grant, installation, token) = ids;
        let revoked = self.revoked.load();
        if !revoked.is_empty()
            && [Subject::Grant(grant), Subject::Installation(installation), Subject::Token(token)]
                .iter()
                .any(|subject| revoked.contains_key(subject))
        {
            return Standing::Revoked;
        }
        if self.is_fresh(now) { Standing::Live } else { Standing::Unknown }
    }

    /// Whether the feed was read within [`STALE_AFTER_SECONDS`].
    #[must_use]
    pub fn is_fresh(&self, now: Timestamp) -> bool {
        now.as_unix().saturating_sub(self.read_at.load(Ordering::Relaxed)) <= STALE_AFTER_SECONDS
    }

    /// Counts up whenever something new is revoked: whoever holds a stream open looks again.
    #[must_use]
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// Reads what is new in the feed.
    ///
    /// # Errors
    /// If the store does not answer; what is known stays, and grows old.
    pub async fn refresh(&self, store: &dyn Store, now: Timestamp) -> Result<(), StoreError> {
        let mut cursor = self.reader.lock().await;
        let news = match store.list_revocations(cursor.number).await {
            Ok(news) => news,
            Err(error) => {
                if !self.is_fresh(now) {
                    // Nothing is vouched for any more: whoever holds a stream open looks again, and finds out.
                    self.tell_watchers();
                }
                return Err(error);
            }
        };
        if let Some(newest) = news.last() {
            let mut revoked = HashMap::clone(&self.revoked.load());
            revoked.retain(|_, at| now.seconds_since(*at) < KEEP_SECONDS);
            revoked.extend(news.iter().map(|entry| (entry.subject, entry.at)));
            self.revoked.store(Arc::new(revoked));
            cursor.number = newest.number;
            self.tell_watchers();
        }
        self.read_at.store(now.as_unix(), Ordering::Relaxed);
        Ok(())
    }

    fn tell_watchers(&self) {
        self.changes.send_modify(|count| *count = count.wrapping_add(1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_index_that_never_read_its_feed_vouches_for_nothing() {
        let index = RevocationIndex::default();
        let ids = (
            GrantId::from_bytes([1; 16]),
            InstallationId::from_bytes([2; 16]),
            TokenId::from_bytes([3; 16]),
        );
        assert_eq!(index.standing(ids, Timestamp::from_unix(100)), Standing::Unknown);
        index.read_at.store(100, Ordering::Relaxed);
        assert_eq!(index.standing(ids, Timestamp::from_unix(110)), Standing::Live);
        assert_eq!(index.standing(ids, Timestamp::from_unix(111)), Standing::Unknown);
    }

    #[tokio::test]
    async fn whatever_is_above_a_token_ends_it() {
        let ids = (
            GrantId::from_bytes([1; 16]),
            InstallationId::from_bytes([2; 16]),
            TokenId::from_bytes([3; 16]),
        );
        let others = (
            GrantId::from_bytes([9; 16]),
            InstallationId::from_bytes([9; 16]),
            TokenId::from_bytes([9; 16]),
        );
        let now = Timestamp::from_unix(100);
        for subject in [Subject::Grant(ids.0), Subject::Installation(ids.1), Subject::Token(ids.2)]
        {
            let index = RevocationIndex::default();
            index.read_at.store(100, Ordering::Relaxed);
            index.revoked.store(Arc::new(HashMap::from([(subject, now)])));
            assert_eq!(index.standing(ids, now), Standing::Revoked, "{subject:?}");
            assert_eq!(index.standing(others, now), Standing::Live, "{subject:?}");
        }
    }
}
