//! What left, and how did it end? The door's ledger as lines of JSON in the data directory, so that another process can read it.
//!
//! The running server appends what is new every second ([`Keeper`]); `salver egress ledger` reads the two newest files. A line holds
//! times, hosts and outcomes: never a path, a query, a body or a secret. A crash loses the last second.

mod file;
mod line;

use std::{sync::Arc, time::Duration};

use salver_egress::{Egress, Mark};
use tokio::{
    sync::Mutex,
    time::{MissedTickBehavior, interval},
};

pub(crate) use self::{file::LedgerFile, line::Line};

/// Writes the ledger of one door into its file.
pub(crate) struct Keeper {
    egress: Arc<Egress>,
    file: LedgerFile,
    progress: Mutex<Progress>,
}

#[derive(Default)]
struct Progress {
    mark: Mark,
    failing: bool,
}

impl Keeper {
    /// Nothing is written yet.
    pub(crate) fn new(egress: Arc<Egress>, file: LedgerFile) -> Self {
        Self { egress, file, progress: Mutex::default() }
    }

    /// Works until it is dropped.
    pub(crate) async fn run(&self) {
        let mut ticks = interval(PERIOD);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            self.write().await;
        }
    }

    /// Writes what is new; also called once more before the server stops. What cannot be written is tried again next time, as long as
    /// the door remembers it.
    pub(crate) async fn write(&self) {
        let mut progress = self.progress.lock().await;
        let reading = self.egress.ledger_since(progress.mark);
        if reading.events.is_empty() {
            return;
        }
        let lines: Vec<Line> = reading.events.iter().map(Line::of).collect();
        let file = self.file.clone();
        let written = tokio::task::spawn_blocking(move || file.append(&lines)).await;
        match written {
            Ok(Ok(())) => {
                progress.mark = reading.mark;
                progress.failing = false;
                if reading.missed > 0 {
                    tracing::warn!(missed = reading.missed, "more left than the ledger remembers");
                }
            }
            Ok(Err(error)) if !progress.failing => {
                progress.failing = true;
                let path = self.file.path().display();
                tracing::warn!(%error, %path, "the egress ledger cannot be written; it is tried again every second");
            }
            Ok(Err(_)) => {}
            Err(error) => tracing::error!(%error, "writing the egress ledger was given up"),
        }
    }
}

const PERIOD: Duration = Duration::from_secs(1);
