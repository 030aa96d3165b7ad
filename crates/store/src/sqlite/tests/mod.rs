//! Does the engine keep the contract, and what is its own: files, transactions, plans?

mod bounds;
mod file;
mod plan;
mod transaction;

use std::sync::Arc;

use rusqlite::Connection;
use tempfile::TempDir;

use super::{Settings, SqliteStore, open};
use crate::contract::Fixture;

crate::engine_contract!(sqlite, crate::sqlite::tests::make_store);

#[expect(clippy::unused_async, reason = "other engines wait for a server")]
async fn make_store() -> Fixture {
    let directory = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(directory.path().join("salver.db"), Settings::default()).unwrap();
    Fixture { store: Arc::new(store), held: Box::new(directory) }
}

/// A database with the newest schema, as the writer sees it.
fn connection() -> (Connection, TempDir) {
    let directory = tempfile::tempdir().unwrap();
    (
        open::writer(&directory.path().join("salver.db"), &crate::sqlite::schema::SERVER).unwrap(),
        directory,
    )
}
