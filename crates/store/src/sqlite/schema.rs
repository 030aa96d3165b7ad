//! Which tables does this version of the program expect? The schema has a number (`user_version`); each step up is one script,
//! applied in a transaction. There is no step down: a file from a newer program is refused.

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use super::error::EngineError;
use crate::StoreError;

/// The tables of one kind of file.
pub(super) struct Schema {
    /// The scripts; the first makes version 1. A script that was released is never changed.
    pub(super) scripts: &'static [&'static str],
    /// Marks a file as of this kind (`application_id`).
    pub(super) owner: i64,
}

/// An authorization server's: "SALV".
pub(super) const SERVER: Schema =
    Schema { scripts: &[include_str!("schema/1.sql")], owner: 0x5341_4C56 };

/// Refuses a file that some other program has filled, before anything in it is touched.
pub(super) fn check_owner(
    schema: &Schema,
    connection: &Connection,
    path: &Path,
) -> Result<(), StoreError> {
    // One snapshot: another salver may be making the tables at this moment.
    let snapshot = connection.unchecked_transaction()?;
    let owner: i64 = snapshot.query_row("PRAGMA application_id", [], |row| row.get(0))?;
    let tables: i64 =
        snapshot.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    snapshot.finish()?;
    if owner == schema.owner || (owner == 0 && tables == 0) {
        Ok(())
    } else {
        Err(EngineError::Foreign(path.to_owned()).into())
    }
}

/// Brings the schema up to the newest version.
pub(super) fn migrate(schema: &Schema, connection: &mut Connection) -> Result<(), StoreError> {
    // Immediate: of two programs that start at once, the second finds the work done.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found: i64 = transaction.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let known =
        i64::try_from(schema.scripts.len()).map_err(|_| StoreError::Corrupt("user_version"))?;
    if found > known {
        return Err(StoreError::TooNew { found, known });
    }
    let done = usize::try_from(found).map_err(|_| StoreError::Corrupt("user_version"))?;
    for script in schema.scripts.iter().skip(done) {
        transaction.execute_batch(script)?;
    }
    if found < known {
        transaction.pragma_update(None, "application_id", schema.owner)?;
        transaction.pragma_update(None, "user_version", known)?;
    }
    transaction.commit()?;
    Ok(())
}
