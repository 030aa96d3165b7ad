//! The door `fetch`: what the program holds in its hand.
//!
//! Answer from a fresh copy, else judge the URL, join or begin the flight. What happens in flight is `journey.rs`; `texts.rs` asks the DNS alone.

mod journey;
mod texts;

use std::{
    fmt,
    sync::Arc,
    time::{Duration, SystemTime},
};

use self::journey::{Flight, FlightKey};
pub use self::texts::Texts;
use crate::{
    ChosenBy, Event, Fetch, FetchError, Fetched, Freshness, Mark, Reading, SetupError, UrlRefusal,
    backoff::Failing,
    budget::Purse,
    clock::{Clock, SystemClock},
    copies::{Copies, CopyKey},
    dial::Dialer,
    error::AnswerRefusal,
    flight::Flights,
    kept::Kept,
    ledger::Ledger,
    purpose::{Purpose, Standing},
    resolver::{DnsResolver, Resolve},
    settings::Settings,
    url_gate::{self, Target, TargetHost, UrlRules},
};

/// The only door outwards. Cheap to clone; all clones are one door.
#[derive(Clone)]
pub struct Egress(Arc<Door>);

struct Door {
    settings: Arc<Settings>,
    dialer: Dialer,
    resolver: Arc<dyn Resolve>,
    copies: Copies,
    flights: Flights<FlightKey, Result<Fetched, FetchError>>,
    first_sight: Guards,
    known_good: Guards,
    ledger: Ledger,
    clock: Arc<dyn Clock>,
}

/// What limits one standing, so that first sights cannot use up what known-good URLs need.
struct Guards {
    purse: Arc<Purse>,
    failing: Failing,
}

/// Which copy needs no flight.
#[derive(Clone, Copy, Debug)]
enum Enough {
    /// Any that is fresh.
    Fresh,
    /// One that is fresh, and whose host was asked within this span.
    AskedWithin(Duration),
}

impl Egress {
    /// Sets up the door with the system's resolver and clocks. Needs a tokio runtime around it.
    ///
    /// # Errors
    ///
    /// When a setting cannot be honoured; the program must not start then.
    pub fn new(settings: Settings) -> Result<Self, SetupError> {
        let resolver = Arc::new(DnsResolver::new(&settings.dns_servers)?);
        Self::with(settings, resolver, Arc::new(SystemClock::start()))
    }

    /// Sets up the door with another resolver and another clock.
    ///
    /// # Errors
    ///
    /// When a setting cannot be honoured.
    pub fn with(
        settings: Settings,
        resolver: Arc<dyn Resolve>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, SetupError> {
        settings.check()?;
        let settings = Arc::new(settings);
        Ok(Self(Arc::new(Door {
            dialer: Dialer::new(Arc::clone(&settings), Arc::clone(&resolver))?,
            resolver,
            copies: Copies::new(&settings.keeping),
            flights: Flights::new(),
            first_sight: Guards {
                purse: Purse::new(settings.budgets.clone()),
                failing: Failing::new(settings.back_off.clone()),
            },
            known_good: Guards {
                purse: Purse::new(settings.known_good_budgets.clone()),
                failing: Failing::new(settings.back_off.clone()),
            },
            ledger: Ledger::new(settings.ledger_events),
            settings,
            clock,
        })))
    }

    /// Gets the content of a URL: from a fresh copy, or from its host within all bounds.
    ///
    /// # Errors
    ///
    /// What went wrong, in full, for the log; strangers may hear [`FetchError::category`] only.
    pub async fn fetch(&self, fetch: Fetch<'_>) -> Result<Fetched, FetchError> {
        self.get(fetch, Enough::Fresh).await
    }

    /// The same for whoever misses something in a fresh copy: asks the host once more, unless it was asked within `span`. A good answer takes the place of the
    /// copy, and a withdrawal (404, 410) ends it; any other failure leaves it, and the copy is given: so nobody who makes us ask while the host fails takes
    /// anything away.
    ///
    /// # Errors
    ///
    /// As for [`Self::fetch`], if there is no fresh copy.
    pub async fn fetch_anew(
        &self,
        fetch: Fetch<'_>,
        span: Duration,
    ) -> Result<Fetched, FetchError> {
        self.get(fetch, Enough::AskedWithin(span)).await
    }

    async fn get(&self, fetch: Fetch<'_>, enough: Enough) -> Result<Fetched, FetchError> {
        let door = &self.0;
        let copy = CopyKey {
            purpose: fetch.purpose,
            chosen_by: fetch.chosen_by,
            url: Arc::from(fetch.url),
        };
        // Whatever is kept under this very key was judged before it was fetched, by the rules that this door has for good.
        if let Some(found) = door.copies.find(&copy, fetch.standing)
            && let Some(fetched) = enough.of(&found, door.clock.wall())
        {
            return within_limit(fetched, fetch.limit);
        }
        let judged = door.judge_url(fetch.url, fetch.chosen_by, fetch.purpose);
        let target = judged.inspect_err(|error| door.note_refused_url(&fetch, error))?;
        let flight = Flight::new(target, (copy, enough), &fetch);
        let key = flight.key.clone();
        let work = || Arc::clone(door).fly(flight);
        // On the heap, so that the futures of all who ask stay small: most are answered from a copy.
        Box::pin(door.flights.join(key, work, Err(FetchError::Abandoned))).await
    }

    /// The kept copy of a stranger's URL, fresh or not, without any network: what may be used before anybody has signed in.
    #[must_use]
    pub fn cached(&self, url: &str, purpose: Purpose) -> Option<Fetched> {
        let copy = self.0.copies.find(&strangers(url, purpose), Standing::FirstSight)?;
        let now = self.0.clock.wall();
        let unasked = Freshness::Unasked { age: copy.age(now)? };
        copy.fresh(now).or_else(|| copy.stale(now, &self.0.settings.keeping, unasked))
    }

    /// Drops the kept copy of a stranger's URL.
    pub fn forget(&self, url: &str, purpose: Purpose) {
        self.0.copies.forget(&strangers(url, purpose));
    }

    /// What left lately and how it ended, oldest first. For operators only.
    #[must_use]
    pub fn ledger(&self) -> Vec<Event> {
        self.0.ledger.events()
    }

    /// What left since `mark`, for whoever copies the ledger elsewhere. What it gives does not change any more.
    #[must_use]
    pub fn ledger_since(&self, mark: Mark) -> Reading {
        self.0.ledger.since(mark)
    }

    /// The settings in force.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }
}

impl Enough {
    fn of(self, copy: &Kept, now: SystemTime) -> Option<Fetched> {
        match self {
            Self::Fresh => copy.fresh(now),
            Self::AskedWithin(span) => copy.fresh_and_asked(now, span),
        }
    }
}

impl Door {
    /// The URL gate with the operator's rules.
    fn judge_url(
        &self,
        url: &str,
        chosen_by: ChosenBy,
        purpose: Purpose,
    ) -> Result<Target, FetchError> {
        let settings = &self.settings;
        let opened = |host: &TargetHost, port| {
            settings.opens(host, port, purpose) || settings.leads_to_development(host, port)
        };
        let rules = UrlRules { chosen_by, ports: &settings.ports, opened: &opened };
        let target = url_gate::judge_with(url, rules).map_err(FetchError::Url)?;
        // What was given is what is asked for and kept under.
        if chosen_by == ChosenBy::Stranger && target.as_str() != url {
            return Err(FetchError::Url(UrlRefusal::NotCanonical));
        }
        Ok(target)
    }

    fn note_refused_url(&self, fetch: &Fetch<'_>, error: &FetchError) {
        self.ledger.note(Event {
            at: self.clock.wall(),
            source: fetch.source.widened(),
            chosen_by: fetch.chosen_by,
            host: url_gate::apparent_host(fetch.url),
            purpose: fetch.purpose,
            outcome: error.outcome(),
            status: None,
            category: Some(error.category()),
            served_stale: false,
            bytes: 0,
            took: Duration::ZERO,
            family: None,
            times: 1,
        });
    }

    fn guards(&self, standing: Standing) -> &Guards {
        match standing {
            Standing::FirstSight => &self.first_sight,
            Standing::KnownGood => &self.known_good,
        }
    }
}

/// A copy may have been fetched under a larger limit.
fn within_limit(fetched: Fetched, limit: usize) -> Result<Fetched, FetchError> {
    if fetched.body.len() > limit {
        return Err(FetchError::Answer(AnswerRefusal::TooLong { limit }));
    }
    Ok(fetched)
}

fn strangers(url: &str, purpose: Purpose) -> CopyKey {
    CopyKey { purpose, chosen_by: ChosenBy::Stranger, url: Arc::from(url) }
}

impl fmt::Debug for Egress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Egress").field("mode", &self.0.settings.mode).finish_non_exhaustive()
    }
}
