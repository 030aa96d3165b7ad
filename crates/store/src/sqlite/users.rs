//! Who has an account? DESIGN §5; disabling ends everything that the account opened.

use rusqlite::{Connection, params};
use salver_oauth::{GrantId, Timestamp, UserId};

use super::{
    invitations, revocations,
    row::{Columns, change, find, list, only},
    word,
    writer::Unit,
};
use crate::{
    Outcome, StoreError, group,
    record::{NewUser, RevocationReason, User, UserAdded},
    username,
};

/// The user of this name.
pub(super) fn find_by_name(
    connection: &Connection,
    username: &str,
) -> Result<Option<User>, StoreError> {
    find(connection, TABLE, FIND_BY_NAME, [username::key(username)], read)
}

/// The user of this id.
pub(super) fn find_by_id(connection: &Connection, id: UserId) -> Result<Option<User>, StoreError> {
    find(connection, TABLE, FIND, [id.as_bytes()], read)
}

/// All users, by name.
pub(super) fn list_all(connection: &Connection) -> Result<Vec<User>, StoreError> {
    list(connection, TABLE, LIST, [], read)
}

/// Adds a user and spends the invitation, or neither.
pub(super) fn add(connection: &Connection, new: &NewUser) -> Result<Unit<UserAdded>, StoreError> {
    let user = &new.user;
    if let Some(token) = &new.invitation
        && !invitations::spend(connection, token, user.created_at)?
    {
        return Ok(Unit::Undo(UserAdded::InvitationSpent));
    }
    let added = change(
        connection,
        ADD,
        params![
            user.id.as_bytes(),
            user.username,
            username::key(&user.username),
            word::role(user.role),
            joined(user.groups.clone())?,
            user.password_hash,
            user.created_at.as_unix(),
            user.disabled_at.map(Timestamp::as_unix),
        ],
    )?;
    Ok(if added == 0 { Unit::Undo(UserAdded::NameTaken) } else { Unit::Keep(UserAdded::Added) })
}

/// Replaces the password hash.
pub(super) fn set_password_hash(
    connection: &Connection,
    id: UserId,
    password_hash: &str,
) -> Result<Unit<Outcome>, StoreError> {
    Ok(Unit::applied_if(
        change(connection, SET_PASSWORD_HASH, params![id.as_bytes(), password_hash])? > 0,
    ))
}

/// Replaces the groups.
pub(super) fn set_groups(
    connection: &Connection,
    id: UserId,
    groups: Vec<Box<str>>,
) -> Result<Unit<Outcome>, StoreError> {
    let groups = joined(groups)?;
    Ok(Unit::applied_if(change(connection, SET_GROUPS, params![id.as_bytes(), groups])? > 0))
}

/// Disables a user, ends the sessions, revokes the grants.
pub(super) fn disable(
    connection: &Connection,
    id: UserId,
    now: Timestamp,
) -> Result<Unit<Outcome>, StoreError> {
    if change(connection, DISABLE, params![id.as_bytes(), now.as_unix()])? == 0 {
        return Ok(Unit::Undo(Outcome::Lost));
    }
    change(connection, END_SESSIONS, [id.as_bytes()])?;
    let grants: Vec<GrantId> = list(connection, "grants", LIVE_GRANTS, [id.as_bytes()], only)?;
    for grant in grants {
        revocations::end_grant(connection, grant, RevocationReason::Administrator, now)?;
    }
    Ok(Unit::Keep(Outcome::Applied))
}

/// Lets a disabled user sign in again.
pub(super) fn enable(connection: &Connection, id: UserId) -> Result<Unit<Outcome>, StoreError> {
    Ok(Unit::applied_if(change(connection, ENABLE, [id.as_bytes()])? > 0))
}

/// Groups as they are stored.
fn joined(mut groups: Vec<Box<str>>) -> Result<String, StoreError> {
    group::check(&groups).map_err(|fault| StoreError::Engine(Box::new(fault)))?;
    groups.sort_unstable();
    groups.dedup();
    Ok(groups.join(" "))
}

/// Reads the columns of [`user_columns!`].
pub(super) fn read(columns: &mut Columns<'_, '_>) -> Result<User, StoreError> {
    Ok(User {
        id: columns.next()?,
        username: columns.next()?,
        role: columns.next()?,
        groups: columns.next()?,
        password_hash: columns.next()?,
        created_at: columns.next()?,
        disabled_at: columns.next()?,
    })
}

/// The columns of a user `u`, in the order in which [`read`] wants them.
macro_rules! user_columns {
    () => {
        "u.id, u.username, u.role, u.groups, u.password_hash, u.created_at, u.disabled_at"
    };
}
pub(super) use user_columns;

const TABLE: &str = "users";
pub(super) const FIND: &str = concat!("SELECT ", user_columns!(), " FROM users u WHERE u.id = ?1");
pub(super) const FIND_BY_NAME: &str =
    concat!("SELECT ", user_columns!(), " FROM users u WHERE u.username_key = ?1");
const LIST: &str = concat!("SELECT ", user_columns!(), " FROM users u ORDER BY u.username_key");
const ADD: &str =
    "INSERT INTO users (id, username, username_key, role, groups, password_hash, created_at, disabled_at)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (username_key) DO NOTHING";
const SET_PASSWORD_HASH: &str = "UPDATE users SET password_hash = ?2 WHERE id = ?1";
const SET_GROUPS: &str = "UPDATE users SET groups = ?2 WHERE id = ?1";
const DISABLE: &str = "UPDATE users SET disabled_at = ?2 WHERE id = ?1 AND disabled_at IS NULL";
const ENABLE: &str =
    "UPDATE users SET disabled_at = NULL WHERE id = ?1 AND disabled_at IS NOT NULL";
pub(super) const END_SESSIONS: &str = "DELETE FROM sessions WHERE user_id = ?1";
pub(super) const LIVE_GRANTS: &str =
    "SELECT id FROM grants WHERE user_id = ?1 AND revoked_at IS NULL";
