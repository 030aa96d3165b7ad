//! Where are the lines kept? In one file that is appended to, and the full one before it; readable by its owner only.
//!
//! Each batch is one write to a file that is opened for it, so that several processes, a backup or a log rotation do no harm, and a
//! line that a crash cut short spoils itself alone.

use std::{
    fs::{self, OpenOptions},
    io::{self, ErrorKind, Write as _},
    path::{Path, PathBuf},
};

use super::Line;

/// The files of one data directory.
#[derive(Clone, Debug)]
pub(crate) struct LedgerFile {
    path: PathBuf,
    older: PathBuf,
    most_bytes: u64,
}

/// What was found in them.
#[derive(Debug, Default, Eq, PartialEq)]
pub(crate) struct Written {
    /// The lines, oldest first.
    pub(crate) lines: Vec<Line>,
    /// How many lines could not be read.
    pub(crate) spoilt: usize,
}

impl LedgerFile {
    /// The files in this data directory, each at most so many bytes long.
    pub(crate) fn new(data: &Path, most_bytes: u64) -> Self {
        let (path, older) = (data.join("egress-ledger.jsonl"), data.join("egress-ledger.1.jsonl"));
        Self { path, older, most_bytes }
    }

    /// The file that is appended to.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Appends lines; a file that would become too long makes room first.
    pub(super) fn append(&self, lines: &[Line]) -> io::Result<()> {
        let mut batch = String::new();
        for line in lines {
            batch.push_str(&line.to_json());
            batch.push('\n');
        }
        let length = match fs::metadata(&self.path) {
            Ok(metadata) => metadata.len(),
            Err(error) if error.kind() == ErrorKind::NotFound => 0,
            Err(error) => return Err(error),
        };
        if length > 0 && length.saturating_add(batch.len() as u64) > self.most_bytes {
            fs::rename(&self.path, &self.older)?;
        }
        let mut options = OpenOptions::new();
        options.append(true).create(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(&self.path)?.write_all(batch.as_bytes())
    }

    /// All lines of both files; none if nothing was ever written.
    pub(crate) fn read(&self) -> io::Result<Written> {
        let mut written = Written::default();
        for path in [&self.older, &self.path] {
            let bytes = match fs::read(path) {
                Ok(bytes) => bytes,
                Err(error) if error.kind() == ErrorKind::NotFound => continue,
                Err(error) => return Err(error),
            };
            for text in bytes.split(|byte| *byte == b'\n').filter(|text| !text.is_empty()) {
                match serde_json::from_slice(text) {
                    Ok(line) => written.lines.push(line),
                    Err(_) => written.spoilt += 1,
                }
            }
        }
        Ok(written)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(at: i64) -> Line {
        Line {
            at,
            host: "app.example".to_owned(),
            purpose: "client_metadata".to_owned(),
            outcome: "fetched".to_owned(),
            category: None,
            status: None,
            served_stale: false,
            bytes: 1,
            ms: 1,
            family: None,
            source: "itself".to_owned(),
            chosen_by: "stranger".to_owned(),
            times: 1,
        }
    }

    #[test]
    fn the_newest_lines_stay_within_the_bound() {
        let folder = tempfile::tempdir().unwrap();
        let file = LedgerFile::new(folder.path(), 2000);
        assert_eq!(file.read().unwrap(), Written::default(), "nothing yet");
        for at in 0..200 {
            file.append(&[line(at)]).unwrap();
        }
        let found = file.read().unwrap();
        let times: Vec<i64> = found.lines.iter().map(|line| line.at).collect();
        let newest: Vec<i64> = (200 - i64::try_from(times.len()).unwrap()..200).collect();
        assert_eq!(times, newest, "the newest, in order, without a gap");
        assert!(times.len() >= 8, "{}", times.len());
        let bytes: u64 = fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().metadata().unwrap().len())
            .sum();
        assert!(bytes <= 4000, "{bytes}");
    }

    #[test]
    fn a_line_that_was_cut_short_spoils_itself_alone() {
        let folder = tempfile::tempdir().unwrap();
        let file = LedgerFile::new(folder.path(), 1 << 20);
        file.append(&[line(1)]).unwrap();
        let cut = fs::read(file.path()).unwrap();
        fs::write(file.path(), [&cut[..], &cut[..20], b"\n", &cut[..]].concat()).unwrap();
        let found = file.read().unwrap();
        assert_eq!((found.lines.len(), found.spoilt), (2, 1));
    }

    #[test]
    #[cfg(unix)]
    fn only_its_owner_can_read_it() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let file = LedgerFile::new(folder.path(), 1 << 20);
        file.append(&[line(1)]).unwrap();
        assert_eq!(fs::metadata(file.path()).unwrap().permissions().mode() & 0o777, 0o600);
    }
}
