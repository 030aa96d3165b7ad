//! With which key does the service sign, and which does it publish?
//!
//! Either keys that it made and keeps in its store, sealed under the master key and rotated with overlap when they are old or somebody wants it, or one that only a command of the vendor's can use.

mod command;
mod reminder;
mod stored;

use std::sync::Arc;

use arc_swap::ArcSwap;
use bytes::Bytes;
use salver_jose::{Algorithm, DerivedKey, KeySet, SignError, Signer};
use salver_oauth::Timestamp;
use salver_store::{StoreError, sqlite::vendor::VendorStore};
use thiserror::Error;

use self::reminder::Reminder;
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
    },
    /// Behind a command.
    Command(Box<CommandKey>),
}

/// The keys in force.
pub struct Keyring {
    place: Place,
    keys: ArcSwap<Keys>,
}

enum Place {
    Store { sealing: Box<DerivedKey>, algorithm: Algorithm },
    Command(Reminder),
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
        let (keys, place) = match signing {
            Signing::Stored { sealing, algorithm } => {
                stored::make_first(store, (&sealing, algorithm), now).await?;
                let keys = stored::read(store, &sealing, now).await?;
                (keys, Place::Store { sealing, algorithm })
            }
            Signing::Command(command) => {
                let keys = command.prove().await?;
                let since = store.command_key_since(&command.thumbprint(), now).await?;
                (keys, Place::Command(Reminder::new(since)))
            }
        };
        Ok(Self { place, keys: ArcSwap::from_pointee(keys) })
    }

    /// Sees to it that no key gets older than this, and reads the store again: somebody may have rotated, and time lets published keys sign.
    pub(crate) async fn keep_up(
        &self,
        store: &VendorStore,
        old_after: Option<i64>,
        now: Timestamp,
    ) -> Result<(), KeysError> {
        match (&self.place, old_after) {
            (Place::Store { sealing, algorithm }, old_after) => {
                if let Some(old_after) = old_after {
                    stored::rotate_if_old(store, (sealing, *algorithm), old_after, now).await?;
                }
                self.keys.store(Arc::new(stored::read(store, sealing, now).await?));
            }
            (Place::Command(reminder), Some(old_after)) => {
                if let Some(days) = reminder.due(old_after, now) {
                    let keys = self.keys();
                    tracing::warn!(
                        key_id = keys.signer.key_id(),
                        days,
                        "the key behind the signing command is old; add another one to `signing.keys`, and name it in `signing.key_id` an hour later"
                    );
                }
            }
            (Place::Command(_), None) => {}
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
