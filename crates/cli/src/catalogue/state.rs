//! Where is it kept what was taken over? In one file of the data directory, readable by its owner only, and exchanged as a whole: a crash
//! leaves the old one or the new one. Who changes it holds the lock beside it, so that a server and a command do not undo each other.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, ErrorKind, Write as _},
    path::{Path, PathBuf},
    time::SystemTime,
};

use salver_policy::catalogue::{Catalogue, update::Difference};
use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;
use thiserror::Error;

use super::TakenOver;

/// The file.
#[derive(Clone, Debug)]
pub(crate) struct StateFile {
    path: PathBuf,
    lock: PathBuf,
}

/// What tells one content of the file from another.
pub(super) type Stamp = Option<(SystemTime, u64)>;

/// Why the file is of no use.
#[derive(Debug, Error)]
pub(crate) enum StateError {
    /// It cannot be read or written.
    #[error("{}: {error}", path.display())]
    File {
        /// Which one.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// It does not hold what this program writes.
    #[error("{} does not hold what salver wrote: {why}", path.display())]
    Spoilt {
        /// Which one.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// What should be written could not be read back: refused before it is.
    #[error("it cannot be kept: {0}")]
    CannotBeKept(String),
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Written {
    format: u64,
    url: String,
    before: String,
    newest: String,
    accepted: Vec<Difference>,
    shown: bool,
}

impl StateFile {
    /// The one in this data directory.
    pub(crate) fn new(data: &Path) -> Self {
        Self {
            path: data.join("catalogue-updates.json"),
            lock: data.join("catalogue-updates.lock"),
        }
    }

    /// What was taken over from this URL. Of another URL nothing was.
    pub(crate) fn load(&self, url: &str) -> Result<Option<TakenOver>, StateError> {
        let bytes = match fs::read(&self.path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(self.failed(error)),
        };
        let spoilt = |why: String| StateError::Spoilt { path: self.path.clone(), why };
        let written: Written =
            serde_json::from_slice(&bytes).map_err(|error| spoilt(error.to_string()))?;
        if written.format != FORMAT {
            return Err(spoilt(format!("its format is {}", written.format)));
        }
        if written.url != url {
            return Ok(None);
        }
        let before =
            Catalogue::restore(&written.before).map_err(|error| spoilt(error.to_string()))?;
        TakenOver::of((before, written.newest), (written.accepted, written.shown))
            .map(Some)
            .map_err(|error| spoilt(error.to_string()))
    }

    /// Changes what was taken over from this URL while nobody else does: `change` gets what is there and answers what shall be there.
    pub(crate) fn change<T, E: From<StateError>>(
        &self,
        url: &str,
        change: impl FnOnce(Option<TakenOver>) -> Result<(Option<TakenOver>, T), E>,
    ) -> Result<T, E> {
        // Held until the end; the system lets go of it if this process dies.
        let _lock = self.lock()?;
        let (changed, answer) = change(self.load(url)?)?;
        if let Some(changed) = changed {
            self.write(url, &changed)?;
        }
        Ok(answer)
    }

    /// What tells the content of this moment from any other.
    pub(super) fn stamp(&self) -> io::Result<Stamp> {
        match fs::metadata(&self.path) {
            Ok(metadata) => Ok(Some((metadata.modified()?, metadata.len()))),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn lock(&self) -> Result<File, StateError> {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let failed = |error| StateError::File { path: self.lock.clone(), error };
        let file = options.open(&self.lock).map_err(failed)?;
        file.lock().map_err(failed)?;
        Ok(file)
    }

    fn write(&self, url: &str, taken_over: &TakenOver) -> Result<(), StateError> {
        let unkept = |why: String| StateError::CannotBeKept(why);
        let before = taken_over.saved_before().map_err(|error| unkept(error.to_string()))?;
        Catalogue::restore(&before).map_err(|error| unkept(error.to_string()))?;
        let written = Written {
            format: FORMAT,
            url: url.to_owned(),
            before,
            newest: taken_over.text.clone(),
            accepted: taken_over.accepted.clone(),
            shown: taken_over.shown,
        };
        let bytes = serde_json::to_vec(&written).map_err(|error| unkept(error.to_string()))?;
        self.exchange(&bytes).map_err(|error| self.failed(error))
    }

    /// Written beside it, on the disk, and only then in its place.
    fn exchange(&self, bytes: &[u8]) -> io::Result<()> {
        let folder = self.path.parent().unwrap_or(Path::new("."));
        let mut file = NamedTempFile::new_in(folder)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        file.persist(&self.path).map_err(|error| error.error)?;
        #[cfg(unix)]
        File::open(folder)?.sync_all()?;
        Ok(())
    }

    pub(super) fn failed(&self, error: io::Error) -> StateError {
        StateError::File { path: self.path.clone(), error }
    }
}

const FORMAT: u64 = 1;

#[cfg(test)]
mod tests {
    use super::{
        super::taken_over::tests::{day, text},
        *,
    };

    const URL: &str = "https://catalogues.example/mcp.jws";

    fn keep(file: &StateFile, taken_over: TakenOver) {
        file.change(URL, |_| Ok::<_, StateError>((Some(taken_over), ()))).unwrap();
    }

    #[test]
    fn what_was_taken_over_comes_back_with_what_was_accepted() {
        let folder = tempfile::tempdir().unwrap();
        let file = StateFile::new(folder.path());
        assert!(file.load(URL).unwrap().is_none());
        assert_eq!(file.stamp().unwrap(), None);
        let first = TakenOver::first(text(1, "App"), |_| true).unwrap();
        keep(&file, first.clone());
        let loaded = file.load(URL).unwrap().unwrap();
        assert!(loaded.applied().client_of_document("https://app.example/c").is_some());
        let (second, _) =
            TakenOver::follow((Some(&loaded), None), text(2, "Other"), day("2026-11-20")).unwrap();
        let before = file.stamp().unwrap();
        keep(&file, second.clone());
        assert_ne!(file.stamp().unwrap(), before);
        let loaded = file.load(URL).unwrap().unwrap();
        assert_eq!((loaded.number(), loaded.waiting()), (2, second.waiting()));
        assert_eq!(loaded.applied().clients(), second.applied().clients());
        assert!(file.load("https://other.example/mcp.jws").unwrap().is_none(), "another source");
        #[cfg(unix)]
        assert_eq!(
            std::os::unix::fs::PermissionsExt::mode(
                &fs::metadata(&file.path).unwrap().permissions()
            ) & 0o777,
            0o600
        );
    }

    #[test]
    fn what_salver_did_not_write_is_refused_and_stays() {
        let folder = tempfile::tempdir().unwrap();
        let file = StateFile::new(folder.path());
        keep(&file, TakenOver::first(text(1, "App"), |_| true).unwrap());
        let sound = fs::read_to_string(&file.path).unwrap();
        for spoilt in [
            sound[..sound.len() / 2].to_owned(),
            sound.replace("\"format\":1", "\"format\":2"),
            sound.replace("number = 1", "number = 0"),
            sound.replace("\"shown\"", "\"more\":1,\"shown\""),
        ] {
            fs::write(&file.path, &spoilt).unwrap();
            assert!(matches!(file.load(URL), Err(StateError::Spoilt { .. })), "{spoilt}");
            let changed = file.change(URL, |_| Ok::<_, StateError>((None, ())));
            assert!(changed.is_err());
            assert_eq!(fs::read_to_string(&file.path).unwrap(), spoilt);
        }
    }

    #[test]
    fn a_change_that_fails_writes_nothing_and_others_go_one_after_the_other() {
        let folder = tempfile::tempdir().unwrap();
        let file = StateFile::new(folder.path());
        keep(&file, TakenOver::first(text(1, "App"), |_| false).unwrap());
        let before = fs::read(&file.path).unwrap();
        let refused = || StateError::CannotBeKept("no".to_owned());
        assert!(file.change(URL, |_| Err::<(_, ()), _>(refused())).is_err());
        assert_eq!(fs::read(&file.path).unwrap(), before);
        std::thread::scope(|scope| {
            for number in [1, 2] {
                let file = &file;
                scope.spawn(move || {
                    file.change(URL, |current| {
                        let mut current = current.unwrap();
                        current.mark_shown();
                        current.accept(Some(&[number]), day("2026-11-20")).unwrap();
                        Ok::<_, StateError>((Some(current), ()))
                    })
                });
            }
        });
        assert!(file.load(URL).unwrap().unwrap().waiting().is_empty(), "neither is lost");
    }
}
