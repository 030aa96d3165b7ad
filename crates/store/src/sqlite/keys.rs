//! Which signing keys are there? Sealed before they come here; this file sees bytes.

use rusqlite::{Connection, params};
use salver_oauth::Timestamp;

use super::{
    row::{change, list},
    word,
    writer::Unit,
};
use crate::{StoreError, record::StoredKey};

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

const LIST: &str = "SELECT key_id, key_use, algorithm, sealed, created_at, signs_from, retires_at FROM keys ORDER BY created_at, number";
const RETIRE: &str = "UPDATE keys SET retires_at = ?2 WHERE key_use = ?1 AND retires_at IS NULL";
const ADD: &str =
    "INSERT INTO keys (key_id, key_use, algorithm, sealed, created_at, signs_from, retires_at)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
