//! What has policy said at logins? Rows that are only ever added, and swept from the oldest on.

use rusqlite::{Connection, params};

use super::{
    row::{change, find, list, only},
    word,
    writer::Unit,
};
use crate::{
    StoreError,
    record::{KeptVerdict, NewVerdict},
};

/// Keeps a verdict by itself.
pub(super) fn note(connection: &Connection, verdict: &NewVerdict) -> Result<Unit<()>, StoreError> {
    insert(connection, verdict)?;
    Ok(Unit::Keep(()))
}

/// Keeps a verdict.
pub(super) fn insert(connection: &Connection, verdict: &NewVerdict) -> Result<(), StoreError> {
    change(
        connection,
        ADD,
        params![
            verdict.at.as_unix(),
            verdict.user.as_bytes(),
            verdict.client_id,
            word::verdict_outcome(verdict.outcome),
            verdict.rule,
            verdict.rules_version,
            verdict.facts,
        ],
    )?;
    Ok(())
}

/// The verdicts after a number.
pub(super) fn list_after(
    connection: &Connection,
    after: i64,
    limit: u32,
) -> Result<Vec<KeptVerdict>, StoreError> {
    list(connection, TABLE, LIST, params![after, limit], |columns| {
        Ok(KeptVerdict {
            number: columns.next()?,
            at: columns.next()?,
            user: columns.next()?,
            client_id: columns.next()?,
            outcome: columns.next()?,
            rule: columns.next()?,
            rules_version: columns.next()?,
            facts: columns.next()?,
        })
    })
}

/// How many there are.
pub(super) fn count(connection: &Connection) -> Result<u64, StoreError> {
    find(connection, TABLE, COUNT, [], only)?.ok_or(StoreError::Corrupt(TABLE))
}

const TABLE: &str = "verdicts";
const ADD: &str =
    "INSERT INTO verdicts (at, user_id, client_id, outcome, rule, rules_version, facts)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
pub(super) const LIST: &str =
    "SELECT number, at, user_id, client_id, outcome, rule, rules_version, facts FROM verdicts
    WHERE number > ?1 ORDER BY number LIMIT ?2";
const COUNT: &str = "SELECT count(*) FROM verdicts";
