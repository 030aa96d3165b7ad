//! How do other rules come into force while the server runs? All of them or none: the configuration is read again as at a start, and unless
//! everything in it is sound the rules of before stay.
//!
//! Leaves out all but `[policy]` and `[statements]`: what else has changed is named, and waits for a start.

use std::sync::Arc;

use salver_policy::rules::RuleSet;
use salver_server::{anchor::Anchor, deps::Deps, flow::stated};
use salver_store::StoreError;

use crate::config::{
    Environment, Flags, Layers, Settings, policy::PolicySettings, problem::Problem,
    sections::Sections,
};

/// The sections that come into force without a start.
const READ_AGAIN: [&str; 2] = ["policy", "statements"];

/// What is needed to read the configuration once more.
pub(crate) struct Reload {
    flags: Flags,
    environment: Environment,
    started_with: Sections,
    policy: PolicySettings,
}

/// What was read.
struct Read {
    rules: Arc<RuleSet>,
    anchors: Vec<Anchor>,
    /// The sections that wait for a start.
    waiting: Vec<String>,
}

/// Why nothing is put in force.
enum Refused {
    Configuration(Vec<Problem>),
    /// Whether the rules let in what a ban shuts out cannot be told.
    Store(StoreError),
}

impl Reload {
    /// Of a server that has started with these settings.
    pub(crate) fn new(flags: Flags, environment: Environment, settings: &Settings) -> Self {
        let (started_with, policy) = (settings.sections.clone(), settings.policy.clone());
        Self { flags, environment, started_with, policy }
    }

    /// Puts the rules in force that the configuration has now, or says why not.
    pub(crate) async fn run(&self, deps: &Deps) {
        let before = Arc::clone(&deps.policy.get().rules);
        let before = before.version();
        match self.read(deps).await {
            Ok(Read { rules, anchors, waiting }) => {
                let after = rules.version();
                deps.policy.set_rules(&rules);
                deps.anchors.set(anchors);
                if let Err(error) = stated::end_untrusted(deps).await {
                    tracing::error!(%error, "what trust anchors vouched for that are gone could not be ended; the next start or change tries again");
                }
                tracing::info!(
                    before,
                    after,
                    "the configuration was read again, and its rules are in force"
                );
                if !waiting.is_empty() {
                    let sections = waiting.join(", ");
                    tracing::warn!(sections, "these have changed too, and wait for a start");
                }
            }
            Err(Refused::Configuration(problems)) => {
                for Problem { place, key, why, hint } in &problems {
                    let place = place.as_ref().map(ToString::to_string);
                    tracing::error!(place, key, hint, "{why}");
                }
                let problems = problems.len();
                tracing::error!(
                    in_force = before,
                    problems,
                    "the configuration was read again and is refused; the rules of before stay in force"
                );
            }
            Err(Refused::Store(error)) => {
                tracing::error!(in_force = before, %error, "bans could not be read; the rules of before stay in force");
            }
        }
    }

    async fn read(&self, deps: &Deps) -> Result<Read, Refused> {
        // A few small files; requests go on on the other threads.
        let settings = tokio::task::block_in_place(|| {
            let layers = Layers::gather(&self.flags, &self.environment)?;
            Settings::resolve(&layers, &self.environment)
        });
        let settings = settings.map_err(Refused::Configuration)?;
        deps.bans.refresh(&*deps.store).await.map_err(Refused::Store)?;
        let shadows = settings.policy.shadows(&deps.bans.get().bans, deps.now());
        if !shadows.is_empty() {
            return Err(Refused::Configuration(shadows));
        }
        // By the resources that are served: those of the file wait for a start, and a rule about one of them must not mean nothing.
        let rules = settings.policy.on(&self.policy.known).map_err(Refused::Configuration)?;
        let differ = self.started_with.that_differ(&settings.sections);
        let waiting =
            differ.into_iter().filter(|name| !READ_AGAIN.contains(name)).map(str::to_owned);
        let anchors = settings.anchors;
        Ok(Read { rules: Arc::new(rules), anchors, waiting: waiting.collect() })
    }
}
