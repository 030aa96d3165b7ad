//! How does the service start, run and stop?

use std::sync::Arc;

use salver_jose::{DerivedKey, KeyPurpose, MasterKey};
use salver_server::clock::{Clock as _, SystemClock};
use salver_store::sqlite::{Settings as SqliteSettings, vendor::VendorStore};
use salver_vendor::{KeysError, Parts, Signing, StartError, Vendor, keep_up};
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};

use super::{Settings, front::Front, reload::Reload};
use crate::{
    config::tls::Tls,
    failure::Failure,
    serve::{
        accept,
        signals::{Signals, Told},
    },
    state,
};

/// What runs, and can be exchanged for what other settings make of it.
pub(super) struct Running {
    vendor: Arc<Vendor>,
    master_key: Arc<MasterKey>,
    front: Arc<Front>,
    tls: watch::Sender<Tls>,
    upkeep: JoinHandle<()>,
}

impl Running {
    async fn start(settings: Settings, tls: watch::Sender<Tls>) -> Result<Self, Failure> {
        let (store, master_key) = open(&settings)?;
        let signing = signing(&settings, &master_key).map_err(failed)?;
        let parts = Parts {
            egress: settings.egress()?,
            settings: settings.service,
            store,
            master_key: Arc::clone(&master_key),
            signing,
            clock: Arc::new(|| SystemClock.now()),
        };
        let vendor = Arc::new(Vendor::start(parts).await.map_err(failed)?);
        let upkeep = tokio::spawn(keep_up(Arc::clone(&vendor), settings.log_seconds));
        let front = Arc::new(Front::new(Arc::clone(&vendor)));
        Ok(Self { vendor, master_key, front, tls, upkeep })
    }

    pub(super) fn client_id(&self) -> &str {
        self.vendor.settings().client_id()
    }

    /// Whether listeners that speak as ours do could go on with this: another certificate, but neither none nor a first one.
    pub(super) fn can_exchange(&self, tls: &Tls) -> bool {
        self.tls.borrow().is_spoken() == tls.is_spoken()
    }

    /// From now on these settings are in force; or all is as before.
    pub(super) async fn exchange(&mut self, settings: Settings) -> Result<(), StartError> {
        let signing = signing(&settings, &self.master_key)?;
        let vendor = Arc::new(self.vendor.changed(settings.service, signing).await?);
        self.upkeep.abort();
        self.upkeep = tokio::spawn(keep_up(Arc::clone(&vendor), settings.log_seconds));
        self.front.exchange(Arc::clone(&vendor));
        self.vendor = vendor;
        if self.can_exchange(&settings.tls) {
            self.tls.send_replace(settings.tls);
        }
        Ok(())
    }
}

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
    (reload, ready): (Reload, impl FnOnce()),
) -> Result<(), Failure> {
    let (limits, (tls, certificates)) = (settings.limits, watch::channel(settings.tls.clone()));
    let announcements = settings.announcements.clone();
    let mut running = Running::start(settings, tls).await?;
    let mut signals = Signals::listen()
        .map_err(|error| Failure::Setup { part: "the signals", why: error.to_string() })?;
    let (tell, told) = watch::channel(false);
    let front = Arc::clone(&running.front);
    let serving = tokio::spawn(async move {
        accept::serve(listeners, certificates, limits, front, told).await;
    });
    for announcement in announcements {
        tracing::warn!("{announcement}");
    }
    tracing::info!(client_id = running.client_id(), "serving");
    ready();
    while signals.next().await == Told::Reload {
        reload.run(&mut running).await;
    }
    tracing::info!("stopping");
    // The receivers live as long as the server does.
    let _ = tell.send(true);
    let served = tokio::select! {
        served = serving => served.map_err(|error| Failure::Setup { part: "the service", why: error.to_string() }),
        // Told twice, it waits for nobody.
        () = signals.stop() => Ok(()),
    };
    running.upkeep.abort();
    served
}

fn signing(settings: &Settings, master_key: &MasterKey) -> Result<Signing, StartError> {
    Ok(match settings.command.clone() {
        Some(command) => Signing::Command(Box::new(command)),
        None => Signing::Stored {
            sealing: Box::new(sealing(master_key)?),
            algorithm: settings.algorithm,
        },
    })
}

/// With what signing keys are sealed.
pub(crate) fn sealing(master_key: &MasterKey) -> Result<DerivedKey, StartError> {
    master_key.derive(KeyPurpose::SigningKeys).map_err(|_| StartError::Library)
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
