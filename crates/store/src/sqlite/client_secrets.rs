//! With which secrets and keys do clients on record authenticate? Only digests and public halves are here.

use rusqlite::{Connection, params};
use salver_oauth::{InstallationId, Timestamp, UserId};

use super::{
    recorded::shared_with,
    revocations,
    row::{Columns, change, find, list, only},
    writer::Unit,
};
use crate::{
    Outcome, StoreError,
    record::{
        ClientKey, ClientSecret, Digest, NewClientSecret, RevocationReason, Subject, secret_key,
    },
    retention,
};

/// Adds a secret.
pub(super) fn add(
    connection: &Connection,
    new: &NewClientSecret,
) -> Result<Unit<Outcome>, StoreError> {
    let secret = &new.secret;
    let holder = secret.holder.as_ref().map(UserId::as_bytes);
    let counted = params![secret.client_id, holder, secret.made_at.as_unix(), secret.key.is_some()];
    let live: Option<u32> = find(connection, TABLE, COUNT, counted, only)?;
    if live.unwrap_or_default() >= retention::LIVE_SECRETS {
        return Ok(Unit::Undo(Outcome::Lost));
    }
    let params = params![
        secret.id.as_bytes(),
        new.digest,
        secret.client_id,
        holder,
        secret.name,
        secret.made_by,
        secret.made_at.as_unix(),
        secret.expires_at.map(Timestamp::as_unix),
        secret.key.as_ref().map(|key| &key.id),
        secret.key.as_ref().map(|key| &key.jwk),
    ];
    Ok(Unit::applied_if(change(connection, ADD, params)? > 0))
}

/// A secret by its digest, ended or not.
pub(super) fn find_by_digest(
    connection: &Connection,
    digest: &Digest,
) -> Result<Option<ClientSecret>, StoreError> {
    find(connection, TABLE, FIND, [digest], read)
}

/// The keys by which an assertion may be signed.
pub(super) fn find_keys(
    connection: &Connection,
    (client_id, key_id): (&str, Option<&str>),
    holder: UserId,
) -> Result<Vec<ClientSecret>, StoreError> {
    let (holder, most) = (holder.as_bytes(), retention::KEYS_OF_ONE_NAME);
    match key_id {
        Some(key_id) => {
            list(connection, TABLE, KEYS, params![client_id, key_id, holder, most], read)
        }
        None => list(connection, TABLE, KEYS_OF_HOLDER, params![client_id, holder, most], read),
    }
}

/// A client's secrets, oldest first.
pub(super) fn list_of(
    connection: &Connection,
    client_id: &str,
) -> Result<Vec<ClientSecret>, StoreError> {
    list(connection, TABLE, LIST, [client_id], read)
}

/// Ends a secret, and all that was begun with it.
pub(super) fn end(
    connection: &Connection,
    (client_id, id): (&str, InstallationId),
    now: Timestamp,
) -> Result<Unit<Outcome>, StoreError> {
    let ended = change(connection, END, params![client_id, id.as_bytes(), now.as_unix()])?;
    if ended == 0 {
        return Ok(Unit::Undo(Outcome::Lost));
    }
    let reason = RevocationReason::Client;
    let key = secret_key(id);
    let begun: Vec<InstallationId> =
        list(connection, "installations", BEGUN_WITH, params![client_id, key], only)?;
    for installation in begun {
        revocations::end_installation(connection, installation, reason, now)?;
    }
    revocations::enter(connection, Subject::Installation(id), reason, now)?;
    Ok(Unit::Keep(Outcome::Applied))
}

/// Moves an end nearer or further.
pub(super) fn expire(
    connection: &Connection,
    (client_id, id): (&str, InstallationId),
    (expires_at, now): (Option<Timestamp>, Timestamp),
) -> Result<Unit<Outcome>, StoreError> {
    let params =
        params![client_id, id.as_bytes(), expires_at.map(Timestamp::as_unix), now.as_unix()];
    Ok(Unit::applied_if(change(connection, EXPIRE, params)? > 0))
}

/// Merges when secrets were last used.
pub(super) fn note_use(
    connection: &Connection,
    used: &[(InstallationId, Timestamp)],
) -> Result<Unit<()>, StoreError> {
    for (id, at) in used {
        change(connection, USED, params![id.as_bytes(), at.as_unix()])?;
    }
    Ok(Unit::Keep(()))
}

fn read(columns: &mut Columns<'_, '_>) -> Result<ClientSecret, StoreError> {
    Ok(ClientSecret {
        id: columns.next()?,
        client_id: columns.next()?,
        holder: columns.next()?,
        name: columns.next()?,
        made_by: columns.next()?,
        made_at: columns.next()?,
        expires_at: columns.next()?,
        last_used_at: columns.next()?,
        ended_at: columns.next()?,
        key: match (columns.next()?, columns.next()?) {
            (Some(id), Some(jwk)) => Some(ClientKey { id, jwk }),
            _ => None,
        },
    })
}

/// The columns of a secret, in the order in which [`read`] wants them.
macro_rules! secret_columns {
    () => {
        "id, client_id, holder, name, made_by, made_at, expires_at, last_used_at, ended_at, key_id, public_key"
    };
}

const TABLE: &str = "client_secrets";
pub(super) const COUNT: &str = "SELECT count(*) FROM client_secrets
    WHERE client_id = ?1 AND holder IS ?2 AND ended_at IS NULL AND (expires_at IS NULL OR expires_at > ?3)
    AND (key_id IS NOT NULL) = ?4";
pub(super) const ADD: &str = concat!(
    "INSERT INTO client_secrets (id, digest, client_id, holder, name, made_by, made_at, expires_at, key_id, public_key) \
     SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10 WHERE EXISTS (SELECT 1 FROM recorded_clients c WHERE c.client_id = ?3 AND c.state <> 'deleted' \
     AND (?4 IS NULL OR c.owner IS ?4 OR EXISTS (SELECT 1 FROM users u WHERE u.id = ?4 AND ",
    shared_with!(),
    "))) ON CONFLICT DO NOTHING"
);
pub(super) const FIND: &str = concat!(
    "SELECT ",
    secret_columns!(),
    " FROM client_secrets WHERE digest = ?1 AND key_id IS NULL"
);
pub(super) const KEYS: &str = concat!(
    "SELECT ",
    secret_columns!(),
    " FROM client_secrets WHERE client_id = ?1 AND key_id = ?2 \
     ORDER BY holder IS NOT ?3, ended_at IS NOT NULL, made_at DESC, rowid DESC LIMIT ?4"
);
pub(super) const KEYS_OF_HOLDER: &str = concat!(
    "SELECT ",
    secret_columns!(),
    " FROM client_secrets WHERE client_id = ?1 AND holder = ?2 AND key_id IS NOT NULL \
     ORDER BY ended_at IS NOT NULL, made_at DESC, rowid DESC LIMIT ?3"
);
pub(super) const LIST: &str = concat!(
    "SELECT ",
    secret_columns!(),
    " FROM client_secrets WHERE client_id = ?1 ORDER BY made_at, rowid"
);
pub(super) const END: &str = "UPDATE client_secrets SET ended_at = ?3
    WHERE id = ?2 AND client_id = ?1 AND ended_at IS NULL AND (expires_at IS NULL OR expires_at > ?3)";
pub(super) const EXPIRE: &str = "UPDATE client_secrets SET expires_at = ?3
    WHERE id = ?2 AND client_id = ?1 AND ended_at IS NULL AND (expires_at IS NULL OR expires_at > ?4)";
pub(super) const BEGUN_WITH: &str =
    "SELECT i.id FROM grants g JOIN installations i ON i.grant_id = g.id
    WHERE g.client_id = ?1 AND g.revoked_at IS NULL AND i.ended_at IS NULL AND i.client_key = ?2";
pub(super) const USED: &str =
    "UPDATE client_secrets SET last_used_at = max(?2, ifnull(last_used_at, 0)) WHERE id = ?1";
