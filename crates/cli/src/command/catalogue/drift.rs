//! Which pinned copies do their documents not agree with any more? By the newest versions that the store of this server knows: those of
//! clients that somebody has let in (DESIGN 4.6).

use std::collections::HashMap;

use salver_policy::catalogue::{Catalogue, Pin};
use salver_server::drift::{Objection, compare_version};
use salver_store::{
    Store as _,
    sqlite::{Settings as SqliteSettings, SqliteStore},
};

use crate::{command::block_on, config::Settings, failure::Failure};

/// What is said against pins, by their URLs.
pub(super) type Drift = HashMap<String, Objection>;

/// What the store knows. Where no server has been started there is none, and nothing is known.
pub(super) fn of(settings: &Settings, catalogue: &Catalogue) -> Result<Drift, Failure> {
    if !settings.store.path.exists() {
        return Ok(Drift::new());
    }
    let store = SqliteStore::open(&settings.store.path, SqliteSettings::default())?;
    block_on(async {
        let mut drift = Drift::new();
        for pin in catalogue.pins() {
            let newest = store.find_newest_version(pin.url.as_str()).await?;
            if let Some(objection) = newest.and_then(|newest| compare_version(pin, &newest)) {
                drift.insert(pin.url.as_str().to_owned(), objection);
            }
        }
        Ok(drift)
    })
}

/// What is said of a pin that its document speaks against.
pub(super) fn warned(pin: &Pin, objection: Objection) -> String {
    let (url, fetched) = (pin.url.as_str(), pin.fetched);
    let what = match objection {
        Objection::Withdrawn => "is gone, so that its pinned copy is not used any more",
        Objection::TakenBack => {
            "has taken back what its pinned copy says, so that the copy is not used any more"
        }
        Objection::Changed => "says something else than its pinned copy",
    };
    format!(
        "warning: {url} {what} (copied on {fetched})\n  hint: look at it, and copy it again: salver catalogue pin {url}"
    )
}
