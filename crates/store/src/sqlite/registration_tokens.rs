//! Which initial access tokens are there (RFC 7591 §3), and how often were they used? Numbers that several processes add to.

use rusqlite::{Connection, params};
use salver_oauth::Timestamp;

use super::{
    row::{change, find, list, only},
    writer::Unit,
};
use crate::{
    Outcome, StoreError,
    record::{NewRegistrationToken, RegistrationToken, UsedRegistrationToken},
};

/// Adds a token; answers its number.
pub(super) fn add(
    connection: &Connection,
    new: &NewRegistrationToken,
) -> Result<Unit<i64>, StoreError> {
    let NewRegistrationToken { token, holder, made_by, made_at, expires_at } = new;
    let expires_at = expires_at.map(Timestamp::as_unix);
    let params = params![token, holder, made_by, made_at.as_unix(), expires_at];
    let number = find(connection, TABLE, ADD, params, only)?;
    Ok(Unit::Keep(number.ok_or(StoreError::Corrupt(TABLE))?))
}

/// Revokes a token that is in force.
pub(super) fn revoke(
    connection: &Connection,
    number: i64,
    by: &str,
    now: Timestamp,
) -> Result<Unit<Outcome>, StoreError> {
    let params = params![number, now.as_unix(), by];
    Ok(Unit::applied_if(change(connection, REVOKE, params)? > 0))
}

/// All tokens, oldest first.
pub(super) fn list_all(connection: &Connection) -> Result<Vec<RegistrationToken>, StoreError> {
    list(connection, TABLE, LIST, [], |columns| {
        Ok(RegistrationToken {
            number: columns.next()?,
            token: columns.next()?,
            holder: columns.next()?,
            made_by: columns.next()?,
            made_at: columns.next()?,
            expires_at: columns.next()?,
            revoked_at: columns.next()?,
            revoked_by: columns.next()?,
            uses: columns.next()?,
            last_used_at: columns.next()?,
        })
    })
}

/// Adds to how often tokens were used.
pub(super) fn count(
    connection: &Connection,
    counted: &[UsedRegistrationToken],
) -> Result<Unit<()>, StoreError> {
    for UsedRegistrationToken { number, uses, last_used_at } in counted {
        let uses = i64::try_from(*uses).unwrap_or(i64::MAX);
        change(connection, COUNT, params![number, uses, last_used_at.as_unix()])?;
    }
    Ok(Unit::Keep(()))
}

const TABLE: &str = "registration_tokens";
const ADD: &str =
    "INSERT INTO registration_tokens (token, holder, made_by, made_at, expires_at, uses)
    VALUES (?1, ?2, ?3, ?4, ?5, 0) RETURNING number";
pub(super) const REVOKE: &str = "UPDATE registration_tokens SET revoked_at = ?2, revoked_by = ?3
    WHERE number = ?1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?2)";
const LIST: &str = "SELECT number, token, holder, made_by, made_at, expires_at, revoked_at, revoked_by, uses, last_used_at
    FROM registration_tokens ORDER BY number";
pub(super) const COUNT: &str = "UPDATE registration_tokens SET uses = uses + ?2,
    last_used_at = max(ifnull(last_used_at, ?3), ?3) WHERE number = ?1";
