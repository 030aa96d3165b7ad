//! What does an installation keep? A device key that its vendor's service knows, and a key for each authorization server, so that no two of them can tell that it is the same
//! (ABCA-12).
//!
//! All in one file that only its owner can read, replaced as a whole. The key stores of platforms are not used: none of the crates for them works alike on all, and a
//! key in a file of mode 0600 is as safe as everything else that belongs to the same person (docs/vendor.md).

use std::{
    collections::BTreeMap,
    fs::{self, File, OpenOptions},
    io::{self, Write as _},
    path::{Path, PathBuf},
    sync::Arc,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use salver_jose::{Algorithm, KeyError, SigningKey};
use salver_oauth::Issuer;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use zeroize::Zeroizing;

/// The keys of one installation.
#[derive(Debug)]
pub struct Installation {
    path: PathBuf,
    service: Box<str>,
    device: Arc<SigningKey>,
}

/// Why there are no keys.
#[derive(Debug, Error)]
pub enum KeptError {
    /// The file cannot be read or written.
    #[error("{}: {error}", path.display())]
    File {
        /// Which one.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// Others can read it.
    #[error("{} can be read by others than its owner", .0.display())]
    Open(PathBuf),
    /// It holds something else.
    #[error("{} does not hold the keys of an installation", .0.display())]
    Malformed(PathBuf),
    /// It belongs to the service of another vendor.
    #[error("{} is the installation of {service}", path.display())]
    OtherService {
        /// The file.
        path: PathBuf,
        /// Whose it is.
        service: Box<str>,
    },
    /// No key could be made.
    #[error("no key could be made")]
    Key(#[from] KeyError),
}

/// The file, as it is written. Keys are PKCS#8 in base64.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    service: Box<str>,
    device_key: Zeroizing<String>,
    keys: BTreeMap<Box<str>, Zeroizing<String>>,
}

impl Installation {
    /// Opens the file.
    ///
    /// # Errors
    /// [`KeptError`].
    pub fn open(path: &Path) -> Result<Self, KeptError> {
        let kept = Kept::read(path)?;
        let device = Arc::new(key(path, &kept.device_key)?);
        Ok(Self { path: path.to_owned(), service: kept.service, device })
    }

    /// Opens the file, or makes it, with a device key for this service.
    ///
    /// # Errors
    /// [`KeptError`]; also if the file is for another service.
    pub fn open_or_make(path: &Path, service: &str) -> Result<Self, KeptError> {
        let _lock = lock(path)?;
        if !path.exists() {
            let device_key = made()?;
            Kept { service: service.into(), device_key, keys: BTreeMap::new() }.write(path)?;
        }
        let installation = Self::open(path)?;
        if *installation.service == *service {
            return Ok(installation);
        }
        Err(KeptError::OtherService { path: path.to_owned(), service: installation.service })
    }

    /// The URL of the vendor's service.
    #[must_use]
    pub fn service(&self) -> &str {
        &self.service
    }

    /// The key that the service knows; its name is the installation's.
    #[must_use]
    pub fn device_key(&self) -> &Arc<SigningKey> {
        &self.device
    }

    /// The key for one authorization server, made when it is first wanted.
    ///
    /// # Errors
    /// [`KeptError`].
    pub fn key_for(&self, issuer: &Issuer) -> Result<Arc<SigningKey>, KeptError> {
        let _lock = lock(&self.path)?;
        let mut kept = Kept::read(&self.path)?;
        if let Some(known) = kept.keys.get(issuer.as_str()) {
            return key(&self.path, known).map(Arc::new);
        }
        let new = made()?;
        let made = key(&self.path, &new)?;
        kept.keys.insert(issuer.as_str().into(), new);
        kept.write(&self.path)?;
        Ok(Arc::new(made))
    }
}

impl Kept {
    fn read(path: &Path) -> Result<Self, KeptError> {
        let failed = failed(path);
        if is_open_to_others(&fs::metadata(path).map_err(&failed)?) {
            return Err(KeptError::Open(path.to_owned()));
        }
        let text = Zeroizing::new(fs::read(path).map_err(&failed)?);
        serde_json::from_slice(&text).map_err(|_| KeptError::Malformed(path.to_owned()))
    }

    /// Whoever reads the file sees all of the old one or all of the new one.
    fn write(&self, path: &Path) -> Result<(), KeptError> {
        let text = serde_json::to_vec(self).map_err(|_| KeptError::Malformed(path.to_owned()))?;
        let text = Zeroizing::new(text);
        let new = beside(path, "new");
        // What lies there is of a start that broke off, or somebody else's, who could read what is written into it.
        let gone = fs::remove_file(&new).or_else(|error| match error.kind() {
            io::ErrorKind::NotFound => Ok(()),
            _ => Err(error),
        });
        let written = gone.and_then(|()| private(&new, true)).and_then(|mut file| {
            file.write_all(&text)?;
            file.sync_all()?;
            fs::rename(&new, path)
        });
        written.map_err(failed(path))
    }
}

fn made() -> Result<Zeroizing<String>, KeptError> {
    let pkcs8 = SigningKey::generate(Algorithm::Es256)?.to_pkcs8()?;
    Ok(Zeroizing::new(STANDARD.encode(&*pkcs8)))
}

fn key(path: &Path, text: &Zeroizing<String>) -> Result<SigningKey, KeptError> {
    let malformed = || KeptError::Malformed(path.to_owned());
    let pkcs8 = Zeroizing::new(STANDARD.decode(text.as_bytes()).map_err(|_| malformed())?);
    SigningKey::from_pkcs8(&pkcs8).map_err(|_| malformed())
}

/// Keeps other processes of the same installation away while the file changes.
fn lock(path: &Path) -> Result<File, KeptError> {
    let held = private(&beside(path, "lock"), false).and_then(|file| file.lock().map(|()| file));
    held.map_err(failed(path))
}

/// A file that only its owner can read.
fn private(path: &Path, anew: bool) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).create_new(anew);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    PathBuf::from(name)
}

fn failed(path: &Path) -> impl Fn(io::Error) -> KeptError {
    let path = path.to_owned();
    move |error| KeptError::File { path: path.clone(), error }
}

#[cfg(unix)]
fn is_open_to_others(metadata: &fs::Metadata) -> bool {
    std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o077 != 0
}

/// Elsewhere access lists decide, which the platform's user directories set by default.
#[cfg(not(unix))]
fn is_open_to_others(_metadata: &fs::Metadata) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use salver_jose::Signer as _;

    use super::*;

    const SERVICE: &str = "https://app.example/installations";

    fn issuer(text: &str) -> Issuer {
        Issuer::parse(text).unwrap()
    }

    #[test]
    fn abca_12_each_server_has_a_key_of_its_own_that_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("installation.json");
        let made = Installation::open_or_make(&path, SERVICE).unwrap();
        let (one, other) = (issuer("https://a.example"), issuer("https://b.example"));
        let key = |installation: &Installation, issuer| {
            installation.key_for(issuer).unwrap().key_id().to_owned()
        };
        let again = Installation::open_or_make(&path, SERVICE).unwrap();
        assert_eq!(made.device_key().key_id(), again.device_key().key_id());
        assert_eq!(key(&made, &one), key(&again, &one));
        assert_ne!(key(&made, &one), key(&again, &other));
        assert_ne!(key(&made, &one), made.device_key().key_id());
    }

    #[test]
    #[cfg(unix)]
    fn keys_are_written_into_no_file_that_somebody_else_has_put_there() {
        use std::{io::Read as _, os::unix::fs::PermissionsExt as _};
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("installation.json");
        let theirs = beside(&path, "new");
        fs::write(&theirs, "").unwrap();
        fs::set_permissions(&theirs, fs::Permissions::from_mode(0o666)).unwrap();
        let mut seen = File::open(&theirs).unwrap();
        Installation::open_or_make(&path, SERVICE).unwrap();
        let mut text = String::new();
        seen.read_to_string(&mut text).unwrap();
        assert_eq!(text, "");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn what_is_no_file_of_this_installation() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("installation.json");
        assert!(matches!(Installation::open(&path), Err(KeptError::File { .. })));
        Installation::open_or_make(&path, SERVICE).unwrap();
        let other = Installation::open_or_make(&path, "https://other.example/installations");
        assert!(matches!(other, Err(KeptError::OtherService { .. })));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
            assert_eq!(mode(&path), 0o600);
            fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
            assert!(matches!(Installation::open(&path), Err(KeptError::Open(_))));
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        }
        fs::write(&path, "{}").unwrap();
        assert!(matches!(Installation::open(&path), Err(KeptError::Malformed(_))));
    }
}
