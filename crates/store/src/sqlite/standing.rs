//! What does a login ask about one person and one client? One look tells what there is, and only that is then listed: most have little.

use rusqlite::{Connection, params};
use salver_oauth::{Timestamp, UserId};

use super::{approvals, grants, row};
use crate::{
    StoreError,
    record::{ClientStanding, Digest},
};

/// What there is.
struct Look {
    newest: Option<Digest>,
    first_seen: Option<Timestamp>,
    grants: bool,
    approvals: bool,
}

/// What is listed is listed after the look: a grant is at least as new as the version that it is compared with.
pub(super) fn find(
    connection: &Connection,
    user: UserId,
    client_id: &str,
    now: Timestamp,
) -> Result<ClientStanding, StoreError> {
    let params = params![user.as_bytes(), client_id];
    let look = row::find(connection, "versions", LOOK, params, |columns| {
        Ok(Look {
            newest: columns.next()?,
            first_seen: columns.next()?,
            grants: columns.next::<i64>()? == 1,
            approvals: columns.next::<i64>()? == 1,
        })
    })?;
    let Look { newest, first_seen, grants, approvals } =
        look.ok_or(StoreError::Corrupt("versions"))?;
    Ok(ClientStanding {
        grants: if grants { grants::find_live(connection, user, client_id)? } else { Vec::new() },
        newest,
        first_seen,
        approvals: if approvals {
            approvals::list_live(connection, client_id, now)?
        } else {
            Vec::new()
        },
    })
}

pub(super) const LOOK: &str = "SELECT
    (SELECT digest FROM versions WHERE client_id = ?2 AND newest = 1),
    (SELECT at FROM first_consents WHERE client_id = ?2),
    EXISTS (SELECT 1 FROM grants WHERE user_id = ?1 AND client_id = ?2 AND revoked_at IS NULL),
    EXISTS (SELECT 1 FROM approvals WHERE client_id = ?2 AND ended_at IS NULL)";
