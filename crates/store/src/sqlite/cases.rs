//! What waits for a reviewer, and who asked? One open case for one client, recipient and resource, however many people ask.

use rusqlite::{Connection, params};
use salver_oauth::{CaseId, Timestamp, UserId};

use super::{
    approvals,
    grants::USER_LIVES,
    row::{Columns, change, find, list, only},
    word,
    writer::Unit,
};
use crate::{
    Outcome, StoreError,
    record::{
        AccessRequest, Asked, CaseDecision, CaseKind, CaseState, NewAccessRequest, ReviewCase,
    },
    retention,
};

/// Adds a person's wish to the open case, or opens one for it.
pub(super) fn ask(
    connection: &Connection,
    new: &NewAccessRequest,
) -> Result<Unit<Asked>, StoreError> {
    let (user, now) = (new.user.as_bytes(), new.asked_at.as_unix());
    if find(connection, "users", USER_LIVES, [user], |_| Ok(()))?.is_none() {
        return Ok(Unit::Undo(Asked::UserDisabled));
    }
    let params = params![new.client_id, new.recipient, new.resource];
    let open: Option<CaseId> = find(connection, TABLE, FIND_OPEN, params, only)?;
    let others = params![user, open.as_ref().map(CaseId::as_bytes)];
    let others: Option<u32> = find(connection, REQUESTS, COUNT_OTHERS, others, only)?;
    if others.is_none_or(|others| others >= retention::OPEN_REQUESTS) {
        return Ok(Unit::Undo(Asked::TooMany));
    }
    let case = open.unwrap_or(new.case);
    if open.is_some() {
        change(connection, TOUCH, params![case.as_bytes(), now])?;
    } else {
        open_case(connection, new)?;
    }
    change(connection, ASK, params![case.as_bytes(), user, new.reason, new.request, now])?;
    Ok(Unit::Keep(Asked::Waiting { case, opened: open.is_none() }))
}

/// A case by its id.
pub(super) fn find_by_id(
    connection: &Connection,
    id: CaseId,
) -> Result<Option<ReviewCase>, StoreError> {
    find(connection, TABLE, FIND, [id.as_bytes()], read)
}

/// Cases with how many people asked, newest activity last.
pub(super) fn list_all(
    connection: &Connection,
    open_only: bool,
) -> Result<Vec<(ReviewCase, u64)>, StoreError> {
    let sql = if open_only { LIST_OPEN } else { LIST };
    list(connection, TABLE, sql, [], |columns| {
        let requests = columns.next()?;
        Ok((read(columns)?, requests))
    })
}

/// Who asked in a case.
pub(super) fn list_requests(
    connection: &Connection,
    case: CaseId,
) -> Result<Vec<AccessRequest>, StoreError> {
    list(connection, REQUESTS, LIST_REQUESTS, [case.as_bytes()], read_request)
}

/// What a person asked for.
pub(super) fn list_requests_of(
    connection: &Connection,
    user: UserId,
) -> Result<Vec<(AccessRequest, ReviewCase)>, StoreError> {
    list(connection, REQUESTS, LIST_REQUESTS_OF, [user.as_bytes()], |columns| {
        Ok((read_request(columns)?, read(columns)?))
    })
}

/// Notes that a person has seen the decision.
pub(super) fn mark_seen(
    connection: &Connection,
    case: CaseId,
    user: UserId,
    now: Timestamp,
) -> Result<Unit<()>, StoreError> {
    change(connection, MARK_SEEN, params![case.as_bytes(), user.as_bytes(), now.as_unix()])?;
    Ok(Unit::Keep(()))
}

/// Decides an open case.
pub(super) fn decide(
    connection: &Connection,
    decision: &CaseDecision,
) -> Result<Unit<Outcome>, StoreError> {
    let CaseDecision { case, by, note, at, approval } = decision;
    let state = if approval.is_some() { CaseState::Approved } else { CaseState::Refused };
    let params = params![case.as_bytes(), word::case_state(state), at.as_unix(), by, note];
    if change(connection, DECIDE, params)? == 0 {
        return Ok(Unit::Undo(Outcome::Lost));
    }
    if let Some(approval) = approval {
        approvals::insert(connection, approval, Some(*case))?;
    }
    Ok(Unit::Keep(Outcome::Applied))
}

fn open_case(connection: &Connection, new: &NewAccessRequest) -> Result<(), StoreError> {
    change(
        connection,
        OPEN,
        params![
            new.case.as_bytes(),
            word::case_kind(CaseKind::Access),
            new.client_id,
            new.fingerprint,
            new.label,
            new.recipient,
            new.resource,
            new.facts,
            new.substance,
            word::case_state(CaseState::Open),
            new.asked_at.as_unix(),
        ],
    )?;
    Ok(())
}

fn read(columns: &mut Columns<'_, '_>) -> Result<ReviewCase, StoreError> {
    Ok(ReviewCase {
        id: columns.next()?,
        kind: columns.next()?,
        client_id: columns.next()?,
        fingerprint: columns.next()?,
        label: columns.next()?,
        recipient: columns.next()?,
        resource: columns.next()?,
        facts: columns.next()?,
        substance: columns.next()?,
        state: columns.next()?,
        opened_at: columns.next()?,
        decided_at: columns.next()?,
        decided_by: columns.next()?,
        note: columns.next()?,
    })
}

fn read_request(columns: &mut Columns<'_, '_>) -> Result<AccessRequest, StoreError> {
    Ok(AccessRequest {
        case: columns.next()?,
        user: columns.next()?,
        reason: columns.next()?,
        request: columns.next()?,
        asked_at: columns.next()?,
        seen_at: columns.next()?,
    })
}

/// The columns of a case `c`, in the order in which [`read`] wants them.
macro_rules! case_columns {
    () => {
        "c.id, c.kind, c.client_id, c.fingerprint, c.label, c.recipient, c.resource, c.facts, c.substance, c.state, \
         c.opened_at, c.decided_at, c.decided_by, c.note"
    };
}

/// The columns of a request `r`, in the order in which [`read_request`] wants them.
macro_rules! request_columns {
    () => {
        "r.case_id, r.user_id, r.reason, r.request, r.asked_at, r.seen_at"
    };
}

/// Cases with the number of requests, to be completed.
macro_rules! select_counted {
    () => {
        concat!(
            "SELECT (SELECT count(*) FROM access_requests r WHERE r.case_id = c.id), ",
            case_columns!(),
            " FROM review_cases c "
        )
    };
}

const TABLE: &str = "review_cases";
const REQUESTS: &str = "access_requests";
pub(super) const FIND_OPEN: &str = "SELECT id FROM review_cases
    WHERE client_id = ?1 AND recipient = ?2 AND resource = ?3 AND state = 'open'";
pub(super) const COUNT_OTHERS: &str =
    "SELECT count(*) FROM access_requests r JOIN review_cases c ON c.id = r.case_id
    WHERE r.user_id = ?1 AND c.state = 'open' AND c.id IS NOT ?2";
const OPEN: &str = "INSERT INTO review_cases (id, kind, client_id, fingerprint, label, recipient, resource, facts, substance,
    state, opened_at, active_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?11)";
pub(super) const TOUCH: &str =
    "UPDATE review_cases SET active_at = max(active_at, ?2) WHERE id = ?1";
const ASK: &str = "INSERT INTO access_requests (case_id, user_id, reason, request, asked_at)
    VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (case_id, user_id) DO UPDATE
    SET reason = excluded.reason, request = excluded.request, asked_at = excluded.asked_at";
pub(super) const FIND: &str =
    concat!("SELECT ", case_columns!(), " FROM review_cases c WHERE c.id = ?1");
const LIST: &str = concat!(select_counted!(), "ORDER BY c.active_at, c.rowid");
const LIST_OPEN: &str =
    concat!(select_counted!(), "WHERE c.state = 'open' ORDER BY c.active_at, c.rowid");
pub(super) const LIST_REQUESTS: &str = concat!(
    "SELECT ",
    request_columns!(),
    " FROM access_requests r WHERE r.case_id = ?1 ORDER BY r.asked_at, r.rowid"
);
pub(super) const LIST_REQUESTS_OF: &str = concat!(
    "SELECT ",
    request_columns!(),
    ", ",
    case_columns!(),
    " FROM access_requests r JOIN review_cases c ON c.id = r.case_id WHERE r.user_id = ?1 ORDER BY r.asked_at, r.rowid"
);
pub(super) const MARK_SEEN: &str = "UPDATE access_requests SET seen_at = ?3
    WHERE case_id = ?1 AND user_id = ?2 AND seen_at IS NULL
    AND EXISTS (SELECT 1 FROM review_cases WHERE id = ?1 AND state <> 'open')";
pub(super) const DECIDE: &str =
    "UPDATE review_cases SET state = ?2, decided_at = ?3, decided_by = ?4, note = ?5,
    active_at = max(active_at, ?3) WHERE id = ?1 AND state = 'open'";
