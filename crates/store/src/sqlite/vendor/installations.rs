//! Which installations are known, and may something be signed for one now?

use rusqlite::{Connection, params, types::ValueRef};
use salver_oauth::Timestamp;

use super::{
    Account, Checked, Enrol, Enrolled, Event, Installation, Issue, Issued, LogLine, codes, log,
};
use crate::{
    StoreError,
    sqlite::{
        row::{Column, Columns, change, find, list, only},
        writer::Unit,
    },
};

pub(super) fn enrol(connection: &Connection, enrol: &Enrol) -> Result<Unit<Enrolled>, StoreError> {
    let account = match &enrol.account {
        Account::Named(account) => Some(account.clone()),
        Account::OfCode(code) => codes::spend(connection, code, enrol.now)?,
    };
    let Some(account) = account else {
        return Ok(Unit::Undo(Enrolled::UnknownCode));
    };
    let known = find_by_id(connection, &enrol.id)?;
    if known.as_ref().is_some_and(|known| known.revoked_at.is_some() || known.account != account) {
        return Ok(Unit::Undo(Enrolled::Known));
    }
    let living: Option<u32> = find(connection, TABLE, LIVING, [&account], only)?;
    if known.is_none() && living.is_none_or(|living| living >= enrol.most) {
        return Ok(Unit::Undo(Enrolled::TooMany));
    }
    let line = LogLine {
        account: Some(account.clone()),
        installation: Some(enrol.id.clone()),
        checked: Some(enrol.checked),
        ..LogLine::new(enrol.now, Event::Enrolled)
    };
    if !log::add(connection, &line, Some(&enrol.challenge))? {
        return Ok(Unit::Undo(Enrolled::Replayed));
    }
    let params = params![enrol.id, account, enrol.checked.word(), enrol.key, enrol.now.as_unix()];
    change(connection, ADD, params)?;
    Ok(Unit::Keep(Enrolled::Done(account)))
}

pub(super) fn issue(connection: &Connection, issue: &Issue) -> Result<Unit<Issued>, StoreError> {
    let living = find_by_id(connection, &issue.installation)?;
    let Some(living) = living.filter(|installation| installation.revoked_at.is_none()) else {
        return Ok(Unit::Undo(Issued::Gone));
    };
    let line = LogLine {
        account: Some(living.account.clone()),
        installation: Some(living.id.clone()),
        audience: Some(issue.audience.clone()),
        checked: Some(living.checked),
        ..LogLine::new(issue.now, issue.event)
    };
    if !log::add(connection, &line, Some(&issue.challenge))? {
        return Ok(Unit::Undo(Issued::Replayed));
    }
    let hour = issue.now.as_unix().div_euclid(HOUR);
    let params = params![living.id, hour, issue.now.as_unix()];
    let own: Option<u32> = find(connection, TABLE, COUNT, params, only)?;
    if own.is_none_or(|own| own > issue.most_per_installation) {
        return Ok(Unit::Undo(Issued::TooManyForInstallation));
    }
    let together: Option<u32> = find(connection, TABLE, SUM, params![living.account, hour], only)?;
    if together.is_none_or(|together| together > issue.most_per_account) {
        return Ok(Unit::Undo(Issued::TooManyForAccount));
    }
    Ok(Unit::Keep(Issued::Done(living.checked)))
}

pub(super) fn find_by_id(
    connection: &Connection,
    id: &str,
) -> Result<Option<Installation>, StoreError> {
    find(connection, TABLE, FIND, [id], read)
}

pub(super) fn list_all(connection: &Connection) -> Result<Vec<Installation>, StoreError> {
    list(connection, TABLE, LIST, [], read)
}

pub(super) fn revoke(
    connection: &Connection,
    id: &str,
    now: Timestamp,
) -> Result<Unit<usize>, StoreError> {
    let revoked = list(connection, TABLE, REVOKE, params![id, now.as_unix()], read)?;
    noted(connection, &revoked, now)
}

pub(super) fn revoke_account(
    connection: &Connection,
    account: &str,
    now: Timestamp,
) -> Result<Unit<usize>, StoreError> {
    let revoked = list(connection, TABLE, REVOKE_ACCOUNT, params![account, now.as_unix()], read)?;
    noted(connection, &revoked, now)
}

fn noted(
    connection: &Connection,
    revoked: &[Installation],
    now: Timestamp,
) -> Result<Unit<usize>, StoreError> {
    for installation in revoked {
        let line = LogLine {
            account: Some(installation.account.clone()),
            installation: Some(installation.id.clone()),
            checked: Some(installation.checked),
            ..LogLine::new(now, Event::Revoked)
        };
        log::add(connection, &line, None)?;
    }
    Ok(Unit::Keep(revoked.len()))
}

fn read(columns: &mut Columns<'_, '_>) -> Result<Installation, StoreError> {
    Ok(Installation {
        id: columns.next()?,
        account: columns.next()?,
        checked: columns.next()?,
        key: columns.next()?,
        enrolled_at: columns.next()?,
        last_used_at: columns.next()?,
        revoked_at: columns.next()?,
    })
}

impl Column for Checked {
    fn read(value: ValueRef<'_>) -> Option<Self> {
        Self::of_word(value.as_str().ok()?)
    }
}

/// The columns of an installation, in the order in which [`read`] wants them.
macro_rules! installation_columns {
    () => {
        "id, account, checked, key, enrolled_at, last_used_at, revoked_at"
    };
}

const TABLE: &str = "installations";
/// Limits are per hour, counted anew from each full one.
const HOUR: i64 = 3_600;
const FIND: &str = concat!("SELECT ", installation_columns!(), " FROM installations WHERE id = ?1");
const LIST: &str = concat!(
    "SELECT ",
    installation_columns!(),
    " FROM installations ORDER BY account, enrolled_at"
);
const LIVING: &str = "SELECT count(*) FROM installations WHERE account = ?1 AND revoked_at IS NULL";
/// Who enrols again with the same key is checked anew, and keeps what was counted.
const ADD: &str =
    "INSERT INTO installations (id, account, checked, key, enrolled_at) VALUES (?1, ?2, ?3, ?4, ?5)
    ON CONFLICT (id) DO UPDATE SET checked = excluded.checked, enrolled_at = excluded.enrolled_at";
const COUNT: &str = "UPDATE installations
    SET issued = iif(hour = ?2, issued, 0) + 1, hour = ?2, last_used_at = ?3 WHERE id = ?1 RETURNING issued";
const SUM: &str = "SELECT sum(issued) FROM installations WHERE account = ?1 AND hour = ?2";
const REVOKE: &str = concat!(
    "UPDATE installations SET revoked_at = ?2 WHERE id = ?1 AND revoked_at IS NULL RETURNING ",
    installation_columns!()
);
const REVOKE_ACCOUNT: &str = concat!(
    "UPDATE installations SET revoked_at = ?2 WHERE account = ?1 AND revoked_at IS NULL RETURNING ",
    installation_columns!()
);
