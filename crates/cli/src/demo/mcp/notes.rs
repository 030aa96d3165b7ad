//! Which notes has this person written?
//!
//! Kept in memory, per person, and bounded in every direction, since a demonstration is left running too. Nothing outlives the
//! process.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Everybody's notes, each person's apart from the others'.
#[derive(Debug, Default)]
pub(super) struct Notes {
    by_subject: Mutex<HashMap<String, Vec<String>>>,
}

/// Why a note was not kept.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Full {
    /// There is nothing in it.
    #[error("an empty note is not kept")]
    Empty,
    /// The note is too long.
    #[error("a note may have {MAX_CHARACTERS} characters; this one has {0}")]
    Long(usize),
    /// The person has as many notes as anybody may have.
    #[error("there are {MAX_NOTES} notes already, and no more are kept in a demonstration")]
    Notes,
    /// As many people as may have notes here have some.
    #[error("{MAX_PEOPLE} people keep notes here already")]
    People,
}

impl Notes {
    /// The person's notes, oldest first.
    pub(super) fn list(&self, subject: &str) -> Vec<String> {
        self.lock().get(subject).cloned().unwrap_or_default()
    }

    /// Keeps one more note, and says how many there are now.
    pub(super) fn add(&self, subject: &str, text: &str) -> Result<usize, Full> {
        let text = text.trim();
        let characters = text.chars().count();
        if text.is_empty() {
            return Err(Full::Empty);
        }
        if characters > MAX_CHARACTERS {
            return Err(Full::Long(characters));
        }
        let mut people = self.lock();
        if !people.contains_key(subject) && people.len() >= MAX_PEOPLE {
            return Err(Full::People);
        }
        let notes = people.entry(subject.to_owned()).or_default();
        if notes.len() >= MAX_NOTES {
            return Err(Full::Notes);
        }
        notes.push(text.to_owned());
        Ok(notes.len())
    }

    /// A panic while the lock was held leaves whole notes behind: each change is one push.
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Vec<String>>> {
        self.by_subject.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

const MAX_CHARACTERS: usize = 2_000;
const MAX_NOTES: usize = 200;
const MAX_PEOPLE: usize = 1_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_sees_their_own_notes_and_nobody_elses() {
        let notes = Notes::default();
        assert_eq!(notes.add("ada", " buy milk "), Ok(1));
        assert_eq!(notes.add("ada", "call Bob"), Ok(2));
        assert_eq!(notes.list("ada"), ["buy milk", "call Bob"]);
        assert!(notes.list("bob").is_empty());
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let notes = Notes::default();
        assert_eq!(notes.add("ada", "  "), Err(Full::Empty));
        assert_eq!(notes.add("ada", &"x".repeat(MAX_CHARACTERS)), Ok(1));
        assert_eq!(notes.add("ada", &"x".repeat(MAX_CHARACTERS + 1)), Err(Full::Long(2_001)));
        for _ in 1..MAX_NOTES {
            assert!(notes.add("ada", "x").is_ok());
        }
        assert_eq!(notes.add("ada", "x"), Err(Full::Notes));
        for person in 1..MAX_PEOPLE {
            assert_eq!(notes.add(&person.to_string(), "x"), Ok(1));
        }
        assert_eq!(notes.add("one too many", "x"), Err(Full::People));
    }
}
