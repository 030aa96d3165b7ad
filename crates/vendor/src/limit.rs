//! May this network ask once more in this minute?
//!
//! Counted anew from each full minute, in a table that is bounded: a flood from more networks than it holds makes newcomers wait, and nobody else.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
};

use salver_egress::network_of;
use salver_oauth::Timestamp;

/// Counts of one minute.
pub(crate) struct Limit {
    most: u32,
    counts: Arc<Mutex<(i64, HashMap<IpAddr, u32>)>>,
}

/// So many seconds to wait.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Wait(pub(crate) i64);

impl Limit {
    pub(crate) fn new(most: u32) -> Self {
        Self { most, counts: Arc::default() }
    }

    /// The same counts with another bound.
    pub(crate) fn of(&self, most: u32) -> Self {
        Self { most, counts: Arc::clone(&self.counts) }
    }

    /// Whether there is room for one more; nothing is counted.
    pub(crate) fn check(&self, address: IpAddr, now: Timestamp) -> Result<(), Wait> {
        self.look(address, now, 0)
    }

    /// Counts one, unless there is no room.
    pub(crate) fn take(&self, address: IpAddr, now: Timestamp) -> Result<(), Wait> {
        self.look(address, now, 1)
    }

    fn look(&self, address: IpAddr, now: Timestamp, more: u32) -> Result<(), Wait> {
        let minute = now.as_unix().div_euclid(MINUTE);
        let wait = Wait(MINUTE - now.as_unix().rem_euclid(MINUTE));
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.0 != minute {
            *counts = (minute, HashMap::new());
        }
        let (full, network) = (counts.1.len() >= CAPACITY, network_of(address));
        match counts.1.get_mut(&network) {
            Some(count) if *count >= self.most => return Err(wait),
            Some(count) => *count += more,
            None if full => return Err(wait),
            None if more > 0 => drop(counts.1.insert(network, more)),
            None => {}
        }
        Ok(())
    }
}

const MINUTE: i64 = 60;
const CAPACITY: usize = 65_536;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_network_has_its_own_minute() {
        let limit = Limit::new(2);
        let at = |seconds: i64| Timestamp::from_unix(1_790_000_040 + seconds);
        for (address, seconds, expected) in [
            ("192.0.2.1", 0, Ok(())),
            ("192.0.2.9", 1, Ok(())),
            ("192.0.2.1", 2, Err(Wait(58))),
            ("192.0.3.1", 2, Ok(())),
            ("192.0.2.1", 60, Ok(())),
        ] {
            assert_eq!(limit.take(address.parse().unwrap(), at(seconds)), expected, "{address}");
        }
        let (wider, same) = (limit.of(4), limit.of(2));
        let address = "192.0.2.1".parse().unwrap();
        assert_eq!(wider.take(address, at(61)), Ok(()), "one of four");
        assert_eq!(same.take(address, at(61)), Err(Wait(59)), "two were taken");
        let looks = |_| wider.check(address, at(62)).is_ok();
        assert!((0..9).all(looks), "looking counts nothing");
    }

    #[test]
    fn a_flood_of_networks_takes_no_more_room() {
        let limit = Limit::new(1);
        let now = Timestamp::from_unix(1_790_000_000);
        let taken = (0..70_000_u32).filter(|number| {
            let [_, a, b, c] = number.to_be_bytes();
            limit.take([a, b, c, 1].into(), now).is_ok()
        });
        assert_eq!(taken.count(), CAPACITY);
    }
}
