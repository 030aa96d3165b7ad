//! What has been let in, by whomever? Read in pages, to be compared with bans.

use std::collections::HashMap;

use rusqlite::{Connection, params};
use salver_oauth::{GrantId, InstallationId, Timestamp};

use super::{
    grants::{self, grant_columns},
    row::list,
};
use crate::{StoreError, record::LiveGrant};

/// Live grants after an id, in the order of ids.
pub(super) fn list_after(
    connection: &Connection,
    after: Option<GrantId>,
    limit: u32,
) -> Result<Vec<LiveGrant>, StoreError> {
    // Nothing is before the empty blob.
    let after = after.map_or_else(Vec::new, |after| after.as_bytes().to_vec());
    // One snapshot for both queries.
    let snapshot = connection.unchecked_transaction()?;
    let mut found = list(&snapshot, "grants", GRANTS, params![after, limit], |columns| {
        Ok(LiveGrant {
            application_key: columns.next()?,
            label: columns.next()?,
            name: columns.next()?,
            last_used_at: columns.next()?,
            grant: grants::read(columns)?,
            keys: Vec::new(),
            installations: Vec::new(),
        })
    })?;
    let Some(last) = found.last().map(|found| found.grant.id) else {
        return Ok(found);
    };
    let params = params![after, last.as_bytes()];
    let installations: Vec<(GrantId, InstallationId, Option<String>, Timestamp)> =
        list(&snapshot, "installations", INSTALLATIONS, params, |columns| {
            Ok((columns.next()?, columns.next()?, columns.next()?, columns.next()?))
        })?;
    snapshot.finish()?;

    let mut by_id: HashMap<_, _> = found.iter_mut().map(|found| (found.grant.id, found)).collect();
    for (grant, id, key, last_used_at) in installations {
        if let Some(found) = by_id.get_mut(&grant) {
            found.installations.push(id);
            found.last_used_at = found.last_used_at.max(last_used_at);
            found.keys.extend(key);
        }
    }
    for found in &mut found {
        found.installations.sort_unstable();
        found.keys.sort_unstable();
        found.keys.dedup();
    }
    Ok(found)
}

pub(super) const GRANTS: &str = concat!(
    "SELECT a.key, ifnull(a.given_label, a.label), c.name, g.last_used_at, ",
    grant_columns!(),
    " FROM grants g JOIN clients c ON c.number = g.client JOIN applications a ON a.id = c.application_id \
     WHERE g.id > ?1 AND g.revoked_at IS NULL \
     ORDER BY g.id LIMIT ?2"
);
pub(super) const INSTALLATIONS: &str =
    "SELECT grant_id, id, client_key, last_used_at FROM installations
    WHERE grant_id > ?1 AND grant_id <= ?2 AND ended_at IS NULL";
