//! What left, and how did it end? A bounded list of events for operators.
//!
//! Equal refusals in a row are counted, not listed, so that a flood does not push out what matters. Whoever copies the list
//! elsewhere reads on from a [`Mark`]; what has been handed out does not change any more. Nothing in it is for strangers.

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
    /// The host, as the URL names it; of a URL that is refused as it is written, what looks like its host. A stranger's text,
    /// though never more than 255 letters, digits and `.-_:[]`, with `?` for anything else.
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

/// How far somebody has read; the default is the beginning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mark(u64);

/// What was noted since a mark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The events, oldest first.
    pub events: Vec<Event>,
    /// How many events had to make room before they were read.
    pub missed: u64,
    /// Where to read on.
    pub mark: Mark,
}

/// The list of events.
#[derive(Debug)]
pub(crate) struct Ledger {
    book: Mutex<Book>,
    room: usize,
}

#[derive(Debug, Default)]
struct Book {
    events: VecDeque<Event>,
    /// How many events there ever were.
    noted: u64,
    /// How many of them were handed out to somebody who reads on, and stay as they are.
    sealed: u64,
}

impl Ledger {
    pub(crate) fn new(room: usize) -> Self {
        Self { book: Mutex::default(), room }
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
        let mut book = self.lock();
        if book.noted > book.sealed
            && let Some(last) = book.events.back_mut()
            && is_same_refusal(last, &event)
        {
            last.at = event.at;
            last.times = last.times.saturating_add(1);
            return;
        }
        if self.room == 0 {
            return;
        }
        if book.events.len() >= self.room {
            book.events.pop_front();
        }
        book.events.push_back(event);
        book.noted += 1;
    }

    /// Oldest first.
    pub(crate) fn events(&self) -> Vec<Event> {
        self.lock().events.iter().cloned().collect()
    }

    /// What was noted since `mark`.
    pub(crate) fn since(&self, Mark(mark): Mark) -> Reading {
        let mut book = self.lock();
        book.sealed = book.noted;
        let first = book.noted.saturating_sub(book.events.len() as u64);
        let known = usize::try_from(mark.saturating_sub(first)).unwrap_or(usize::MAX);
        Reading {
            events: book.events.iter().skip(known).cloned().collect(),
            missed: first.saturating_sub(mark),
            mark: Mark(book.noted),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Family {
    pub(crate) fn of(peer: SocketAddr) -> Self {
        if peer.ip().to_canonical().is_ipv4() { Self::V4 } else { Self::V6 }
    }
}

fn is_same_refusal(last: &Event, event: &Event) -> bool {
    matches!(event.category, Some(Category::NotNow | Category::UrlNotAllowed))
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

    #[test]
    fn whoever_reads_on_sees_every_event_once_and_hears_how_many_were_too_old() {
        let ledger = Ledger::new(3);
        let hosts = |reading: &Reading| -> Vec<String> {
            reading.events.iter().map(|event| format!("{} {}", event.host, event.times)).collect()
        };
        ledger.note(event("a", "budget", Some(Category::NotNow)));
        ledger.note(event("a", "budget", Some(Category::NotNow)));
        let first = ledger.since(Mark::default());
        assert_eq!((hosts(&first), first.missed), (vec!["a 2".to_owned()], 0));
        assert_eq!(ledger.since(first.mark).events, [], "nothing new");

        ledger.note(event("a", "budget", Some(Category::NotNow)));
        let second = ledger.since(first.mark);
        assert_eq!(hosts(&second), ["a 1"], "what was handed out stays as it is");

        for host in ["b", "c", "d", "e"] {
            ledger.note(event(host, "fetched", None));
        }
        let third = ledger.since(second.mark);
        assert_eq!(
            (hosts(&third), third.missed),
            (vec!["c 1".into(), "d 1".into(), "e 1".into()], 1)
        );
    }
}
