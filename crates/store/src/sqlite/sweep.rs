//! What has time ended? Deletes it in slices, so that a long sweep never keeps a login waiting (retention: [`crate::retention`]).

use rusqlite::{Connection, params};
use salver_oauth::Timestamp;

use super::{row::change, writer::Unit};
use crate::{StoreError, retention};

/// Deletes one slice of what has ended; answers whether there may be more.
pub(super) fn slice(connection: &Connection, now: Timestamp) -> Result<Unit<bool>, StoreError> {
    let mut more = false;
    for Rule { sql, kept } in RULES {
        let touched = match kept {
            Kept::After(seconds) => {
                change(connection, sql, params![now.plus_seconds(-seconds).as_unix(), SLICE])?
            }
            Kept::Newest(rows) => change(connection, sql, params![rows, SLICE])?,
            Kept::Installation => change(
                connection,
                sql,
                params![now.as_unix(), SLICE, retention::ENDED_INSTALLATION],
            )?,
        };
        more |= touched >= usize::from(SLICE);
    }
    Ok(Unit::Keep(more))
}

/// One kind of thing that ends.
pub(super) struct Rule {
    /// Deletes at most `?2` rows that ended at `?1` or before, or that are beyond the newest `?1`.
    pub(super) sql: &'static str,
    kept: Kept,
}

/// How long rows stay.
enum Kept {
    /// So many seconds after the time in their own column.
    After(i64),
    /// As long as they are among so many newest ones.
    Newest(u32),
    /// As installations do: until they expire, or `?3` after they were ended, whichever is first.
    Installation,
}

/// How many rows of one kind a unit deletes at most.
const SLICE: u16 = 500;

/// When an installation's row is no longer needed.
macro_rules! installation_end {
    () => {
        "min(expires_at, ifnull(ended_at + ?3, expires_at))"
    };
}

/// Deletes the requests of cases in such a state.
macro_rules! requests_where {
    ($state:literal) => {
        concat!(
            "DELETE FROM access_requests WHERE rowid IN (SELECT r.rowid FROM review_cases c JOIN access_requests r
            ON r.case_id = c.id WHERE c.active_at <= ?1 AND c.state ",
            $state,
            " LIMIT ?2)"
        )
    };
}

/// Deletes cases in such a state, once their requests are gone.
macro_rules! cases_where {
    ($state:literal) => {
        concat!(
            "DELETE FROM review_cases WHERE rowid IN (SELECT rowid FROM review_cases c WHERE c.active_at <= ?1
            AND NOT EXISTS (SELECT 1 FROM access_requests r WHERE r.case_id = c.id) AND c.state ",
            $state,
            " LIMIT ?2)"
        )
    };
}

/// In this order: installations before the grants that they refer to, requests before their cases, and secrets and events before the clients on record whose they are.
pub(super) const RULES: &[Rule] = &[
    Rule {
        sql: "DELETE FROM codes WHERE code IN (SELECT code FROM codes WHERE expires_at <= ?1 LIMIT ?2)",
        kept: Kept::After(retention::CODE),
    },
    Rule {
        sql: "DELETE FROM tickets WHERE ticket IN (SELECT ticket FROM tickets WHERE spent_at <= ?1 LIMIT ?2)",
        kept: Kept::After(retention::TICKET),
    },
    Rule {
        sql: "DELETE FROM assertions WHERE assertion IN (SELECT assertion FROM assertions WHERE spent_until <= ?1 LIMIT ?2)",
        kept: Kept::After(0),
    },
    Rule {
        sql: "DELETE FROM pushed_requests WHERE number IN (SELECT number FROM pushed_requests WHERE spent_until <= ?1 LIMIT ?2)",
        kept: Kept::After(0),
    },
    Rule {
        sql: "DELETE FROM sessions WHERE token IN (SELECT token FROM sessions WHERE expires_at <= ?1 LIMIT ?2)",
        kept: Kept::After(0),
    },
    Rule {
        sql: "DELETE FROM invitations WHERE token IN (SELECT token FROM invitations WHERE expires_at <= ?1 LIMIT ?2)",
        kept: Kept::After(0),
    },
    Rule {
        sql: "DELETE FROM revocations WHERE number IN (SELECT number FROM revocations WHERE at <= ?1 LIMIT ?2)",
        kept: Kept::After(retention::REVOCATION),
    },
    Rule {
        sql: "DELETE FROM verdicts WHERE number IN (SELECT number FROM verdicts WHERE at <= ?1 LIMIT ?2)",
        kept: Kept::After(retention::VERDICT),
    },
    Rule {
        // Numbers leave no gaps, so they count rows.
        sql: "DELETE FROM verdicts WHERE number IN (SELECT number FROM verdicts
            WHERE number <= (SELECT max(number) FROM verdicts) - ?1 ORDER BY number LIMIT ?2)",
        kept: Kept::Newest(retention::VERDICTS),
    },
    Rule {
        sql: "DELETE FROM client_counts WHERE (day, application, method, step) IN
            (SELECT day, application, method, step FROM client_counts WHERE day <= ?1 LIMIT ?2)",
        kept: Kept::After(retention::COUNT),
    },
    Rule {
        sql: "DELETE FROM registration_tokens WHERE number IN
            (SELECT number FROM registration_tokens WHERE coalesce(revoked_at, expires_at) <= ?1 LIMIT ?2)",
        kept: Kept::After(retention::ENDED_REGISTRATION_TOKEN),
    },
    Rule { sql: requests_where!("<> 'open'"), kept: Kept::After(retention::DECIDED_CASE) },
    Rule { sql: cases_where!("<> 'open'"), kept: Kept::After(retention::DECIDED_CASE) },
    Rule { sql: requests_where!("= 'open'"), kept: Kept::After(retention::OPEN_CASE) },
    Rule { sql: cases_where!("= 'open'"), kept: Kept::After(retention::OPEN_CASE) },
    Rule {
        sql: "DELETE FROM approvals WHERE number IN (SELECT number FROM approvals WHERE coalesce(ended_at, until) <= ?1 LIMIT ?2)",
        kept: Kept::After(retention::ENDED_APPROVAL),
    },
    Rule {
        // Rotated since it was last looked at: look again when it would end now.
        sql: concat!(
            "UPDATE installations SET sweep_after = ",
            installation_end!(),
            " WHERE id IN (SELECT id FROM installations WHERE sweep_after <= ?1 AND ",
            installation_end!(),
            " > ?1 LIMIT ?2)"
        ),
        kept: Kept::Installation,
    },
    Rule {
        sql: concat!(
            "DELETE FROM installations WHERE id IN (SELECT id FROM installations WHERE sweep_after <= ?1 AND ",
            installation_end!(),
            " <= ?1 LIMIT ?2)"
        ),
        kept: Kept::Installation,
    },
    Rule {
        sql: "DELETE FROM client_secrets WHERE id IN (SELECT id FROM client_secrets WHERE coalesce(ended_at, expires_at) <= ?1 LIMIT ?2)",
        kept: Kept::After(retention::ENDED_SECRET),
    },
    Rule {
        sql: "DELETE FROM client_secrets WHERE id IN (SELECT s.id FROM recorded_clients c JOIN client_secrets s ON s.client_id = c.client_id
            WHERE c.changed_at <= ?1 AND c.state = 'deleted' LIMIT ?2)",
        kept: Kept::After(retention::DELETED_CLIENT),
    },
    Rule {
        sql: "DELETE FROM domain_proofs WHERE rowid IN (SELECT p.rowid FROM recorded_clients c JOIN domain_proofs p ON p.client_id = c.client_id
            WHERE c.changed_at <= ?1 AND c.state = 'deleted' LIMIT ?2)",
        kept: Kept::After(retention::DELETED_CLIENT),
    },
    Rule {
        sql: "DELETE FROM client_events WHERE number IN (SELECT e.number FROM recorded_clients c JOIN client_events e ON e.client_id = c.client_id
            WHERE c.changed_at <= ?1 AND c.state = 'deleted' LIMIT ?2)",
        kept: Kept::After(retention::DELETED_CLIENT),
    },
    Rule {
        sql: "DELETE FROM recorded_clients WHERE client_id IN (SELECT client_id FROM recorded_clients c WHERE c.changed_at <= ?1 AND c.state = 'deleted'
            AND NOT EXISTS (SELECT 1 FROM client_events e WHERE e.client_id = c.client_id)
            AND NOT EXISTS (SELECT 1 FROM domain_proofs p WHERE p.client_id = c.client_id)
            AND NOT EXISTS (SELECT 1 FROM client_secrets s WHERE s.client_id = c.client_id) LIMIT ?2)",
        kept: Kept::After(retention::DELETED_CLIENT),
    },
    Rule {
        sql: "DELETE FROM api_tokens WHERE number IN (SELECT number FROM api_tokens WHERE coalesce(ended_at, expires_at) <= ?1 LIMIT ?2)",
        kept: Kept::After(retention::ENDED_SECRET),
    },
    Rule {
        sql: "DELETE FROM grants WHERE id IN (SELECT id FROM grants WHERE revoked_at <= ?1
            AND NOT EXISTS (SELECT 1 FROM installations WHERE grant_id = grants.id) LIMIT ?2)",
        kept: Kept::After(retention::REVOKED_GRANT),
    },
    Rule {
        // What was sealed with a killed key does not open, deleted or not.
        sql: "DELETE FROM deleted_registrations WHERE number IN (SELECT d.number FROM keys CROSS JOIN deleted_registrations d
            ON d.sealed_by = keys.key_id WHERE keys.retires_at <= ?1 LIMIT ?2)",
        kept: Kept::After(0),
    },
    Rule {
        // A killed number stays, so that it is never given again.
        sql: "DELETE FROM keys WHERE number IN (SELECT number FROM keys
            WHERE retires_at <= ?1 AND key_use <> 'registration' LIMIT ?2)",
        kept: Kept::After(0),
    },
];
