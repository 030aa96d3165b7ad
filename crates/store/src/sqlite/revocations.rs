//! What has been ended, and in which order? The feed that gateways poll (DESIGN §4.9). Lines are numbered inside the one
//! write transaction at a time, hence in the order of commits.

use rusqlite::{Connection, params};
use salver_oauth::{ApplicationId, GrantId, InstallationId, Timestamp, TokenId, UserId};

use super::{
    row::{change, list, only},
    word,
    writer::Unit,
};
use crate::{
    StoreError,
    record::{Revocation, RevocationReason, Subject},
    retention,
};

/// Ends a subject and all below it.
pub(super) fn revoke(
    connection: &Connection,
    subject: Subject,
    reason: RevocationReason,
    now: Timestamp,
) -> Result<Unit<()>, StoreError> {
    match subject {
        Subject::Grant(id) => {
            end_grant(connection, id, reason, now)?;
        }
        Subject::Installation(id) => {
            end_installation(connection, id, reason, now)?;
        }
        Subject::Token(_) => enter(connection, subject, reason, now)?,
    }
    Ok(Unit::Keep(()))
}

/// Ends all grants of a user for an application; answers how many, and how many live installations they had.
pub(super) fn revoke_application(
    connection: &Connection,
    user: UserId,
    application: ApplicationId,
    now: Timestamp,
) -> Result<Unit<(u64, u64)>, StoreError> {
    let params = params![user.as_bytes(), application.as_bytes()];
    let grants: Vec<GrantId> = list(connection, "grants", GRANTS_OF_APPLICATION, params, only)?;
    revoke_grants(connection, &grants, RevocationReason::User, now)
}

/// Ends these grants; answers how many lived, and how many live installations they had.
pub(super) fn revoke_grants(
    connection: &Connection,
    grants: &[GrantId],
    reason: RevocationReason,
    now: Timestamp,
) -> Result<Unit<(u64, u64)>, StoreError> {
    let mut ended = (0, 0);
    for grant in grants {
        if let Some(installations) = end_grant(connection, *grant, reason, now)? {
            ended = (ended.0 + 1, ended.1 + installations);
        }
    }
    Ok(Unit::Keep(ended))
}

/// Ends a grant with its installations. `None` if there is no such live grant, else how many live installations it had.
pub(super) fn end_grant(
    connection: &Connection,
    grant: GrantId,
    reason: RevocationReason,
    now: Timestamp,
) -> Result<Option<u64>, StoreError> {
    let (at, why) = (now.as_unix(), word::reason(reason));
    if change(connection, END_GRANT, params![grant.as_bytes(), at, why])? == 0 {
        return Ok(None);
    }
    let params = params![grant.as_bytes(), at, why, retention::ENDED_INSTALLATION];
    let ends: Vec<Timestamp> = list(connection, "installations", END_INSTALLATIONS, params, only)?;
    enter(connection, Subject::Grant(grant), reason, now)?;
    Ok(Some(ends.iter().map(|expires_at| u64::from(*expires_at > now)).sum()))
}

/// Ends an installation; answers whether it was there and not ended.
pub(super) fn end_installation(
    connection: &Connection,
    id: InstallationId,
    reason: RevocationReason,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let why = word::reason(reason);
    let params = params![id.as_bytes(), now.as_unix(), why, retention::ENDED_INSTALLATION];
    let ended = change(connection, END_INSTALLATION, params)? > 0;
    if ended {
        enter(connection, Subject::Installation(id), reason, now)?;
    }
    Ok(ended)
}

/// The feed after a number.
pub(super) fn list_after(
    connection: &Connection,
    after: i64,
) -> Result<Vec<Revocation>, StoreError> {
    list(connection, TABLE, LIST, [after], |columns| {
        let (number, kind, id): (i64, String, [u8; 16]) =
            (columns.next()?, columns.next()?, columns.next()?);
        let subject = match kind.as_str() {
            GRANT => Subject::Grant(GrantId::from_bytes(id)),
            INSTALLATION => Subject::Installation(InstallationId::from_bytes(id)),
            TOKEN => Subject::Token(TokenId::from_bytes(id)),
            _ => return Err(StoreError::Corrupt(TABLE)),
        };
        Ok(Revocation { number, subject, at: columns.next()? })
    })
}

/// Enters a subject in the feed, once.
pub(super) fn enter(
    connection: &Connection,
    subject: Subject,
    reason: RevocationReason,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (kind, id) = match &subject {
        Subject::Grant(id) => (GRANT, id.as_bytes()),
        Subject::Installation(id) => (INSTALLATION, id.as_bytes()),
        Subject::Token(id) => (TOKEN, id.as_bytes()),
    };
    change(connection, ENTER, params![kind, id, now.as_unix(), word::reason(reason)])?;
    Ok(())
}

const TABLE: &str = "revocations";
const GRANT: &str = "grant";
const INSTALLATION: &str = "installation";
const TOKEN: &str = "token";
pub(super) const LIST: &str =
    "SELECT number, kind, subject, at FROM revocations WHERE number > ?1 ORDER BY number";
const ENTER: &str = "INSERT INTO revocations (kind, subject, at, why) VALUES (?1, ?2, ?3, ?4)
    ON CONFLICT (kind, subject) DO NOTHING";
pub(super) const END_GRANT: &str =
    "UPDATE grants SET revoked_at = ?2, revoked_why = ?3 WHERE id = ?1 AND revoked_at IS NULL";
pub(super) const END_INSTALLATIONS: &str = "UPDATE installations SET ended_at = ?2, ended_why = ?3,
    sweep_after = min(sweep_after, ?2 + ?4) WHERE grant_id = ?1 AND ended_at IS NULL RETURNING expires_at";
pub(super) const END_INSTALLATION: &str = "UPDATE installations SET ended_at = ?2, ended_why = ?3,
    sweep_after = min(sweep_after, ?2 + ?4) WHERE id = ?1 AND ended_at IS NULL";
pub(super) const GRANTS_OF_APPLICATION: &str = "SELECT g.id FROM grants
    g JOIN clients c ON c.number = g.client WHERE g.user_id = ?1 AND c.application_id = ?2 AND g.revoked_at IS NULL ORDER BY g.rowid";
