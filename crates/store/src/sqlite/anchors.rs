//! Whose statements are trusted? Whoever changes that counts it like a ban, so that what was decided before is decided anew.

use rusqlite::{Connection, params};

use super::{
    bans::count_change,
    row::{Columns, change, list},
    writer::Unit,
};
use crate::{Outcome, StoreError, record::Anchor};

/// Puts an anchor in the place of whatever was known under its issuer.
pub(super) fn set(connection: &Connection, anchor: &Anchor) -> Result<Unit<()>, StoreError> {
    let params = params![
        anchor.issuer,
        anchor.content,
        anchor.suspended,
        anchor.changed_by,
        anchor.changed_at.as_unix(),
    ];
    change(connection, SET, params)?;
    count_change(connection)?;
    Ok(Unit::Keep(()))
}

/// Forgets an anchor.
pub(super) fn remove(connection: &Connection, issuer: &str) -> Result<Unit<Outcome>, StoreError> {
    let removed = change(connection, REMOVE, [issuer])? > 0;
    if removed {
        count_change(connection)?;
    }
    Ok(Unit::applied_if(removed))
}

/// All anchors, by issuer.
pub(super) fn list_all(connection: &Connection) -> Result<Vec<Anchor>, StoreError> {
    list(connection, TABLE, LIST, [], read)
}

fn read(columns: &mut Columns<'_, '_>) -> Result<Anchor, StoreError> {
    Ok(Anchor {
        issuer: columns.next()?,
        content: columns.next()?,
        suspended: columns.next::<i64>()? != 0,
        changed_by: columns.next()?,
        changed_at: columns.next()?,
    })
}

const TABLE: &str = "anchors";
const SET: &str = "INSERT INTO anchors (issuer, content, suspended, changed_by, changed_at) VALUES (?1, ?2, ?3, ?4, ?5)
    ON CONFLICT (issuer) DO UPDATE SET content = excluded.content, suspended = excluded.suspended,
    changed_by = excluded.changed_by, changed_at = excluded.changed_at";
pub(super) const REMOVE: &str = "DELETE FROM anchors WHERE issuer = ?1";
const LIST: &str =
    "SELECT issuer, content, suspended, changed_by, changed_at FROM anchors ORDER BY issuer";
