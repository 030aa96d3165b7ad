//! May one more client that nobody knows register, or push a request, now? (DESIGN §9, decisions 10 and 12.)
//!
//! Registering stores nothing, so only the processor is protected, and only from what is new: who is known is not even counted, and a registration that came
//! from the same network within the minute is let through again. Two bounds: different registrations of one network in any span of a minute,
//! and those of all networks in one second. The second one bounds the table: no flood, from however many networks, makes it longer
//! than a minute of registrations.

use std::{
    collections::{HashMap, VecDeque, hash_map::RandomState},
    hash::{BuildHasher as _, Hash},
    sync::{Mutex, MutexGuard, PoisonError},
};

use salver_oauth::Timestamp;

use crate::{network::Network, throttle::Wait};

/// How many registrations, or pushed requests, of clients that nobody knows are taken.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct RegistrationBounds {
    /// Different ones of one network, in a minute.
    pub per_network: u32,
    /// Of all networks, in a second.
    pub per_second: u32,
}

/// Which bound was reached.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Reached {
    /// That of one network.
    OneNetwork {
        /// How many it may send in a minute.
        a_minute: u32,
    },
    /// That of all networks together.
    All,
}

/// Registrations of the last minute, or pushed requests.
pub struct RegistrationLimit {
    bounds: RegistrationBounds,
    recent: Mutex<Recent>,
    hasher: RandomState,
}

#[derive(Default)]
struct Recent {
    /// All that were taken, oldest first.
    line: VecDeque<(Timestamp, Network)>,
    /// The same by network, with the hash of what was registered.
    networks: HashMap<Network, VecDeque<(Timestamp, u64)>>,
    /// How many of them were taken in the second of the last one.
    in_second: u32,
}

impl Default for RegistrationBounds {
    fn default() -> Self {
        Self { per_network: 20, per_second: 100 }
    }
}

impl RegistrationLimit {
    /// An empty table.
    #[must_use]
    pub fn new(bounds: RegistrationBounds) -> Self {
        Self { bounds, recent: Mutex::default(), hasher: RandomState::new() }
    }

    /// Takes a registration in canonical form, or a pushed request with all that proves something in it, or does not.
    ///
    /// # Errors
    /// Which bound was reached, and how long to wait; then nothing is counted.
    pub fn take(
        &self,
        network: Network,
        registration: impl Hash,
        now: Timestamp,
    ) -> Result<(), (Reached, Wait)> {
        let registration = self.hasher.hash_one(registration);
        let mut recent = self.lock();
        recent.forget_old(now);
        let taken = recent.networks.get(&network);
        if taken.is_some_and(|taken| taken.iter().any(|(_, other)| *other == registration)) {
            return Ok(());
        }
        let RegistrationBounds { per_network, per_second } = self.bounds;
        let number = taken.map_or(0, VecDeque::len);
        if number >= usize::try_from(per_network).unwrap_or(usize::MAX) {
            let oldest = taken.and_then(VecDeque::front).map_or(now, |(at, _)| *at);
            let wait = u64::try_from(SPAN.saturating_sub(now.seconds_since(oldest))).unwrap_or(1);
            let reached = Reached::OneNetwork { a_minute: per_network };
            return Err((reached, Wait(wait.max(1))));
        }
        if recent.in_second_of(now) >= per_second {
            return Err((Reached::All, Wait(1)));
        }
        recent.add(network, registration, now);
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, Recent> {
        self.recent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Recent {
    /// Forgets what is older than a minute; everything, if the clock was set back.
    fn forget_old(&mut self, now: Timestamp) {
        if self.line.back().is_some_and(|(newest, _)| now < *newest) {
            *self = Self::default();
        }
        while let Some((at, network)) = self.line.front().copied() {
            if now.seconds_since(at) < SPAN {
                return;
            }
            self.line.pop_front();
            if let Some(taken) = self.networks.get_mut(&network) {
                taken.pop_front();
                if taken.is_empty() {
                    self.networks.remove(&network);
                }
            }
        }
    }

    fn in_second_of(&self, now: Timestamp) -> u32 {
        match self.line.back() {
            Some((newest, _)) if *newest == now => self.in_second,
            Some(_) | None => 0,
        }
    }

    fn add(&mut self, network: Network, registration: u64, now: Timestamp) {
        self.in_second = self.in_second_of(now).saturating_add(1);
        self.line.push_back((now, network));
        self.networks.entry(network).or_default().push_back((now, registration));
    }
}

/// The span of the window, in seconds.
const SPAN: i64 = 60;

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_unix(1_790_000_000 + seconds)
    }

    fn network(number: u32) -> Network {
        let [_, a, b, c] = number.to_be_bytes();
        Network::of([a, b, c, 1].into())
    }

    fn limit(per_network: u32, per_second: u32) -> RegistrationLimit {
        RegistrationLimit::new(RegistrationBounds { per_network, per_second })
    }

    #[test]
    fn design_9_different_registrations_of_one_network_in_any_minute() {
        let limit = limit(2, 100);
        let refused = |seconds| Err((Reached::OneNetwork { a_minute: 2 }, Wait(seconds)));
        for (why, from, body, seconds, expected) in [
            ("the first", 1, "a", 0, Ok(())),
            ("the same again", 1, "a", 10, Ok(())),
            ("the second", 1, "b", 20, Ok(())),
            ("the third", 1, "c", 20, refused(40)),
            ("one that was taken", 1, "b", 20, Ok(())),
            ("another network", 2, "c", 20, Ok(())),
            ("a second too early", 1, "c", 59, refused(1)),
            ("the first is a minute old", 1, "c", 60, Ok(())),
            ("and is different now", 1, "a", 60, refused(20)),
            ("the second is, too", 1, "a", 80, Ok(())),
        ] {
            let taken = limit.take(network(from), body.as_bytes(), at(seconds));
            assert_eq!(taken, expected, "{why}");
        }
    }

    #[test]
    fn all_networks_together_have_a_bound_by_the_second_and_the_table_has_it_too() {
        let limit = limit(20, 10);
        let mut taken = 0;
        for number in 0..100_000_u32 {
            let now = at(i64::from(number / 1_000));
            match limit.take(network(number), number.to_be_bytes(), now) {
                Ok(()) => taken += 1,
                Err(refused) => assert_eq!(refused, (Reached::All, Wait(1))),
            }
        }
        assert_eq!(taken, 100 * 10);
        let recent = limit.lock();
        assert_eq!((recent.line.len(), recent.networks.len()), (600, 600));
        drop(recent);
        assert_eq!(limit.take(network(7), b"app", at(1_000)), Ok(()));
        assert_eq!(limit.lock().networks.len(), 1);
    }

    #[test]
    fn a_clock_that_is_set_back_locks_nobody_out() {
        let limit = limit(1, 1);
        assert_eq!(limit.take(network(1), b"a", at(3_600)), Ok(()));
        assert!(limit.take(network(1), b"b", at(3_600)).is_err());
        assert_eq!(limit.take(network(1), b"b", at(0)), Ok(()));
        assert_eq!(limit.lock().line.len(), 1);
    }

    #[test]
    fn nothing_new_is_taken_where_nothing_may_be() {
        for limit in [limit(0, 1), limit(1, 0)] {
            assert!(limit.take(network(1), b"a", at(0)).is_err());
        }
    }
}
