//! What have anchors signed? One row for each software, with the newest of what was signed for it (DESIGN §5).

use rusqlite::{Connection, params};

use super::{
    row::{Columns, change, find, list, only},
    writer::Unit,
};
use crate::{
    StoreError,
    record::{StatedClient, StatedNoted},
    retention,
};

/// Notes a verified statement. Of two that say different things the one with the greater `iat` holds.
pub(super) fn note(
    connection: &Connection,
    new: &StatedClient,
) -> Result<Unit<StatedNoted>, StoreError> {
    let known = find_by_id(connection, &new.client_id)?;
    let noted = match known {
        None => {
            let count: Option<u32> = find(connection, TABLE, COUNT, [&new.issuer], only)?;
            if count.unwrap_or_default() >= retention::STATED_CLIENTS {
                return Ok(Unit::Undo(StatedNoted::TooMany));
            }
            StatedNoted::New
        }
        Some(known) if known.document == new.document => {
            let is_newer = new.issued_at > known.issued_at;
            let newest = if is_newer { new } else { &known };
            let params = params![
                new.client_id,
                newest.software_version,
                newest.issued_at.as_unix(),
                newest.key,
                new.checked_at.max(known.checked_at).as_unix(),
            ];
            change(connection, CONFIRM, params)?;
            return Ok(Unit::Keep(StatedNoted::Same));
        }
        // Of the same second: nobody can say which is newer, so the first one holds.
        Some(known) if known.issued_at >= new.issued_at => {
            return Ok(Unit::Undo(StatedNoted::Older));
        }
        Some(known) => StatedNoted::Changed(known.document),
    };
    let params = params![
        new.client_id,
        new.issuer,
        new.software_id,
        new.software_version,
        new.document,
        new.issued_at.as_unix(),
        new.key,
        new.checked_at.as_unix(),
    ];
    change(connection, SET, params)?;
    Ok(Unit::Keep(noted))
}

/// A software by its `client_id`.
pub(super) fn find_by_id(
    connection: &Connection,
    client_id: &str,
) -> Result<Option<StatedClient>, StoreError> {
    find(connection, TABLE, FIND, [client_id], read)
}

/// All softwares of all anchors.
pub(super) fn list_all(connection: &Connection) -> Result<Vec<StatedClient>, StoreError> {
    list(connection, TABLE, LIST, [], read)
}

/// Forgets softwares of an anchor: all, or one.
pub(super) fn remove(
    connection: &Connection,
    issuer: &str,
    client_id: Option<&str>,
) -> Result<Unit<u64>, StoreError> {
    let removed = match client_id {
        Some(client_id) => change(connection, REMOVE_ONE, [client_id, issuer])?,
        None => change(connection, REMOVE_ALL, [issuer])?,
    };
    Ok(Unit::Keep(u64::try_from(removed).unwrap_or(u64::MAX)))
}

fn read(columns: &mut Columns<'_, '_>) -> Result<StatedClient, StoreError> {
    Ok(StatedClient {
        client_id: columns.next()?,
        issuer: columns.next()?,
        software_id: columns.next()?,
        software_version: columns.next()?,
        document: columns.next()?,
        issued_at: columns.next()?,
        key: columns.next()?,
        checked_at: columns.next()?,
    })
}

const TABLE: &str = "stated_clients";
pub(super) const COUNT: &str = "SELECT count(*) FROM stated_clients WHERE issuer = ?1";
const SET: &str = "INSERT INTO stated_clients
    (client_id, issuer, software_id, software_version, document, issued_at, key, checked_at)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
    ON CONFLICT (client_id) DO UPDATE SET software_version = excluded.software_version, document = excluded.document,
    issued_at = excluded.issued_at, key = excluded.key, checked_at = excluded.checked_at";
pub(super) const CONFIRM: &str =
    "UPDATE stated_clients SET software_version = ?2, issued_at = ?3, key = ?4, checked_at = ?5
    WHERE client_id = ?1";
pub(super) const FIND: &str =
    "SELECT client_id, issuer, software_id, software_version, document, issued_at, key, checked_at
    FROM stated_clients WHERE client_id = ?1";
const LIST: &str =
    "SELECT client_id, issuer, software_id, software_version, document, issued_at, key, checked_at
    FROM stated_clients ORDER BY issuer, software_id";
pub(super) const REMOVE_ONE: &str =
    "DELETE FROM stated_clients WHERE client_id = ?1 AND issuer = ?2";
pub(super) const REMOVE_ALL: &str = "DELETE FROM stated_clients WHERE issuer = ?1";
