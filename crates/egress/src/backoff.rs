//! How long is a failing host left in peace? Exponentially longer, with jitter, within a bound.
//!
//! What cannot be reached fails for its whole host; an answer that fails counts for its URL only, so that a stranger's bad
//! path does not close the host for everybody. For the same reason `Retry-After` (RFC 9110 §10.2.3) counts for the URL alone;
//! it only lengthens, and never beyond our own bound.

use std::{
    hash::{BuildHasher as _, Hash, Hasher as _, RandomState},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use crate::{FetchError, Phase, bounded::Bounded, copies::CopyKey, settings::BackOff};

/// Hosts and URLs that failed lately.
#[derive(Debug)]
pub(crate) struct Failing {
    settings: BackOff,
    hosts: Table<(String, u16)>,
    urls: Table<CopyKey>,
}

type Table<K> = Mutex<Bounded<K, Failures>>;

#[derive(Clone, Copy, Debug)]
struct Failures {
    count: u32,
    until: Duration,
}

/// How a fetch ended.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Ending<'a> {
    /// What went wrong, if anything did.
    pub(crate) error: Option<&'a FetchError>,
    /// How long the host asked to be left in peace.
    pub(crate) retry_after: Option<Duration>,
}

/// What a failure says about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum About {
    Host,
    Url,
    Nothing,
}

impl Failing {
    pub(crate) fn new(settings: BackOff) -> Self {
        let hosts = Mutex::new(Bounded::new(MOST_ENTRIES, usize::MAX));
        let urls = Mutex::new(Bounded::new(MOST_ENTRIES, usize::MAX));
        Self { settings, hosts, urls }
    }

    /// How much longer this host or URL is left in peace, if it is.
    pub(crate) fn remaining(
        &self,
        host: &(String, u16),
        url: &CopyKey,
        now: Duration,
    ) -> Option<Duration> {
        let of_host = lock(&self.hosts).get(host).map(|failures| failures.until);
        let of_url = lock(&self.urls).get(url).map(|failures| failures.until);
        let until = of_host.max(of_url)?;
        until.checked_sub(now).filter(|remaining| !remaining.is_zero())
    }

    /// Notes how a fetch ended.
    pub(crate) fn note(
        &self,
        host: &(String, u16),
        url: &CopyKey,
        Ending { error, retry_after }: Ending<'_>,
        now: Duration,
    ) {
        match error.map_or(About::Nothing, about) {
            About::Host => self.failed(&self.hosts, host.clone(), None, now),
            About::Url => {
                lock(&self.hosts).remove(host);
                self.failed(&self.urls, url.clone(), retry_after, now);
            }
            About::Nothing if error.is_none() => {
                lock(&self.hosts).remove(host);
                lock(&self.urls).remove(url);
            }
            About::Nothing => {}
        }
    }

    fn failed<K: Clone + Eq + Hash>(
        &self,
        table: &Table<K>,
        key: K,
        retry_after: Option<Duration>,
        now: Duration,
    ) {
        let mut table = lock(table);
        let count = table.get(&key).map_or(0, |failures| failures.count).saturating_add(1);
        let asked = retry_after.unwrap_or_default().min(self.settings.at_most);
        let until = now.saturating_add(delay(&self.settings, count, chance()).max(asked));
        table.insert(key, Failures { count, until }, 1);
    }
}

fn about(error: &FetchError) -> About {
    match error {
        FetchError::Dial(crate::DialError::NotNow(_)) => About::Nothing,
        FetchError::Dial(_) | FetchError::TimedOut(Phase::Dns | Phase::Connect | Phase::Tls) => {
            About::Host
        }
        FetchError::TimedOut(Phase::Head | Phase::Body)
        | FetchError::Broken(_)
        | FetchError::BotChallenge(_) => About::Url,
        FetchError::Status(status) if *status >= 500 || *status == 429 => About::Url,
        FetchError::Status(_)
        | FetchError::Url(_)
        | FetchError::Answer(_)
        | FetchError::Unusable(_)
        | FetchError::NotNow(_)
        | FetchError::Offline
        | FetchError::Abandoned => About::Nothing,
    }
}

/// Doubles with every failure; `chance` moves it by up to half in both directions.
fn delay(settings: &BackOff, count: u32, chance: u16) -> Duration {
    let doublings = count.saturating_sub(1).min(20);
    let base = settings.first.saturating_mul(1 << doublings).min(settings.at_most);
    let half = base / 2;
    half + half.saturating_mul(u32::from(chance)) / u32::from(u16::MAX) * 2
}

/// Chance enough to keep hosts from being asked in step; nothing secret hangs on it.
fn chance() -> u16 {
    let [high, low, ..] = RandomState::new().build_hasher().finish().to_be_bytes();
    u16::from_be_bytes([high, low])
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

const MOST_ENTRIES: usize = 8192;

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{ChosenBy, DialError, Purpose};

    fn url(text: &str) -> CopyKey {
        let purpose = Purpose::new("test");
        CopyKey { purpose, chosen_by: ChosenBy::Stranger, url: Arc::from(text) }
    }

    fn failed(error: &FetchError) -> Ending<'_> {
        Ending { error: Some(error), retry_after: None }
    }

    #[test]
    fn retry_after_lengthens_the_back_off_of_its_url_within_the_bound() {
        let (host, now) = ((String::from("a.com"), 443), Duration::from_secs(100));
        let seconds = |asked: u64| {
            let failing = Failing::new(BackOff::default());
            let retry_after = Some(Duration::from_secs(asked));
            let end = Ending { retry_after, ..failed(&FetchError::Status(503)) };
            failing.note(&host, &url("a/1"), end, now);
            assert!(failing.remaining(&host, &url("a/2"), now).is_none(), "others go on");
            failing.remaining(&host, &url("a/1"), now).map(|remaining| remaining.as_secs())
        };
        assert_eq!(seconds(120), Some(120));
        assert_eq!(seconds(u64::MAX), Some(600), "our bound");
        assert!(seconds(0).is_some_and(|remaining| remaining <= 1), "it does not shorten");
    }

    #[test]
    fn delays_double_up_to_the_bound_and_jitter_stays_within_a_half() {
        let settings = BackOff::default();
        for (count, seconds) in [(1, 1), (2, 2), (3, 4), (7, 64), (11, 600), (200, 600)] {
            let base = Duration::from_secs(seconds);
            assert_eq!(delay(&settings, count, 0), base / 2);
            let longest = delay(&settings, count, u16::MAX);
            assert_eq!(longest, base / 2 * 3, "{count}");
        }
    }

    #[test]
    fn a_dead_host_closes_itself_and_a_bad_path_only_its_url() {
        let failing = Failing::new(BackOff::default());
        let (dead, alive) = ((String::from("dead.com"), 443), (String::from("alive.com"), 443));
        let now = Duration::from_secs(100);
        let no_answer = FetchError::Dial(DialError::NoAnswer { tried: 1 });
        failing.note(&dead, &url("dead/1"), failed(&no_answer), now);
        assert!(failing.remaining(&dead, &url("dead/2"), now).is_some());

        failing.note(&alive, &url("alive/1"), failed(&FetchError::Status(500)), now);
        assert!(failing.remaining(&alive, &url("alive/1"), now).is_some());
        assert!(failing.remaining(&alive, &url("alive/2"), now).is_none());

        let later = now + Duration::from_secs(2);
        assert!(
            failing.remaining(&dead, &url("dead/1"), later).is_none(),
            "tried again after a while"
        );
        failing.note(&dead, &url("dead/1"), Ending::default(), later);
        assert!(failing.remaining(&dead, &url("dead/1"), later).is_none());
        assert_eq!(lock(&failing.hosts).len(), 0, "a success is a clean slate");
    }

    #[test]
    fn a_refusal_of_the_document_is_not_a_failure_of_the_host() {
        let failing = Failing::new(BackOff::default());
        let host = (String::from("a.com"), 443);
        failing.note(&host, &url("a"), failed(&FetchError::Status(404)), Duration::ZERO);
        assert!(failing.remaining(&host, &url("a"), Duration::ZERO).is_none());
    }
}
