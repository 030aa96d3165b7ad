//! Which versions of a client's metadata document were accepted, and what does a new one do to the grants below the older ones?
//! (DESIGN 4.7)

use rusqlite::{Connection, params};
use salver_oauth::{GrantId, InstallationId, Timestamp};

use super::{
    revocations,
    row::{Columns, change, find, list, only},
    writer::Unit,
};
use crate::{
    StoreError,
    record::{Digest, Effect, Grant, NewVersion, Noted, RevocationReason, Version},
    retention,
};

/// The newest version.
pub(super) fn find_newest(
    connection: &Connection,
    client_id: &str,
) -> Result<Option<Version>, StoreError> {
    find(connection, TABLE, FIND_NEWEST, [client_id], read)
}

/// The version of this digest.
pub(super) fn find_by_digest(
    connection: &Connection,
    client_id: &str,
    digest: &Digest,
) -> Result<Option<Version>, StoreError> {
    find(connection, TABLE, FIND, params![client_id, digest], read)
}

/// All versions, the newest last.
pub(super) fn list_all(
    connection: &Connection,
    client_id: &str,
) -> Result<Vec<Version>, StoreError> {
    list(connection, TABLE, LIST, [client_id], read)
}

/// Notes a new version and does what it does.
pub(super) fn note(connection: &Connection, new: &NewVersion) -> Result<Unit<Noted>, StoreError> {
    let NewVersion { client_id, digest, document, seen_at, after, effects } = new;
    if newest_digest(connection, client_id)? != Some(*after) {
        return Ok(Unit::Undo(Noted::Lost));
    }
    change(connection, NEWEST_NO_LONGER, [client_id])?;
    change(connection, ADD_NEWEST, params![client_id, digest, document, seen_at.as_unix()])?;
    let (mut held, mut ended, mut installations) = (0, 0, 0);
    for effect in effects {
        match effect {
            Effect::Hold { consented, recipient } => {
                let params = params![client_id, consented, seen_at.as_unix(), recipient];
                held += count(change(connection, HOLD, params)?);
            }
            Effect::Carry { consented } => {
                change(connection, CARRY, params![client_id, consented, digest])?;
            }
            Effect::End { consented } => {
                ended += end_grants(connection, client_id, consented, *seen_at)?;
            }
            Effect::EndKey(thumbprint) => {
                let ends = |key: &String| key == thumbprint;
                installations += end_keyed(connection, client_id, *seen_at, ends)?;
            }
            Effect::EndKeyed => {
                installations += end_keyed(connection, client_id, *seen_at, |_| true)?;
            }
        }
    }
    held += thin(connection, client_id, *seen_at)?;
    Ok(Unit::Keep(Noted::Applied { held, ended, installations }))
}

/// Keeps the version that a consent is about; answers whether the newest one is the expected one.
pub(super) fn keep(
    connection: &Connection,
    grant: &Grant,
    document: &[u8],
    expected: Option<Digest>,
) -> Result<bool, StoreError> {
    let (client_id, now) = (&grant.client_id, grant.consented_at);
    if newest_digest(connection, client_id)? != expected {
        return Ok(false);
    }
    let newest = expected.is_none();
    let params = params![client_id, grant.metadata, document, now.as_unix(), newest];
    change(connection, ADD, params)?;
    Ok(true)
}

/// Lets held grants go on, as consented to on the newest version.
pub(super) fn release(
    connection: &Connection,
    client_id: &str,
    newest: &Digest,
) -> Result<Unit<u64>, StoreError> {
    if newest_digest(connection, client_id)?.as_ref() != Some(newest) {
        return Ok(Unit::Undo(0));
    }
    Ok(Unit::Keep(count(change(connection, RELEASE, params![client_id, newest])?)))
}

/// Whether there is an installation whose key is not among these.
pub(super) fn has_lost_keys(
    connection: &Connection,
    client_id: &str,
    kept: &[String],
) -> Result<bool, StoreError> {
    Ok(keyed(connection, client_id)?.iter().any(|(_, key)| !kept.contains(key)))
}

/// Ends installations whose key is not among these.
pub(super) fn end_lost_keys(
    connection: &Connection,
    client_id: &str,
    kept: &[String],
    now: Timestamp,
) -> Result<Unit<u64>, StoreError> {
    Ok(Unit::Keep(end_keyed(connection, client_id, now, |key| !kept.contains(key))?))
}

/// Forgets versions beyond [`retention::VERSIONS`], those first that no live grant hangs on; answers how many grants are held now,
/// since nobody can say any more what was consented to.
pub(super) fn thin(
    connection: &Connection,
    client_id: &str,
    now: Timestamp,
) -> Result<u64, StoreError> {
    let mut held = 0;
    loop {
        let kept: Option<u32> = find(connection, TABLE, COUNT, [client_id], only)?;
        if kept.is_none_or(|kept| kept <= retention::VERSIONS) {
            return Ok(held);
        }
        let dispensable = find(connection, TABLE, DISPENSABLE, [client_id], |columns| {
            Ok((columns.next::<i64>()?, columns.next::<Digest>()?))
        })?;
        let Some((number, digest)) = dispensable else {
            return Ok(held);
        };
        change(connection, FORGET, [number])?;
        let params = params![client_id, digest, now.as_unix(), None::<String>];
        held += count(change(connection, HOLD, params)?);
    }
}

/// The digest of the newest version.
pub(super) fn newest_digest(
    connection: &Connection,
    client_id: &str,
) -> Result<Option<Digest>, StoreError> {
    find(connection, TABLE, NEWEST_DIGEST, [client_id], only)
}

fn end_grants(
    connection: &Connection,
    client_id: &str,
    consented: &Digest,
    now: Timestamp,
) -> Result<u64, StoreError> {
    let params = params![client_id, consented];
    let grants: Vec<GrantId> = list(connection, "grants", GRANTS_OF_VERSION, params, only)?;
    let mut ended = 0;
    for grant in grants {
        let done = revocations::end_grant(connection, grant, RevocationReason::Change, now)?;
        ended += u64::from(done.is_some());
    }
    Ok(ended)
}

/// Ends a client's installations that authenticated with such a key.
fn end_keyed(
    connection: &Connection,
    client_id: &str,
    now: Timestamp,
    ends: impl Fn(&String) -> bool,
) -> Result<u64, StoreError> {
    let mut ended = 0;
    for (installation, _) in keyed(connection, client_id)?.iter().filter(|(_, key)| ends(key)) {
        let reason = RevocationReason::Change;
        let done = revocations::end_installation(connection, *installation, reason, now)?;
        ended += u64::from(done);
    }
    Ok(ended)
}

/// A client's live installations that authenticated with a key, and that key.
fn keyed(
    connection: &Connection,
    client_id: &str,
) -> Result<Vec<(InstallationId, String)>, StoreError> {
    list(connection, "installations", KEYED, [client_id], |columns| {
        Ok((columns.next()?, columns.next()?))
    })
}

fn count(rows: usize) -> u64 {
    u64::try_from(rows).unwrap_or(u64::MAX)
}

fn read(columns: &mut Columns<'_, '_>) -> Result<Version, StoreError> {
    Ok(Version {
        digest: columns.next()?,
        document: columns.next()?,
        seen_at: columns.next()?,
        newest: columns.next::<i64>()? != 0,
    })
}

const TABLE: &str = "versions";
pub(super) const FIND_NEWEST: &str =
    "SELECT digest, document, seen_at, newest FROM versions WHERE client_id = ?1 AND newest = 1";
pub(super) const FIND: &str =
    "SELECT digest, document, seen_at, newest FROM versions WHERE client_id = ?1 AND digest = ?2";
pub(super) const LIST: &str =
    "SELECT digest, document, seen_at, newest FROM versions WHERE client_id = ?1
    ORDER BY newest, seen_at, number";
pub(super) const NEWEST_DIGEST: &str =
    "SELECT digest FROM versions WHERE client_id = ?1 AND newest = 1";
pub(super) const NEWEST_NO_LONGER: &str =
    "UPDATE versions SET newest = 0 WHERE client_id = ?1 AND newest = 1";
const ADD_NEWEST: &str =
    "INSERT INTO versions (client_id, digest, document, seen_at, newest) VALUES (?1, ?2, ?3, ?4, 1)
    ON CONFLICT (client_id, digest) DO UPDATE SET newest = 1, seen_at = excluded.seen_at";
const ADD: &str =
    "INSERT INTO versions (client_id, digest, document, seen_at, newest) VALUES (?1, ?2, ?3, ?4, ?5)
    ON CONFLICT (client_id, digest) DO NOTHING";
pub(super) const HOLD: &str =
    "UPDATE grants SET held_at = ?3 WHERE client_id = ?1 AND metadata = ?2
    AND (?4 IS NULL OR recipient = ?4) AND revoked_at IS NULL AND held_at IS NULL";
pub(super) const CARRY: &str =
    "UPDATE grants SET metadata = ?3 WHERE client_id = ?1 AND metadata = ?2 AND revoked_at IS NULL";
pub(super) const RELEASE: &str = "UPDATE grants SET held_at = NULL, metadata = ?2
    WHERE client_id = ?1 AND revoked_at IS NULL AND held_at IS NOT NULL";
pub(super) const GRANTS_OF_VERSION: &str =
    "SELECT id FROM grants WHERE client_id = ?1 AND metadata = ?2 AND revoked_at IS NULL";
pub(super) const KEYED: &str = "SELECT i.id, i.client_key FROM grants g JOIN installations i ON i.grant_id = g.id
    WHERE g.client_id = ?1 AND g.revoked_at IS NULL AND i.ended_at IS NULL AND i.client_key IS NOT NULL";
pub(super) const COUNT: &str = "SELECT count(*) FROM versions WHERE client_id = ?1";
pub(super) const DISPENSABLE: &str = "SELECT number, digest FROM versions v WHERE client_id = ?1 AND newest = 0
    AND number > (SELECT min(number) FROM versions WHERE client_id = ?1)
    ORDER BY EXISTS (SELECT 1 FROM grants g WHERE g.client_id = v.client_id AND g.metadata = v.digest AND g.revoked_at IS NULL),
    seen_at, number LIMIT 1";
const FORGET: &str = "DELETE FROM versions WHERE number = ?1";
