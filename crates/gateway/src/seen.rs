//! Which tokens were seen before? A bounded memory, found by hash.
//!
//! Two generations per shard: when the younger is full it becomes the older, and the older is forgotten. What is in use comes
//! back to the younger, so nobody can push out tokens in use by bringing many others, and no clock or list is needed.

use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, Hasher},
    mem,
    sync::{Arc, Mutex, PoisonError},
};

/// SHA-256 of a token.
pub(crate) type TokenHash = [u8; 32];

type Generation<V> = HashMap<TokenHash, Arc<V>, BuildHasherDefault<AsItIs>>;

/// The memory.
pub(crate) struct Seen<V> {
    shards: [Mutex<Shard<V>>; SHARDS],
    limit: usize,
}

struct Shard<V> {
    younger: Generation<V>,
    older: Generation<V>,
}

impl<V> Seen<V> {
    /// Remembers at most about `limit` values, and at least half as many.
    pub(crate) fn new(limit: usize) -> Self {
        let shard = |_| {
            Mutex::new(Shard {
                younger: Generation::default(),
                older: Generation::default(),
            })
        };
        Self {
            shards: std::array::from_fn(shard),
            limit: (limit / SHARDS / 2).max(1),
        }
    }

    pub(crate) fn find(&self, hash: &TokenHash) -> Option<Arc<V>> {
        let mut shard = self.shard(hash)?;
        if let Some(found) = shard.younger.get(hash) {
            return Some(Arc::clone(found));
        }
        let found = shard.older.remove(hash)?;
        shard.keep(*hash, Arc::clone(&found), self.limit);
        Some(found)
    }

    pub(crate) fn keep(&self, hash: TokenHash, value: Arc<V>) {
        if let Some(mut shard) = self.shard(&hash) {
            shard.keep(hash, value, self.limit);
        }
    }

    fn shard(&self, hash: &TokenHash) -> Option<std::sync::MutexGuard<'_, Shard<V>>> {
        // The last byte chooses the shard, the first eight the bucket.
        let [.., last] = hash;
        let shard = self.shards.get(usize::from(*last) % SHARDS)?;
        Some(shard.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl<V> Shard<V> {
    fn keep(&mut self, hash: TokenHash, value: Arc<V>, limit: usize) {
        if self.younger.len() >= limit {
            self.older = mem::take(&mut self.younger);
        }
        self.younger.insert(hash, value);
    }
}

/// Keys are hashes already.
#[derive(Default)]
struct AsItIs(u64);

impl Hasher for AsItIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        if let Some(first) = bytes.first_chunk() {
            self.0 = u64::from_ne_bytes(*first);
        }
    }

    // An array tells its length first.
    fn write_usize(&mut self, _: usize) {}
}

const SHARDS: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(number: u64) -> TokenHash {
        let mut hash = [0; 32];
        hash[..8].copy_from_slice(&number.to_ne_bytes());
        hash
    }

    #[test]
    fn what_is_in_use_stays_and_the_memory_is_bounded() {
        let seen = Seen::new(SHARDS * 2 * 10); // ten in each generation of the one shard in use
        seen.keep(hash(0), Arc::new(0));
        for number in 1..1000 {
            seen.keep(hash(number), Arc::new(number));
            assert_eq!(seen.find(&hash(0)).as_deref(), Some(&0), "in use");
        }
        let kept = (0..1000)
            .filter(|number| seen.find(&hash(*number)).is_some())
            .count();
        assert!((10..=20).contains(&kept), "{kept}");
        assert!(seen.find(&hash(5000)).is_none());
    }
}
