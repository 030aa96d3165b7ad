//! The query plans: nothing that happens on a request, and nothing that the sweep does to a large table, reads a whole table.

use rusqlite::{Connection, StatementStatus, types::Null};

use super::connection;
use crate::sqlite::{
    anchors, api_tokens, applications, approvals, bans, cases, client_secrets, clients, codes,
    counts, deletions, domains, grants, hosted, installations, invitations, live_grants,
    pushed_requests, recorded, registration_tokens, revocations, sessions, standing, stated, sweep,
    users, verdicts, versions,
};

const STATEMENTS: &[&str] = &[
    applications::GRANTS,
    applications::INSTALLATIONS,
    anchors::REMOVE,
    stated::CONFIRM,
    stated::COUNT,
    stated::FIND,
    stated::REMOVE_ALL,
    stated::REMOVE_ONE,
    approvals::END,
    approvals::LIST_LIVE,
    api_tokens::END,
    api_tokens::FIND,
    api_tokens::USED,
    bans::COUNT,
    bans::LIFT,
    bans::NUMBER,
    cases::COUNT_OTHERS,
    cases::DECIDE,
    cases::FIND,
    cases::FIND_OPEN,
    cases::LIST_REQUESTS,
    cases::LIST_REQUESTS_OF,
    cases::MARK_SEEN,
    cases::TOUCH,
    client_secrets::ADD,
    client_secrets::BEGUN_WITH,
    client_secrets::COUNT,
    client_secrets::END,
    client_secrets::EXPIRE,
    client_secrets::FIND,
    client_secrets::KEYS,
    client_secrets::KEYS_OF_HOLDER,
    client_secrets::LIST,
    client_secrets::USED,
    clients::CALL,
    clients::FIND,
    clients::FIND_APPLICATION,
    clients::FOLLOW,
    clients::LIST_FINGERPRINTS,
    clients::MOVE,
    clients::RENAME,
    clients::UNBIND,
    codes::ADD,
    codes::FIND,
    codes::SPEND,
    codes::USE_GRANT,
    counts::LIST,
    deletions::ADD,
    deletions::GRANTS,
    deletions::LIST,
    domains::DUE,
    domains::KEEP,
    domains::LIST,
    domains::REMOVE,
    grants::FIND,
    grants::FIND_LIVE,
    grants::FIND_SAME,
    grants::FIRST_SEEN,
    grants::IS_LET_IN,
    grants::MAY_CONSENT,
    grants::USER_LIVES,
    hosted::COUNT,
    hosted::FIND,
    hosted::LIST,
    hosted::OWNER,
    hosted::REMOVE,
    hosted::REPLACE,
    installations::ADVANCE,
    installations::FIND,
    installations::RECORD_USE,
    invitations::FIND,
    live_grants::GRANTS,
    live_grants::INSTALLATIONS,
    registration_tokens::COUNT,
    registration_tokens::REVOKE,
    pushed_requests::FIND,
    recorded::CHANGE,
    recorded::COUNT,
    recorded::EVENTS,
    recorded::FIND,
    recorded::GRANTS_OUTSIDE,
    recorded::LIST_OF_OWNER,
    recorded::LIVE_GRANTS,
    recorded::USE,
    recorded::SECRETS_OUTSIDE,
    recorded::USERS,
    recorded::RENEW,
    revocations::END_GRANT,
    revocations::END_INSTALLATION,
    revocations::END_INSTALLATIONS,
    revocations::GRANTS_OF_APPLICATION,
    revocations::LIST,
    sessions::FIND,
    standing::LOOK,
    users::END_SESSIONS,
    users::FIND,
    users::FIND_BY_NAME,
    users::LIVE_GRANTS,
    verdicts::LIST,
    versions::CARRY,
    versions::COUNT,
    versions::DISPENSABLE,
    versions::FIND,
    versions::FIND_NEWEST,
    versions::GRANTS_OF_VERSION,
    versions::HOLD,
    versions::KEYED,
    versions::LIST,
    versions::NEWEST_DIGEST,
    versions::NEWEST_NO_LONGER,
    versions::RELEASE,
];

/// A few rows each, never many: read whole. The first is what a query without a table reads.
const SMALL: &[&str] = &["CONSTANT ROW", "invitations", "keys"];

/// The steps of a statement's plan that read a whole table or index.
fn scans(connection: &Connection, sql: &str) -> Vec<String> {
    let mut explain = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
    for parameter in 1..=explain.parameter_count() {
        explain.raw_bind_parameter(parameter, Null).unwrap();
    }
    let mut rows = explain.raw_query();
    let mut scans = Vec::new();
    while let Some(row) = rows.next().unwrap() {
        let step: String = row.get("detail").unwrap();
        if step.starts_with("SCAN") && !SMALL.iter().any(|table| step == format!("SCAN {table}")) {
            scans.push(step);
        }
    }
    scans
}

#[test]
fn no_statement_reads_a_whole_table() {
    let (connection, _directory) = connection();
    for sql in STATEMENTS.iter().copied().chain(sweep::RULES.iter().map(|rule| rule.sql)) {
        assert_eq!(scans(&connection, sql), [""; 0], "{sql}");
    }
    // The neighbour: a query without an index is noticed.
    assert_eq!(scans(&connection, "SELECT 1 FROM users WHERE role = ?1"), ["SCAN users"]);
}

#[test]
fn no_statement_is_compiled_again_for_another_value() {
    let (connection, _directory) = connection();
    for sql in STATEMENTS {
        let mut statement = connection.prepare(sql).unwrap();
        for value in [1, 2, 3] {
            for parameter in 1..=statement.parameter_count() {
                statement.raw_bind_parameter(parameter, value).unwrap();
            }
            let mut rows = statement.raw_query();
            while rows.next().unwrap().is_some() {}
        }
        assert_eq!(statement.get_status(StatementStatus::RePrepare), 0, "{sql}");
    }
}
