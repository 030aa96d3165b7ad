//! Which links let a person make an account? A spent invitation is a deleted one.

use rusqlite::{Connection, params};
use salver_oauth::Timestamp;

use super::{
    row::{change, find},
    word,
    writer::Unit,
};
use crate::{
    StoreError,
    record::{Digest, Invitation},
};

/// Adds an invitation.
pub(super) fn add(
    connection: &Connection,
    invitation: &Invitation,
) -> Result<Unit<()>, StoreError> {
    let Invitation { token, role, created_at, expires_at } = invitation;
    change(
        connection,
        ADD,
        params![token, word::role(*role), created_at.as_unix(), expires_at.as_unix()],
    )?;
    Ok(Unit::Keep(()))
}

/// An invitation that still works.
pub(super) fn find_live(
    connection: &Connection,
    token: &Digest,
    now: Timestamp,
) -> Result<Option<Invitation>, StoreError> {
    find(connection, "invitations", FIND, params![token, now.as_unix()], |columns| {
        Ok(Invitation {
            token: columns.next()?,
            role: columns.next()?,
            created_at: columns.next()?,
            expires_at: columns.next()?,
        })
    })
}

/// Spends an invitation; answers whether it still worked.
pub(super) fn spend(
    connection: &Connection,
    token: &Digest,
    now: Timestamp,
) -> Result<bool, StoreError> {
    Ok(change(connection, SPEND, params![token, now.as_unix()])? > 0)
}

const ADD: &str =
    "INSERT INTO invitations (token, role, created_at, expires_at) VALUES (?1, ?2, ?3, ?4)";
pub(super) const FIND: &str = "SELECT token, role, created_at, expires_at FROM invitations WHERE token = ?1 AND expires_at > ?2";
const SPEND: &str = "DELETE FROM invitations WHERE token = ?1 AND expires_at > ?2";
