//! Which browsers are signed in? Looked up on every request of a person: one query, two key look-ups.

use rusqlite::{Connection, params};
use salver_oauth::Timestamp;

use super::{
    row::{change, find},
    users::{self, user_columns},
    writer::Unit,
};
use crate::{
    StoreError,
    record::{Digest, Session, User},
};

/// Adds a session, unless its user is disabled.
pub(super) fn add(connection: &Connection, session: &Session) -> Result<Unit<()>, StoreError> {
    let Session { token, user, created_at, expires_at } = session;
    change(
        connection,
        ADD,
        params![token, user.as_bytes(), created_at.as_unix(), expires_at.as_unix()],
    )?;
    Ok(Unit::Keep(()))
}

/// A session that has not ended, with its user.
pub(super) fn find_live(
    connection: &Connection,
    token: &Digest,
    now: Timestamp,
) -> Result<Option<(Session, User)>, StoreError> {
    find(connection, "sessions", FIND, params![token, now.as_unix()], |columns| {
        let session = Session {
            token: *token,
            user: columns.next()?,
            created_at: columns.next()?,
            expires_at: columns.next()?,
        };
        Ok((session, users::read(columns)?))
    })
}

/// Ends a session.
pub(super) fn end(connection: &Connection, token: &Digest) -> Result<Unit<()>, StoreError> {
    change(connection, END, [token])?;
    Ok(Unit::Keep(()))
}

const ADD: &str = "INSERT INTO sessions (token, user_id, created_at, expires_at)
    SELECT ?1, id, ?3, ?4 FROM users WHERE id = ?2 AND disabled_at IS NULL";
pub(super) const FIND: &str = concat!(
    "SELECT s.user_id, s.created_at, s.expires_at, ",
    user_columns!(),
    " FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.token = ?1 AND s.expires_at > ?2 AND u.disabled_at IS NULL"
);
const END: &str = "DELETE FROM sessions WHERE token = ?1";
