//! Does a pinned copy stand in for a client's document? DESIGN 4.5 and 4.6: where the host fails or shuts us out, or always, as the operator
//! wants; never against what the host itself has said.
//!
//! Leaves out: what a pinned copy proves (no more than `published`; `salver_policy::assessment`). Key sets have no pins.

use std::sync::Arc;

use bytes::Bytes;
use salver_egress::{Category, FetchError};
use salver_oauth::client::document;
use salver_policy::{
    assessment::DocumentCopy,
    catalogue::{Catalogue, Pin},
};

use super::client::Found;
use crate::{
    deps::Deps,
    drift::{self, Objection},
    settings::PinUse,
};

/// The pinned copy, where the operator wants it in place of the document.
pub(super) fn in_place(deps: &Deps, catalogue: &Catalogue, url: &str) -> Option<Found> {
    let pin = catalogue.pin(url).filter(|_| deps.settings.pins == PinUse::Always)?;
    copy(deps, pin)
}

/// The pinned copy that stands in for a document that could not be fetched.
pub(super) async fn instead(
    deps: &Deps,
    catalogue: &Catalogue,
    url: &str,
    error: &FetchError,
) -> Option<Found> {
    let pin = catalogue.pin(url)?;
    if matches!(error, FetchError::Status(404 | 410)) {
        note(deps, pin, Some(Objection::Withdrawn));
    }
    let said = deps.drift.objection(pin);
    if !is_shut_out(error) || said.is_some_and(Objection::overrules) || overtaken(deps, pin).await {
        return None;
    }
    tracing::info!(url, "a document's host shuts us out: its pinned copy is used");
    copy(deps, pin)
}

/// Compares a document that its host has just served, or serves still, with its pinned copy.
pub(super) fn compare(deps: &Deps, catalogue: &Catalogue, found: &Found) {
    let Some(pin) = catalogue.pin(found.metadata.client_id.as_str()) else { return };
    if found.copy == DocumentCopy::Live {
        note(deps, pin, drift::compare(pin, &found.metadata));
    }
}

/// One line for each piece of news (DESIGN 4.6).
fn note(deps: &Deps, pin: &Pin, objection: Option<Objection>) {
    if !deps.drift.note(pin, objection) {
        return;
    }
    let (url, fetched) = (pin.url.as_str(), pin.fetched);
    match objection {
        Some(Objection::Withdrawn) => {
            tracing::warn!(url, %fetched, "a document is gone: its pinned copy is not used any more");
        }
        Some(Objection::TakenBack) => {
            tracing::warn!(url, %fetched, "a document has taken back what its pinned copy says: the copy is not used any more");
        }
        Some(Objection::Changed) => {
            tracing::warn!(url, %fetched, "a document says something else than its pinned copy");
        }
        None => {}
    }
}

/// Whether a version that people have let in has taken something back. What cannot be looked up counts as that.
async fn overtaken(deps: &Deps, pin: &Pin) -> bool {
    match deps.store.find_newest_version(pin.url.as_str()).await {
        Ok(newest) => newest
            .and_then(|newest| drift::compare_version(pin, &newest))
            .is_some_and(Objection::overrules),
        Err(error) => {
            tracing::warn!(url = pin.url.as_str(), %error, "a pinned copy cannot be compared, and is not used");
            true
        }
    }
}

/// Whether the host, or the way to it, fails, instead of saying that there is no such document.
fn is_shut_out(error: &FetchError) -> bool {
    match error {
        FetchError::Status(status) => *status >= 500 || *status == 429,
        FetchError::Broken(_) => true,
        error => matches!(
            error.category(),
            Category::Unreachable | Category::TooSlow | Category::BotChallenge | Category::NotNow
        ),
    }
}

fn copy(deps: &Deps, pin: &Pin) -> Option<Found> {
    let bytes = pin.document.as_bytes();
    let metadata = document::parse(bytes, &pin.url, deps.settings.profile).ok()?;
    Some(Found {
        copy: DocumentCopy::Pinned { fetched: pin.fetched.begin() },
        document: Some(Bytes::copy_from_slice(bytes)),
        ..Found::of(Arc::new(metadata))
    })
}

#[cfg(test)]
mod tests {
    use salver_egress::{DialError, NotNow, Phase};

    use super::*;

    #[test]
    fn design_4_5_failures_and_refusals_are_no_withdrawal() {
        for (error, shut_out) in [
            (FetchError::BotChallenge(403), true),
            (FetchError::TimedOut(Phase::Connect), true),
            (FetchError::TimedOut(Phase::Body), true),
            (FetchError::Status(500), true),
            (FetchError::Status(503), true),
            (FetchError::Status(429), true),
            (FetchError::Broken(Phase::Body), true),
            (FetchError::Dial(DialError::NoSuchName), true),
            (FetchError::Offline, true),
            (FetchError::NotNow(NotNow::BackingOff { remaining: std::time::Duration::ZERO }), true),
            (FetchError::Status(404), false),
            (FetchError::Status(410), false),
            (FetchError::Status(403), false),
            (FetchError::Status(301), false),
        ] {
            assert_eq!(is_shut_out(&error), shut_out, "{error}");
        }
    }
}
