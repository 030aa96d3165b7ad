//! With which initial access tokens may clients register? (RFC 7591 §3.) Kept in memory, fed from the store like bans, so that no registration asks it; what came
//! of them is counted here and merged now and then, like the funnel.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use arc_swap::ArcSwap;
use salver_oauth::Timestamp;
use salver_store::{
    Store, StoreError,
    record::{Digest, RegistrationToken, UsedRegistrationToken},
};

/// The tokens, as of the newest reading.
#[derive(Default)]
pub struct RegistrationTokens {
    known: ArcSwap<HashMap<Digest, RegistrationToken>>,
    used: Mutex<BTreeMap<i64, (u64, Timestamp)>>,
}

impl RegistrationTokens {
    /// The number of a token that is in force.
    #[must_use]
    pub fn find(&self, token: &Digest, now: Timestamp) -> Option<i64> {
        let known = self.known.load();
        known.get(token).filter(|token| token.is_in_force(now)).map(|token| token.number)
    }

    /// Notes that a client has registered with the token of this number.
    pub fn note(&self, number: i64, now: Timestamp) {
        self.add(UsedRegistrationToken { number, uses: 1, last_used_at: now });
    }

    /// Takes out what was counted, to be merged.
    #[must_use]
    pub fn take(&self) -> Vec<UsedRegistrationToken> {
        let used = std::mem::take(&mut *self.lock()).into_iter();
        used.map(|(number, (uses, last_used_at))| UsedRegistrationToken {
            number,
            uses,
            last_used_at,
        })
        .collect()
    }

    /// Puts back what could not be merged.
    pub fn put_back(&self, used: Vec<UsedRegistrationToken>) {
        for used in used {
            self.add(used);
        }
    }

    /// Reads the tokens again: another process may have made or revoked one.
    ///
    /// # Errors
    /// If the store does not answer; what is known stays.
    pub async fn refresh(&self, store: &dyn Store) -> Result<(), StoreError> {
        let tokens = store.list_registration_tokens().await?;
        let known = tokens.into_iter().map(|token| (token.token, token)).collect();
        self.known.store(Arc::new(known));
        Ok(())
    }

    fn add(&self, more: UsedRegistrationToken) {
        let mut all = self.lock();
        let (uses, last) = all.entry(more.number).or_insert((0, more.last_used_at));
        *uses = uses.saturating_add(more.uses);
        *last = more.last_used_at.max(*last);
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<i64, (u64, Timestamp)>> {
        self.used.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_merged_is_not_forgotten() {
        let (tokens, at) = (RegistrationTokens::default(), Timestamp::from_unix);
        tokens.note(1, at(10));
        tokens.note(1, at(12));
        tokens.note(2, at(11));
        let taken = tokens.take();
        assert!(tokens.take().is_empty());
        tokens.note(1, at(11));
        tokens.put_back(taken);
        let used = |number, uses, seconds| UsedRegistrationToken {
            number,
            uses,
            last_used_at: at(seconds),
        };
        assert_eq!(tokens.take(), [used(1, 3, 12), used(2, 1, 11)]);
    }
}
