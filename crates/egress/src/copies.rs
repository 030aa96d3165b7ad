//! Which answers are kept? Two bounded shelves, so that first sights cannot push out what is known to be good.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::SystemTime,
};

use crate::{
    ChosenBy,
    bounded::Bounded,
    kept::Kept,
    purpose::{Purpose, Standing},
    settings::Keeping,
};

/// All kept answers.
#[derive(Debug)]
pub(crate) struct Copies {
    shelves: Mutex<Shelves>,
}

#[derive(Debug)]
struct Shelves {
    first_sight: Bounded<CopyKey, Arc<Kept>>,
    known_good: Bounded<CopyKey, Arc<Kept>>,
}

/// Answers are kept apart by purpose, since each purpose has checks and limits of its own, and by trust.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct CopyKey {
    pub(crate) purpose: Purpose,
    pub(crate) chosen_by: ChosenBy,
    pub(crate) url: Arc<str>,
}

impl Copies {
    pub(crate) fn new(keeping: &Keeping) -> Self {
        let shelves = Shelves {
            first_sight: Bounded::new(MOST_COPIES, keeping.bytes),
            known_good: Bounded::new(MOST_COPIES, keeping.known_good_bytes),
        };
        Self { shelves: Mutex::new(shelves) }
    }

    /// The copy of `key`; asked for as known to be good, it moves to the shelf that strangers cannot flood.
    pub(crate) fn find(&self, key: &CopyKey, standing: Standing) -> Option<Arc<Kept>> {
        let mut shelves = self.lock();
        if let Some(copy) = shelves.known_good.get(key) {
            return Some(Arc::clone(copy));
        }
        let copy = shelves.first_sight.get(key).map(|copy| Arc::clone(copy))?;
        if standing == Standing::KnownGood {
            shelves.first_sight.remove(key);
            shelves.known_good.insert(key.clone(), Arc::clone(&copy), copy.weight());
        }
        Some(copy)
    }

    pub(crate) fn keep(&self, key: CopyKey, copy: Kept, standing: Standing) {
        let weight = copy.weight();
        let copy = Arc::new(copy);
        let mut shelves = self.lock();
        let known_good =
            shelves.known_good.remove(&key).is_some() || standing == Standing::KnownGood;
        shelves.first_sight.remove(&key);
        let room = if known_good { &mut shelves.known_good } else { &mut shelves.first_sight };
        room.insert(key, copy, weight);
    }

    /// Its host was asked once more, and did not answer well.
    pub(crate) fn note_asked(&self, key: &CopyKey, now: SystemTime) {
        let mut shelves = self.lock();
        let Shelves { first_sight, known_good } = &mut *shelves;
        for copy in [first_sight.get(key), known_good.get(key)].into_iter().flatten() {
            Arc::make_mut(copy).note_asked(now);
        }
    }

    pub(crate) fn forget(&self, key: &CopyKey) {
        let mut shelves = self.lock();
        shelves.first_sight.remove(key);
        shelves.known_good.remove(key);
    }

    fn lock(&self) -> MutexGuard<'_, Shelves> {
        self.shelves.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Room for ten thousand documents of a kilobyte, and half as many again.
const MOST_COPIES: usize = 16 * 1024;
