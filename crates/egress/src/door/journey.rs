//! One flight: whether to go at all, the way there and back, and what a failure means.
//!
//! 1. [`Door::fly`]: go, note how it ended, and let a copy stand in for a failure.
//! 2. [`Door::go`]: back-off and budgets, then dial and ask.
//! 3. [`Door::take`]: check the answer and keep it.

use std::{
    net::IpAddr,
    sync::{Arc, OnceLock},
};

use tokio::time::{Instant, timeout_at};

use super::{Door, Enough, within_limit};
use crate::{
    Candidate, Check, ChosenBy, DialError, Event, Family, Fetch, FetchError, Fetched, Freshness,
    NotNow, Source,
    backoff::Ending,
    copies::CopyKey,
    dial::Wish,
    error::{AnswerRefusal, Phase},
    exchange::{self, Answer, Question, Seen},
    kept::Kept,
    metered::Meter,
    mode::Mode,
    purpose::Standing,
    url_gate::Target,
};

/// A fetch whose URL has passed the gate.
pub(super) struct Flight {
    pub(super) key: FlightKey,
    target: Target,
    source: Source,
    accept: &'static str,
    check: Check,
    /// The copy that makes it needless. No part of the key: whoever waits gets what the host says now.
    enough: Enough,
}

/// Flights with equal keys are one: same URL, purpose and trust, same purse, same limit.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct FlightKey {
    copy: CopyKey,
    standing: Standing,
    limit: usize,
}

/// What is seen on the way, for the ledger.
struct Trip {
    seen: Seen,
    family: OnceLock<Family>,
    confirmed: OnceLock<()>,
}

impl Flight {
    pub(super) fn new(
        target: Target,
        (copy, enough): (CopyKey, Enough),
        fetch: &Fetch<'_>,
    ) -> Self {
        let Fetch { source, standing, limit, accept, .. } = *fetch;
        Self {
            key: FlightKey { copy, standing, limit },
            target,
            source: source.widened(),
            accept,
            check: fetch.check.clone(),
            enough,
        }
    }

    fn chosen_by(&self) -> ChosenBy {
        self.key.copy.chosen_by
    }
}

impl Door {
    pub(super) async fn fly(self: Arc<Self>, flight: Flight) -> Result<Fetched, FetchError> {
        let copy = self.copies.find(&flight.key.copy, flight.key.standing);
        // Another flight may have landed between the look at the copies and this one.
        let enough = |copy: &Arc<Kept>| flight.enough.of(copy, self.clock.wall());
        if let Some(fetched) = copy.as_ref().and_then(enough) {
            return within_limit(fetched, flight.key.limit);
        }
        let trip = Trip {
            seen: Seen {
                meter: Meter::new(self.settings.bounds.head_bytes),
                retry_after: OnceLock::new(),
            },
            family: OnceLock::new(),
            confirmed: OnceLock::new(),
        };
        let begun = self.clock.steady();
        let result = self.go(&flight, copy.as_deref(), &trip).await;
        let copy = result.as_ref().err().and_then(|error| self.stand_in(&flight, copy, error));
        let served_stale =
            copy.as_ref().is_some_and(|copy| matches!(copy.freshness, Freshness::Stale { .. }));
        let took = self.clock.steady().saturating_sub(begun);
        self.ledger.note(Event {
            at: self.clock.wall(),
            source: flight.source,
            chosen_by: flight.chosen_by(),
            host: flight.target.host().to_string(),
            purpose: flight.key.copy.purpose,
            outcome: match &result {
                Ok(_) if trip.confirmed.get().is_some() => "not_modified",
                Ok(_) => "fetched",
                Err(error) => error.outcome(),
            },
            status: result.as_ref().err().and_then(FetchError::status),
            category: result.as_ref().err().map(FetchError::category),
            served_stale,
            bytes: trip.seen.meter.read(),
            took,
            family: trip.family.get().copied(),
            times: 1,
        });
        match copy {
            Some(fetched) => within_limit(fetched, flight.key.limit),
            None => result,
        }
    }

    /// The copy that stands in for a failure which is no withdrawal: one that is fresh, or any whose URL is known to be good.
    fn stand_in(
        &self,
        flight: &Flight,
        copy: Option<Arc<Kept>>,
        error: &FetchError,
    ) -> Option<Fetched> {
        if matches!(error, FetchError::Status(404 | 410)) {
            self.copies.forget(&flight.key.copy); // withdrawn
            return None;
        }
        let (copy, now) = (copy?, self.clock.wall());
        if let Some(fresh) = copy.fresh(now) {
            if error.was_asked() {
                self.copies.note_asked(&flight.key.copy, now);
            }
            return Some(fresh);
        }
        if flight.key.standing != Standing::KnownGood || !error.spares_known_good() {
            return None;
        }
        let freshness = Freshness::Stale { age: copy.age(now)?, because: error.category() };
        copy.stale(now, &self.settings.keeping, freshness)
    }

    async fn go(
        &self,
        flight: &Flight,
        copy: Option<&Kept>,
        trip: &Trip,
    ) -> Result<Fetched, FetchError> {
        if self.settings.mode == Mode::Offline {
            return Err(FetchError::Offline);
        }
        let guards = self.guards(flight.key.standing);
        let host = (flight.target.host().to_string(), flight.target.port());
        let now = self.clock.steady();
        if let Some(remaining) = guards.failing.remaining(&host, &flight.key.copy, now) {
            return Err(FetchError::NotNow(NotNow::BackingOff { remaining }));
        }
        let permit = guards.purse.draw(&host.0, flight.source, now).map_err(FetchError::NotNow)?;
        let admit = |address: IpAddr| permit.enter_network(address, self.clock.steady());
        let result = self.ask(flight, copy, trip, &admit).await;
        drop(permit);
        let end = Ending {
            error: result.as_ref().err(),
            retry_after: trip.seen.retry_after.get().copied(),
        };
        guards.failing.note(&host, &flight.key.copy, end, self.clock.steady());
        result
    }

    async fn ask(
        &self,
        flight: &Flight,
        copy: Option<&Kept>,
        trip: &Trip,
        admit: &(dyn Fn(IpAddr) -> Result<(), NotNow> + Sync),
    ) -> Result<Fetched, FetchError> {
        let bounds = &self.settings.bounds;
        let deadline = Instant::now() + bounds.total;
        let wish = Wish {
            target: &flight.target,
            chosen_by: flight.chosen_by(),
            purpose: flight.key.copy.purpose,
            admit,
        };
        let opened = timeout_at(deadline, self.dialer.open(wish))
            .await
            .map_err(|_| FetchError::Dial(DialError::TimedOut(Phase::Connect)))??;
        // The cell is empty: a trip has one connection.
        let _ = trip.family.set(Family::of(opened.peer));
        let mut question = Question {
            target: &flight.target,
            accept: flight.accept,
            conditions: http::HeaderMap::new(),
            limit: flight.key.limit,
            now: self.clock.wall(),
        };
        if let Some(copy) = copy {
            question.conditions = copy.conditions(&question.request()?, question.now);
        }
        let answer = exchange::ask(opened, &question, bounds, deadline, &trip.seen).await?;
        if matches!(answer, Answer::NotModified { .. }) {
            let _ = trip.confirmed.set(());
        }
        self.take(answer, flight, &question, copy)
    }

    /// Checks an answer, and keeps a copy of it if host and bounds allow that.
    fn take(
        &self,
        answer: Answer,
        flight: &Flight,
        question: &Question<'_>,
        copy: Option<&Kept>,
    ) -> Result<Fetched, FetchError> {
        let now = self.clock.wall();
        let request = question.request()?;
        let keeping = &self.settings.keeping;
        let (fetched, kept) = match answer {
            Answer::NotModified { head } => {
                let confirmed = copy
                    .and_then(|copy| copy.confirmed(&request, &head, now, keeping))
                    .ok_or(FetchError::Answer(AnswerRefusal::UnaskedNotModified))?;
                let fetched = within_limit(confirmed.fetched(Freshness::Now), flight.key.limit)?;
                (fetched, Some(confirmed))
            }
            Answer::Whole { head, body } => {
                let content_type = head.headers.get(http::header::CONTENT_TYPE);
                let content_type =
                    content_type.and_then(|value| value.to_str().ok()).map(Arc::from);
                let url = Arc::clone(&flight.key.copy.url);
                let fetched =
                    Fetched { url, body, content_type, fetched_at: now, freshness: Freshness::Now };
                let kept = Kept::of(&request, &head, &fetched, keeping);
                (fetched, kept)
            }
        };
        let candidate = Candidate {
            url: &fetched.url,
            content_type: fetched.content_type.as_deref(),
            body: &fetched.body,
        };
        if !flight.check.passes(&candidate) {
            return Err(FetchError::Unusable(fetched));
        }
        match kept {
            Some(copy) => self.copies.keep(flight.key.copy.clone(), copy, flight.key.standing),
            None => self.copies.forget(&flight.key.copy), // RFC 9111 §5.2.2.5: it says so now
        }
        Ok(fetched)
    }
}
