//! How does the service start, run and stop?

use std::sync::Arc;

use salver_jose::{KeyPurpose, MasterKey};
use salver_server::clock::{Clock as _, SystemClock};
use salver_store::sqlite::{Settings as SqliteSettings, vendor::VendorStore};
use salver_vendor::{KeysError, Parts, Signing, StartError, Vendor, keep_up, router};
use tokio::{net::TcpListener, sync::watch};

use super::{Settings, front::Front};
use crate::{
    failure::Failure,
    serve::{accept, hosts::Hosts, signals::Signals},
    state,
};

/// Opens the store, and makes what a first start lacks.
pub(crate) fn open(settings: &Settings) -> Result<(Arc<VendorStore>, Arc<MasterKey>), Failure> {
    state::make_directory(&settings.data)?;
    let master_key = state::master_key(&settings.store)?;
    let store = VendorStore::open(&settings.store.path, SqliteSettings::default())?;
    Ok((Arc::new(store), master_key))
}

/// Serves until it is told to stop. `ready` is called once requests are answered.
pub(crate) async fn run(
    settings: Settings,
    listeners: Vec<TcpListener>,
    ready: impl FnOnce(),
) -> Result<(), Failure> {
    let (store, master_key) = open(&settings)?;
    let signing = match settings.command.clone() {
        Some(command) => Signing::Command(Box::new(command)),
        None => Signing::Stored {
            sealing: Box::new(sealing(&master_key)?),
            algorithm: settings.algorithm,
        },
    };
    let egress = settings.egress()?;
    let hosts = Hosts::new(settings.service.issuer(), std::iter::empty());
    let client_id = settings.service.client_id().to_owned();
    let clock = Arc::new(|| SystemClock.now());
    let parts = Parts { settings: settings.service, store, master_key, signing, egress, clock };
    let vendor = Arc::new(Vendor::start(parts).await.map_err(failed)?);
    let mut signals = Signals::listen()
        .map_err(|error| Failure::Setup { part: "the signals", why: error.to_string() })?;
    let upkeep = tokio::spawn(keep_up(Arc::clone(&vendor), settings.log_seconds));
    let front = Arc::new(Front { hosts, router: router(vendor) });
    let (tell, told) = watch::channel(false);
    let serving = tokio::spawn(async move {
        accept::serve(listeners, &settings.tls, settings.limits, front, told).await;
    });
    tracing::info!(client_id, "serving");
    ready();
    signals.stop().await;
    tracing::info!("stopping");
    // The receivers live as long as the server does.
    let _ = tell.send(true);
    let served = tokio::select! {
        served = serving => served.map_err(|error| Failure::Setup { part: "the service", why: error.to_string() }),
        // Told twice, it waits for nobody.
        () = signals.stop() => Ok(()),
    };
    upkeep.abort();
    served
}

/// With what signing keys are sealed.
pub(crate) fn sealing(master_key: &MasterKey) -> Result<salver_jose::DerivedKey, Failure> {
    let derived = master_key.derive(KeyPurpose::SigningKeys);
    derived.map_err(|_| Failure::MasterKey("cannot be used".to_owned()))
}

/// Why the service does not start, in the words of a command.
pub(crate) fn failed(error: StartError) -> Failure {
    match error {
        StartError::Keys(error) => keys_failed(error),
        StartError::Library => Failure::MasterKey("cannot be used".to_owned()),
    }
}

/// Why there is no signing key, in the words of a command.
pub(crate) fn keys_failed(error: KeysError) -> Failure {
    match error {
        KeysError::Store(error) => Failure::Store(error),
        KeysError::OtherMasterKey => {
            Failure::MasterKey("is another one than when the signing keys were made".to_owned())
        }
        KeysError::NoKey => Failure::Setup { part: "a signing key", why: error.to_string() },
        KeysError::Command { .. } => Failure::Refused {
            why: error.to_string(),
            hint: "run the command by hand: it reads the name of the key in one line and the bytes behind it, and prints the raw signature".to_owned(),
        },
    }
}
