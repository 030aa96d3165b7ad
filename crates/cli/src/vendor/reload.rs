//! How do other settings come into force while the service runs? All of them or none: the file is read again as at a start, with all that it names, and unless everything is
//! sound and the signing key signs, what was in force before stays.
//!
//! Leaves out what the process was built on: listeners, the store, the way out, the bounds of connections, the log. What has changed of it is named, and waits for a start.

use std::path::PathBuf;

use salver_vendor::StartError;

use super::{Settings, run::Running};
use crate::config::{Environment, problem::Problem, sections::Sections};

/// The keys and sections that come into force without a start. Of `tls` the certificate does; whether there is one waits.
const READ_AGAIN: [&str; 12] = [
    "audiences",
    "codes",
    "document",
    "installations",
    "lives",
    "log_days",
    "platform",
    "sign_in",
    "signing",
    "software_id",
    "software_version",
    "tls",
];

/// What is needed to read the file once more.
pub(crate) struct Reload {
    path: PathBuf,
    environment: Environment,
    started_with: Sections,
}

/// Why nothing is put in force.
enum Refused {
    Configuration(Vec<Problem>),
    /// The signing key cannot be used.
    Key(StartError),
}

impl Reload {
    /// Of a service that starts with these settings.
    pub(crate) fn new(path: PathBuf, environment: Environment, settings: &Settings) -> Self {
        Self { path, environment, started_with: settings.sections.clone() }
    }

    /// Puts in force what the file says now, or says why not.
    pub(super) async fn run(&self, running: &mut Running) {
        match self.exchange(running).await {
            Ok(waiting) => {
                let client_id = running.client_id();
                tracing::info!(client_id, "the configuration was read again, and is in force");
                if !waiting.is_empty() {
                    let sections = waiting.join(", ");
                    tracing::warn!(sections, "these have changed too, and wait for a start");
                }
                return;
            }
            Err(Refused::Configuration(problems)) => {
                for Problem { place, key, why, hint } in &problems {
                    let place = place.as_ref().map(ToString::to_string);
                    tracing::error!(place, key, hint, "{why}");
                }
            }
            Err(Refused::Key(error)) => tracing::error!("{error}"),
        }
        tracing::error!(
            "the configuration was read again and is refused; what was in force before stays in force"
        );
    }

    /// The sections that wait for a start.
    async fn exchange(&self, running: &mut Running) -> Result<Vec<String>, Refused> {
        // A few small files; requests go on on the other threads.
        let read = tokio::task::block_in_place(|| Settings::read(&self.path, &self.environment));
        let settings = read.map_err(Refused::Configuration)?;
        let differ = self.started_with.that_differ(&settings.sections);
        let waits = |name: &&str| {
            let kept = *name == "tls" && !running.can_exchange(&settings.tls);
            kept || !READ_AGAIN.contains(name)
        };
        let waiting = differ.into_iter().filter(waits).map(str::to_owned).collect();
        running.exchange(settings).await.map_err(Refused::Key)?;
        Ok(waiting)
    }
}
