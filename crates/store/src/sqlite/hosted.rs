//! Which metadata documents does this server publish for developers?

use rusqlite::{Connection, params};
use salver_oauth::UserId;

use super::{
    grants::USER_LIVES,
    row::{Columns, change, find, list},
    writer::Unit,
};
use crate::{
    Outcome, StoreError,
    record::{HostedAdded, HostedDocument},
    retention,
};

/// Hosts a document.
pub(super) fn add(
    connection: &Connection,
    new: &HostedDocument,
) -> Result<Unit<HostedAdded>, StoreError> {
    let owner = new.owner.as_bytes();
    if find(connection, "users", USER_LIVES, [owner], |_| Ok(()))?.is_none() {
        return Ok(Unit::Undo(HostedAdded::UserDisabled));
    }
    let known: Option<(UserId, bool)> = find(connection, TABLE, OWNER, [&new.name], |columns| {
        Ok((columns.next()?, columns.next::<i64>()? != 0))
    })?;
    if known.is_some_and(|(owner, is_there)| owner != new.owner || is_there) {
        return Ok(Unit::Undo(HostedAdded::NameTaken));
    }
    let counted = find(connection, TABLE, COUNT, [owner], |columns| {
        Ok((columns.next::<u32>()?, columns.next::<u32>()?))
    })?;
    let (names, documents) = counted.unwrap_or_default();
    if documents >= retention::HOSTED_DOCUMENTS
        || (known.is_none() && names >= retention::HOSTED_NAMES)
    {
        return Ok(Unit::Undo(HostedAdded::TooMany));
    }
    let params = params![new.name, owner, new.document, new.created_at.as_unix()];
    change(connection, ADD, params)?;
    Ok(Unit::Keep(HostedAdded::Added))
}

/// Replaces a document.
pub(super) fn replace(
    connection: &Connection,
    new: &HostedDocument,
) -> Result<Unit<Outcome>, StoreError> {
    let params = params![new.name, new.owner.as_bytes(), new.document, new.created_at.as_unix()];
    Ok(Unit::applied_if(change(connection, REPLACE, params)? > 0))
}

/// A document by its name.
pub(super) fn find_by_name(
    connection: &Connection,
    name: &str,
) -> Result<Option<HostedDocument>, StoreError> {
    find(connection, TABLE, FIND, [name], read)
}

/// A person's documents.
pub(super) fn list_of_user(
    connection: &Connection,
    owner: UserId,
) -> Result<Vec<HostedDocument>, StoreError> {
    list(connection, TABLE, LIST, [owner.as_bytes()], read)
}

/// Hosts a document no longer.
pub(super) fn remove(
    connection: &Connection,
    owner: UserId,
    name: &str,
) -> Result<Unit<Outcome>, StoreError> {
    let removed = change(connection, REMOVE, params![name, owner.as_bytes()])?;
    Ok(Unit::applied_if(removed > 0))
}

fn read(columns: &mut Columns<'_, '_>) -> Result<HostedDocument, StoreError> {
    Ok(HostedDocument {
        name: columns.next()?,
        owner: columns.next()?,
        document: columns.next()?,
        created_at: columns.next()?,
    })
}

const TABLE: &str = "hosted_documents";
pub(super) const OWNER: &str =
    "SELECT user_id, document IS NOT NULL FROM hosted_documents WHERE name = ?1";
pub(super) const COUNT: &str =
    "SELECT count(*), count(document) FROM hosted_documents WHERE user_id = ?1";
const ADD: &str =
    "INSERT INTO hosted_documents (name, user_id, document, created_at) VALUES (?1, ?2, ?3, ?4)
    ON CONFLICT (name) DO UPDATE SET document = excluded.document, created_at = excluded.created_at";
pub(super) const REPLACE: &str = "UPDATE hosted_documents SET document = ?3, created_at = ?4
    WHERE name = ?1 AND user_id = ?2 AND document IS NOT NULL";
pub(super) const FIND: &str = "SELECT h.name, h.user_id, h.document, h.created_at FROM hosted_documents h
    JOIN users u ON u.id = h.user_id WHERE h.name = ?1 AND h.document IS NOT NULL AND u.disabled_at IS NULL";
pub(super) const LIST: &str = "SELECT name, user_id, document, created_at FROM hosted_documents
    WHERE user_id = ?1 AND document IS NOT NULL ORDER BY name";
pub(super) const REMOVE: &str = "UPDATE hosted_documents SET document = NULL WHERE name = ?1 AND user_id = ?2 AND document IS NOT NULL";
