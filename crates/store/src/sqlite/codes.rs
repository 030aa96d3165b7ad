//! Which authorization codes are out, and which are spent? The busiest table; a code is good once (OAuth 2.1 §4.1.3).

use rusqlite::{Connection, params};
use salver_oauth::GrantId;

use super::{
    grants::{self, grant_columns},
    installations, pushed_requests,
    row::{change, find},
    verdicts,
    writer::Unit,
};
use crate::{
    Outcome, StoreError,
    record::{AddCode, Code, Digest, Grant, RedeemCode},
};

/// Adds a code under a grant that lives and is not held, and spends the pushed request that it answers.
pub(super) fn add(connection: &Connection, add: &AddCode) -> Result<Unit<Outcome>, StoreError> {
    let added = pushed_requests::spend(connection, add.pushed.as_ref())?
        && insert(connection, &add.code, add.code.grant, add.judged_under)?;
    if let (true, Some(verdict)) = (added, &add.verdict) {
        verdicts::insert(connection, verdict)?;
    }
    Ok(Unit::applied_if(added))
}

/// Adds a code under this grant; answers whether the grant lives and is not held, and bans have not changed.
pub(super) fn insert(
    connection: &Connection,
    code: &Code,
    grant: GrantId,
    judged_under: i64,
) -> Result<bool, StoreError> {
    let added = change(
        connection,
        ADD,
        params![
            code.code,
            code.ticket,
            grant.as_bytes(),
            code.metadata,
            code.redirect_uri,
            code.code_challenge,
            code.scope.to_string(),
            code.pushed_by,
            code.instance_key,
            code.auth_time.as_unix(),
            code.created_at.as_unix(),
            code.expires_at.as_unix(),
            judged_under,
        ],
    )?;
    Ok(added > 0)
}

/// A code, spent or not, with its grant.
pub(super) fn find_with_grant(
    connection: &Connection,
    code: &Digest,
) -> Result<Option<(Code, Grant)>, StoreError> {
    find(connection, "codes", FIND, [code], |columns| {
        let code = Code {
            code: columns.next()?,
            ticket: columns.next()?,
            grant: columns.next()?,
            metadata: columns.next()?,
            redirect_uri: columns.next()?,
            code_challenge: columns.next()?,
            scope: columns.next()?,
            pushed_by: columns.next()?,
            instance_key: columns.next()?,
            auth_time: columns.next()?,
            created_at: columns.next()?,
            expires_at: columns.next()?,
            redeemed_by: columns.next()?,
        };
        Ok((code, grants::read(columns)?))
    })
}

/// Spends a code and starts its installation.
pub(super) fn redeem(
    connection: &Connection,
    redeem: &RedeemCode,
) -> Result<Unit<Outcome>, StoreError> {
    let installation = &redeem.installation;
    let (id, grant) = (installation.id.as_bytes(), installation.grant.as_bytes());
    if change(connection, SPEND, params![redeem.code, id, grant])? == 0
        || change(connection, USE_GRANT, params![grant, installation.created_at.as_unix()])? == 0
    {
        return Ok(Unit::Undo(Outcome::Lost));
    }
    installations::insert(connection, installation)?;
    Ok(Unit::Keep(Outcome::Applied))
}

pub(super) const ADD: &str = "INSERT INTO codes (code, ticket, grant_id, metadata, redirect_uri, code_challenge, scope, pushed_by, instance_key,
    auth_time, created_at, expires_at) SELECT ?1, ?2, id, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12 FROM grants WHERE id = ?3 AND revoked_at IS NULL
    AND held_at IS NULL AND ?13 = (SELECT number FROM ban_changes WHERE id = 1)";
pub(super) const FIND: &str = concat!(
    "SELECT c.code, c.ticket, c.grant_id, c.metadata, c.redirect_uri, c.code_challenge, c.scope, c.pushed_by, c.instance_key, \
     c.auth_time, c.created_at, c.expires_at, c.redeemed_by, ",
    grant_columns!(),
    " FROM codes c JOIN grants g ON g.id = c.grant_id WHERE c.code = ?1"
);
pub(super) const SPEND: &str =
    "UPDATE codes SET redeemed_by = ?2 WHERE code = ?1 AND grant_id = ?3 AND redeemed_by IS NULL";
pub(super) const USE_GRANT: &str =
    "UPDATE grants SET last_used_at = max(last_used_at, ?2) WHERE id = ?1 AND revoked_at IS NULL";
