//! How far do clients get? Counted in memory per node and merged into the store now and then (DESIGN §6), so that no request waits for it.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use salver_oauth::Timestamp;
use salver_policy::visit::Method;
use salver_store::record::{Counted, FunnelStep};

/// What was counted since the last merge. Only known applications have places of their own, so it stays small.
#[derive(Default)]
pub struct Counters(Mutex<BTreeMap<Place, u64>>);

type Place = (Timestamp, Option<Box<str>>, Method, FunnelStep);

impl Counters {
    /// Notes that a client took a step; `application` is the key of the application if it is a known one.
    pub fn note(
        &self,
        step: FunnelStep,
        method: Method,
        application: Option<&str>,
        now: Timestamp,
    ) {
        let place = (day(now), application.map(Into::into), method, step);
        let mut counted = self.lock();
        let number = counted.entry(place).or_default();
        *number = number.saturating_add(1);
    }

    /// Takes out what was counted, to be merged.
    #[must_use]
    pub fn take(&self) -> Vec<Counted> {
        let counted = std::mem::take(&mut *self.lock());
        let counted =
            counted.into_iter().map(|((day, application, method, step), number)| Counted {
                day,
                application: application.map(Into::into),
                method: method.id().to_owned(),
                step,
                number,
            });
        counted.collect()
    }

    /// Puts back what could not be merged.
    pub fn put_back(&self, counted: Vec<Counted>) {
        let mut all = self.lock();
        for Counted { day, application, method, step, number } in counted {
            // What was taken out has one of these methods.
            if let Some(method) = Method::ALL.into_iter().find(|known| known.id() == method) {
                let waiting =
                    all.entry((day, application.map(Into::into), method, step)).or_default();
                *waiting = waiting.saturating_add(number);
            }
        }
    }

    /// No code runs under the lock that could leave it half changed, so a poisoned one is as good.
    fn lock(&self) -> MutexGuard<'_, BTreeMap<Place, u64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The beginning of the day, in UTC.
#[must_use]
pub fn day(at: Timestamp) -> Timestamp {
    at.plus_seconds(-at.as_unix().rem_euclid(DAY))
}

const DAY: i64 = 86_400;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_merged_is_not_forgotten() {
        let counters = Counters::default();
        let note = |application, seconds| {
            let now = Timestamp::from_unix(10 * DAY + seconds);
            counters.note(FunnelStep::Used, Method::Dynamic, application, now);
        };
        note(Some("entry App"), 5);
        note(Some("entry App"), DAY - 1);
        note(None, 0);
        note(Some("entry App"), DAY);
        let taken = counters.take();
        assert!(counters.take().is_empty());
        note(None, 1);
        counters.put_back(taken);
        let mut all = counters.take();
        all.sort();
        let all: Vec<_> = all
            .iter()
            .map(|one| (one.day.as_unix() / DAY, one.application.as_deref(), one.number))
            .collect();
        assert_eq!(all, [(10, None, 2), (10, Some("entry App"), 2), (11, Some("entry App"), 1)]);
    }
}
