//! How long is an answer good, and how is it confirmed? One kept copy.
//!
//! RFC 9111 §3 (storing), §4.2 (freshness), §4.3 (validation) as `http-cache-semantics` knows them, within a lower and an
//! upper bound of ours (SPEC CIMD-C-1, CIMD-C-4). What a copy says is never kept as a verdict: only bytes and times.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, Response, header, response};
use http_body_util::Empty;
use http_cache_semantics::{AfterResponse, BeforeRequest, CacheOptions, CachePolicy};

use crate::{Fetched, Freshness, settings::Keeping};

/// An answer that may be given again.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    url: Arc<str>,
    body: Bytes,
    content_type: Option<Arc<str>>,
    fetched_at: SystemTime,
    confirmed_at: SystemTime,
    asked_at: SystemTime,
    fresh_for: Duration,
    policy: CachePolicy,
}

impl Kept {
    /// A copy of a 200 answer, if it may be kept at all (RFC 9111 §3).
    pub(crate) fn of(
        request: &Request<Empty<Bytes>>,
        head: &response::Parts,
        fetched: &Fetched,
        keeping: &Keeping,
    ) -> Option<Self> {
        let answer = answer_for_policy(head);
        let policy = CachePolicy::new_options(request, &answer, fetched.fetched_at, options());
        policy.is_storable().then(|| Self {
            url: Arc::clone(&fetched.url),
            body: fetched.body.clone(),
            content_type: fetched.content_type.clone(),
            fetched_at: fetched.fetched_at,
            confirmed_at: fetched.fetched_at,
            asked_at: fetched.fetched_at,
            fresh_for: fresh_for(&policy, fetched.fetched_at, keeping),
            policy,
        })
    }

    /// The copy after a 304, if the answer is about it (RFC 9111 §4.3.4).
    pub(crate) fn confirmed(
        &self,
        request: &Request<Empty<Bytes>>,
        head: &response::Parts,
        now: SystemTime,
        keeping: &Keeping,
    ) -> Option<Self> {
        let answer = answer_for_policy(head);
        match self.policy.after_response(request, &answer, now) {
            AfterResponse::NotModified(policy, _) => Some(Self {
                confirmed_at: now,
                asked_at: now,
                fresh_for: fresh_for(&policy, now, keeping),
                policy,
                ..self.clone()
            }),
            AfterResponse::Modified(..) => None,
        }
    }

    /// What to add to a request so that an unchanged answer costs no body (RFC 9110 §13.1).
    pub(crate) fn conditions(&self, request: &Request<Empty<Bytes>>, now: SystemTime) -> HeaderMap {
        let mut conditions = HeaderMap::new();
        // Asked as of a time when nothing is fresh any more.
        let later = now.checked_add(Duration::from_hours(24 * 365 * 20)).unwrap_or(now);
        if let BeforeRequest::Stale { request: revalidation, matches: true } =
            self.policy.before_request(request, later)
        {
            for name in [header::IF_NONE_MATCH, header::IF_MODIFIED_SINCE] {
                if let Some(value) = revalidation.headers.get(&name) {
                    conditions.insert(name, value.clone());
                }
            }
        }
        conditions
    }

    /// The copy as an answer, if it needs no question.
    pub(crate) fn fresh(&self, now: SystemTime) -> Option<Fetched> {
        let age = self.age(now)?;
        (age < self.fresh_for).then(|| self.fetched(Freshness::Kept { age }))
    }

    /// The same, if its host was asked within `span`, whatever came of that.
    pub(crate) fn fresh_and_asked(&self, now: SystemTime, span: Duration) -> Option<Fetched> {
        let since = now.duration_since(self.asked_at).ok()?;
        self.fresh(now).filter(|_| since < span)
    }

    /// The host was asked once more, and did not answer well.
    pub(crate) fn note_asked(&mut self, now: SystemTime) {
        self.asked_at = now;
    }

    /// The copy as an answer when its host cannot be asked or does not answer well.
    pub(crate) fn stale(
        &self,
        now: SystemTime,
        keeping: &Keeping,
        freshness: Freshness,
    ) -> Option<Fetched> {
        let age = self.age(now)?;
        (age <= keeping.stale_at_most).then(|| self.fetched(freshness))
    }

    /// Time since the host last said that this is its answer; nothing if the clock went back.
    pub(crate) fn age(&self, now: SystemTime) -> Option<Duration> {
        now.duration_since(self.confirmed_at).ok()
    }

    pub(crate) fn fetched(&self, freshness: Freshness) -> Fetched {
        Fetched {
            url: Arc::clone(&self.url),
            body: self.body.clone(),
            content_type: self.content_type.clone(),
            fetched_at: self.fetched_at,
            freshness,
        }
    }

    /// Bytes that it takes, roughly.
    pub(crate) fn weight(&self) -> usize {
        self.body.len() + self.url.len() + OVERHEAD
    }
}

fn fresh_for(policy: &CachePolicy, now: SystemTime, keeping: &Keeping) -> Duration {
    policy.time_to_live(now).clamp(keeping.at_least, keeping.at_most.max(keeping.at_least))
}

fn options() -> CacheOptions {
    // Shared by everybody who signs in here; nothing is guessed from Last-Modified.
    CacheOptions { shared: true, cache_heuristic: 0.0, ..CacheOptions::default() }
}

/// The fields that caching goes by, in the form that the policy understands: directives are case-insensitive
/// (RFC 9111 §5.2), and an age is a number of seconds that fits (§1.2.2).
fn answer_for_policy(head: &response::Parts) -> Response<()> {
    let mut answer = Response::new(());
    *answer.status_mut() = head.status;
    let headers = answer.headers_mut();
    for name in
        [header::EXPIRES, header::DATE, header::ETAG, header::LAST_MODIFIED, header::SET_COOKIE]
    {
        if let Some(value) = head.headers.get(&name) {
            headers.insert(name, value.clone());
        }
    }
    for name in [header::CACHE_CONTROL, header::PRAGMA, header::VARY] {
        for value in head.headers.get_all(&name) {
            // What cannot be read must not be taken for permission.
            let lower = value.to_str().map_or_else(
                |_| Ok(HeaderValue::from_static("no-store")),
                |value| HeaderValue::from_str(&value.to_ascii_lowercase()),
            );
            if let Ok(lower) = lower {
                headers.append(name.clone(), lower);
            }
        }
    }
    if let Some(age) = head.headers.get(header::AGE) {
        let seconds = age.to_str().ok().and_then(|age| age.trim().parse::<u64>().ok());
        let seconds = u32::try_from(seconds.unwrap_or(0)).unwrap_or(u32::MAX >> 1);
        headers.insert(header::AGE, HeaderValue::from(seconds));
    }
    answer
}

/// Room that a copy takes beside its body: headers twice, maps, keys.
const OVERHEAD: usize = 1024;
