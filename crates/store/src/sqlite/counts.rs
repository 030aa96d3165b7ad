//! How far do clients get? Numbers that several processes add to.

use rusqlite::{Connection, params};
use salver_oauth::Timestamp;

use super::{
    row::{change, list},
    word,
    writer::Unit,
};
use crate::{StoreError, record::Counted};

/// Adds to what was counted.
pub(super) fn add(connection: &Connection, counted: &[Counted]) -> Result<Unit<()>, StoreError> {
    for Counted { day, application, method, step, number } in counted {
        let (application, step) = (application.as_deref().unwrap_or_default(), word::step(*step));
        let number = i64::try_from(*number).unwrap_or(i64::MAX);
        change(connection, ADD, params![day.as_unix(), application, method, step, number])?;
    }
    Ok(Unit::Keep(()))
}

/// What was counted from a day on.
pub(super) fn list_since(
    connection: &Connection,
    since: Timestamp,
) -> Result<Vec<Counted>, StoreError> {
    list(connection, TABLE, LIST, [since.as_unix()], |columns| {
        let (day, application): (_, String) = (columns.next()?, columns.next()?);
        Ok(Counted {
            day,
            application: (!application.is_empty()).then_some(application),
            method: columns.next()?,
            step: columns.next()?,
            number: columns.next()?,
        })
    })
}

const TABLE: &str = "client_counts";
const ADD: &str =
    "INSERT INTO client_counts (day, application, method, step, number) VALUES (?1, ?2, ?3, ?4, ?5)
    ON CONFLICT (day, application, method, step) DO UPDATE SET number = number + excluded.number";
pub(super) const LIST: &str =
    "SELECT day, application, method, step, number FROM client_counts WHERE day >= ?1
    ORDER BY day, application, method, step";
