//! How does a server start, run and stop? One journey for `serve` and `demo`.

use std::sync::Arc;

use salver_policy::catalogue::{Date, OLD_PIN_DAYS};
use tokio::{net::TcpListener, sync::watch};

use super::{
    accept,
    reload::Reload,
    signals::{Signals, Told},
};
use crate::{
    catalogue,
    config::{Settings, log::Level},
    failure::Failure,
    output,
    wiring::House,
};

/// Serves until it is told to stop. `ready` is called once requests are answered. Without something to reload, being told so is being
/// told to stop: the terminal has gone.
pub(crate) async fn run(
    settings: &Settings,
    mut house: House,
    listeners: Vec<TcpListener>,
    (reload, ready): (Option<Reload>, impl FnOnce()),
) -> Result<(), Failure> {
    announce(settings);
    warn_of_catalogue(settings, &house)?;
    let mut signals = Signals::listen()
        .map_err(|error| Failure::Setup { part: "the signals", why: error.to_string() })?;
    let front = Arc::new(house.front(settings));
    let upkeep = house.upkeep();
    let (tell, told) = watch::channel(false);
    let serving = tokio::spawn({
        let (_, tls) = watch::channel(settings.tls.clone());
        let limits = settings.limits;
        async move { accept::serve(listeners, tls, limits, front, told).await }
    });
    tracing::info!(issuer = %settings.server.issuer, resources = settings.resources.len(), "serving");
    ready();
    while let (Told::Reload, Some(reload)) = (signals.next().await, &reload) {
        reload.run(&house.deps).await;
    }
    tracing::info!("stopping");
    // The receivers live as long as the server does.
    let _ = tell.send(true);
    let served = tokio::select! {
        served = serving => served.map_err(|error| Failure::Setup { part: "the server", why: error.to_string() }),
        // Told twice, it waits for nobody.
        () = signals.stop() => Ok(()),
    };
    upkeep.abort();
    house.close().await;
    served
}

/// What an operator should look at in the catalogue: copies that are old (DESIGN 4.6), and an issuer that has gone silent.
fn warn_of_catalogue(settings: &Settings, house: &House) -> Result<(), Failure> {
    let today = Date::of(house.deps.now());
    let catalogue = Arc::clone(&house.deps.policy.get().catalogue);
    let old = catalogue.pins().iter().filter(|pin| pin.is_old(today));
    let old: Vec<&str> = old.map(|pin| pin.url.as_str()).collect();
    if !old.is_empty() {
        tracing::warn!(
            pins = old.join(" "),
            "pinned copies of documents are more than {OLD_PIN_DAYS} days old; salver catalogue list tells more"
        );
    }
    let taken_over = catalogue::taken_over(settings)?;
    if let Some(expired) = taken_over.and_then(|taken_over| taken_over.expired(today)) {
        tracing::warn!(%expired, "the catalogue that was taken over has expired");
    }
    Ok(())
}

/// What is opened or out of the ordinary is said at every start, whatever the level of the log.
fn announce(settings: &Settings) {
    let catalogue = settings.catalogue.announcements();
    for announcement in settings.egress.announcements().into_iter().chain(catalogue) {
        tracing::info!("{announcement}");
    }
    for announcement in settings.development.announcements() {
        if settings.log.level == Level::Error {
            output::talk(&format!("warning: development setting: {announcement}"));
        } else {
            tracing::warn!("development setting: {announcement}");
        }
    }
}
