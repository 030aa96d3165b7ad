//! What has a person consented to? Grants, and how a consent is recorded (DESIGN §4.9: consent and code are one unit).

use rusqlite::{Connection, params};
use salver_oauth::{GrantId, Scope, Timestamp, UserId};

use super::{
    clients, codes, pushed_requests,
    row::{Columns, change, find, list, only},
    verdicts, versions,
    writer::Unit,
};
use crate::{
    StoreError,
    record::{Consent, Grant, Recorded},
};

/// A grant, revoked or not.
pub(super) fn find_by_id(
    connection: &Connection,
    id: GrantId,
) -> Result<Option<Grant>, StoreError> {
    find(connection, TABLE, FIND, [id.as_bytes()], read)
}

/// A user's live grants for one client.
pub(super) fn find_live(
    connection: &Connection,
    user: UserId,
    client_id: &str,
) -> Result<Vec<Grant>, StoreError> {
    list(connection, TABLE, FIND_LIVE, params![user.as_bytes(), client_id], read)
}

/// Whether a client has a live grant of anybody.
pub(super) fn is_let_in(connection: &Connection, client_id: &str) -> Result<bool, StoreError> {
    Ok(find(connection, TABLE, IS_LET_IN, [client_id], only::<i64>)?.is_some())
}

/// When a client was first let in by anybody.
pub(super) fn find_first_seen(
    connection: &Connection,
    client_id: &str,
) -> Result<Option<Timestamp>, StoreError> {
    find(connection, "first_consents", FIRST_SEEN, [client_id], only)
}

/// Records a consent and its code.
pub(super) fn record_consent(
    connection: &Connection,
    consent: &Consent,
) -> Result<Unit<Recorded>, StoreError> {
    let proposed = &consent.grant;
    let now = proposed.consented_at.as_unix();
    if change(connection, SPEND_TICKET, params![consent.code.ticket, now])? == 0 {
        return Ok(Unit::Undo(Recorded::TicketSpent));
    }
    if !pushed_requests::spend(connection, consent.pushed.as_ref())? {
        return Ok(Unit::Undo(Recorded::RequestSpent));
    }
    let user = proposed.user;
    let params = params![user.as_bytes(), consent.judged_under];
    match find(connection, "users", MAY_CONSENT, params, only::<i64>)? {
        None => return Ok(Unit::Undo(Recorded::UserDisabled)),
        Some(0) => return Ok(Unit::Undo(Recorded::JudgedAnew)),
        Some(_) => {}
    }
    if let Some(document) = &consent.document
        && !versions::keep(connection, proposed, document, consent.newest)?
    {
        return Ok(Unit::Undo(Recorded::Outdated));
    }
    let client = clients::meet(connection, consent)?;
    let live: Option<(GrantId, Scope)> = find(
        connection,
        TABLE,
        FIND_SAME,
        params![
            user.as_bytes(),
            proposed.client_id,
            proposed.recipient,
            proposed.resource,
            proposed.instance
        ],
        |columns| Ok((columns.next()?, columns.next()?)),
    )?;
    let grant = if let Some((id, scope)) = live {
        let scope = scope.union(&proposed.scope).to_string();
        change(
            connection,
            WIDEN,
            params![
                id.as_bytes(),
                client,
                scope,
                proposed.assessment,
                proposed.metadata,
                proposed.verdict,
                now,
            ],
        )?;
        id
    } else {
        add(connection, proposed, client)?;
        proposed.id
    };
    codes::insert(connection, &consent.code, grant, consent.judged_under)?;
    if let Some(verdict) = &consent.verdict {
        verdicts::insert(connection, verdict)?;
    }
    if consent.document.is_some() {
        versions::thin(connection, &proposed.client_id, proposed.consented_at)?;
    }
    Ok(Unit::Keep(Recorded::Under(grant)))
}

fn add(connection: &Connection, grant: &Grant, client: i64) -> Result<(), StoreError> {
    change(
        connection,
        ADD,
        params![
            grant.id.as_bytes(),
            grant.user.as_bytes(),
            client,
            grant.client_id,
            grant.recipient,
            grant.resource,
            grant.instance,
            grant.scope.to_string(),
            grant.assessment,
            grant.metadata,
            grant.verdict,
            grant.created_at.as_unix(),
            grant.consented_at.as_unix(),
        ],
    )?;
    change(connection, SEEN, params![grant.client_id, grant.created_at.as_unix()])?;
    Ok(())
}

/// Reads the columns of [`grant_columns!`].
pub(super) fn read(columns: &mut Columns<'_, '_>) -> Result<Grant, StoreError> {
    Ok(Grant {
        id: columns.next()?,
        user: columns.next()?,
        application: columns.next()?,
        fingerprint: columns.next()?,
        client_id: columns.next()?,
        recipient: columns.next()?,
        resource: columns.next()?,
        instance: columns.next()?,
        scope: columns.next()?,
        assessment: columns.next()?,
        metadata: columns.next()?,
        verdict: columns.next()?,
        created_at: columns.next()?,
        consented_at: columns.next()?,
        held_at: columns.next()?,
        revoked_at: columns.next()?,
    })
}

/// The columns of a grant `g`, in the order in which [`read`] wants them.
macro_rules! grant_columns {
    () => {
        "g.id, g.user_id, (SELECT k.application_id FROM clients k WHERE k.number = g.client), \
         (SELECT k.fingerprint FROM clients k WHERE k.number = g.client), g.client_id, g.recipient, g.resource, g.instance, g.scope, g.assessment, g.metadata, \
         g.verdict, g.created_at, g.consented_at, g.held_at, g.revoked_at"
    };
}
pub(super) use grant_columns;

const TABLE: &str = "grants";
pub(super) const FIND: &str =
    concat!("SELECT ", grant_columns!(), " FROM grants g WHERE g.id = ?1");
pub(super) const FIND_LIVE: &str = concat!(
    "SELECT ",
    grant_columns!(),
    " FROM grants g WHERE g.user_id = ?1 AND g.client_id = ?2 AND g.revoked_at IS NULL ORDER BY g.created_at, g.rowid"
);
pub(super) const IS_LET_IN: &str =
    "SELECT 1 FROM grants WHERE client_id = ?1 AND revoked_at IS NULL LIMIT 1";
pub(super) const FIND_SAME: &str = "SELECT id, scope FROM grants
    WHERE user_id = ?1 AND client_id = ?2 AND recipient = ?3 AND resource = ?4 AND ifnull(instance, '') = ifnull(?5, '')
    AND revoked_at IS NULL";
const SPEND_TICKET: &str =
    "INSERT INTO tickets (ticket, spent_at) VALUES (?1, ?2) ON CONFLICT (ticket) DO NOTHING";
pub(super) const USER_LIVES: &str = "SELECT 1 FROM users WHERE id = ?1 AND disabled_at IS NULL";
/// No row: not a live user. Else whether bans are what they were.
pub(super) const MAY_CONSENT: &str =
    "SELECT ?2 = (SELECT number FROM ban_changes WHERE id = 1) FROM users
    WHERE id = ?1 AND disabled_at IS NULL";
const WIDEN: &str = "UPDATE grants SET client = ?2, scope = ?3, assessment = ?4, metadata = ?5,
    verdict = ?6, held_at = NULL, consented_at = max(consented_at, ?7), last_used_at = max(last_used_at, ?7) WHERE id = ?1";
const ADD: &str =
    "INSERT INTO grants (id, user_id, client, client_id, recipient, resource, instance, scope, assessment,
    metadata, verdict, created_at, consented_at, last_used_at)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?13)";
const SEEN: &str = "INSERT INTO first_consents (client_id, at) VALUES (?1, ?2)
    ON CONFLICT (client_id) DO UPDATE SET at = excluded.at WHERE excluded.at < at";
pub(super) const FIRST_SEEN: &str = "SELECT at FROM first_consents WHERE client_id = ?1";
