//! What is a running server made of? Everything that settings and state become.

use std::sync::Arc;

use axum::Router;
use salver_gateway::Gateway;
use salver_server::{
    deps::Deps,
    flow::{account::AccountDeps, stated},
    notices::{Notices, Outbox, hook::Hook},
    upkeep,
    web::{self, App},
};

use super::{egress, gateway, notices, server};
use crate::{
    catalogue,
    config::Settings,
    failure::Failure,
    ledger::{Keeper, LedgerFile},
    serve::{front::Front, hosts::Hosts},
    state::State,
};

/// All parts of a running server.
pub(crate) struct House {
    /// What the authorization server works with.
    pub(crate) deps: Arc<Deps>,
    router: Router,
    gateway: Arc<Gateway>,
    ledger: Arc<Keeper>,
    catalogue: Arc<catalogue::Keeper>,
    courier: Option<(Outbox, Hook)>,
}

impl House {
    /// Builds everything; the feed of revocations has been read once, so that the first call is judged by it.
    pub(crate) async fn build(settings: &Settings, state: &State) -> Result<Self, Failure> {
        let hook = notices::hook(settings)?;
        let (told, outbox) = Notices::with_outbox();
        let told = if hook.is_some() { told } else { Notices::default() };
        let way_out = egress::open(settings)?;
        let deps = Arc::new(server::deps(settings, state, (way_out, told)).await?);
        deps.revocations.refresh(&*deps.store, deps.now()).await?;
        deps.bans.refresh(&*deps.store).await?;
        deps.met.refresh(&*deps.store).await?;
        deps.registration_tokens.refresh(&*deps.store).await?;
        stated::end_untrusted(&deps).await?;
        let shadows = settings.policy.shadows(&deps.bans.get().bans, deps.now());
        if !shadows.is_empty() {
            return Err(Failure::Configuration(shadows));
        }
        let accounts = AccountDeps::new(Arc::clone(&deps), &state.master_key);
        let accounts = accounts
            .map_err(|error| Failure::Setup { part: "the account keys", why: error.to_string() })?;
        let router = web::router(App::new(accounts));
        let gateway = Arc::new(gateway::build(settings, &deps)?);
        let file = LedgerFile::new(&settings.server.data, settings.egress.ledger_bytes);
        let ledger = Arc::new(Keeper::new(Arc::clone(&deps.egress), file));
        let catalogue = Arc::new(catalogue::Keeper::new(Arc::clone(&deps), settings));
        let courier = hook.map(|hook| (outbox, hook));
        Ok(Self { deps, router, gateway, ledger, catalogue, courier })
    }

    /// Whoever answers requests.
    pub(crate) fn front(&self, settings: &Settings) -> Front {
        let urls = settings.resources.iter().map(|resource| resource.id.as_str());
        let hosts = Hosts::new(&settings.server.issuer, urls);
        Front::new(hosts, self.router.clone(), Arc::clone(&self.gateway))
    }

    /// What happens by itself while the server runs.
    pub(crate) fn upkeep(&mut self) -> tokio::task::JoinHandle<()> {
        let (deps, ledger) = (Arc::clone(&self.deps), Arc::clone(&self.ledger));
        let catalogue = Arc::clone(&self.catalogue);
        let courier = self.courier.take();
        let deliver = async move {
            if let Some((outbox, hook)) = courier {
                outbox.run(&hook).await;
            }
        };
        tokio::spawn(async move {
            futures_util::join!(upkeep::run(deps), ledger.run(), catalogue.run(), deliver);
        })
    }

    /// What must not be lost when it stops.
    pub(crate) async fn close(&self) {
        upkeep::merge_uses(&self.deps).await;
        upkeep::merge_counts(&self.deps).await;
        self.ledger.write().await;
    }
}
