//! With which keys does the service sign, and until when are they published?

use rusqlite::{Connection, params};
use salver_oauth::Timestamp;

use super::VendorKey;
use crate::{
    StoreError,
    sqlite::{
        row::{Columns, change, list},
        writer::Unit,
    },
};

pub(super) fn list_all(connection: &Connection) -> Result<Vec<VendorKey>, StoreError> {
    list(connection, TABLE, LIST, [], read)
}

pub(super) fn add(
    connection: &Connection,
    key: &VendorKey,
    others_retire_at: Timestamp,
) -> Result<Unit<()>, StoreError> {
    change(connection, RETIRE, [others_retire_at.as_unix()])?;
    let params = params![
        key.key_id,
        key.algorithm,
        key.sealed,
        key.made_at.as_unix(),
        key.signs_from.as_unix(),
        key.retires_at.map(Timestamp::as_unix),
    ];
    change(connection, ADD, params)?;
    Ok(Unit::Keep(()))
}

fn read(columns: &mut Columns<'_, '_>) -> Result<VendorKey, StoreError> {
    Ok(VendorKey {
        key_id: columns.next()?,
        algorithm: columns.next()?,
        sealed: columns.next()?,
        made_at: columns.next()?,
        signs_from: columns.next()?,
        retires_at: columns.next()?,
    })
}

const TABLE: &str = "keys";
const LIST: &str = "SELECT key_id, algorithm, sealed, made_at, signs_from, retires_at FROM keys
    ORDER BY made_at, rowid";
const ADD: &str = "INSERT INTO keys (key_id, algorithm, sealed, made_at, signs_from, retires_at)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
const RETIRE: &str = "UPDATE keys SET retires_at = ?1 WHERE ifnull(retires_at, ?1) >= ?1";
pub(super) const SWEEP: &str = "DELETE FROM keys WHERE retires_at <= ?1";
