//! The door for URLs that strangers chose: what is asked for, and what comes back.
//!
//! A fresh copy needs no network → judge the URL → one flight per URL → budgets → dial → ask → check → keep. A failure
//! gives a known-good copy its chance, and is never kept itself (SPEC CIMD-C-2).

use std::{
    fmt,
    sync::Arc,
    time::{Duration, SystemTime},
};

use bytes::Bytes;

use crate::{
    ChosenBy,
    error::Category,
    purpose::{Purpose, Source, Standing},
};

/// A wish for the content of one URL.
#[derive(Clone, Debug)]
pub struct Fetch<'a> {
    /// The URL, exactly as it was given to us.
    pub url: &'a str,
    /// Who chose it.
    pub chosen_by: ChosenBy,
    /// What for.
    pub purpose: Purpose,
    /// Who caused it.
    pub source: Source,
    /// What we know of the URL beforehand.
    pub standing: Standing,
    /// Longest body that is taken, in bytes.
    pub limit: usize,
    /// Media types for `Accept`.
    pub accept: &'static str,
    /// Is this what it was fetched for? Only then is it kept (SPEC CIMD-C-2). Must be cheap and must not trust.
    pub check: Check,
}

/// Looks at an answer before it is kept.
#[derive(Clone)]
pub struct Check(Arc<dyn Fn(&Candidate<'_>) -> bool + Send + Sync>);

impl Check {
    /// This one.
    pub fn new(check: impl Fn(&Candidate<'_>) -> bool + Send + Sync + 'static) -> Self {
        Self(Arc::new(check))
    }

    pub(crate) fn passes(&self, candidate: &Candidate<'_>) -> bool {
        (self.0)(candidate)
    }
}

impl fmt::Debug for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Check(..)")
    }
}

/// A received answer, before it is believed to be anything.
#[derive(Clone, Copy, Debug)]
pub struct Candidate<'a> {
    /// The URL that was asked for.
    pub url: &'a str,
    /// Value of `Content-Type`, if it was one and readable.
    pub content_type: Option<&'a str>,
    /// The body.
    pub body: &'a Bytes,
}

/// What was fetched. Cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    /// The URL that was asked for.
    pub url: Arc<str>,
    /// The body, at most as long as the limit.
    pub body: Bytes,
    /// Value of `Content-Type`, if it was one and readable.
    pub content_type: Option<Arc<str>>,
    /// When these bytes came from the host.
    pub fetched_at: SystemTime,
    /// How sure it is that the host would say the same now.
    pub freshness: Freshness,
}

/// How sure it is that the host would say the same now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freshness {
    /// It just did.
    Now,
    /// It said so this long ago, and that is good enough by its own word and our bounds.
    Kept {
        /// Time since the host last said it.
        age: Duration,
    },
    /// It said so this long ago; that is no longer good, but asking failed.
    Stale {
        /// Time since the host last said it.
        age: Duration,
        /// What happened to the question.
        because: Category,
    },
    /// It said so this long ago; that is no longer good, and nobody asked (see `Egress::cached`).
    Unasked {
        /// Time since the host last said it.
        age: Duration,
    },
}
