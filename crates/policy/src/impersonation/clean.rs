//! Which texts were found to be like nothing that is protected? Looking costs more than the rest of a login's judgement, and the same
//! clients come again and again.
//!
//! Two generations: when the younger is full it becomes the older, and the older is forgotten; what is asked for again comes back.

use std::{
    collections::HashSet,
    mem,
    sync::{Mutex, PoisonError},
};

/// A bounded memory of harmless texts.
#[derive(Debug, Default)]
pub(super) struct Clean(Mutex<Generations>);

#[derive(Debug, Default)]
struct Generations {
    younger: HashSet<Box<str>>,
    older: HashSet<Box<str>>,
}

impl Clean {
    pub(super) fn has(&self, text: &str) -> bool {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.younger.contains(text) {
            return true;
        }
        let Some(text) = seen.older.take(text) else { return false };
        seen.keep(text);
        true
    }

    pub(super) fn note(&self, text: &str) {
        if text.len() <= MAX_BYTES {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).keep(text.into());
        }
    }
}

impl Generations {
    fn keep(&mut self, text: Box<str>) {
        if self.younger.len() >= LIMIT {
            self.older = mem::take(&mut self.younger);
        }
        self.younger.insert(text);
    }
}

/// Of other protected names nothing is known yet.
impl Clone for Clean {
    fn clone(&self) -> Self {
        Self::default()
    }
}

/// How many texts are kept in each generation.
const LIMIT: usize = 4096;

/// A longer text is looked at each time.
const MAX_BYTES: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_stays_and_the_memory_is_bounded() {
        let clean = Clean::default();
        clean.note("in use");
        for number in 0..3 * LIMIT {
            clean.note(&number.to_string());
            assert!(clean.has("in use"));
        }
        assert!(!clean.has("0") && clean.has(&(3 * LIMIT - 1).to_string()));
        let seen = clean.0.lock().unwrap();
        assert!(seen.younger.len() + seen.older.len() <= 2 * LIMIT);
    }

    #[test]
    fn long_texts_are_not_kept() {
        let (clean, long) = (Clean::default(), "a".repeat(MAX_BYTES + 1));
        clean.note(&long);
        assert!(!clean.has(&long));
        clean.note(&long[1..]);
        assert!(clean.has(&long[1..]));
    }
}
