//! What is banned, and how often has that changed? (DESIGN 4.8) Who decides by bans names the number of changes that it knew of;
//! what comes to be recorded after another change is decided anew.

use rusqlite::{Connection, params};
use salver_oauth::Timestamp;

use super::{
    row::{change, find, list, only},
    writer::Unit,
};
use crate::{
    Outcome, StoreError,
    record::{Ban, NewBan},
};

/// Adds a ban; answers its number.
pub(super) fn add(connection: &Connection, ban: &NewBan) -> Result<Unit<i64>, StoreError> {
    let params = params![
        ban.kind,
        ban.value,
        ban.reason,
        ban.made_by,
        ban.made_at.as_unix(),
        ban.expires_at.map(Timestamp::as_unix),
    ];
    let number = find(connection, TABLE, ADD, params, only)?.ok_or(StoreError::Corrupt(TABLE))?;
    change(connection, COUNT, [])?;
    Ok(Unit::Keep(number))
}

/// Lifts a ban.
pub(super) fn lift(
    connection: &Connection,
    number: i64,
    by: &str,
    now: Timestamp,
) -> Result<Unit<Outcome>, StoreError> {
    let lifted = change(connection, LIFT, params![number, now.as_unix(), by])? > 0;
    if lifted {
        change(connection, COUNT, [])?;
    }
    Ok(Unit::applied_if(lifted))
}

/// All bans, oldest first.
pub(super) fn list_all(connection: &Connection) -> Result<Vec<Ban>, StoreError> {
    list(connection, TABLE, LIST, [], |columns| {
        Ok(Ban {
            number: columns.next()?,
            kind: columns.next()?,
            value: columns.next()?,
            reason: columns.next()?,
            made_by: columns.next()?,
            made_at: columns.next()?,
            expires_at: columns.next()?,
            lifted_at: columns.next()?,
            lifted_by: columns.next()?,
        })
    })
}

/// Counts a change of who is shut out.
pub(super) fn count_change(connection: &Connection) -> Result<(), StoreError> {
    change(connection, COUNT, [])?;
    Ok(())
}

/// How often who is shut out has changed.
pub(super) fn number(connection: &Connection) -> Result<i64, StoreError> {
    find(connection, CHANGES, NUMBER, [], only)?.ok_or(StoreError::Corrupt(CHANGES))
}

const TABLE: &str = "bans";
const CHANGES: &str = "ban_changes";
const ADD: &str = "INSERT INTO bans (kind, value, reason, made_by, made_at, expires_at)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6) RETURNING number";
pub(super) const LIFT: &str =
    "UPDATE bans SET lifted_at = ?2, lifted_by = ?3 WHERE number = ?1 AND lifted_at IS NULL";
const LIST: &str = "SELECT number, kind, value, reason, made_by, made_at, expires_at, lifted_at, lifted_by FROM bans
    ORDER BY number";
pub(super) const COUNT: &str = "UPDATE ban_changes SET number = number + 1 WHERE id = 1";
pub(super) const NUMBER: &str = "SELECT number FROM ban_changes WHERE id = 1";
