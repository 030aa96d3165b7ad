//! How does a running server come to a newer catalogue? It looks at the operator's URL every so often, and at the file of what was taken over
//! every second, since a command beside it may have changed that. Requests that have begun keep the catalogue that they began with.

use std::{sync::Arc, time::Duration};

use salver_policy::catalogue::Date;
use salver_server::deps::Deps;
use tokio::{
    sync::Mutex,
    time::{MissedTickBehavior, interval, sleep},
};

use super::{
    SourceError, StateError, StateFile, below, fetch, put_together, source::take_over,
    state::Stamp, verify,
};
use crate::config::{
    Settings,
    catalogue::{CatalogueSettings, Updates},
};

/// Keeps the catalogue of a server up to date.
pub(crate) struct Keeper {
    deps: Arc<Deps>,
    settings: CatalogueSettings,
    file: StateFile,
    seen: Mutex<Seen>,
}

/// Which content of the file counts.
#[derive(Default)]
struct Seen {
    /// Nothing before the first look.
    stamp: Option<Stamp>,
    failing: bool,
}

impl Keeper {
    /// The keeper of this server's catalogue.
    pub(crate) fn new(deps: Arc<Deps>, settings: &Settings) -> Self {
        let file = StateFile::new(&settings.server.data);
        Self { deps, settings: settings.catalogue.clone(), file, seen: Mutex::default() }
    }

    /// Works until it is dropped; without a URL there is nothing to do.
    pub(crate) async fn run(&self) {
        let Some(updates) = &self.settings.updates else { return };
        tokio::join!(self.follow_the_file(updates), self.follow_the_url(updates));
    }

    async fn follow_the_file(&self, updates: &Updates) {
        let mut ticks = interval(LOOK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            self.reload(updates).await;
        }
    }

    async fn follow_the_url(&self, updates: &Updates) {
        if self.deps.egress.settings().mode == salver_egress::Mode::Offline {
            return;
        }
        loop {
            let next = match self.refresh(updates).await {
                Ok(()) => updates.refresh,
                Err(error) => {
                    let hint = error.hint();
                    tracing::warn!(url = updates.url, %error, hint, "the catalogue could not be updated; the last one stays in force");
                    updates.refresh.min(AGAIN)
                }
            };
            sleep(next).await;
        }
    }

    /// Takes over what stands at the URL, if it is new.
    async fn refresh(&self, updates: &Updates) -> Result<(), SourceError> {
        let compact = fetch(&self.deps.egress, updates).await?;
        let (file, by, today) = (self.file.clone(), updates.clone(), Date::of(self.deps.now()));
        let below = below(&self.settings);
        let work = move || {
            let text = verify(&by, &compact)?;
            take_over(&file, (&by.url, below), text, (today, true))
        };
        let (taken_over, update) = off_the_runtime(work).await??;
        if let Some(update) = update {
            let (number, applied) = (taken_over.number(), update.changed.len());
            let waiting = taken_over.waiting().len();
            tracing::info!(
                url = updates.url,
                number,
                applied,
                waiting,
                "a newer catalogue was taken over; salver catalogue update tells what waits"
            );
            self.reload(updates).await;
        }
        if let Some(expired) = taken_over.expired(today) {
            tracing::warn!(url = updates.url, %expired, "the catalogue has expired, and nothing newer was issued");
        }
        Ok(())
    }

    /// Puts the catalogue of the file in force, if it is another one than before.
    async fn reload(&self, updates: &Updates) {
        let mut seen = self.seen.lock().await;
        match self.reload_if_changed(updates, seen.stamp).await {
            Ok(stamp) => *seen = Seen { stamp: Some(stamp), failing: false },
            Err(error) if !seen.failing => {
                seen.failing = true;
                tracing::warn!(%error, "what was taken over of the catalogue cannot be read; the last one stays in force");
            }
            Err(_) => {}
        }
    }

    async fn reload_if_changed(
        &self,
        updates: &Updates,
        seen: Option<Stamp>,
    ) -> Result<Stamp, SourceError> {
        let (file, settings) = (self.file.clone(), self.settings.clone());
        let url = updates.url.clone();
        let work = move || {
            let stamp = file.stamp().map_err(|error| file.failed(error))?;
            if seen == Some(stamp) {
                return Ok::<_, StateError>((stamp, None));
            }
            Ok((stamp, Some(put_together(&settings, file.load(&url)?.as_ref()))))
        };
        let (stamp, catalogue) = off_the_runtime(work).await??;
        if let Some(catalogue) = catalogue {
            self.deps.policy.set_catalogue(&Arc::new(catalogue));
        }
        Ok(stamp)
    }
}

/// Files and long texts do not hold up requests.
async fn off_the_runtime<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, StateError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| StateError::CannotBeKept(error.to_string()))
}

/// How often the file is looked at.
const LOOK: Duration = Duration::from_secs(1);

/// How soon the URL is looked at again after a failure.
const AGAIN: Duration = Duration::from_mins(15);
