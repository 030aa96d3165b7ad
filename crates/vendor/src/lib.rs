//! The service of a client's vendor: it keeps the signing key away from the app, and signs for installations that it knows (SW-12, AT-R-5).
//!
//! It publishes the client's metadata document and its keys, enrols installations, and signs attestations, software statements and client assertions for them: each
//! for one authorization server, for minutes. `web` turns HTTP into requests and back, `flow` knows an installation and signs for it, `keys` hold or reach the signing
//! key, `hook` runs the vendor's own commands. Nothing here knows the authorization server of this house: any may be asked for.

mod audience;
mod challenge;
mod chance;
mod code;
mod flow;
mod hook;
mod keys;
mod known;
mod limit;
mod refusal;
mod settings;
mod sign_in;
mod upkeep;
mod web;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use salver_egress::Egress;
use salver_jose::{DerivedKey, KeyPurpose, MasterKey};
use salver_oauth::Timestamp;
use salver_store::{StoreError, sqlite::vendor::VendorStore};
use thiserror::Error;

pub use self::{
    audience::{Audiences, PatternError},
    code::one_time_code,
    hook::Hook,
    keys::{CommandKey, Keyring, KeysError, Signing, rotate},
    settings::{LONGEST_LIFE_SECONDS, Limits, Lives, Settings, SettingsError, SignIn},
    upkeep::keep_up,
    web::router,
};
use self::{challenge::Challenges, code::Codes, known::KnownKeys, limit::Limit};

/// Tells the time.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// What the service works with. What it was told never changes: for other settings there is another one beside it, with the same memory.
pub struct Vendor {
    settings: Settings,
    keyring: Keyring,
    store: Arc<VendorStore>,
    known: Arc<KnownKeys>,
    challenges: Arc<Challenges>,
    codes: Arc<Codes>,
    requests: Limit,
    wrong_codes: Limit,
    egress: Arc<Egress>,
    clock: Clock,
}

/// With what the service is put together.
pub struct Parts {
    /// What it was told to be.
    pub settings: Settings,
    /// What is remembered.
    pub store: Arc<VendorStore>,
    /// The key behind everything at rest.
    pub master_key: Arc<MasterKey>,
    /// Where its signing key is.
    pub signing: Signing,
    /// The way out.
    pub egress: Egress,
    /// The time.
    pub clock: Clock,
}

/// Why the service cannot start.
#[derive(Debug, Error)]
pub enum StartError {
    /// There is no key to sign with.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// The cryptographic library failed.
    #[error("no key could be derived")]
    Library,
}

impl Vendor {
    /// Puts the service together, and proves that it can sign.
    ///
    /// # Errors
    /// [`StartError`].
    pub async fn start(parts: Parts) -> Result<Self, StartError> {
        let derive = |purpose| -> Result<DerivedKey, StartError> {
            parts.master_key.derive(purpose).map_err(|_| StartError::Library)
        };
        let keyring = Keyring::open(&parts.store, parts.signing, (parts.clock)()).await?;
        Ok(Self {
            challenges: Arc::new(Challenges::new(derive(KeyPurpose::Tickets)?)),
            codes: Arc::new(Codes::new(derive(KeyPurpose::TokenHashes)?)),
            requests: Limit::new(parts.settings.limits.requests),
            wrong_codes: Limit::new(WRONG_CODES),
            settings: parts.settings,
            store: parts.store,
            keyring,
            known: Arc::default(),
            egress: Arc::new(parts.egress),
            clock: parts.clock,
        })
    }

    /// The same service with other settings and another signing key, if it can sign with that: what it knows, and what each network has asked for, go on.
    ///
    /// # Errors
    /// [`StartError`].
    pub async fn changed(&self, settings: Settings, signing: Signing) -> Result<Self, StartError> {
        Ok(Self {
            keyring: Keyring::open(&self.store, signing, self.now()).await?,
            store: Arc::clone(&self.store),
            known: Arc::clone(&self.known),
            challenges: Arc::clone(&self.challenges),
            codes: Arc::clone(&self.codes),
            requests: self.requests.of(settings.limits.requests),
            wrong_codes: self.wrong_codes.of(WRONG_CODES),
            egress: Arc::clone(&self.egress),
            clock: Arc::clone(&self.clock),
            settings,
        })
    }

    /// What it was told to be.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    fn now(&self) -> Timestamp {
        (self.clock)()
    }
}

/// The store or the signing key does not answer.
#[derive(Debug, Error)]
enum Unavailable {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the signing key cannot be used")]
    Signer,
    #[error("there is no randomness")]
    Chance,
    #[error("the keys of the sign-in cannot be had")]
    SignIn,
}

/// So many wrong one-time codes a network may try in a minute: of 60 bits, with any number of codes that live, it finds none.
const WRONG_CODES: u32 = 5;
