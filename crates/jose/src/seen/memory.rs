//! How is a token found again? By a keyed hash of its end (a cryptographic one costs more than all else here).
//!
//! The hash finds; whether it is the same token, the caller compares. Nobody outside can aim at a hash, as its key is secret.
//!
//! Two generations per shard: when the younger is full it becomes the older, and the older is forgotten. What is in use comes
//! back to the younger, so nobody can push out tokens in use by bringing many others, and no clock or list is needed.

use std::{
    collections::HashMap,
    hash::{BuildHasher as _, BuildHasherDefault, Hasher, RandomState},
    mem,
    sync::{Arc, Mutex, PoisonError},
};

/// Finds a token.
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
pub(super) struct TokenHash(u64);

type Generation<V> = HashMap<TokenHash, Arc<V>, BuildHasherDefault<AsItIs>>;

/// The memory.
pub(super) struct Memory<V> {
    key: RandomState,
    shards: [Mutex<Shard<V>>; SHARDS],
    limit: usize,
}

struct Shard<V> {
    younger: Generation<V>,
    older: Generation<V>,
}

impl<V> Memory<V> {
    pub(super) fn new(limit: usize) -> Self {
        let shard =
            |_| Mutex::new(Shard { younger: Generation::default(), older: Generation::default() });
        Self {
            key: RandomState::new(),
            shards: std::array::from_fn(shard),
            limit: (limit / SHARDS / 2).max(1),
        }
    }

    pub(super) fn hash(&self, bytes: &[u8]) -> TokenHash {
        let end = bytes.len().checked_sub(END).and_then(|start| bytes.get(start..));
        TokenHash(self.key.hash_one(end.unwrap_or(bytes)))
    }

    pub(super) fn find(&self, hash: TokenHash) -> Option<Arc<V>> {
        let mut shard = self.shard(hash)?;
        if let Some(found) = shard.younger.get(&hash) {
            return Some(Arc::clone(found));
        }
        let found = shard.older.remove(&hash)?;
        shard.keep(hash, Arc::clone(&found), self.limit);
        Some(found)
    }

    pub(super) fn keep(&self, hash: TokenHash, value: Arc<V>) {
        if let Some(mut shard) = self.shard(hash) {
            shard.keep(hash, value, self.limit);
        }
    }

    fn shard(&self, hash: TokenHash) -> Option<std::sync::MutexGuard<'_, Shard<V>>> {
        // The low bits choose the shard; the map within uses them all.
        let number = usize::try_from(hash.0 % SHARDS as u64).ok()?;
        let shard = self.shards.get(number)?;
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

    fn write_u64(&mut self, hash: u64) {
        // The bits that chose the shard are all alike in it.
        self.0 = hash.rotate_right(SHARDS.trailing_zeros());
    }

    fn write(&mut self, _: &[u8]) {}
}

const SHARDS: usize = 16;

/// So many bytes at the end of a token are hashed. They are its signature: only the issuer makes tokens that differ in them and
/// are good, and what is not good is never kept.
const END: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    /// All in one shard.
    fn hash(number: u64) -> TokenHash {
        TokenHash(number * SHARDS as u64)
    }

    #[test]
    fn what_is_in_use_stays_and_the_memory_is_bounded() {
        let seen = Memory::new(SHARDS * 2 * 10); // ten in each generation of the one shard in use
        seen.keep(hash(0), Arc::new(0));
        for number in 1..1000 {
            seen.keep(hash(number), Arc::new(number));
            assert_eq!(seen.find(hash(0)).as_deref(), Some(&0), "in use");
        }
        let kept = (0..1000).filter(|number| seen.find(hash(*number)).is_some()).count();
        assert!((10..=20).contains(&kept), "{kept}");
        assert!(seen.find(hash(5000)).is_none());
    }

    #[test]
    fn the_end_of_a_token_finds_it_and_a_short_one_is_hashed_whole() {
        let seen = Memory::<()>::new(1);
        let end = "s".repeat(END);
        let other_end = format!("t{}", "s".repeat(END - 1));
        let of = |token: &str| seen.hash(token.as_bytes());
        assert!(of(&format!("a.b.{end}")) == of(&format!("other.{end}")));
        assert!(of(&format!("a.b.{end}")) != of(&format!("a.b.{other_end}")));
        assert!(of("a") != of("b"));
        assert!(of("") == of(""));
    }
}
