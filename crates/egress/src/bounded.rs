//! A map that cannot grow past its bound: second-chance eviction by weight and number.
//!
//! Entries that were asked for since they last came up for eviction get another round, so that a flood of new keys does
//! not push out what is in use.

use std::{
    collections::{HashMap, VecDeque},
    hash::Hash,
};

/// A bounded map.
#[derive(Debug)]
pub(crate) struct Bounded<K, V> {
    slots: HashMap<K, Slot<V>>,
    turn: VecDeque<K>,
    weight: usize,
    max_weight: usize,
    max_entries: usize,
}

#[derive(Debug)]
struct Slot<V> {
    value: V,
    weight: usize,
    asked: bool,
}

impl<K: Clone + Eq + Hash, V> Bounded<K, V> {
    pub(crate) fn new(max_entries: usize, max_weight: usize) -> Self {
        Self { slots: HashMap::new(), turn: VecDeque::new(), weight: 0, max_weight, max_entries }
    }

    pub(crate) fn get(&mut self, key: &K) -> Option<&mut V> {
        let slot = self.slots.get_mut(key)?;
        slot.asked = true;
        Some(&mut slot.value)
    }

    /// Keeps `value`, unless it alone would take more than an eighth of the room.
    pub(crate) fn insert(&mut self, key: K, value: V, weight: usize) {
        self.remove(&key);
        if weight > self.max_weight / 8 || self.max_entries == 0 {
            return;
        }
        while self.slots.len() >= self.max_entries
            || self.weight.saturating_add(weight) > self.max_weight
        {
            if !self.evict_one() {
                return;
            }
        }
        self.weight += weight;
        self.turn.push_back(key.clone());
        self.slots.insert(key, Slot { value, weight, asked: false });
    }

    pub(crate) fn remove(&mut self, key: &K) -> Option<V> {
        let slot = self.slots.remove(key)?;
        self.weight = self.weight.saturating_sub(slot.weight);
        self.turn.retain(|other| other != key);
        Some(slot.value)
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.slots.len()
    }

    fn evict_one(&mut self) -> bool {
        while let Some(key) = self.turn.pop_front() {
            match self.slots.get_mut(&key) {
                Some(slot) if slot.asked => {
                    slot.asked = false;
                    self.turn.push_back(key);
                }
                Some(_) => {
                    if let Some(slot) = self.slots.remove(&key) {
                        self.weight = self.weight.saturating_sub(slot.weight);
                    }
                    return true;
                }
                None => {}
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_use_survives_a_flood_and_the_bounds_hold() {
        let mut map = Bounded::new(100, 1000);
        map.insert(0, "in use", 1);
        for key in 1..10_000 {
            map.insert(key, "flood", 1);
            assert!(map.get(&0).is_some(), "after {key}");
        }
        assert_eq!(map.len(), 100);
        assert_eq!(map.turn.len(), 100);
        assert_eq!(map.weight, 100);
    }

    #[test]
    fn weight_is_a_bound_and_one_entry_cannot_take_it_all() {
        let mut map = Bounded::new(100, 80);
        map.insert(0, (), 11);
        assert_eq!(map.len(), 0, "heavier than an eighth");
        for key in 0..50 {
            map.insert(key, (), 10);
        }
        assert_eq!((map.len(), map.weight), (8, 80));
        map.insert(49, (), 4);
        assert_eq!((map.len(), map.weight), (8, 74), "replaced, not added");
        map.remove(&49);
        assert_eq!((map.len(), map.weight, map.turn.len()), (7, 70, 7));
    }
}
