//! What does a vendor's service remember? Keys, one-time codes, installations, and what was done: in a SQLite file of its own.
//!
//! The service that signs for the installations of one client (SW-12, AT-R-5) is no authorization server, and runs elsewhere; it shares the engine
//! (one writer that commits many units of work at once, readers on snapshots) and nothing else. There is one engine, so there is no trait.

mod codes;
mod installations;
mod keys;
mod log;
mod record;

#[cfg(test)]
mod tests;

use std::path::Path;

use rusqlite::Connection;
use salver_oauth::Timestamp;

pub use self::record::{
    Account, Checked, Enrol, Enrolled, Event, Installation, Issue, Issued, KeyCause, LogLine,
    NewCode, VendorKey,
};
use super::{
    Settings, open,
    reader::Readers,
    row::change,
    schema::Schema,
    writer::{Unit, Writer},
};
use crate::{Outcome, StoreError};

/// The store of a vendor's service. Dropping it finishes the work that waits and closes the file; the drop blocks for that long.
pub struct VendorStore {
    // In this order: the writer's connection is the last to close, and tidies the log.
    readers: Readers,
    writer: Writer,
}

impl VendorStore {
    /// Opens the file, makes it if there is none (mode 0600, in a directory of mode 0700). Blocks: to be called at start.
    ///
    /// # Errors
    /// [`StoreError`] if it cannot be opened or is not ours.
    pub fn open(path: &Path, settings: Settings) -> Result<Self, StoreError> {
        let connection = open::writer(path, &VENDOR)?;
        let readers = Readers::start(path, settings)?;
        Ok(Self { readers, writer: Writer::start(connection, settings.queue)? })
    }

    /// All keys, oldest first.
    ///
    /// # Errors
    /// [`StoreError`], as of every method here.
    pub async fn list_keys(&self) -> Result<Vec<VendorKey>, StoreError> {
        self.readers.run(keys::list_all).await
    }

    /// Adds a key, notes it, and lets those before it retire at `others_retire_at`, unless they do so earlier. Of several that are made for one cause, the first is
    /// added, and the others are lost; a wish of somebody's is a cause of its own.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn add_key(
        &self,
        key: VendorKey,
        cause: KeyCause,
        others_retire_at: Timestamp,
    ) -> Result<Outcome, StoreError> {
        self.write(move |connection| keys::add(connection, (&key, &cause), others_retire_at)).await
    }

    /// Since when a command has signed with the key of this thumbprint: since now, if it never did before.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn command_key_since(
        &self,
        thumbprint: &str,
        now: Timestamp,
    ) -> Result<Timestamp, StoreError> {
        let thumbprint = thumbprint.to_owned();
        self.write(move |connection| keys::command_key_since(connection, &thumbprint, now)).await
    }

    /// Adds a one-time code.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn add_code(&self, code: NewCode) -> Result<(), StoreError> {
        self.write(move |connection| codes::add(connection, &code)).await
    }

    /// Enrols an installation, spends its code and notes it, all in one unit.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn enrol(&self, enrol: Enrol) -> Result<Enrolled, StoreError> {
        self.write(move |connection| installations::enrol(connection, &enrol)).await
    }

    /// The installation with this device key, revoked or not.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn find_installation(&self, id: &str) -> Result<Option<Installation>, StoreError> {
        let id = id.to_owned();
        self.readers.run(move |connection| installations::find_by_id(connection, &id)).await
    }

    /// All installations, by account.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn list_installations(&self) -> Result<Vec<Installation>, StoreError> {
        self.readers.run(installations::list_all).await
    }

    /// Notes that something is to be signed for an installation, if it may: it lives, the challenge is new, and neither its own limit nor that of its
    /// account is used up. Two that come at once cannot pass both.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn issue(&self, issue: Issue) -> Result<Issued, StoreError> {
        self.write(move |connection| installations::issue(connection, &issue)).await
    }

    /// Revokes one installation; answers how many that were.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn revoke(&self, id: &str, now: Timestamp) -> Result<usize, StoreError> {
        let id = id.to_owned();
        self.write(move |connection| installations::revoke(connection, &id, now)).await
    }

    /// Revokes all installations of an account; answers how many that were.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn revoke_account(&self, account: &str, now: Timestamp) -> Result<usize, StoreError> {
        let account = account.to_owned();
        self.write(move |connection| installations::revoke_account(connection, &account, now)).await
    }

    /// The newest lines of the log, oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn list_log(&self, newest: u32) -> Result<Vec<LogLine>, StoreError> {
        self.readers.run(move |connection| log::list_newest(connection, newest)).await
    }

    /// Removes codes that have expired, keys that have retired, and lines of the log from before `log_until`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn sweep(&self, now: Timestamp, log_until: Timestamp) -> Result<(), StoreError> {
        self.write(move |connection| {
            for sql in [codes::SWEEP, keys::SWEEP] {
                change(connection, sql, [now.as_unix()])?;
            }
            change(connection, log::SWEEP, [log_until.as_unix()])?;
            Ok(Unit::Keep(()))
        })
        .await
    }

    async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<Unit<T>, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.writer.run(work).await
    }
}

/// "SALW", so that neither program opens the other's file.
const VENDOR: Schema = Schema { scripts: &[include_str!("schema.sql")], owner: 0x5341_4C57 };
