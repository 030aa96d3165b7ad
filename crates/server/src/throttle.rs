//! May this try to sign in, or this secret of a client, be tried now? Five failures are free, then delays grow (DESIGN §9).
//!
//! Failures count per (account, network) and per network; a browser that signed in to the account before has a counter of its own
//! instead, so nobody can lock its owner out from elsewhere. A try to sign in counts as failed from its start until it succeeds: many at
//! once gain nothing. Secrets of clients are compared in no time, and their owners send many requests at once, so those count when they have
//! failed. Tables are bounded, in memory, and per node.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use salver_oauth::Timestamp;

use crate::network::Network;

/// Counters of failed tries.
pub struct Throttle {
    counters: Mutex<HashMap<Counted, Counter>>,
    capacity: usize,
}

/// What failures are counted for.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Counted {
    /// An account, from one network. Accounts are named by a keyed hash, so unknown names take no more room than known ones.
    Account([u8; 16], Network),
    /// A network, whatever the account.
    Network(Network),
    /// An account, from a browser that has signed in to it before.
    Browser([u8; 16], [u8; 16]),
    /// A client or resource server that has a secret, by a keyed hash of its name, from one network: nobody can lock it out from elsewhere.
    Client([u8; 16], Network),
}

/// Not yet: so many seconds to wait.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Wait(pub u64);

/// A try under way, counted as failed unless it [succeeds](Throttle::succeeded).
#[derive(Debug)]
#[must_use]
pub struct Try(Vec<Counted>);

#[derive(Clone, Copy)]
struct Counter {
    failures: u32,
    last: Timestamp,
}

impl Default for Throttle {
    fn default() -> Self {
        Self::with_capacity(CAPACITY)
    }
}

impl Throttle {
    fn with_capacity(capacity: usize) -> Self {
        Self { counters: Mutex::default(), capacity }
    }

    /// Begins a try.
    ///
    /// # Errors
    /// How long to wait, if one of the counters says so; then nothing is counted.
    pub fn begin(&self, keys: &[Counted], now: Timestamp) -> Result<Try, Wait> {
        let mut counters = self.lock();
        let wait = keys.iter().filter_map(|key| Some(counters.get(key)?.wait(*key, now))).max();
        if let Some(wait) = wait.filter(|wait| *wait > 0) {
            return Err(Wait(wait));
        }
        for key in keys {
            self.count(&mut counters, *key, now);
        }
        Ok(Try(keys.to_vec()))
    }

    /// Tries what takes no time, and counts it if it fails; a success ends the counter. Answers whether it succeeded.
    ///
    /// # Errors
    /// How long to wait, if the counter says so; then nothing is tried.
    pub fn attempt(
        &self,
        key: Counted,
        now: Timestamp,
        succeeds: impl FnOnce() -> bool,
    ) -> Result<bool, Wait> {
        let wait = self.lock().get(&key).map_or(0, |counter| counter.wait(key, now));
        if wait > 0 {
            return Err(Wait(wait));
        }
        let succeeded = succeeds();
        let mut counters = self.lock();
        if succeeded {
            counters.remove(&key);
        } else {
            self.count(&mut counters, key, now);
        }
        Ok(succeeded)
    }

    /// Takes a try back that succeeded. The account's counter ends; the network's only forgets this one try, or an attacker
    /// with an account of their own could clear it.
    pub fn succeeded(&self, tried: Try) {
        let mut counters = self.lock();
        for key in tried.0 {
            match (key, counters.get_mut(&key)) {
                (Counted::Network(_), Some(counter)) => {
                    counter.failures = counter.failures.saturating_sub(1);
                }
                _ => drop(counters.remove(&key)),
            }
        }
    }

    fn count(&self, counters: &mut HashMap<Counted, Counter>, key: Counted, now: Timestamp) {
        if !counters.contains_key(&key) && counters.len() >= self.capacity {
            make_room(counters, now);
        }
        let counter = counters.entry(key).or_insert(Counter { failures: 0, last: now });
        *counter = Counter { failures: counter.standing(key, now).saturating_add(1), last: now };
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Counted, Counter>> {
        self.counters.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Counter {
    /// Failures that still count: one is forgotten per period since the last.
    fn standing(&self, key: Counted, now: Timestamp) -> u32 {
        let period = match key {
            Counted::Network(_) => NETWORK_FORGETS_ONE_PER,
            Counted::Account(..) | Counted::Browser(..) | Counted::Client(..) => {
                ACCOUNT_FORGETS_ONE_PER
            }
        };
        let forgotten = self.age(now) / period;
        self.failures.saturating_sub(u32::try_from(forgotten).unwrap_or(u32::MAX))
    }

    fn wait(&self, key: Counted, now: Timestamp) -> u64 {
        let Some(beyond) = self.standing(key, now).checked_sub(FREE_FAILURES) else {
            return 0;
        };
        let delay = 1_u64.checked_shl(beyond).unwrap_or(LONGEST_DELAY).clamp(1, LONGEST_DELAY);
        delay.saturating_sub(self.age(now))
    }

    fn age(&self, now: Timestamp) -> u64 {
        u64::try_from(now.seconds_since(self.last)).unwrap_or(0)
    }
}

/// Drops what is forgotten; if nothing is, the sixteenth of the counters that was least recently touched: one look at all of them makes room for many.
fn make_room(counters: &mut HashMap<Counted, Counter>, now: Timestamp) {
    let before = counters.len();
    counters.retain(|key, counter| counter.standing(*key, now) > 0);
    if counters.len() < before {
        return;
    }
    let mut by_age: Vec<_> = counters.iter().map(|(key, counter)| (counter.last, *key)).collect();
    let oldest = before / 16;
    if oldest < by_age.len() {
        by_age.select_nth_unstable_by_key(oldest, |(last, _)| *last);
    }
    for (_, key) in by_age.into_iter().take(oldest.max(1)) {
        counters.remove(&key);
    }
}

const FREE_FAILURES: u32 = 5;
const LONGEST_DELAY: u64 = 900;
const ACCOUNT_FORGETS_ONE_PER: u64 = 600;
/// Many people may share a network, so it forgets faster.
const NETWORK_FORGETS_ONE_PER: u64 = 60;
const CAPACITY: usize = 65_536;

#[cfg(test)]
mod tests {
    use super::*;

    const ALICE: [u8; 16] = [1; 16];

    fn network(number: u8) -> Network {
        Network::of([192, 0, number, 1].into())
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_unix(1_790_000_000 + seconds)
    }

    fn fail(throttle: &Throttle, counted: Counted, times: u32, now: Timestamp) {
        for _ in 0..times {
            drop(throttle.begin(&[counted], now).unwrap());
        }
    }

    #[test]
    fn five_failures_are_free_then_delays_grow() {
        let (throttle, alice) = (Throttle::default(), Counted::Account(ALICE, network(2)));
        fail(&throttle, alice, 5, at(0));
        let mut now = 0;
        for expected in [1, 2, 4, 8, 16, 32, 64, 128, 256, 512] {
            assert_eq!(throttle.begin(&[alice], at(now)).map(|_| ()), Err(Wait(expected)));
            now += i64::try_from(expected).unwrap();
            fail(&throttle, alice, 1, at(now));
        }
        for _ in 0..70 {
            let Err(Wait(seconds)) = throttle.begin(&[alice], at(now)) else { panic!("no delay") };
            assert!((512..=900).contains(&seconds), "{seconds}");
            now += i64::try_from(seconds).unwrap();
            fail(&throttle, alice, 1, at(now));
        }
    }

    #[test]
    fn being_refused_does_not_lengthen_the_wait() {
        let (throttle, alice) = (Throttle::default(), Counted::Account(ALICE, network(2)));
        fail(&throttle, alice, 5, at(0));
        for _ in 0..100 {
            assert_eq!(throttle.begin(&[alice], at(0)).map(|_| ()), Err(Wait(1)));
        }
        assert!(throttle.begin(&[alice], at(1)).is_ok());
    }

    #[test]
    fn many_tries_at_once_count_before_they_end() {
        let (throttle, alice) = (Throttle::default(), Counted::Account(ALICE, network(2)));
        let under_way: Vec<_> = (0..100).map(|_| throttle.begin(&[alice], at(0))).collect();
        assert_eq!(under_way.iter().filter(|tried| tried.is_ok()).count(), 5);
    }

    #[test]
    fn success_ends_the_accounts_counter_but_not_the_networks() {
        let throttle = Throttle::default();
        let both = [Counted::Account(ALICE, network(2)), Counted::Network(network(2))];
        for _ in 0..4 {
            drop(throttle.begin(&both, at(0)).unwrap());
        }
        let tried = throttle.begin(&both, at(0)).unwrap();
        throttle.succeeded(tried);
        fail(&throttle, both[0], 5, at(0));
        fail(&throttle, both[1], 1, at(0));
        assert!(throttle.begin(&[both[1]], at(0)).is_err());
    }

    #[test]
    fn a_browser_that_signed_in_before_has_its_own_counter() {
        let throttle = Throttle::default();
        fail(&throttle, Counted::Account(ALICE, network(2)), 5, at(0));
        fail(&throttle, Counted::Network(network(2)), 5, at(0));
        assert!(
            throttle
                .begin(&[Counted::Account(ALICE, network(2)), Counted::Network(network(2))], at(0))
                .is_err()
        );
        assert!(throttle.begin(&[Counted::Browser([9; 16], ALICE)], at(0)).is_ok());
    }

    #[test]
    fn another_account_and_another_network_are_counted_apart() {
        let throttle = Throttle::default();
        fail(&throttle, Counted::Account(ALICE, network(2)), 5, at(0));
        assert!(throttle.begin(&[Counted::Account([2; 16], network(2))], at(0)).is_ok());
        assert!(throttle.begin(&[Counted::Account(ALICE, network(3))], at(0)).is_ok());
    }

    #[test]
    fn time_forgets() {
        let (throttle, alice) = (Throttle::default(), Counted::Account(ALICE, network(2)));
        fail(&throttle, alice, 5, at(0));
        assert!(throttle.begin(&[alice], at(600)).is_ok());
        assert!(throttle.begin(&[alice], at(600)).is_err());
    }

    #[test]
    fn the_table_is_bounded_and_drops_the_oldest() {
        let throttle = Throttle::with_capacity(3);
        for (number, seconds) in [(1, 0), (2, 1), (3, 2), (4, 3)] {
            fail(&throttle, Counted::Account([number; 16], network(2)), 5, at(seconds));
        }
        assert_eq!(throttle.lock().len(), 3);
        assert!(throttle.begin(&[Counted::Account([2; 16], network(2))], at(1)).is_err());
        assert!(!throttle.lock().contains_key(&Counted::Account([1; 16], network(2))));
    }

    #[test]
    fn a_secret_is_tried_unless_wrong_ones_came_from_the_same_network() {
        let throttle = Throttle::default();
        let client = |number| Counted::Client(ALICE, network(number));
        let attempt = |key, seconds, right| throttle.attempt(key, at(seconds), || right);
        for _ in 0..4 {
            assert_eq!(attempt(client(2), 0, false), Ok(false));
        }
        assert_eq!(attempt(client(2), 0, true), Ok(true), "and its failures are forgotten");
        for _ in 0..5 {
            assert_eq!(attempt(client(2), 0, false), Ok(false));
        }
        let untried = throttle.attempt(client(2), at(0), || panic!("it is not tried"));
        assert_eq!(untried, Err(Wait(1)));
        assert_eq!(attempt(client(3), 0, true), Ok(true), "from another network");
        assert_eq!(attempt(client(2), 1, false), Ok(false));
        assert_eq!(attempt(client(2), 2, true), Err(Wait(1)), "the next delay is twice as long");
        assert_eq!(attempt(client(2), 3, true), Ok(true));
    }

    #[test]
    fn a_flood_of_networks_takes_no_more_room() {
        let throttle = Throttle::with_capacity(1_000);
        for number in 0..20_000_u32 {
            let [_, a, b, c] = number.to_be_bytes();
            let key = Counted::Client(ALICE, Network::of([a, b, c, 1].into()));
            assert_eq!(throttle.attempt(key, at(0), || false), Ok(false), "{number}");
        }
        assert!(throttle.lock().len() <= 1_000);
        assert!(throttle.lock().len() > 900, "and most of it is used");
    }
}
