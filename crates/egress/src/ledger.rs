//! What left, and how did it end? A bounded list of events for operators.
//!
//! Equal refusals in a row are counted, not listed, so that a flood does not push out what matters. Nothing in it is for
//! strangers.

use std::{
    collections::VecDeque,
    net::SocketAddr,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime},
};

use crate::{
    ChosenBy,
    error::Category,
    purpose::{Purpose, Source},
};

/// One attempt to get something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// When it ended.
    pub at: SystemTime,
    /// Who caused it.
    pub source: Source,
    /// Who chose the URL.
    pub chosen_by: ChosenBy,
    /// The host, as the URL names it. A stranger's text, though only letters, digits and `.-_:[]`.
    pub host: String,
    /// What for.
    pub purpose: Purpose,
    /// How it ended, in one word: `fetched`, `not_modified`, or what went wrong.
    pub outcome: &'static str,
    /// The HTTP status, where it says more.
    pub status: Option<u16>,
    /// What a stranger heard, if it failed.
    pub category: Option<Category>,
    /// A known-good copy was served in place of the failure.
    pub served_stale: bool,
    /// Bytes received, heads included, TLS not.
    pub bytes: u64,
    /// Time it took.
    pub took: Duration,
    /// Over which kind of address, if a connection was opened.
    pub family: Option<Family>,
    /// How many equal refusals in a row this stands for.
    pub times: u32,
}

/// Kind of address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// IPv4.
    V4,
    /// IPv6.
    V6,
}

/// The list of events.
#[derive(Debug)]
pub(crate) struct Ledger {
    events: Mutex<VecDeque<Event>>,
    room: usize,
}

impl Ledger {
    pub(crate) fn new(room: usize) -> Self {
        Self { events: Mutex::new(VecDeque::new()), room }
    }

    pub(crate) fn note(&self, event: Event) {
        tracing::debug!(
            host = event.host,
            purpose = %event.purpose,
            outcome = event.outcome,
            status = event.status,
            bytes = event.bytes,
            took_ms = u64::try_from(event.took.as_millis()).unwrap_or(u64::MAX),
            "egress",
        );
        let mut events = self.lock();
        if let Some(last) = events.back_mut()
            && is_same_refusal(last, &event)
        {
            last.at = event.at;
            last.times = last.times.saturating_add(1);
            return;
        }
        if self.room == 0 {
            return;
        }
        if events.len() >= self.room {
            events.pop_front();
        }
        events.push_back(event);
    }

    /// Oldest first.
    pub(crate) fn events(&self) -> Vec<Event> {
        self.lock().iter().cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Event>> {
        self.events.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Family {
    pub(crate) fn of(peer: SocketAddr) -> Self {
        if peer.ip().to_canonical().is_ipv4() { Self::V4 } else { Self::V6 }
    }
}

fn is_same_refusal(last: &Event, event: &Event) -> bool {
    event.category == Some(Category::NotNow)
        && last.outcome == event.outcome
        && last.purpose == event.purpose
        && last.served_stale == event.served_stale
        && (last.source == event.source || last.host == event.host)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(host: &str, outcome: &'static str, category: Option<Category>) -> Event {
        Event {
            at: SystemTime::UNIX_EPOCH,
            source: Source::Itself,
            chosen_by: ChosenBy::Stranger,
            host: host.to_owned(),
            purpose: Purpose::new("test"),
            outcome,
            status: None,
            category,
            served_stale: false,
            bytes: 0,
            took: Duration::ZERO,
            family: None,
            times: 1,
        }
    }

    #[test]
    fn the_list_is_bounded_and_a_flood_of_refusals_is_one_line() {
        let ledger = Ledger::new(3);
        for host in ["a", "b", "c", "d"] {
            ledger.note(event(host, "fetched", None));
        }
        for _ in 0..10_000 {
            ledger.note(event("e", "budget", Some(Category::NotNow)));
        }
        let events = ledger.events();
        let lines: Vec<_> = events.iter().map(|event| (event.host.as_str(), event.times)).collect();
        assert_eq!(lines, [("c", 1), ("d", 1), ("e", 10_000)]);
    }
}
