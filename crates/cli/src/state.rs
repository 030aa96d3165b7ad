//! What lies in the data directory? The store, the master key, and the issuer of the newest start.
//!
//! Commands open it beside a running server: the store's locks keep them apart.

use std::{
    fs::{self, OpenOptions},
    io::{ErrorKind, Write as _},
    path::Path,
    sync::Arc,
};

use salver_jose::MasterKey;
use salver_oauth::Issuer;
use salver_store::{
    Store,
    sqlite::{Settings as SqliteSettings, SqliteStore},
};
use tempfile::TempDir;
use zeroize::Zeroizing;

use crate::{
    config::{
        Settings, secret_file,
        store::{MasterKeyPlace, StoreSettings},
    },
    failure::Failure,
};

/// The opened state.
pub(crate) struct State {
    /// The store.
    pub(crate) store: Arc<dyn Store>,
    /// The master key.
    pub(crate) master_key: Arc<MasterKey>,
}

/// Opens the state, and makes what a first start lacks.
pub(crate) fn open(settings: &Settings) -> Result<State, Failure> {
    make_directory(&settings.server.data)?;
    let master_key = master_key(&settings.store)?;
    let store = SqliteStore::open(&settings.store.path, SqliteSettings::default())?;
    Ok(State { store: Arc::new(store), master_key })
}

/// The master key; a first start makes it.
pub(crate) fn master_key(store: &StoreSettings) -> Result<Arc<MasterKey>, Failure> {
    match &store.master_key {
        MasterKeyPlace::Known(key) => Ok(Arc::clone(key)),
        MasterKeyPlace::InDataDirectory(path) => first_key(path, &store.path).map(Arc::new),
    }
}

/// Opens the state for somebody who only looks. Where nothing is kept yet, it is that of a first start, in a directory that is gone with
/// the second value: looking makes no data directory.
pub(crate) fn look(settings: &Settings) -> Result<(State, Option<TempDir>), Failure> {
    if settings.store.path.exists() {
        return Ok((open(settings)?, None));
    }
    let folder =
        tempfile::tempdir().map_err(|error| Failure::File { path: std::env::temp_dir(), error })?;
    let mut blank = settings.clone();
    folder.path().clone_into(&mut blank.server.data);
    blank.store = StoreSettings {
        path: folder.path().join("salver.db"),
        master_key: MasterKeyPlace::InDataDirectory(folder.path().join("master.key")),
    };
    Ok((open(&blank)?, Some(folder)))
}

/// Remembers the issuer for commands that make links.
pub(crate) fn remember_issuer(data: &Path, issuer: &Issuer) -> Result<(), Failure> {
    let path = data.join(ISSUER_FILE);
    fs::write(&path, issuer.as_str()).map_err(|error| Failure::File { path, error })
}

/// The issuer of the newest start.
pub(crate) fn remembered_issuer(data: &Path) -> Option<Issuer> {
    Issuer::parse(fs::read_to_string(data.join(ISSUER_FILE)).ok()?.trim()).ok()
}

/// Makes the data directory, readable by its owner only.
pub(crate) fn make_directory(path: &Path) -> Result<(), Failure> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(|error| Failure::File { path: path.to_owned(), error })
}

/// Makes the master key of a first start. Where there is a store already, its key has been lost, and a new one would open nothing.
fn first_key(path: &Path, store: &Path) -> Result<MasterKey, Failure> {
    if store.exists() {
        return Err(Failure::MasterKey(format!(
            "{} is missing beside the store {}",
            path.display(),
            store.display()
        )));
    }
    let failed = |error| Failure::File { path: path.to_owned(), error };
    let key = MasterKey::generate().map_err(|_| {
        Failure::MasterKey("cannot be made: the system gives no randomness".to_owned())
    })?;
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(mut file) => {
            file.write_all(key.to_text().as_bytes())
                .and_then(|()| file.write_all(b"\n"))
                .and_then(|()| file.sync_all())
                .map_err(failed)?;
            Ok(key)
        }
        // Another process of ours made it between the look and now.
        Err(error) if error.kind() == ErrorKind::AlreadyExists => read_key(path),
        Err(error) => Err(failed(error)),
    }
}

fn read_key(path: &Path) -> Result<MasterKey, Failure> {
    let failed = |error| Failure::File { path: path.to_owned(), error };
    if secret_file::wider_than_owner(&fs::metadata(path).map_err(failed)?).is_some() {
        return Err(Failure::MasterKey(format!(
            "{} can be read by others than its owner",
            path.display()
        )));
    }
    let text = Zeroizing::new(fs::read_to_string(path).map_err(failed)?);
    MasterKey::from_text(text.trim())
        .map_err(|_| Failure::MasterKey(format!("{} holds no key", path.display())))
}

const ISSUER_FILE: &str = "issuer";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_start_makes_a_key_that_only_its_owner_can_read() {
        let folder = tempfile::tempdir().unwrap();
        let (path, store) = (folder.path().join("master.key"), folder.path().join("salver.db"));
        let made = first_key(&path, &store).unwrap();
        assert_eq!(*read_key(&path).unwrap().to_text(), *made.to_text());
        assert_eq!(*first_key(&path, &store).unwrap().to_text(), *made.to_text());
        #[cfg(unix)]
        assert_eq!(
            std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&path).unwrap().permissions())
                & 0o777,
            0o600
        );
    }

    #[test]
    fn a_lost_key_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let (path, store) = (folder.path().join("master.key"), folder.path().join("salver.db"));
        fs::write(&store, "").unwrap();
        assert!(matches!(first_key(&path, &store), Err(Failure::MasterKey(_))));
        assert!(!path.exists());
    }

    #[test]
    fn the_issuer_is_remembered() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(remembered_issuer(folder.path()), None);
        let issuer = Issuer::parse("http://localhost:8080").unwrap();
        remember_issuer(folder.path(), &issuer).unwrap();
        assert_eq!(remembered_issuer(folder.path()), Some(issuer));
    }
}
