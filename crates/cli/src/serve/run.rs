//! How does a server start, run and stop? One journey for `serve` and `demo`.

use std::sync::Arc;

use tokio::{net::TcpListener, sync::watch};

use super::{accept, signals::Signals};
use crate::{
    config::{Settings, log::Level},
    failure::Failure,
    output,
    wiring::House,
};

/// Serves until it is told to stop. `ready` is called once requests are answered.
pub(crate) async fn run(
    settings: &Settings,
    house: House,
    listeners: Vec<TcpListener>,
    ready: impl FnOnce(),
) -> Result<(), Failure> {
    announce(settings);
    let mut signals = Signals::listen()
        .map_err(|error| Failure::Setup { part: "the signals", why: error.to_string() })?;
    let front = Arc::new(house.front(settings));
    let upkeep = house.upkeep();
    let (tell, told) = watch::channel(false);
    let serving = tokio::spawn({
        let (tls, limits) = (settings.tls.clone(), settings.limits);
        async move { accept::serve(listeners, &tls, limits, front, told).await }
    });
    tracing::info!(issuer = %settings.server.issuer, resources = settings.resources.len(), "serving");
    ready();
    signals.stop().await;
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

/// What is opened or out of the ordinary is said at every start, whatever the level of the log.
fn announce(settings: &Settings) {
    for announcement in settings.egress.announcements() {
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
