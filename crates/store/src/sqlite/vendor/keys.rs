//! With which keys does the service sign, and until when are they published?

use rusqlite::{Connection, params};
use salver_oauth::Timestamp;

use super::{Event, KeyCause, LogLine, VendorKey, log};
use crate::{
    Outcome, StoreError,
    sqlite::{
        row::{Columns, change, find, list, only},
        writer::Unit,
    },
};

pub(super) fn list_all(connection: &Connection) -> Result<Vec<VendorKey>, StoreError> {
    list(connection, TABLE, LIST, [], read)
}

pub(super) fn add(
    connection: &Connection,
    (key, cause): (&VendorKey, &KeyCause),
    others_retire_at: Timestamp,
) -> Result<Unit<Outcome>, StoreError> {
    let newest: Option<String> = find(connection, TABLE, NEWEST, [], only)?;
    let event = match (cause, newest) {
        (KeyCause::First, None) => None,
        (KeyCause::Asked, _) => Some(Event::Rotated),
        (KeyCause::Age(of), Some(newest)) if *of == newest => Some(Event::RotatedByAge),
        (KeyCause::First | KeyCause::Age(_), _) => return Ok(Unit::Undo(Outcome::Lost)),
    };
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
    if let Some(event) = event {
        let key_id = Some(key.key_id.clone());
        let line = LogLine { key_id, ..LogLine::new(key.made_at, event) };
        log::add(connection, &line, None)?;
    }
    Ok(Unit::Keep(Outcome::Applied))
}

/// Since when a command has signed with this key: since now, if it never did before.
pub(super) fn command_key_since(
    connection: &Connection,
    thumbprint: &str,
    now: Timestamp,
) -> Result<Unit<Timestamp>, StoreError> {
    change(connection, MEET, params![thumbprint, now.as_unix()])?;
    let since = find(connection, "command_keys", SINCE, [thumbprint], only)?;
    Ok(Unit::Keep(since.unwrap_or(now)))
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
const NEWEST: &str = "SELECT key_id FROM keys ORDER BY made_at DESC, rowid DESC LIMIT 1";
const ADD: &str = "INSERT INTO keys (key_id, algorithm, sealed, made_at, signs_from, retires_at)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
const RETIRE: &str = "UPDATE keys SET retires_at = ?1 WHERE ifnull(retires_at, ?1) >= ?1";
const MEET: &str =
    "INSERT INTO command_keys (thumbprint, since) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
const SINCE: &str = "SELECT since FROM command_keys WHERE thumbprint = ?1";
pub(super) const SWEEP: &str = "DELETE FROM keys WHERE retires_at <= ?1";
