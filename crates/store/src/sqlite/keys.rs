//! Which keys are there? Sealed before they come here; this file sees bytes.

use rusqlite::{Connection, params};
use salver_oauth::Timestamp;

use super::{
    bans,
    row::{change, list},
    word,
    writer::Unit,
};
use crate::{
    Outcome, StoreError,
    record::{KeyUse, StoredKey},
};

/// All keys, oldest first.
pub(super) fn list_all(connection: &Connection) -> Result<Vec<StoredKey>, StoreError> {
    list(connection, "keys", LIST, [], |columns| {
        Ok(StoredKey {
            key_id: columns.next()?,
            key_use: columns.next()?,
            algorithm: columns.next()?,
            sealed: columns.next()?,
            created_at: columns.next()?,
            signs_from: columns.next()?,
            retires_at: columns.next()?,
        })
    })
}

/// Adds a key and lets the others of its use retire.
pub(super) fn add(
    connection: &Connection,
    key: &StoredKey,
    retire_others_at: Option<Timestamp>,
) -> Result<Unit<()>, StoreError> {
    let key_use = word::key_use(key.key_use);
    if let Some(at) = retire_others_at {
        change(connection, RETIRE, params![key_use, at.as_unix()])?;
    }
    change(
        connection,
        ADD,
        params![
            key.key_id,
            key_use,
            key.algorithm,
            key.sealed,
            key.created_at.as_unix(),
            key.signs_from.as_unix(),
            key.retires_at.map(Timestamp::as_unix),
        ],
    )?;
    Ok(Unit::Keep(()))
}

/// Kills a key that seals registrations. Logins that were judged before are judged anew, as after a ban.
pub(super) fn kill(
    connection: &Connection,
    key_id: &str,
    now: Timestamp,
) -> Result<Unit<Outcome>, StoreError> {
    let key_use = word::key_use(KeyUse::Registration);
    let killed = change(connection, KILL, params![key_id, key_use, now.as_unix()])? > 0;
    if killed {
        change(connection, bans::COUNT, [])?;
    }
    Ok(Unit::applied_if(killed))
}

const KILL: &str =
    "UPDATE keys SET retires_at = ?3 WHERE key_id = ?1 AND key_use = ?2 AND retires_at IS NULL";
const LIST: &str = "SELECT key_id, key_use, algorithm, sealed, created_at, signs_from, retires_at FROM keys ORDER BY created_at, number";
const RETIRE: &str = "UPDATE keys SET retires_at = ?2 WHERE key_use = ?1 AND retires_at IS NULL";
const ADD: &str =
    "INSERT INTO keys (key_id, key_use, algorithm, sealed, created_at, signs_from, retires_at)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
