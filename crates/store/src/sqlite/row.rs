//! How does a row become a record? Column by column, in the order of the query; a value that does not fit is
//! [`StoreError::Corrupt`] with its table's name.

use rusqlite::{Connection, Params, Row, types::ValueRef};
use salver_oauth::{ApplicationId, CaseId, GrantId, InstallationId, Scope, Timestamp, UserId};

use crate::{
    StoreError, group,
    record::{
        CaseKind, CaseState, ClientState, FunnelStep, KeyUse, ProofMethod, Role, VerdictOutcome,
    },
};

/// The columns of one row, read from left to right.
pub(super) struct Columns<'r, 's> {
    row: &'r Row<'s>,
    table: &'static str,
    next: usize,
}

impl Columns<'_, '_> {
    /// The next column's value.
    pub(super) fn next<T: Column>(&mut self) -> Result<T, StoreError> {
        let value = self.row.get_ref(self.next)?;
        self.next += 1;
        T::read(value).ok_or(StoreError::Corrupt(self.table))
    }
}

/// The first row of a query, if there is one.
pub(super) fn find<T>(
    connection: &Connection,
    table: &'static str,
    sql: &str,
    params: impl Params,
    read: impl FnOnce(&mut Columns<'_, '_>) -> Result<T, StoreError>,
) -> Result<Option<T>, StoreError> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(params)?;
    rows.next()?.map(|row| read(&mut Columns { row, table, next: 0 })).transpose()
}

/// All rows of a query.
pub(super) fn list<T>(
    connection: &Connection,
    table: &'static str,
    sql: &str,
    params: impl Params,
    read: impl Fn(&mut Columns<'_, '_>) -> Result<T, StoreError>,
) -> Result<Vec<T>, StoreError> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(params)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(read(&mut Columns { row, table, next: 0 })?);
    }
    Ok(found)
}

/// Reads a row of one column.
pub(super) fn only<T: Column>(columns: &mut Columns<'_, '_>) -> Result<T, StoreError> {
    columns.next()
}

/// Runs a statement that changes rows; answers how many.
pub(super) fn change(
    connection: &Connection,
    sql: &str,
    params: impl Params,
) -> Result<usize, StoreError> {
    Ok(connection.prepare_cached(sql)?.execute(params)?)
}

/// A type that a column holds.
pub(super) trait Column: Sized {
    /// The value, or `None` if the column holds something else.
    fn read(value: ValueRef<'_>) -> Option<Self>;
}

impl<T: Column> Column for Option<T> {
    fn read(value: ValueRef<'_>) -> Option<Self> {
        if matches!(value, ValueRef::Null) { Some(None) } else { T::read(value).map(Some) }
    }
}

impl<const N: usize> Column for [u8; N] {
    fn read(value: ValueRef<'_>) -> Option<Self> {
        value.as_blob().ok()?.try_into().ok()
    }
}

impl Column for Vec<u8> {
    fn read(value: ValueRef<'_>) -> Option<Self> {
        value.as_blob().ok().map(Into::into)
    }
}

impl Column for String {
    fn read(value: ValueRef<'_>) -> Option<Self> {
        value.as_str().ok().map(Into::into)
    }
}

/// The groups of a person.
impl Column for Vec<Box<str>> {
    fn read(value: ValueRef<'_>) -> Option<Self> {
        let text = value.as_str().ok()?;
        if text.is_empty() {
            return Some(Self::new());
        }
        let groups: Self = text.split(' ').map(Into::into).collect();
        group::check(&groups).is_ok().then_some(groups)
    }
}

impl Column for i64 {
    fn read(value: ValueRef<'_>) -> Option<Self> {
        value.as_i64().ok()
    }
}

impl Column for u32 {
    fn read(value: ValueRef<'_>) -> Option<Self> {
        value.as_i64().ok()?.try_into().ok()
    }
}

impl Column for u64 {
    fn read(value: ValueRef<'_>) -> Option<Self> {
        value.as_i64().ok()?.try_into().ok()
    }
}

impl Column for Timestamp {
    fn read(value: ValueRef<'_>) -> Option<Self> {
        value.as_i64().ok().map(Self::from_unix)
    }
}

impl Column for Scope {
    fn read(value: ValueRef<'_>) -> Option<Self> {
        value.as_str().ok()?.parse().ok()
    }
}

impl Column for Role {
    fn read(value: ValueRef<'_>) -> Option<Self> {
        super::word::role_of(value.as_str().ok()?)
    }
}

impl Column for KeyUse {
    fn read(value: ValueRef<'_>) -> Option<Self> {
        super::word::key_use_of(value.as_str().ok()?)
    }
}

impl Column for VerdictOutcome {
    fn read(value: ValueRef<'_>) -> Option<Self> {
        super::word::verdict_outcome_of(value.as_str().ok()?)
    }
}

impl Column for CaseKind {
    fn read(value: ValueRef<'_>) -> Option<Self> {
        super::word::case_kind_of(value.as_str().ok()?)
    }
}

impl Column for CaseState {
    fn read(value: ValueRef<'_>) -> Option<Self> {
        super::word::case_state_of(value.as_str().ok()?)
    }
}

impl Column for ClientState {
    fn read(value: ValueRef<'_>) -> Option<Self> {
        super::word::client_state_of(value.as_str().ok()?)
    }
}

impl Column for ProofMethod {
    fn read(value: ValueRef<'_>) -> Option<Self> {
        super::word::proof_method_of(value.as_str().ok()?)
    }
}

impl Column for FunnelStep {
    fn read(value: ValueRef<'_>) -> Option<Self> {
        super::word::step_of(value.as_str().ok()?)
    }
}

macro_rules! id_columns {
    ($($id:ty),*) => {$(
        impl Column for $id {
            fn read(value: ValueRef<'_>) -> Option<Self> {
                <[u8; 16]>::read(value).map(Self::from_bytes)
            }
        }
    )*};
}

id_columns!(UserId, ApplicationId, GrantId, InstallationId, CaseId);
