//! Which programs of administrators may manage clients? Only digests are here.

use rusqlite::{Connection, params};
use salver_oauth::Timestamp;

use super::{
    row::{Columns, change, find, list, only},
    writer::Unit,
};
use crate::{
    Outcome, StoreError,
    record::{ApiToken, Digest, NewApiToken},
};

/// Adds a token; answers its number.
pub(super) fn add(connection: &Connection, token: &NewApiToken) -> Result<Unit<i64>, StoreError> {
    let params = params![
        token.digest,
        token.name,
        token.may_change,
        token.made_by,
        token.made_at.as_unix(),
        token.expires_at.as_unix(),
    ];
    let number = find(connection, TABLE, ADD, params, only)?;
    Ok(Unit::Keep(number.ok_or(StoreError::Corrupt(TABLE))?))
}

/// A token by its digest, ended or not.
pub(super) fn find_by_digest(
    connection: &Connection,
    digest: &Digest,
) -> Result<Option<ApiToken>, StoreError> {
    find(connection, TABLE, FIND, [digest], read)
}

/// All tokens, oldest first.
pub(super) fn list_all(connection: &Connection) -> Result<Vec<ApiToken>, StoreError> {
    list(connection, TABLE, LIST, [], read)
}

/// Revokes a token.
pub(super) fn end(
    connection: &Connection,
    number: i64,
    now: Timestamp,
) -> Result<Unit<Outcome>, StoreError> {
    Ok(Unit::applied_if(change(connection, END, params![number, now.as_unix()])? > 0))
}

/// Notes that a token was used.
pub(super) fn note_use(
    connection: &Connection,
    number: i64,
    at: Timestamp,
) -> Result<Unit<()>, StoreError> {
    change(connection, USED, params![number, at.as_unix()])?;
    Ok(Unit::Keep(()))
}

fn read(columns: &mut Columns<'_, '_>) -> Result<ApiToken, StoreError> {
    Ok(ApiToken {
        number: columns.next()?,
        content: NewApiToken {
            digest: columns.next()?,
            name: columns.next()?,
            may_change: columns.next::<i64>()? != 0,
            made_by: columns.next()?,
            made_at: columns.next()?,
            expires_at: columns.next()?,
        },
        last_used_at: columns.next()?,
        ended_at: columns.next()?,
    })
}

/// The columns of a token, in the order in which [`read`] wants them.
macro_rules! token_columns {
    () => {
        "number, digest, name, may_change, made_by, made_at, expires_at, last_used_at, ended_at"
    };
}

const TABLE: &str = "api_tokens";
const ADD: &str = "INSERT INTO api_tokens (digest, name, may_change, made_by, made_at, expires_at)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6) RETURNING number";
pub(super) const FIND: &str =
    concat!("SELECT ", token_columns!(), " FROM api_tokens WHERE digest = ?1");
const LIST: &str = concat!("SELECT ", token_columns!(), " FROM api_tokens ORDER BY number");
pub(super) const END: &str = "UPDATE api_tokens SET ended_at = ?2
    WHERE number = ?1 AND ended_at IS NULL AND expires_at > ?2";
pub(super) const USED: &str =
    "UPDATE api_tokens SET last_used_at = max(?2, ifnull(last_used_at, 0)) WHERE number = ?1";
