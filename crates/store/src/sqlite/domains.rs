//! Which domains have owners of clients proven to be theirs?

use rusqlite::{Connection, params};
use salver_oauth::Timestamp;

use super::{
    row::{Columns, change, list},
    word,
    writer::Unit,
};
use crate::{Outcome, StoreError, record::DomainProof};

/// Keeps a proof, as it was found now.
pub(super) fn keep(
    connection: &Connection,
    proof: &DomainProof,
) -> Result<Unit<Outcome>, StoreError> {
    let params = params![
        proof.client_id,
        proof.domain,
        word::proof_method(proof.method),
        proof.proven_at.as_unix(),
        proof.checked_at.as_unix(),
        proof.failing_since.map(Timestamp::as_unix),
    ];
    Ok(Unit::applied_if(change(connection, KEEP, params)? > 0))
}

/// Forgets a proof.
pub(super) fn remove(
    connection: &Connection,
    client_id: &str,
    domain: &str,
) -> Result<Unit<Outcome>, StoreError> {
    Ok(Unit::applied_if(change(connection, REMOVE, params![client_id, domain])? > 0))
}

/// A client's proofs, by domain.
pub(super) fn list_of(
    connection: &Connection,
    client_id: &str,
) -> Result<Vec<DomainProof>, StoreError> {
    list(connection, TABLE, LIST, [client_id], read)
}

/// Proofs that were last looked at before a time, the oldest look first.
pub(super) fn list_due(
    connection: &Connection,
    before: Timestamp,
    limit: u32,
) -> Result<Vec<DomainProof>, StoreError> {
    list(connection, TABLE, DUE, params![before.as_unix(), limit], read)
}

fn read(columns: &mut Columns<'_, '_>) -> Result<DomainProof, StoreError> {
    Ok(DomainProof {
        client_id: columns.next()?,
        domain: columns.next()?,
        method: columns.next()?,
        proven_at: columns.next()?,
        checked_at: columns.next()?,
        failing_since: columns.next()?,
    })
}

const TABLE: &str = "domain_proofs";
pub(super) const KEEP: &str = "INSERT INTO domain_proofs (client_id, domain, method, proven_at, checked_at, failing_since)
    SELECT ?1, ?2, ?3, ?4, ?5, ?6 WHERE EXISTS (SELECT 1 FROM recorded_clients WHERE client_id = ?1 AND state <> 'deleted')
    ON CONFLICT (client_id, domain) DO UPDATE SET method = excluded.method, proven_at = excluded.proven_at, checked_at = excluded.checked_at,
    failing_since = excluded.failing_since";
pub(super) const REMOVE: &str = "DELETE FROM domain_proofs WHERE client_id = ?1 AND domain = ?2";
pub(super) const LIST: &str =
    "SELECT client_id, domain, method, proven_at, checked_at, failing_since FROM domain_proofs
    WHERE client_id = ?1 ORDER BY domain";
pub(super) const DUE: &str =
    "SELECT client_id, domain, method, proven_at, checked_at, failing_since FROM domain_proofs
    WHERE checked_at < ?1 ORDER BY checked_at LIMIT ?2";
