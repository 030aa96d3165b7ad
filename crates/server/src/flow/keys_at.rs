//! Which keys are at this URL now, so that one of them may verify what names it? Those of clients and of trust anchors alike (CIMD-C-5, SW-11).
//!
//! The name of a key comes from somebody whom nobody has verified yet. So a name that is not in the set makes us ask its host once more, at most once a minute for each set, and takes nothing away: what is
//! kept is believed on until its host says something else or withdraws it, though never longer than its host wants, nor longer than a day (DESIGN 4.5).

use std::{sync::Arc, time::Duration};

use arc_swap::ArcSwapOption;
use bytes::Bytes;
use salver_egress::{
    Candidate, Check, ChosenBy, Egress, Fetch, FetchError, Fetched, Freshness, Purpose, Source,
    Standing,
};
use salver_jose::{KeySet, KeySetError};
use thiserror::Error;

/// Keys at a URL, with what was read of them last: tokens come far more often than keys change.
#[derive(Debug)]
pub struct KeysAt {
    url: Box<str>,
    read: ArcSwapOption<(Bytes, Arc<KeySet>)>,
}

/// What keys are asked for.
#[derive(Clone, Copy, Debug)]
pub struct Errand {
    /// What the egress ledger and exceptions call it.
    pub purpose: Purpose,
    /// On whose account.
    pub source: Source,
}

/// Why keys cannot be read.
#[derive(Debug, Error)]
pub enum KeysUnreadable {
    /// They cannot be fetched.
    #[error("they cannot be fetched: {0}")]
    Fetch(#[from] FetchError),
    /// What was fetched is no key set.
    #[error("what was fetched is no key set: {0}")]
    Set(#[from] KeySetError),
}

impl KeysAt {
    /// None of them read yet.
    #[must_use]
    pub fn new(url: &str) -> Self {
        Self { url: url.into(), read: ArcSwapOption::empty() }
    }

    /// The URL.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The keys, and what they were read of. If the key that is `named` is not among them, they are asked for once more: keys rotate.
    ///
    /// # Errors
    /// [`KeysUnreadable`]: then nothing is believed.
    pub async fn load(
        &self,
        egress: &Egress,
        errand: Errand,
        named: Option<&str>,
    ) -> Result<(Arc<KeySet>, Fetched), KeysUnreadable> {
        let mut fetched = egress.fetch(self.fetch(errand)).await?;
        if is_too_old(&fetched) {
            // Believed by nobody, so nothing is lost with it.
            egress.forget(&self.url, errand.purpose);
            fetched = egress.fetch(self.fetch(errand)).await?;
        }
        let keys = self.read(&fetched.body)?;
        let is_known = named.is_none_or(|name| keys.find(name).is_some());
        if is_known || fetched.freshness == Freshness::Now {
            return Ok((keys, fetched));
        }
        let fetched = egress.fetch_anew(self.fetch(errand), ASKED_ANEW_AFTER).await?;
        Ok((self.read(&fetched.body)?, fetched))
    }

    /// What was read from there last, fresh or not, if it may be believed: nobody is asked.
    #[must_use]
    pub fn at_hand(&self, egress: &Egress, purpose: Purpose) -> Option<Fetched> {
        egress.cached(&self.url, purpose).filter(|fetched| !is_too_old(fetched))
    }

    /// Reads what was fetched from there; equal bytes are read once.
    fn read(&self, body: &Bytes) -> Result<Arc<KeySet>, KeySetError> {
        if let Some(known) = &*self.read.load()
            && known.0 == *body
        {
            return Ok(Arc::clone(&known.1));
        }
        let keys = Arc::new(KeySet::parse(body)?);
        self.read.store(Some(Arc::new((body.clone(), Arc::clone(&keys)))));
        Ok(keys)
    }

    fn fetch(&self, Errand { purpose, source }: Errand) -> Fetch<'_> {
        Fetch {
            url: &self.url,
            // Even where the operator chose the URL, nobody chose what its host answers with today: nothing inside our network is read unless it is named for that.
            chosen_by: ChosenBy::Stranger,
            purpose,
            source,
            // Keys are never served stale, however good they were (DESIGN 4.5).
            standing: Standing::FirstSight,
            limit: KEY_SET_BYTES,
            accept: "application/jwk-set+json, application/json",
            check: Check::new(is_key_set),
        }
    }
}

fn is_key_set(candidate: &Candidate<'_>) -> bool {
    KeySet::parse(candidate.body).is_ok()
}

fn is_too_old(fetched: &Fetched) -> bool {
    match fetched.freshness {
        Freshness::Now => false,
        Freshness::Kept { age } | Freshness::Unasked { age } | Freshness::Stale { age, .. } => {
            age >= LONGEST
        }
    }
}

/// The most that is read of a key set, in bytes (DESIGN §9).
const KEY_SET_BYTES: usize = 64 * 1024;

/// How long ago a host must have been asked before an unknown key is a reason to ask it once more (CIMD-C-5, SW-11).
const ASKED_ANEW_AFTER: Duration = Duration::from_mins(1);

/// How old a key set may get at most, whatever its host and the keeping of documents say (DESIGN 4.5).
const LONGEST: Duration = Duration::from_hours(24);
