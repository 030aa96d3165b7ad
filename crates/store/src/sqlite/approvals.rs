//! What have reviewers approved? Whom an approval is for is asked by who knows the person; here it is a few words.

use rusqlite::{Connection, params};
use salver_oauth::{CaseId, Timestamp, UserId};

use super::{
    row::{Columns, change, find, list, only},
    writer::Unit,
};
use crate::{
    Outcome, StoreError,
    record::{Approval, Audience, NewApproval},
};

/// Adds an approval; answers its number.
pub(super) fn add(
    connection: &Connection,
    approval: &NewApproval,
) -> Result<Unit<i64>, StoreError> {
    Ok(Unit::Keep(insert(connection, approval, approval.case)?))
}

/// Adds an approval under this case; answers its number.
pub(super) fn insert(
    connection: &Connection,
    approval: &NewApproval,
    case: Option<CaseId>,
) -> Result<i64, StoreError> {
    let (audience, user, group) = match &approval.audience {
        Audience::User(user) => (USER, Some(user.as_bytes()), None),
        Audience::Group(group) => (GROUP, None, Some(group)),
        Audience::Everybody => (EVERYBODY, None, None),
    };
    let params = params![
        case.as_ref().map(CaseId::as_bytes),
        approval.client_id,
        approval.recipient,
        approval.substance,
        approval.resource,
        audience,
        user,
        group,
        approval.until.map(Timestamp::as_unix),
        approval.by,
        approval.at.as_unix(),
    ];
    find(connection, TABLE, ADD, params, only)?.ok_or(StoreError::Corrupt(TABLE))
}

/// A client's approvals that are in force.
pub(super) fn list_live(
    connection: &Connection,
    client_id: &str,
    now: Timestamp,
) -> Result<Vec<Approval>, StoreError> {
    list(connection, TABLE, LIST_LIVE, params![client_id, now.as_unix()], read)
}

/// All approvals.
pub(super) fn list_all(connection: &Connection) -> Result<Vec<Approval>, StoreError> {
    list(connection, TABLE, LIST, [], read)
}

/// Ends an approval that is in force.
pub(super) fn end(
    connection: &Connection,
    number: i64,
    by: &str,
    now: Timestamp,
) -> Result<Unit<Outcome>, StoreError> {
    let params = params![number, now.as_unix(), by];
    Ok(Unit::applied_if(change(connection, END, params)? > 0))
}

fn read(columns: &mut Columns<'_, '_>) -> Result<Approval, StoreError> {
    Ok(Approval {
        number: columns.next()?,
        case: columns.next()?,
        client_id: columns.next()?,
        recipient: columns.next()?,
        substance: columns.next()?,
        resource: columns.next()?,
        audience: audience(columns)?,
        until: columns.next()?,
        by: columns.next()?,
        at: columns.next()?,
        ended_at: columns.next()?,
        ended_by: columns.next()?,
    })
}

fn audience(columns: &mut Columns<'_, '_>) -> Result<Audience, StoreError> {
    let (word, user, group): (String, Option<UserId>, Option<String>) =
        (columns.next()?, columns.next()?, columns.next()?);
    match (word.as_str(), user, group) {
        (USER, Some(user), None) => Ok(Audience::User(user)),
        (GROUP, None, Some(group)) => Ok(Audience::Group(group)),
        (EVERYBODY, None, None) => Ok(Audience::Everybody),
        _ => Err(StoreError::Corrupt(TABLE)),
    }
}

/// The columns of an approval, in the order in which [`read`] wants them.
macro_rules! approval_columns {
    () => {
        "number, case_id, client_id, recipient, substance, resource, audience, user_id, group_name, until, made_by, made_at, ended_at, ended_by"
    };
}

const TABLE: &str = "approvals";
const USER: &str = "user";
const GROUP: &str = "group";
const EVERYBODY: &str = "everybody";
const ADD: &str = "INSERT INTO approvals (case_id, client_id, recipient, substance, resource, audience, user_id, group_name, until,
    made_by, made_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) RETURNING number";
pub(super) const LIST_LIVE: &str = concat!(
    "SELECT ",
    approval_columns!(),
    " FROM approvals WHERE client_id = ?1 AND ended_at IS NULL AND (until IS NULL OR until > ?2) ORDER BY number"
);
const LIST: &str = concat!("SELECT ", approval_columns!(), " FROM approvals ORDER BY number");
pub(super) const END: &str = "UPDATE approvals SET ended_at = ?2, ended_by = ?3
    WHERE number = ?1 AND ended_at IS NULL AND (until IS NULL OR until > ?2)";
