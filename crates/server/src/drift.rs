//! What has a document's host said against its pinned copy? A pin stands in for a host that fails, not against one that speaks: a document
//! that is gone, or that has taken something back, is withdrawn from the pin too (DESIGN 4.5, 4.6). All else is told to the operator.
//!
//! What was said is remembered by this process, for the pin that it was said of; another pin begins anew. A version that people have
//! let in is in the store, and outlives the process ([`compare_version`]).

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use salver_oauth::client::{
    change::{Change, difference},
    document::{self, Profile},
    metadata::Metadata,
};
use salver_policy::catalogue::Pin;
use salver_store::record::Version;
use serde::Serialize;

/// What hosts have said against pins. Bounded by the pins: of other URLs nothing is noted.
#[derive(Debug, Default)]
pub struct Drift(Mutex<HashMap<Box<str>, Said>>);

/// What a host says against a pin.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Objection {
    /// There is no such document: 404 or 410.
    Withdrawn,
    /// The document does not let in any more what the pin lets in.
    TakenBack,
    /// The document says more, or something else that lets nobody in.
    Changed,
}

#[derive(Debug)]
struct Said {
    /// The pinned document that it was said of.
    of: Box<str>,
    objection: Objection,
}

impl Drift {
    /// Notes what the host of a pinned document says now: an objection, or by none that the pin still says the same. Answers whether
    /// an objection is news.
    pub fn note(&self, pin: &Pin, objection: Option<Objection>) -> bool {
        let mut said = self.lock();
        let Some(objection) = objection else {
            said.remove(pin.url.as_str());
            return false;
        };
        let now = Said { of: pin.document.clone(), objection };
        let before = said.insert(pin.url.as_str().into(), now);
        before.is_none_or(|before| before.of != pin.document || before.objection != objection)
    }

    /// What stands against this pin.
    #[must_use]
    pub fn objection(&self, pin: &Pin) -> Option<Objection> {
        let said = self.lock();
        said.get(pin.url.as_str()).filter(|said| said.of == pin.document).map(|said| said.objection)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Box<str>, Said>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Objection {
    /// Whether the pin may not stand in for the document any more. One that is only behind the times may.
    #[must_use]
    pub const fn overrules(self) -> bool {
        matches!(self, Self::Withdrawn | Self::TakenBack)
    }
}

/// What a document says against its pinned copy. What nobody here looks at (order, white space, unknown members) is no difference.
#[must_use]
pub fn compare(pin: &Pin, document: &Metadata) -> Option<Objection> {
    let pinned = document::parse(pin.document.as_bytes(), &pin.url, Profile::Ietf).ok()?;
    let changes = difference(&pinned, document);
    let says_other = changes.iter().any(|change| *change != Change::Other);
    let taken_back = changes.iter().any(takes_back);
    says_other.then_some(if taken_back { Objection::TakenBack } else { Objection::Changed })
}

/// What the newest version of a document that the store knows says against its pin, unless it is older. Of one day, the version counts
/// as the later one.
#[must_use]
pub fn compare_version(pin: &Pin, newest: &Version) -> Option<Objection> {
    if newest.seen_at < pin.fetched.begin() {
        return None;
    }
    let document = document::parse(&newest.document, &pin.url, Profile::Ietf).ok()?;
    compare(pin, &document)
}

/// Whether something that the pin lets in is let in no longer.
fn takes_back(change: &Change) -> bool {
    match change {
        Change::RedirectRemoved(_)
        | Change::RecipientGone(_)
        | Change::Scope(_)
        | Change::KeysRemoved(_)
        | Change::KeysMoved(_)
        | Change::Methods(_) => true,
        Change::RedirectAdded(_)
        | Change::Name(_)
        | Change::Developer(_)
        | Change::Logo(_)
        | Change::KeysAdded { .. }
        | Change::Other => false,
    }
}

#[cfg(test)]
mod tests {
    use salver_oauth::{Timestamp, client::id::MetadataUrl};
    use salver_policy::catalogue::Date;

    use super::*;

    const URL: &str = "https://app.example/c";

    fn text(uri: &str) -> String {
        format!(r#"{{"client_id":"{URL}","client_name":"App","redirect_uris":["{uri}"]}}"#)
    }

    fn pin(uri: &str) -> Pin {
        Pin {
            url: MetadataUrl::parse(URL).unwrap(),
            fetched: Date::parse("2026-10-01").unwrap(),
            document: text(uri).into(),
        }
    }

    #[test]
    fn an_objection_is_news_once_for_each_pin() {
        let drift = Drift::default();
        let (old, new) = (pin("https://app.example/a"), pin("https://app.example/b"));
        assert_eq!(drift.objection(&old), None);
        assert!(drift.note(&old, Some(Objection::Changed)));
        assert!(!drift.note(&old, Some(Objection::Changed)));
        assert!(drift.note(&old, Some(Objection::Withdrawn)));
        assert_eq!(drift.objection(&old), Some(Objection::Withdrawn));
        assert_eq!(drift.objection(&new), None, "said of another pin");
        assert!(drift.note(&new, Some(Objection::Changed)));
        assert!(!drift.note(&new, None), "the host says the same again");
        assert_eq!(drift.objection(&new), None);
    }

    #[test]
    fn design_4_6_what_is_taken_back_overrules_a_pin_and_what_is_added_does_not() {
        let pin = pin("https://app.example/a");
        let read = |text: &str| {
            document::parse(text.as_bytes(), &pin.url, Profile::Ietf).map(|now| compare(&pin, &now))
        };
        let same = text("https://app.example/a");
        let added = text(r#"https://app.example/a","https://app.example/b"#);
        for (document, said) in [
            (same.clone(), None),
            (same.replace(',', " , "), None),
            (same.replace('}', r#","tos_uri":"https://app.example/tos"}"#), None),
            (same.replace("App", "Another"), Some(Objection::Changed)),
            (added, Some(Objection::Changed)),
            (text("https://app.example/b"), Some(Objection::TakenBack)),
            (same.replace('}', r#","scope":"a"}"#), Some(Objection::TakenBack)),
        ] {
            assert_eq!(read(&document), Ok(said), "{document}");
        }
        assert!(Objection::TakenBack.overrules() && Objection::Withdrawn.overrules());
        assert!(!Objection::Changed.overrules());
    }

    #[test]
    fn a_version_speaks_against_a_pin_unless_it_is_older() {
        let pin = pin("https://app.example/a");
        let day = pin.fetched.begin();
        let version = |document: &str, seen_at: Timestamp| Version {
            digest: [0; 32],
            document: document.as_bytes().to_vec(),
            seen_at,
            newest: true,
        };
        let other = text("https://app.example/b");
        for (document, seen_at, said) in [
            (&*other, day, Some(Objection::TakenBack)),
            (&*other, day.plus_seconds(86_400 * 30), Some(Objection::TakenBack)),
            (&*other, day.plus_seconds(-1), None),
            (&*text("https://app.example/a"), day, None),
            ("{}", day, None),
        ] {
            assert_eq!(compare_version(&pin, &version(document, seen_at)), said, "{document}");
        }
    }
}
