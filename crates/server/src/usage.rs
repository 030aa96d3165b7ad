//! Which installations were seen lately? Kept in memory per node and merged into the store now and then (DESIGN §6).
//!
//! It also says whether an access token of the newest generation was used, which decides if an answer was lost (DESIGN 4.9).

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use salver_oauth::{InstallationId, Timestamp};
use salver_store::record::UsedInstallation;

/// What was seen since the last merge, and the generations seen before.
#[derive(Default)]
pub struct Usage {
    seen: Mutex<HashMap<InstallationId, (u32, Timestamp)>>,
    secrets: Mutex<HashMap<InstallationId, Timestamp>>,
}

impl Usage {
    /// Notes that a token of this generation was used.
    pub fn note(&self, id: InstallationId, generation: u32, now: Timestamp) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = seen.entry(id).or_insert((generation, now));
        entry.0 = entry.0.max(generation);
        entry.1 = entry.1.max(now);
    }

    /// Notes that a client authenticated with this secret.
    pub fn note_secret(&self, id: InstallationId, now: Timestamp) {
        let mut secrets = self.secrets.lock().unwrap_or_else(PoisonError::into_inner);
        let last = secrets.entry(id).or_insert(now);
        *last = now.max(*last);
    }

    /// The secrets that were used since this was last asked.
    #[must_use]
    pub fn take_secrets(&self) -> Vec<(InstallationId, Timestamp)> {
        let mut secrets = self.secrets.lock().unwrap_or_else(PoisonError::into_inner);
        secrets.drain().collect()
    }

    /// The newest generation that was used since the last merge.
    #[must_use]
    pub fn generation(&self, id: InstallationId) -> Option<u32> {
        self.seen
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&id)
            .map(|(generation, _)| *generation)
    }

    /// What there is to merge. It stays known here until [`Usage::merged`].
    #[must_use]
    pub fn to_merge(&self) -> Vec<UsedInstallation> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.iter()
            .map(|(id, (generation, at))| UsedInstallation {
                id: *id,
                generation: *generation,
                at: *at,
            })
            .collect()
    }

    /// Forgets what the store knows now, unless it was seen again meanwhile.
    pub fn merged(&self, merged: &[UsedInstallation]) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        for used in merged {
            if seen.get(&used.id) == Some(&(used.generation, used.at)) {
                seen.remove(&used.id);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_seen_during_a_merge_is_not_forgotten() {
        let (usage, id) = (Usage::default(), InstallationId::from_bytes([1; 16]));
        let at = Timestamp::from_unix;
        usage.note(id, 3, at(10));
        usage.note(id, 2, at(11));
        let merging = usage.to_merge();
        assert_eq!(merging, [UsedInstallation { id, generation: 3, at: at(11) }]);
        usage.note(id, 4, at(12));
        usage.merged(&merging);
        assert_eq!(usage.generation(id), Some(4));
        usage.merged(&usage.to_merge());
        assert_eq!(usage.generation(id), None);
    }
}
