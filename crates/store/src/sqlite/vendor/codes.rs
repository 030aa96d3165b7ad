//! With which one-time codes may installations enrol? Only digests are here.

use rusqlite::{Connection, params};
use salver_oauth::Timestamp;

use super::{Event, LogLine, NewCode, log};
use crate::{
    StoreError,
    record::Digest,
    sqlite::{
        row::{change, find, only},
        writer::Unit,
    },
};

pub(super) fn add(connection: &Connection, code: &NewCode) -> Result<Unit<()>, StoreError> {
    change(connection, ADD, params![code.code, code.account, code.expires_at.as_unix()])?;
    let line =
        LogLine { account: Some(code.account.clone()), ..LogLine::new(code.made_at, Event::Code) };
    log::add(connection, &line, None)?;
    Ok(Unit::Keep(()))
}

/// Spends a code; answers whose it was.
pub(super) fn spend(
    connection: &Connection,
    code: &Digest,
    now: Timestamp,
) -> Result<Option<String>, StoreError> {
    find(connection, "codes", SPEND, params![code, now.as_unix()], only)
}

const ADD: &str = "INSERT INTO codes (code, account, expires_at) VALUES (?1, ?2, ?3)";
const SPEND: &str = "DELETE FROM codes WHERE code = ?1 AND expires_at > ?2 RETURNING account";
pub(super) const SWEEP: &str = "DELETE FROM codes WHERE expires_at <= ?1";
