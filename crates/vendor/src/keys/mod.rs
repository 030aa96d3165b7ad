//! With which key does the service sign, and which does it publish?
//!
//! Either keys that it made and keeps in its store, sealed under the master key and rotated with overlap, or one that only a command of the vendor's can use.

mod command;
mod stored;

use std::sync::Arc;

use arc_swap::ArcSwap;
use bytes::Bytes;
use salver_jose::{Algorithm, DerivedKey, KeySet, SignError, Signer};
use salver_oauth::Timestamp;
use salver_store::{StoreError, sqlite::vendor::VendorStore};
use thiserror::Error;

pub use self::{command::CommandKey, stored::rotate};
use crate::Unavailable;

/// Where the signing key is.
#[derive(Debug)]
pub enum Signing {
    /// In the store, sealed with this; made at the first start.
    Stored {
        /// What it is sealed with.
        sealing: Box<DerivedKey>,
        /// Of which kind new keys are.
        algorithm: Algorithm,
        /// The longest that what is signed with it lives.
        longest_life: i64,
    },
    /// Behind a command.
    Command(Box<CommandKey>),
}

/// The keys in force.
pub struct Keyring {
    signing: Signing,
    keys: ArcSwap<Keys>,
}

pub(crate) struct Keys {
    signer: Arc<dyn Signer>,
    /// What is published, as JSON.
    pub(crate) published: Bytes,
    /// Whether signing waits for something outside this program.
    waits: bool,
}

/// Why there is no key to sign with.
#[derive(Debug, Error)]
pub enum KeysError {
    /// The store does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The master key is another one than when the key was made.
    #[error("the signing key in the store does not open with this master key")]
    OtherMasterKey,
    /// No key could be made.
    #[error("no signing key could be made")]
    NoKey,
    /// The command does not sign.
    #[error("the signing command does not sign with the key {key_id}: {why}")]
    Command {
        /// The key that it was asked for.
        key_id: String,
        /// What it did.
        why: String,
    },
}

impl Keyring {
    /// Opens the keys; makes one if there is none, or proves that the command signs.
    pub(crate) async fn open(
        store: &VendorStore,
        signing: Signing,
        now: Timestamp,
    ) -> Result<Self, KeysError> {
        let keys = match &signing {
            Signing::Stored { sealing, algorithm, longest_life } => {
                if store.list_keys().await?.is_empty() {
                    stored::make(store, (sealing, *algorithm), (now, 0), *longest_life).await?;
                }
                stored::read(store, sealing, now).await?
            }
            Signing::Command(command) => command.prove().await?,
        };
        Ok(Self { signing, keys: ArcSwap::from_pointee(keys) })
    }

    /// Reads the store again: somebody may have rotated, and time lets published keys sign.
    pub(crate) async fn refresh(
        &self,
        store: &VendorStore,
        now: Timestamp,
    ) -> Result<(), KeysError> {
        if let Signing::Stored { sealing, .. } = &self.signing {
            self.keys.store(Arc::new(stored::read(store, sealing, now).await?));
        }
        Ok(())
    }

    pub(crate) fn keys(&self) -> Arc<Keys> {
        self.keys.load_full()
    }
}

impl Keys {
    fn new(signer: Arc<dyn Signer>, published: &KeySet, waits: bool) -> Self {
        Self { signer, published: published.to_json().into(), waits }
    }

    /// Signs, where no task is held up by it.
    pub(crate) async fn sign(
        &self,
        sign: impl FnOnce(Arc<dyn Signer>) -> Result<String, SignError> + Send + 'static,
    ) -> Result<String, Unavailable> {
        let signer = Arc::clone(&self.signer);
        let signature = if self.waits {
            let elsewhere = tokio::task::spawn_blocking(move || sign(signer)).await;
            elsewhere.map_err(|_| Unavailable::Signer)?
        } else {
            sign(signer)
        };
        signature.map_err(|_| Unavailable::Signer)
    }
}

#[cfg(test)]
mod tests;
