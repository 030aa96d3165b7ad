//! Under which application do people see a client? One row for each fingerprint says so, and grants refer to it: a binding that is made or undone moves all of them
//! at once, and nothing else of them (DESIGN 4.4).

use rusqlite::{Connection, params};
use salver_oauth::{ApplicationId, Timestamp};

use super::{
    bans,
    row::{Columns, change, find, list, only},
    writer::Unit,
};
use crate::{
    Outcome, StoreError,
    record::{Binding, Consent, Home, MetApplication, MetClient, NewBinding, NewHome},
};

/// The number of a consent's client, which is made or brought up to date; so is its home.
pub(super) fn meet(connection: &Connection, consent: &Consent) -> Result<i64, StoreError> {
    let Consent { grant, home, name, .. } = consent;
    let home = application(connection, home, (grant.application, grant.created_at))?;
    let Some(known) = find_client(connection, &grant.fingerprint)? else {
        let params = params![grant.fingerprint, name, home.as_bytes()];
        return find(connection, TABLE, ADD, params, only)?.ok_or(StoreError::Corrupt(TABLE));
    };
    if known.name != *name {
        change(connection, CALL, params![known.number, name])?;
    }
    move_home(connection, &known, home)?;
    Ok(known.number)
}

/// Gives clients other homes; those that nobody has met have none.
pub(super) fn settle(
    connection: &Connection,
    homes: &[NewHome],
    now: Timestamp,
) -> Result<Unit<u64>, StoreError> {
    let mut moved = 0;
    for NewHome { fingerprint, home, proposed } in homes {
        if let Some(known) = find_client(connection, fingerprint)? {
            let home = application(connection, home, (*proposed, now))?;
            moved += u64::from(move_home(connection, &known, home)?);
        }
    }
    Ok(Unit::Keep(moved))
}

/// Binds a client to an application.
pub(super) fn bind(connection: &Connection, new: &NewBinding) -> Result<Unit<Outcome>, StoreError> {
    let application = find_or_add(connection, &new.application, (new.proposed, new.at))?;
    let params = params![new.fingerprint, application.as_bytes(), new.by, new.at.as_unix()];
    if change(connection, BIND, params)? == 0 {
        return Ok(Unit::Undo(Outcome::Lost));
    }
    follow(connection, &new.fingerprint)?;
    Ok(Unit::Keep(Outcome::Applied))
}

/// Undoes a binding.
pub(super) fn unbind(
    connection: &Connection,
    fingerprint: &str,
) -> Result<Unit<Outcome>, StoreError> {
    if change(connection, UNBIND, [fingerprint])? == 0 {
        return Ok(Unit::Undo(Outcome::Lost));
    }
    follow(connection, fingerprint)?;
    Ok(Unit::Keep(Outcome::Applied))
}

/// Gives an application a name, or takes the given one back.
pub(super) fn rename(
    connection: &Connection,
    application: ApplicationId,
    label: Option<&str>,
) -> Result<Unit<Outcome>, StoreError> {
    let renamed = change(connection, RENAME, params![application.as_bytes(), label])?;
    Ok(Unit::applied_if(renamed > 0))
}

/// All clients that were met, in the order of their fingerprints.
pub(super) fn list_clients(connection: &Connection) -> Result<Vec<MetClient>, StoreError> {
    list(connection, TABLE, LIST, [], |columns| {
        Ok(MetClient {
            fingerprint: columns.next()?,
            name: columns.next()?,
            home: columns.next()?,
            application: columns.next()?,
        })
    })
}

/// Fingerprints after a number, in the order in which their clients were met.
pub(super) fn list_fingerprints(
    connection: &Connection,
    after: i64,
    limit: u32,
) -> Result<Vec<(i64, String)>, StoreError> {
    list(connection, TABLE, LIST_FINGERPRINTS, params![after, limit], |columns| {
        Ok((columns.next()?, columns.next()?))
    })
}

/// All applications, oldest first.
pub(super) fn list_applications(
    connection: &Connection,
) -> Result<Vec<MetApplication>, StoreError> {
    list(connection, APPLICATIONS, LIST_APPLICATIONS, [], |columns| {
        Ok(MetApplication {
            id: columns.next()?,
            key: columns.next()?,
            label: columns.next()?,
            own_label: columns.next()?,
            created_at: columns.next()?,
        })
    })
}

/// All bindings, oldest first.
pub(super) fn list_bindings(connection: &Connection) -> Result<Vec<Binding>, StoreError> {
    list(connection, BINDINGS, LIST_BINDINGS, [], |columns| {
        Ok(Binding {
            fingerprint: columns.next()?,
            application: columns.next()?,
            key: columns.next()?,
            by: columns.next()?,
            at: columns.next()?,
        })
    })
}

/// What is known of a client.
struct Known {
    number: i64,
    name: String,
    home: ApplicationId,
}

fn find_client(connection: &Connection, fingerprint: &str) -> Result<Option<Known>, StoreError> {
    find(connection, TABLE, FIND, [fingerprint], |columns: &mut Columns<'_, '_>| {
        Ok(Known { number: columns.next()?, name: columns.next()?, home: columns.next()? })
    })
}

/// The application with this key, made if there is none; it bears the newest label.
fn application(
    connection: &Connection,
    home: &Home,
    (proposed, now): (ApplicationId, Timestamp),
) -> Result<ApplicationId, StoreError> {
    let params = params![proposed.as_bytes(), home.key, home.label, now.as_unix()];
    find(connection, APPLICATIONS, APPLICATION, params, only)?
        .ok_or(StoreError::Corrupt(APPLICATIONS))
}

/// The same without a word about the label of one that is there.
fn find_or_add(
    connection: &Connection,
    home: &Home,
    new: (ApplicationId, Timestamp),
) -> Result<ApplicationId, StoreError> {
    match find(connection, APPLICATIONS, FIND_APPLICATION, [&home.key], only)? {
        Some(found) => Ok(found),
        None => application(connection, home, new),
    }
}

/// Answers whether the client's home was another one. Who is shut out may be different now.
fn move_home(
    connection: &Connection,
    known: &Known,
    home: ApplicationId,
) -> Result<bool, StoreError> {
    if known.home == home {
        return Ok(false);
    }
    change(connection, MOVE, params![known.number, home.as_bytes()])?;
    bans::count_change(connection)?;
    Ok(true)
}

/// A client that was met goes where it is bound to, or home. Who is shut out may be different now.
fn follow(connection: &Connection, fingerprint: &str) -> Result<(), StoreError> {
    change(connection, FOLLOW, [fingerprint])?;
    bans::count_change(connection)
}

const TABLE: &str = "clients";
const APPLICATIONS: &str = "applications";
const BINDINGS: &str = "application_bindings";
pub(super) const FIND: &str = "SELECT number, name, home_id FROM clients WHERE fingerprint = ?1";
const ADD: &str = "INSERT INTO clients (fingerprint, name, home_id, application_id)
    VALUES (?1, ?2, ?3, ifnull((SELECT application_id FROM application_bindings WHERE fingerprint = ?1), ?3)) RETURNING number";
pub(super) const CALL: &str = "UPDATE clients SET name = ?2 WHERE number = ?1";
pub(super) const MOVE: &str = "UPDATE clients SET home_id = ?2, application_id =
    ifnull((SELECT b.application_id FROM application_bindings b WHERE b.fingerprint = clients.fingerprint), ?2) WHERE number = ?1";
pub(super) const FOLLOW: &str = "UPDATE clients SET application_id =
    ifnull((SELECT b.application_id FROM application_bindings b WHERE b.fingerprint = ?1), home_id) WHERE fingerprint = ?1";
const APPLICATION: &str =
    "INSERT INTO applications (id, key, label, created_at) VALUES (?1, ?2, ?3, ?4)
    ON CONFLICT (key) DO UPDATE SET label = excluded.label RETURNING id";
pub(super) const FIND_APPLICATION: &str = "SELECT id FROM applications WHERE key = ?1";
pub(super) const RENAME: &str = "UPDATE applications SET given_label = ?2 WHERE id = ?1";
const BIND: &str = "INSERT INTO application_bindings (fingerprint, application_id, bound_by, bound_at)
    VALUES (?1, ?2, ?3, ?4) ON CONFLICT (fingerprint) DO UPDATE SET application_id = excluded.application_id,
    bound_by = excluded.bound_by, bound_at = excluded.bound_at WHERE application_id <> excluded.application_id";
pub(super) const UNBIND: &str = "DELETE FROM application_bindings WHERE fingerprint = ?1";
const LIST: &str = "SELECT k.fingerprint, k.name, h.key, k.application_id FROM clients k
    JOIN applications h ON h.id = k.home_id ORDER BY k.fingerprint";
pub(super) const LIST_FINGERPRINTS: &str =
    "SELECT number, fingerprint FROM clients WHERE number > ?1 ORDER BY number LIMIT ?2";
const LIST_APPLICATIONS: &str =
    "SELECT id, key, ifnull(given_label, label), label, created_at FROM applications
    ORDER BY created_at, rowid";
const LIST_BINDINGS: &str = "SELECT b.fingerprint, b.application_id, a.key, b.bound_by, b.bound_at
    FROM application_bindings b JOIN applications a ON a.id = b.application_id ORDER BY b.bound_at, b.fingerprint";
