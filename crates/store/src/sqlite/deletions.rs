//! Which registrations were deleted? A row for each that somebody had let in; strangers leave none (DESIGN §7 item 7).

use rusqlite::{Connection, params};
use salver_oauth::GrantId;

use super::{
    bans, revocations,
    row::{change, list, only},
    writer::Unit,
};
use crate::{
    Outcome, StoreError,
    record::{Deletion, NewDeletion, RevocationReason},
};

/// Deletes a registration, and ends its grants.
pub(super) fn add(
    connection: &Connection,
    deletion: &NewDeletion,
) -> Result<Unit<Outcome>, StoreError> {
    let at = deletion.at.as_unix();
    let params = params![deletion.registration, deletion.sealed_by, at, deletion.client_id];
    if change(connection, ADD, params)? == 0 {
        return Ok(Unit::Undo(Outcome::Lost));
    }
    bans::count_change(connection)?;
    let grants: Vec<GrantId> = list(connection, "grants", GRANTS, [&deletion.client_id], only)?;
    for grant in grants {
        revocations::end_grant(connection, grant, RevocationReason::Client, deletion.at)?;
    }
    Ok(Unit::Keep(Outcome::Applied))
}

/// Deletions after a number.
pub(super) fn list_after(connection: &Connection, after: i64) -> Result<Vec<Deletion>, StoreError> {
    list(connection, "deleted_registrations", LIST, [after], |columns| {
        Ok(Deletion { number: columns.next()?, registration: columns.next()? })
    })
}

pub(super) const ADD: &str =
    "INSERT INTO deleted_registrations (registration, sealed_by, deleted_at)
    SELECT ?1, ?2, ?3 WHERE EXISTS (SELECT 1 FROM first_consents WHERE client_id = ?4)
    ON CONFLICT (registration) DO NOTHING";
pub(super) const GRANTS: &str = "SELECT id FROM grants WHERE client_id = ?1 AND revoked_at IS NULL";
pub(super) const LIST: &str =
    "SELECT number, registration FROM deleted_registrations WHERE number > ?1 ORDER BY number";
