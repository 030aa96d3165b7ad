//! How much was used in the last minute, and by whom? Exact counts, in tables that forget.
//!
//! Budgets and what they are for: `budget.rs`.

use std::{
    borrow::Borrow,
    collections::{HashMap, VecDeque, hash_map::Entry},
    hash::Hash,
    time::Duration,
};

use crate::{
    error::{BudgetKind, NotNow},
    purpose::Source,
};

/// One more fetch that somebody wants out of one budget.
pub(super) struct Claim {
    pub(super) source: Source,
    pub(super) now: Duration,
    pub(super) kind: BudgetKind,
    pub(super) budget: usize,
}

/// The fetches of the last minute, each with its source, and how many each source has of them.
#[derive(Debug, Default)]
pub(super) struct Window {
    fetches: VecDeque<(Duration, Source)>,
    by_source: HashMap<Source, usize>,
}

impl Window {
    pub(super) fn check(&mut self, claim: &Claim) -> Result<(), NotNow> {
        self.forget_old(claim.now);
        if self.fetches.len() >= claim.budget {
            return Err(NotNow::Budget(claim.kind));
        }
        let by_source = self.by_source.get(&claim.source).copied().unwrap_or_default();
        if by_source >= share(claim.budget) {
            return Err(NotNow::Share(claim.kind));
        }
        Ok(())
    }

    pub(super) fn add(&mut self, source: Source, now: Duration) {
        self.fetches.push_back((now, source));
        *self.by_source.entry(source).or_default() += 1;
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        debug_assert!(self.by_source.len() <= self.fetches.len(), "who has none is forgotten");
        self.fetches.len()
    }

    fn forget_old(&mut self, now: Duration) {
        let is_old = |(at, _): &mut (Duration, Source)| now.saturating_sub(*at) >= SPAN;
        while let Some((_, source)) = self.fetches.pop_front_if(is_old) {
            if let Entry::Occupied(mut entry) = self.by_source.entry(source) {
                *entry.get_mut() -= 1;
                if *entry.get() == 0 {
                    entry.remove();
                }
            }
        }
    }
}

/// Windows by key, in a bounded table.
#[derive(Debug)]
pub(super) struct Windows<K> {
    windows: HashMap<K, Window>,
    room: usize,
}

impl<K: Eq + Hash> Windows<K> {
    pub(super) fn new(room: usize) -> Self {
        Self { windows: HashMap::new(), room }
    }

    pub(super) fn check<Q>(&mut self, key: &Q, claim: &Claim) -> Result<(), NotNow>
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        if let Some(window) = self.windows.get_mut(key) {
            return window.check(claim);
        }
        if self.windows.len() >= self.room {
            self.windows.retain(|_, window| {
                window.forget_old(claim.now);
                !window.fetches.is_empty()
            });
        }
        if self.windows.len() >= self.room || claim.budget == 0 {
            return Err(NotNow::Budget(claim.kind));
        }
        Ok(())
    }

    pub(super) fn add(&mut self, key: K, source: Source, now: Duration) {
        self.windows.entry(key).or_default().add(source, now);
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.windows.len()
    }
}

/// What one source may use.
fn share(budget: usize) -> usize {
    (budget / 5).max(1)
}

/// At the same time one source may do two things, however small the budget.
pub(super) fn share_in_flight(budget: usize) -> usize {
    (budget / 5).max(2)
}

const SPAN: Duration = Duration::from_mins(1);
