//! Where is state kept, and under which key are secrets sealed?

use std::{
    ffi::OsString,
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
};

use salver_jose::MasterKey;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{layers::MASTER_KEY_VARIABLE, problem::Problems, secret_file};

/// `[store]`
#[derive(Clone, Debug, Default, Deserialize, JsonSchema, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct StoreSection {
    /// The SQLite file. The default is `salver.db` in the data directory.
    pub(crate) path: Option<String>,
    /// The file with the master key: 32 random bytes in hexadecimal or base64, readable by its owner only. The default is `master.key` in the data directory, made at the first start. The environment variable `SALVER_MASTER_KEY` may hold the key itself instead.
    pub(crate) master_key_file: Option<String>,
}

/// Where state is kept.
#[derive(Clone, Debug)]
pub(crate) struct StoreSettings {
    /// The SQLite file.
    pub(crate) path: PathBuf,
    /// The master key.
    pub(crate) master_key: MasterKeyPlace,
}

/// Where the master key is.
#[derive(Clone)]
pub(crate) enum MasterKeyPlace {
    /// Here: read from the environment or from the file that was named.
    Known(Arc<MasterKey>),
    /// In the data directory, where the first start makes it.
    InDataDirectory(PathBuf),
}

impl fmt::Debug for MasterKeyPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known(_) => f.write_str("Known(…)"),
            Self::InDataDirectory(path) => f.debug_tuple("InDataDirectory").field(path).finish(),
        }
    }
}

/// What the section means.
pub(crate) fn resolve(
    section: &StoreSection,
    data: &Path,
    environment: Option<&OsString>,
    problems: &mut Problems,
) -> Option<StoreSettings> {
    let path = section.path.as_ref().map_or_else(
        || data.join("salver.db"),
        |path| problems.origins().resolve("store.path", path),
    );
    let master_key = match (environment, &section.master_key_file) {
        (Some(text), _) => from_environment(text, problems)?,
        (None, Some(path)) => {
            let path = problems.origins().resolve("store.master_key_file", path);
            MasterKeyPlace::Known(read("store.master_key_file", &path, problems)?)
        }
        (None, None) => in_data_directory(data.join("master.key"), problems)?,
    };
    Some(StoreSettings { path, master_key })
}

fn from_environment(text: &OsString, problems: &mut Problems) -> Option<MasterKeyPlace> {
    let key = text.to_str().and_then(decode);
    if key.is_none() {
        problems.refuse(MASTER_KEY_VARIABLE, "holds no master key", FORM);
    }
    key.map(MasterKeyPlace::Known)
}

/// The key in the data directory is judged at once if it is there, so that a check finds what a start would.
fn in_data_directory(path: PathBuf, problems: &mut Problems) -> Option<MasterKeyPlace> {
    match path.try_exists() {
        Ok(true) => read("store.master_key_file", &path, problems).map(MasterKeyPlace::Known),
        _ => Some(MasterKeyPlace::InDataDirectory(path)),
    }
}

fn read(key: &str, path: &Path, problems: &mut Problems) -> Option<Arc<MasterKey>> {
    let text = secret_file::text(key, path, problems)?;
    let decoded = decode(&text);
    if decoded.is_none() {
        problems.refuse(key, format!("{} holds no master key", path.display()), FORM);
    }
    decoded
}

fn decode(text: &str) -> Option<Arc<MasterKey>> {
    MasterKey::from_text(text.trim()).ok().map(Arc::new)
}

const FORM: &str =
    "it is 32 random bytes in hexadecimal or base64; make one with: openssl rand -hex 32";

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    const KEY: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE";

    fn resolved(
        section: &StoreSection,
        data: &Path,
        environment: Option<&str>,
    ) -> Result<StoreSettings, Vec<String>> {
        let mut problems = Problems::default();
        let settings =
            resolve(section, data, environment.map(OsString::from).as_ref(), &mut problems);
        settings
            .ok_or_else(|| problems.into_list().into_iter().map(|problem| problem.why).collect())
    }

    #[cfg(unix)]
    fn write(path: &Path, text: &str, mode: u32) {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::write(path, text).unwrap();
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    #[cfg(unix)]
    fn a_master_key_that_others_can_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("k");
        let section =
            StoreSection { master_key_file: Some(path.to_str().unwrap().to_owned()), path: None };
        for (mode, accepted) in [(0o600, true), (0o400, true), (0o640, false), (0o604, false)] {
            write(&path, &format!("{KEY}\n"), mode);
            let found = resolved(&section, folder.path(), None);
            assert_eq!(found.is_ok(), accepted, "{mode:o}: {found:?}");
        }
    }

    #[test]
    #[cfg(unix)]
    fn the_key_in_the_data_directory_is_judged_too() {
        let folder = tempfile::tempdir().unwrap();
        let none = resolved(&StoreSection::default(), folder.path(), None).unwrap();
        assert!(matches!(none.master_key, MasterKeyPlace::InDataDirectory(_)));
        write(&folder.path().join("master.key"), KEY, 0o644);
        assert!(resolved(&StoreSection::default(), folder.path(), None).is_err());
    }

    #[test]
    fn the_environment_may_hold_the_key() {
        let folder = Path::new("/nowhere");
        assert!(matches!(
            resolved(&StoreSection::default(), folder, Some(KEY)).unwrap().master_key,
            MasterKeyPlace::Known(_)
        ));
        for wrong in
            ["", "AQEB", &format!("{KEY}AAAA"), "*QEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE"]
        {
            assert_eq!(
                resolved(&StoreSection::default(), folder, Some(wrong)).unwrap_err(),
                ["holds no master key"],
                "{wrong}"
            );
        }
    }

    #[test]
    fn the_key_is_printed_by_nothing() {
        assert_eq!(
            format!("{:?}", MasterKeyPlace::Known(Arc::new(MasterKey::from_bytes([1; 32])))),
            "Known(…)"
        );
    }
}
