//! What happens by itself? The feed of revocations is read, uses are merged, keys are re-read, and what time has ended is swept.

use std::{sync::Arc, time::Duration};

use tokio::time::{MissedTickBehavior, interval};

use salver_policy::catalogue::Catalogue;

use crate::{
    deps::Deps,
    flow::{application, ban, domain, killed},
};

/// How often the feed of revocations is read: what another process revokes takes effect within a second (DESIGN 4.9).
const FEED: Duration = Duration::from_millis(400);
/// How often uses are merged into the store.
const USES: Duration = Duration::from_secs(30);
/// How often keys are read again and old rows swept.
const SWEEP: Duration = Duration::from_mins(1);

/// How often proofs of domains that are due are looked at again.
const LOOKS: Duration = Duration::from_mins(1);

/// Works until it is dropped or aborted.
pub async fn run(deps: Arc<Deps>) {
    let [mut feed, mut uses, mut sweep, mut looks] = [FEED, USES, SWEEP, LOOKS].map(|period| {
        let mut ticks = interval(period);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        ticks
    });
    // Apart: however long a sweep takes, what is revoked takes effect in time.
    let feed = async {
        loop {
            feed.tick().await;
            read_feed(&deps).await;
            follow_bans(&deps).await;
            read_registration_tokens(&deps).await;
        }
    };
    let rest = async {
        let mut settled = None;
        loop {
            tokio::select! {
                _ = uses.tick() => {
                    merge_uses(&deps).await;
                    merge_counts(&deps).await;
                }
                _ = sweep.tick() => {
                    sweep_and_reread(&deps).await;
                    settle_applications(&deps, &mut settled).await;
                }
            }
        }
    };
    // Apart too: it waits for hosts that others chose.
    let looks = async {
        loop {
            looks.tick().await;
            follow_domains(&deps).await;
        }
    };
    tokio::join!(feed, rest, looks);
}

/// Merges what was seen; also called once more before the server stops.
pub async fn merge_uses(deps: &Deps) {
    merge_secrets(deps).await;
    let used = deps.usage.to_merge();
    if used.is_empty() {
        return;
    }
    match deps.store.record_use(used.clone()).await {
        Ok(()) => deps.usage.merged(&used),
        Err(error) => {
            tracing::warn!(%error, "uses could not be merged; they are kept for the next time");
        }
    }
}

async fn merge_secrets(deps: &Deps) {
    let used = deps.usage.take_secrets();
    if used.is_empty() {
        return;
    }
    if let Err(error) = deps.store.note_secret_use(used.clone()).await {
        tracing::warn!(%error, "uses of secrets could not be merged; they are kept for the next time");
        for (id, at) in used {
            deps.usage.note_secret(id, at);
        }
    }
}

/// Merges what was counted; also called once more before the server stops.
pub async fn merge_counts(deps: &Deps) {
    let counted = deps.counters.take();
    if !counted.is_empty()
        && let Err(error) = deps.store.count(counted.clone()).await
    {
        deps.counters.put_back(counted);
        tracing::warn!(%error, "counts could not be merged; they are kept for the next time");
    }
    let used = deps.registration_tokens.take();
    if !used.is_empty()
        && let Err(error) = deps.store.count_registration_tokens(used.clone()).await
    {
        deps.registration_tokens.put_back(used);
        tracing::warn!(%error, "uses of initial access tokens could not be merged; they are kept for the next time");
    }
}

/// A catalogue that has changed puts clients under other applications, those too that do not log in any more (DESIGN 4.6).
async fn settle_applications(deps: &Deps, settled: &mut Option<Arc<Catalogue>>) {
    let catalogue = Arc::clone(&deps.policy.get().catalogue);
    if settled.as_ref().is_some_and(|settled| Arc::ptr_eq(settled, &catalogue)) {
        return;
    }
    match application::settle(deps, &catalogue).await {
        Ok(moved) => {
            if moved > 0 {
                tracing::info!(
                    moved,
                    "clients are seen under other applications: the catalogue has changed"
                );
            }
            *settled = Some(catalogue);
        }
        Err(error) => {
            tracing::warn!(%error, "clients could not be put under the catalogue's applications; once more in a moment");
        }
    }
}

async fn read_feed(deps: &Deps) {
    if let Err(error) = deps.revocations.refresh(&*deps.store, deps.now()).await {
        tracing::warn!(%error, "the feed of revocations could not be read");
    }
}

/// What another process bans takes effect within a second, on what was let in before too.
async fn follow_bans(deps: &Deps) {
    if let Err(error) = ban::follow(deps).await {
        tracing::warn!(%error, "bans could not be read, or what they end not be ended; once more in a moment");
    }
    if let Err(error) = killed::follow(deps).await {
        tracing::warn!(%error, "keys of registrations could not be read, or what killed ones gave not be ended; once more in a moment");
    }
}

async fn follow_domains(deps: &Deps) {
    if let Err(error) = domain::follow(deps).await {
        tracing::warn!(%error, "proofs of domains could not be read or kept; once more in a minute");
    }
}

/// What another process makes or revokes takes effect within a second.
async fn read_registration_tokens(deps: &Deps) {
    if let Err(error) = deps.registration_tokens.refresh(&*deps.store).await {
        tracing::warn!(%error, "initial access tokens could not be read; once more in a moment");
    }
}

async fn sweep_and_reread(deps: &Deps) {
    if let Err(error) = deps.store.sweep(deps.now()).await {
        tracing::warn!(%error, "old rows could not be swept");
    }
    if let Err(error) = deps.met.refresh(&*deps.store).await {
        tracing::warn!(%error, "clients that were let in elsewhere could not be read; once more in a minute");
    }
    if let Err(error) =
        deps.keyring.refresh(&*deps.store, deps.secrets.signing_keys(), deps.now()).await
    {
        tracing::warn!(%error, "signing keys could not be read again; those in force stay");
    }
    let (key, issuer) = (deps.secrets.sealing_roots(), &deps.settings.issuer);
    if let Err(error) = deps.sealing.refresh(&*deps.store, key, issuer, deps.now()).await {
        tracing::warn!(%error, "keys of registrations could not be read again; those in force stay");
    }
}
