//! How is the file opened? Its place and modes, and the pragmas that make a commit durable (DESIGN §7 item 6).

use std::{
    fs::{DirBuilder, File, OpenOptions},
    io,
    path::Path,
    time::Duration,
};

use rusqlite::{Connection, ErrorCode, OpenFlags, config::DbConfig};

use super::{
    error::EngineError,
    schema::{self, Schema},
};
use crate::StoreError;

/// The one connection that writes; makes the file if there is none, and brings the schema up to date.
pub(super) fn writer(path: &Path, schema: &Schema) -> Result<Connection, StoreError> {
    prepare_place(path)?;
    let mut connection = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    tune(&connection)?;
    schema::check_owner(schema, &connection, path)?;
    log_ahead(&connection)?;
    // FULL: the log is synced before a commit returns. Without it a power cut loses what was acknowledged.
    connection.pragma_update(None, "synchronous", "FULL")?;
    // On macOS a plain fsync stops at the drive's cache; elsewhere these do nothing.
    connection.pragma_update(None, "fullfsync", true)?;
    connection.pragma_update(None, "checkpoint_fullfsync", true)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // After a burst the log file shrinks back to this.
    connection.query_row("PRAGMA journal_size_limit = 67108864", [], |_| Ok(()))?;
    schema::migrate(schema, &mut connection)?;
    Ok(connection)
}

/// Switches the file to write-ahead logging, where it stays from then on.
fn log_ahead(connection: &Connection) -> Result<(), StoreError> {
    let mut tries = TRIES;
    loop {
        let mode =
            connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get::<_, String>(0));
        match mode {
            Ok(mode) if mode == "wal" => return Ok(()),
            Ok(mode) => return Err(EngineError::Journal(mode).into()),
            // Somebody else is switching: this statement does not wait for locks as others do,
            // so wait with one that does.
            Err(error)
                if tries > 0 && error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) =>
            {
                tries -= 1;
                connection.execute_batch("BEGIN EXCLUSIVE; COMMIT")?;
            }
            Err(error) => return Err(error.into()),
        }
    }
}

/// One of the connections that read.
pub(super) fn reader(path: &Path) -> Result<Connection, StoreError> {
    let connection = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    tune(&connection)?;
    Ok(connection)
}

fn tune(connection: &Connection) -> Result<(), StoreError> {
    connection.busy_timeout(BUSY)?;
    // Plans do not depend on values. Otherwise SQLite (built with STAT4) looks at every new value of
    // a statement with a partial index or a range and compiles it again, for five times its cost.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    Ok(())
}

/// Makes directory and file if they are missing. SQLite gives its log and index files the mode of the database.
fn prepare_place(path: &Path) -> Result<(), StoreError> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| EngineError::Place { path, source }
    };
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    if !directory.exists() {
        make_directory(directory).map_err(failed(directory))?;
    }
    match make_file(path) {
        Ok(()) => sync_directory(directory).map_err(failed(directory))?,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(failed(path)(error).into()),
    }
    Ok(())
}

fn make_directory(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(path)
}

fn make_file(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.write(true).create_new(true).open(path).map(drop)
}

/// Makes the new file's name durable; its content SQLite looks after.
fn sync_directory(path: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(path)?.sync_all() } else { Ok(()) }
}

/// How long to wait for another process that writes.
const BUSY: Duration = Duration::from_secs(5);
/// How often to wait for others that make the file at the same moment.
const TRIES: u32 = 50;
/// More than there are statements in this engine: each is prepared once per connection.
const STATEMENTS: usize = 256;
