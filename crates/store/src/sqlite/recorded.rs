//! Which clients have people entered here? Whoever changes one names the revision that they saw.

use rusqlite::{Connection, params};
use salver_oauth::{GrantId, Timestamp, UserId};

use super::{
    bans, client_secrets,
    grants::USER_LIVES,
    revocations,
    row::{Columns, change, find, list, only},
    word,
    writer::Unit,
};
use crate::{
    Outcome, StoreError,
    record::{
        ChangeClient, ClientContent, ClientEvent, ClientUse, ClientUser, NewClientEvent,
        NewRecordedClient, OwnDocument, RecordedClient, RenewStem, RevocationReason, Sharing,
        Subject,
    },
    retention,
};

/// Enters a client.
pub(super) fn add(
    connection: &Connection,
    new: &NewRecordedClient,
) -> Result<Unit<Outcome>, StoreError> {
    let client = &new.client;
    let owner = client.owner.as_ref().map(UserId::as_bytes);
    if let Some(owner) = owner {
        let lives = find(connection, "users", USER_LIVES, [owner], |_| Ok(()))?.is_some();
        let entered: Option<u32> = find(connection, TABLE, COUNT, [owner], only)?;
        if !lives || entered.unwrap_or_default() >= retention::RECORDED_CLIENTS {
            return Ok(Unit::Undo(Outcome::Lost));
        }
    }
    let (audience, group) = sharing(&client.content);
    let params = params![
        client.client_id,
        owner,
        client.revision,
        word::client_state(client.content.state),
        client.content.draft,
        client.content.in_force,
        client.content.vetted,
        audience,
        group,
        client.content.expires_at.map(Timestamp::as_unix),
        client.content.stem.as_bytes(),
        client.content.document.as_ref().map(|document| &document.url),
        client.content.held_document().is_some(),
        client.content.lost_domain,
        client.created_at.as_unix(),
        client.changed_at.as_unix(),
    ];
    let added = change(connection, ADD, params)? > 0;
    if added {
        count_change(connection, [&client.content])?;
        note(connection, &client.client_id, &new.event)?;
    }
    Ok(Unit::applied_if(added))
}

/// Changes a client, and ends what was let in under it if that is said. If it is shared otherwise, those outside lose what they have of it.
pub(super) fn update(
    connection: &Connection,
    to: &ChangeClient,
) -> Result<Unit<Outcome>, StoreError> {
    let before = find_by_id(connection, &to.client_id)?;
    let (audience, group) = sharing(&to.content);
    let params = params![
        to.client_id,
        to.expected_revision,
        word::client_state(to.content.state),
        to.content.draft,
        to.content.in_force,
        to.content.vetted,
        audience,
        group,
        to.content.expires_at.map(Timestamp::as_unix),
        to.content.stem.as_bytes(),
        to.event.at.as_unix(),
        to.content.document.as_ref().map(|document| &document.url),
        to.content.held_document().is_some(),
        to.content.lost_domain,
    ];
    if change(connection, CHANGE, params)? == 0 {
        return Ok(Unit::Undo(Outcome::Lost));
    }
    note(connection, &to.client_id, &to.event)?;
    let Some(before) = before else {
        return Ok(Unit::Keep(Outcome::Applied));
    };
    count_change(connection, [&before.content, &to.content])?;
    if before.content.shared_with != to.content.shared_with {
        end_outside(connection, &to.client_id, to.event.at)?;
    }
    if let Some(reason) = to.ends {
        let client_id = to.content.held_document().unwrap_or(&to.client_id);
        let grants: Vec<GrantId> = list(connection, "grants", LIVE_GRANTS, [client_id], only)?;
        for grant in grants {
            revocations::end_grant(connection, grant, reason, to.event.at)?;
        }
        revocations::enter(connection, Subject::Grant(before.content.stem), reason, to.event.at)?;
    }
    Ok(Unit::Keep(Outcome::Applied))
}

/// Logins with a document look at what is on record of it where they look at bans: a change counts as one of those.
fn count_change<const N: usize>(
    connection: &Connection,
    contents: [&ClientContent; N],
) -> Result<(), StoreError> {
    if contents.iter().any(|content| content.held_document().is_some()) {
        bans::count_change(connection)?;
    }
    Ok(())
}

/// Ends the secrets and grants of those who are neither the owner nor among those whom it is shared with.
fn end_outside(connection: &Connection, client_id: &str, now: Timestamp) -> Result<(), StoreError> {
    let params = params![client_id, now.as_unix()];
    let secrets = list(connection, "client_secrets", SECRETS_OUTSIDE, params, only)?;
    for secret in secrets {
        // Whatever becomes of one that has just ended, it has.
        let _ended = client_secrets::end(connection, (client_id, secret), now)?;
    }
    let grants = list(connection, "grants", GRANTS_OUTSIDE, [client_id], only)?;
    for grant in grants {
        revocations::end_grant(connection, grant, RevocationReason::Administrator, now)?;
    }
    Ok(())
}

/// Who has let a client in, with what runs.
pub(super) fn list_users(
    connection: &Connection,
    client_id: &str,
) -> Result<Vec<ClientUser>, StoreError> {
    list(connection, "grants", USERS, [client_id], |columns| {
        Ok(ClientUser {
            user: columns.next()?,
            username: columns.next()?,
            connections: columns.next()?,
            last_used_at: columns.next()?,
        })
    })
}

/// Gives a client another stem, and ends what hangs below the one that it has.
pub(super) fn renew(
    connection: &Connection,
    renew: &RenewStem,
) -> Result<Unit<Outcome>, StoreError> {
    let params = params![renew.client_id, renew.stem.as_bytes(), renew.next.as_bytes()];
    if change(connection, RENEW, params)? == 0 {
        return Ok(Unit::Undo(Outcome::Lost));
    }
    revocations::enter(connection, Subject::Grant(renew.stem), renew.reason, renew.now)?;
    Ok(Unit::Keep(Outcome::Applied))
}

/// A client by its id.
pub(super) fn find_by_id(
    connection: &Connection,
    client_id: &str,
) -> Result<Option<RecordedClient>, StoreError> {
    find(connection, TABLE, FIND, [client_id], read)
}

/// All clients, or those of one owner.
pub(super) fn list_of(
    connection: &Connection,
    owner: Option<UserId>,
) -> Result<Vec<RecordedClient>, StoreError> {
    match owner {
        Some(owner) => list(connection, TABLE, LIST_OF_OWNER, [owner.as_bytes()], read),
        None => list(connection, TABLE, LIST, [], read),
    }
}

/// Clients that are registered by a document which is their own.
pub(super) fn list_documents(connection: &Connection) -> Result<Vec<RecordedClient>, StoreError> {
    list(connection, TABLE, LIST_DOCUMENTS, [], read)
}

/// Clients that somebody else shares with a person of these groups.
pub(super) fn list_shared(
    connection: &Connection,
    person: UserId,
    groups: &[Box<str>],
) -> Result<Vec<RecordedClient>, StoreError> {
    let shared = list(connection, TABLE, LIST_SHARED, [person.as_bytes()], read)?;
    let with_them = |client: &RecordedClient| match &client.content.shared_with {
        Some(Sharing::Group(group)) => groups.iter().any(|one| **one == **group),
        Some(Sharing::Everybody) => true,
        None => false,
    };
    Ok(shared.into_iter().filter(with_them).collect())
}

/// A client's history, oldest first.
pub(super) fn list_events(
    connection: &Connection,
    client_id: &str,
) -> Result<Vec<ClientEvent>, StoreError> {
    list(connection, "client_events", EVENTS, [client_id], |columns| {
        Ok(ClientEvent {
            number: columns.next()?,
            event: NewClientEvent {
                by: columns.next()?,
                what: columns.next()?,
                note: columns.next()?,
                at: columns.next()?,
            },
        })
    })
}

/// How many use a client.
pub(super) fn count_use(connection: &Connection, client_id: &str) -> Result<ClientUse, StoreError> {
    let counted = find(connection, "grants", USE, [client_id], |columns| {
        Ok(ClientUse {
            people: columns.next()?,
            connections: columns.next()?,
            last_used_at: columns.next()?,
        })
    })?;
    Ok(counted.unwrap_or_default())
}

fn note(
    connection: &Connection,
    client_id: &str,
    event: &NewClientEvent,
) -> Result<(), StoreError> {
    let params = params![client_id, event.by, event.what, event.note, event.at.as_unix()];
    change(connection, NOTE, params)?;
    Ok(())
}

fn sharing(content: &ClientContent) -> (Option<&'static str>, Option<&str>) {
    match &content.shared_with {
        None => (None, None),
        Some(Sharing::Group(group)) => (Some(GROUP), Some(group)),
        Some(Sharing::Everybody) => (Some(EVERYBODY), None),
    }
}

fn read(columns: &mut Columns<'_, '_>) -> Result<RecordedClient, StoreError> {
    Ok(RecordedClient {
        client_id: columns.next()?,
        owner: columns.next()?,
        revision: columns.next()?,
        content: ClientContent {
            state: columns.next()?,
            draft: columns.next()?,
            in_force: columns.next()?,
            vetted: columns.next::<i64>()? != 0,
            shared_with: {
                let (audience, group): (Option<String>, Option<String>) =
                    (columns.next()?, columns.next()?);
                match (audience.as_deref(), group) {
                    (None, None) => None,
                    (Some(GROUP), Some(group)) => Some(Sharing::Group(group)),
                    (Some(EVERYBODY), None) => Some(Sharing::Everybody),
                    _ => return Err(StoreError::Corrupt(TABLE)),
                }
            },
            expires_at: columns.next()?,
            stem: columns.next()?,
            document: {
                let (url, held): (Option<String>, i64) = (columns.next()?, columns.next()?);
                url.map(|url| OwnDocument { url, held: held != 0 })
            },
            lost_domain: columns.next()?,
        },
        created_at: columns.next()?,
        changed_at: columns.next()?,
    })
}

/// Whether the user `u` is among those with whom the client `c` is shared.
macro_rules! shared_with {
    () => {
        "(c.shared_with IS 'everybody' OR (c.shared_with IS 'group' AND instr(' ' || u.groups || ' ', ' ' || c.shared_group || ' ') > 0))"
    };
}
pub(super) use shared_with;

/// The columns of a client, in the order in which [`read`] wants them.
macro_rules! client_columns {
    () => {
        "client_id, owner, revision, state, draft, in_force, vetted, shared_with, shared_group, expires_at, stem, document, holds_document, lost_domain, created_at, \
         changed_at"
    };
}

const TABLE: &str = "recorded_clients";
const GROUP: &str = "group";
const EVERYBODY: &str = "everybody";
const ADD: &str = concat!(
    "INSERT INTO recorded_clients (",
    client_columns!(),
    ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16) ON CONFLICT DO NOTHING"
);
pub(super) const COUNT: &str =
    "SELECT count(*) FROM recorded_clients WHERE owner = ?1 AND state <> 'deleted'";
pub(super) const CHANGE: &str = "UPDATE recorded_clients SET revision = revision + 1, state = ?3, draft = ?4, in_force = ?5, vetted = ?6,
    shared_with = ?7, shared_group = ?8, expires_at = ?9, stem = ?10, changed_at = ?11, document = ?12, holds_document = ?13, lost_domain = ?14
    WHERE client_id = ?1 AND revision = ?2 AND state <> 'deleted' AND NOT (?13 AND EXISTS (
        SELECT 1 FROM recorded_clients WHERE document = ?12 AND holds_document = 1 AND state <> 'deleted' AND client_id <> ?1))";
pub(super) const RENEW: &str = "UPDATE recorded_clients SET revision = revision + 1, stem = ?3
    WHERE client_id = ?1 AND stem = ?2 AND state <> 'deleted'";
pub(super) const LIVE_GRANTS: &str =
    "SELECT id FROM grants WHERE client_id = ?1 AND revoked_at IS NULL ORDER BY rowid";
pub(super) const USE: &str =
    "SELECT count(DISTINCT user_id), count(*), max(last_used_at) FROM grants
    WHERE client_id = ?1 AND revoked_at IS NULL";
pub(super) const SECRETS_OUTSIDE: &str = concat!(
    "SELECT s.id FROM recorded_clients c JOIN client_secrets s ON s.client_id = c.client_id JOIN users u ON u.id = s.holder \
     WHERE c.client_id = ?1 AND s.ended_at IS NULL AND (s.expires_at IS NULL OR s.expires_at > ?2) AND u.id IS NOT c.owner AND NOT ",
    shared_with!()
);
pub(super) const GRANTS_OUTSIDE: &str = concat!(
    "SELECT g.id FROM recorded_clients c JOIN grants g ON g.client_id = c.client_id JOIN users u ON u.id = g.user_id \
     WHERE c.client_id = ?1 AND g.revoked_at IS NULL AND u.id IS NOT c.owner AND NOT ",
    shared_with!()
);
pub(super) const USERS: &str = "SELECT u.id, u.username, count(i.id), max(i.last_used_at) FROM grants g JOIN users u ON u.id = g.user_id
    LEFT JOIN installations i ON i.grant_id = g.id AND i.ended_at IS NULL
    WHERE g.client_id = ?1 AND g.revoked_at IS NULL GROUP BY u.id ORDER BY u.username_key";
pub(super) const FIND: &str =
    concat!("SELECT ", client_columns!(), " FROM recorded_clients WHERE client_id = ?1");
pub(super) const LIST_OF_OWNER: &str = concat!(
    "SELECT ",
    client_columns!(),
    " FROM recorded_clients WHERE owner = ?1 AND state <> 'deleted' ORDER BY created_at, client_id"
);
const LIST: &str = concat!(
    "SELECT ",
    client_columns!(),
    " FROM recorded_clients WHERE state <> 'deleted' ORDER BY created_at, client_id"
);
const LIST_DOCUMENTS: &str = concat!(
    "SELECT ",
    client_columns!(),
    " FROM recorded_clients WHERE holds_document = 1 AND state <> 'deleted' ORDER BY created_at, client_id"
);
pub(super) const LIST_SHARED: &str = concat!(
    "SELECT ",
    client_columns!(),
    " FROM recorded_clients WHERE shared_with IS NOT NULL AND state <> 'deleted' AND owner IS NOT ?1 ORDER BY created_at, client_id"
);
const NOTE: &str =
    "INSERT INTO client_events (client_id, made_by, what, note, at) VALUES (?1, ?2, ?3, ?4, ?5)";
pub(super) const EVENTS: &str = "SELECT number, made_by, what, note, at FROM client_events WHERE client_id = ?1 ORDER BY number";
