//! What was done? Lines are added, in the unit of work that they tell of, and never changed.

use rusqlite::{Connection, params};

use super::{Checked, Event, LogLine};
use crate::{
    StoreError,
    record::Digest,
    sqlite::row::{Columns, change, list},
};

/// Adds a line; answers whether its challenge stands nowhere else.
pub(super) fn add(
    connection: &Connection,
    line: &LogLine,
    challenge: Option<&Digest>,
) -> Result<bool, StoreError> {
    let params = params![
        line.at.as_unix(),
        line.event.word(),
        line.account,
        line.installation,
        line.audience,
        line.checked.map(Checked::word),
        line.key_id,
        challenge,
    ];
    Ok(change(connection, ADD, params)? > 0)
}

pub(super) fn list_newest(
    connection: &Connection,
    newest: u32,
) -> Result<Vec<LogLine>, StoreError> {
    let mut lines = list(connection, TABLE, LIST, [newest], read)?;
    lines.reverse();
    Ok(lines)
}

fn read(columns: &mut Columns<'_, '_>) -> Result<LogLine, StoreError> {
    Ok(LogLine {
        at: columns.next()?,
        event: columns
            .next::<String>()
            .and_then(|word| Event::of_word(&word).ok_or(StoreError::Corrupt(TABLE)))?,
        account: columns.next()?,
        installation: columns.next()?,
        audience: columns.next()?,
        checked: columns.next()?,
        key_id: columns.next()?,
    })
}

const TABLE: &str = "log";
const ADD: &str = "INSERT INTO log (at, event, account, installation, audience, checked, key_id, challenge)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (challenge) WHERE challenge IS NOT NULL DO NOTHING";
const LIST: &str = "SELECT at, event, account, installation, audience, checked, key_id FROM log
    ORDER BY number DESC LIMIT ?1";
pub(super) const SWEEP: &str = "DELETE FROM log WHERE at < ?1";
