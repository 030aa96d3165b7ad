//! What has the operator's URL issued, and may it be taken over? Fetched through the guarded door, verified with the operator's key, judged as
//! what comes after the last one; each failure leaves the last good one in force.

use salver_egress::{
    Candidate, Category, Check, ChosenBy, Egress, Fetch, FetchError, Freshness, Purpose, Source,
    Standing,
};
use salver_jose::{MAX_SIGNED_CATALOGUE_BYTES, TokenError, verify_catalogue};
use salver_policy::catalogue::{
    Catalogue, Date,
    update::{Update, UpdateError},
};
use thiserror::Error;

use super::{StateError, StateFile, TakenOver};
use crate::config::catalogue::Updates;

/// What the egress ledger calls these fetches.
const CATALOGUE: Purpose = Purpose::new("catalogue");

/// Why nothing is taken over.
#[derive(Debug, Error)]
pub(crate) enum SourceError {
    /// It cannot be fetched.
    #[error("it cannot be fetched: {0}")]
    Fetch(FetchError),
    /// It cannot be fetched now, and a copy of before says nothing new.
    #[error("it cannot be fetched: {}", .0.as_str())]
    Stale(Category),
    /// It is not what the key has signed.
    #[error("it is not signed by the key of the configuration: {0}")]
    NotSigned(TokenError),
    /// It does not follow the last one.
    #[error("it cannot follow the last one: {0}")]
    Update(UpdateError),
    /// What was taken over cannot be read or kept.
    #[error(transparent)]
    State(#[from] StateError),
}

impl SourceError {
    /// What helps.
    pub(crate) fn hint(&self) -> &'static str {
        match self {
            Self::Fetch(FetchError::Offline) => {
                "`egress.mode` is \"offline\": bring the signed file, and name it with --from"
            }
            Self::Fetch(_) | Self::Stale(_) => "salver egress ledger tells more of it",
            Self::NotSigned(_) => {
                "compare `catalogue.key` with the issuer's key; salver catalogue sign makes what is wanted"
            }
            Self::Update(UpdateError::NotRising { .. }) => {
                "the issuer must give each catalogue a greater number than the last"
            }
            Self::Update(UpdateError::NoExpiry | UpdateError::Expired(_)) => {
                "the issuer must sign it anew, with expires on a day to come"
            }
            Self::Update(UpdateError::IssuedLater(_)) => "compare the clocks",
            Self::Update(UpdateError::Catalogue(_)) => "docs/catalogue.md has the format",
            Self::State(StateError::File { .. } | StateError::CannotBeKept(_)) => {
                "look at the disk and at the rights of the data directory"
            }
            Self::State(StateError::Spoilt { .. }) => {
                "take the file from a backup; without it all has to be accepted anew"
            }
        }
    }
}

/// What stands at the URL now.
pub(crate) async fn fetch(egress: &Egress, updates: &Updates) -> Result<String, SourceError> {
    let fetch = Fetch {
        url: &updates.url,
        chosen_by: ChosenBy::Operator,
        purpose: CATALOGUE,
        source: Source::Itself,
        standing: Standing::KnownGood,
        limit: MAX_SIGNED_CATALOGUE_BYTES,
        accept: "application/jose, text/plain",
        check: Check::new(is_compact),
    };
    let fetched = egress.fetch(fetch).await.map_err(SourceError::Fetch)?;
    if let Freshness::Stale { because, .. } = fetched.freshness {
        return Err(SourceError::Stale(because));
    }
    String::from_utf8(fetched.body.into())
        .map_err(|_| SourceError::NotSigned(TokenError::Malformed))
}

/// The text that the operator's key has signed.
pub(crate) fn verify(updates: &Updates, compact: &str) -> Result<String, SourceError> {
    verify_catalogue(compact.trim(), &updates.key).map_err(SourceError::NotSigned)
}

/// Takes a verified text over on top of the catalogue below, unless it is the one that was taken over last; `write` says whether it
/// is kept.
pub(crate) fn take_over(
    file: &StateFile,
    (url, below): (&str, Option<&Catalogue>),
    text: String,
    (today, write): (Date, bool),
) -> Result<(TakenOver, Option<Update>), SourceError> {
    let follow = |current: Option<TakenOver>| match current {
        Some(current) if current.text == text => Ok((current, None)),
        current => TakenOver::follow((current.as_ref(), below), text, today)
            .map(|(next, update)| (next, Some(update)))
            .map_err(SourceError::Update),
    };
    if !write {
        return follow(file.load(url)?);
    }
    file.change(url, |current| {
        let (next, update) = follow(current)?;
        Ok((update.is_some().then(|| next.clone()), (next, update)))
    })
}

/// Only what could be a signed text is worth keeping.
fn is_compact(candidate: &Candidate<'_>) -> bool {
    let body = candidate.body.trim_ascii();
    body.is_ascii() && body.split(|byte| *byte == b'.').count() == 3
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::{
        super::taken_over::tests::{day, text},
        *,
    };

    const URL: &str = "https://catalogues.example/mcp.jws";

    #[test]
    fn design_4_6_a_rising_number_within_its_time_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let file = StateFile::new(folder.path());
        let offer = |number, today: &str, write| {
            take_over(&file, (URL, None), text(number, "App"), (day(today), write))
                .map(|(_, update)| update.is_some())
                .map_err(|error| error.to_string())
        };
        let number = || file.load(URL).unwrap().map(|taken_over| taken_over.number());
        assert_eq!(offer(5, "2026-11-20", false), Ok(true));
        assert_eq!(number(), None, "only looked at");
        assert_eq!(offer(5, "2026-11-20", true), Ok(true));
        assert_eq!(offer(5, "2026-12-20", true), Ok(false), "the same is no news, however late");
        for (offered, today, why) in [
            (4, "2026-11-20", "its number is 4, and the current one is 5"),
            (6, "2026-12-02", "it expired on 2026-12-01"),
        ] {
            let refused = offer(offered, today, true).unwrap_err();
            assert!(refused.contains(why), "{refused}");
        }
        assert_eq!(number(), Some(5), "the last good one stays");
        assert_eq!(offer(6, "2026-12-01", true), Ok(true));
    }

    #[test]
    fn what_cannot_be_a_signed_text_is_not_kept() {
        let is_kept = |body: &[u8]| {
            let body = &Bytes::copy_from_slice(body);
            is_compact(&Candidate { url: URL, content_type: None, body })
        };
        assert!(is_kept(b"e30.e30.AAAA\n"));
        for body in [&b"<html>"[..], b"{}", b"a.b", b"a.b.c.d", "\u{e9}.b.c".as_bytes()] {
            assert!(!is_kept(body), "{body:?}");
        }
    }
}
