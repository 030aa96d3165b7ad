//! What is connected to a person's account? The Connected apps page: applications, their live grants, their installations.

use std::{cmp::Reverse, collections::HashMap};

use rusqlite::Connection;
use salver_oauth::{ApplicationId, GrantId, Timestamp, UserId};

use super::{
    grants::{self, grant_columns},
    installations::{self, installation_columns},
    row::list,
};
use crate::{
    StoreError,
    record::{ApplicationOverview, Installation},
};

/// Applications with live grants, last used first.
pub(super) fn list_of_user(
    connection: &Connection,
    user: UserId,
) -> Result<Vec<ApplicationOverview>, StoreError> {
    // One snapshot for both queries.
    let snapshot = connection.unchecked_transaction()?;
    let grants = list(&snapshot, "grants", GRANTS, [user.as_bytes()], |columns| {
        let (key, label): (String, String) = (columns.next()?, columns.next()?);
        let last_used_at: Timestamp = columns.next()?;
        Ok((key, label, last_used_at, grants::read(columns)?))
    })?;
    let mut installations: HashMap<GrantId, Vec<Installation>> = HashMap::new();
    for installation in
        list(&snapshot, "installations", INSTALLATIONS, [user.as_bytes()], installations::read)?
    {
        installations.entry(installation.grant).or_default().push(installation);
    }
    snapshot.finish()?;

    let mut found: HashMap<ApplicationId, (Timestamp, ApplicationOverview)> = HashMap::new();
    for (key, label, granted, grant) in grants {
        let below = installations.remove(&grant.id).unwrap_or_default();
        let last_used =
            below.iter().map(|installation| installation.last_used_at).fold(granted, Ord::max);
        let id = grant.application;
        let (newest, overview) = found.entry(id).or_insert_with(|| {
            (last_used, ApplicationOverview { id, key, label, grants: Vec::new() })
        });
        *newest = last_used.max(*newest);
        overview.grants.push((grant, below));
    }
    let mut found: Vec<_> = found.into_values().collect();
    found.sort_by(|(left_at, left), (right_at, right)| {
        (Reverse(left_at), &left.label, left.id).cmp(&(Reverse(right_at), &right.label, right.id))
    });
    Ok(found.into_iter().map(|(_, overview)| overview).collect())
}

pub(super) const GRANTS: &str = concat!(
    "SELECT a.key, ifnull(a.given_label, a.label), g.last_used_at, ",
    grant_columns!(),
    " FROM grants g JOIN clients c ON c.number = g.client JOIN applications a ON a.id = c.application_id \
     WHERE g.user_id = ?1 AND g.revoked_at IS NULL \
     ORDER BY g.created_at, g.rowid"
);
pub(super) const INSTALLATIONS: &str = concat!(
    "SELECT ",
    installation_columns!(),
    " FROM grants g JOIN installations i ON i.grant_id = g.id WHERE g.user_id = ?1 AND g.revoked_at IS NULL \
     AND i.ended_at IS NULL ORDER BY i.created_at, i.id"
);
