//! Which pushed authorization requests have been answered with a code? (RFC 9126 §4: one each.)

use rusqlite::{Connection, params};
use salver_oauth::Timestamp;

use super::row::{change, find as find_row, only};
use crate::{StoreError, record::SpentRequest};

/// Spends a request, if one is named; answers whether nobody did before.
pub(super) fn spend(
    connection: &Connection,
    request: Option<&SpentRequest>,
) -> Result<bool, StoreError> {
    let Some(request) = request else { return Ok(true) };
    Ok(change(connection, SPEND, params![request.number, request.until.as_unix()])? > 0)
}

/// Until when a request that was spent is known to be.
pub(super) fn find(
    connection: &Connection,
    number: [u8; 16],
) -> Result<Option<Timestamp>, StoreError> {
    find_row(connection, "pushed_requests", FIND, [number], only)
}

pub(super) const FIND: &str = "SELECT spent_until FROM pushed_requests WHERE number = ?1";
const SPEND: &str = "INSERT INTO pushed_requests (number, spent_until) VALUES (?1, ?2) ON CONFLICT (number) DO NOTHING";
