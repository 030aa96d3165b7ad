//! Which assertions of clients have been spent? (SPEC 4.2: a `jti` counts once.)

use rusqlite::{Connection, params};
use salver_oauth::Timestamp;

use super::{row::change, writer::Unit};
use crate::{Outcome, StoreError, record::Digest};

/// Spends an assertion until a time.
pub(super) fn spend(
    connection: &Connection,
    assertion: &Digest,
    until: Timestamp,
    now: Timestamp,
) -> Result<Unit<Outcome>, StoreError> {
    let params = params![assertion, until.as_unix(), now.as_unix()];
    Ok(Unit::applied_if(change(connection, SPEND, params)? > 0))
}

const SPEND: &str = "INSERT INTO assertions (assertion, spent_until) VALUES (?1, ?2)
    ON CONFLICT (assertion) DO UPDATE SET spent_until = excluded.spent_until WHERE spent_until <= ?3";
