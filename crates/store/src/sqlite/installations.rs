//! Which copies of an application run, and at which refresh token do they stand? (DESIGN §4.9)

use rusqlite::{Connection, params};
use salver_oauth::{InstallationId, Timestamp};

use super::{
    grants::{self, grant_columns},
    row::{Columns, change, find, only},
    writer::Unit,
};
use crate::{
    Outcome, StoreError,
    record::{AdvanceInstallation, Grant, Installation, UsedInstallation},
};

/// An installation with its grant, ended or not.
pub(super) fn find_with_grant(
    connection: &Connection,
    id: InstallationId,
) -> Result<Option<(Installation, Grant)>, StoreError> {
    find(connection, TABLE, FIND, [id.as_bytes()], |columns| {
        Ok((read(columns)?, grants::read(columns)?))
    })
}

/// Starts an installation.
pub(super) fn insert(
    connection: &Connection,
    installation: &Installation,
) -> Result<(), StoreError> {
    change(
        connection,
        ADD,
        params![
            installation.id.as_bytes(),
            installation.grant.as_bytes(),
            installation.scope.to_string(),
            installation.client_key,
            installation.instance_key,
            installation.generation,
            installation.current,
            installation.previous,
            installation.rotated_at.as_unix(),
            installation.used_generation,
            installation.created_at.as_unix(),
            installation.last_used_at.as_unix(),
            installation.expires_at.as_unix(),
            installation.ended_at.map(Timestamp::as_unix),
        ],
    )?;
    Ok(())
}

/// Moves an installation to its next generation.
pub(super) fn advance(
    connection: &Connection,
    advance: &AdvanceInstallation,
) -> Result<Unit<Outcome>, StoreError> {
    let expires_at = advance.expires_at.as_unix();
    let params = params![
        advance.id.as_bytes(),
        advance.expected_generation,
        advance.current,
        advance.previous,
        advance.client_key,
        advance.now.as_unix(),
        expires_at,
    ];
    let sweep_after: Option<i64> = find(connection, TABLE, ADVANCE, params, only)?;
    let Some(sweep_after) = sweep_after else {
        return Ok(Unit::Undo(Outcome::Lost));
    };
    if expires_at < sweep_after {
        change(connection, SWEEP_EARLIER, params![advance.id.as_bytes(), expires_at])?;
    }
    Ok(Unit::Keep(Outcome::Applied))
}

/// Merges late facts about use.
pub(super) fn record_use(
    connection: &Connection,
    used: &[UsedInstallation],
) -> Result<Unit<()>, StoreError> {
    for UsedInstallation { id, generation, at } in used {
        change(connection, RECORD_USE, params![id.as_bytes(), generation, at.as_unix()])?;
    }
    Ok(Unit::Keep(()))
}

/// Reads the columns of [`installation_columns!`].
pub(super) fn read(columns: &mut Columns<'_, '_>) -> Result<Installation, StoreError> {
    Ok(Installation {
        id: columns.next()?,
        grant: columns.next()?,
        scope: columns.next()?,
        client_key: columns.next()?,
        instance_key: columns.next()?,
        generation: columns.next()?,
        current: columns.next()?,
        previous: columns.next()?,
        rotated_at: columns.next()?,
        used_generation: columns.next()?,
        created_at: columns.next()?,
        last_used_at: columns.next()?,
        expires_at: columns.next()?,
        ended_at: columns.next()?,
    })
}

/// The columns of an installation `i`, in the order in which [`read`] wants them.
macro_rules! installation_columns {
    () => {
        "i.id, i.grant_id, i.scope, i.client_key, i.instance_key, i.generation, i.current, i.previous, i.rotated_at, \
         i.used_generation, i.created_at, i.last_used_at, i.expires_at, i.ended_at"
    };
}
pub(super) use installation_columns;

const TABLE: &str = "installations";
pub(super) const FIND: &str = concat!(
    "SELECT ",
    installation_columns!(),
    ", ",
    grant_columns!(),
    " FROM installations i JOIN grants g ON g.id = i.grant_id WHERE i.id = ?1"
);
const ADD: &str = "INSERT INTO installations (id, grant_id, scope, client_key, instance_key, generation, current, previous,
    rotated_at, used_generation, created_at, last_used_at, expires_at, sweep_after, ended_at)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?13, ?14)";
pub(super) const ADVANCE: &str =
    "UPDATE installations SET generation = generation + 1, current = ?3, previous = ?4,
    client_key = iif(client_key IS NULL, NULL, ifnull(?5, client_key)), rotated_at = ?6,
    last_used_at = max(last_used_at, ?6), expires_at = ?7
    WHERE id = ?1 AND generation = ?2 AND ended_at IS NULL AND expires_at > ?6
    AND EXISTS (SELECT 1 FROM grants g WHERE g.id = installations.grant_id AND g.revoked_at IS NULL
    AND g.held_at IS NULL) RETURNING sweep_after";
const SWEEP_EARLIER: &str = "UPDATE installations SET sweep_after = ?2 WHERE id = ?1";
pub(super) const RECORD_USE: &str = "UPDATE installations SET last_used_at = max(last_used_at, ?3),
    used_generation = max(ifnull(used_generation, ?2), ?2)
    WHERE id = ?1 AND (last_used_at < ?3 OR used_generation IS NULL OR used_generation < ?2)";
