//! Where do the files go? Beside each other; nothing that is there already is written over, and a private key is its owner's alone.

use std::{
    fs::OpenOptions,
    io::Write as _,
    path::{Path, PathBuf},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use salver_jose::{KeySet, SigningKey};
use zeroize::Zeroizing;

use super::Draft;
use crate::failure::Failure;

/// The files of one client.
pub(super) struct Files {
    pub(super) document: PathBuf,
    pub(super) key_set: PathBuf,
    pub(super) private_key: PathBuf,
}

impl Files {
    pub(super) fn beside(out: Option<&Path>, draft: &Draft) -> Self {
        let document = out.map_or_else(|| named_as_in(draft.address.as_str()), Path::to_owned);
        let stem = document.file_stem().unwrap_or(document.as_os_str()).to_owned();
        let mut private_key = stem;
        private_key.push(".key.pem");
        Self {
            key_set: document.with_file_name(draft.key_set_name()),
            private_key: document.with_file_name(private_key),
            document,
        }
    }

    /// Those that are written.
    pub(super) fn written(&self, keyed: bool) -> impl Iterator<Item = &Path> {
        let of_the_key = [&self.key_set, &self.private_key].into_iter().filter(move |_| keyed);
        std::iter::once(&self.document).chain(of_the_key).map(PathBuf::as_path)
    }

    /// Writes them all, or says which one is in the way before the first is written.
    pub(super) fn write(&self, document: &str, key: Option<&SigningKey>) -> Result<(), Failure> {
        if let Some(path) = self.written(key.is_some()).find(|path| path.exists()) {
            return Err(in_the_way(path));
        }
        if let Some(key) = key {
            let failed = |error: salver_jose::KeyError| Failure::Setup {
                part: "a key",
                why: error.to_string(),
            };
            write_new(&self.private_key, pem(&key.to_pkcs8().map_err(failed)?).as_bytes(), 0o600)?;
            let set: KeySet = std::iter::once(key.public_key().clone()).collect();
            write_new(&self.key_set, &set.to_json(), 0o644)?;
        }
        write_new(&self.document, document.as_bytes(), 0o644)
    }
}

/// The last part of the URL, if it can name a file.
fn named_as_in(url: &str) -> PathBuf {
    let name = url.rsplit('/').next().unwrap_or_default();
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    if !name.is_empty() && !name.starts_with('.') && name.bytes().all(is_plain) {
        PathBuf::from(name)
    } else {
        PathBuf::from("client.json")
    }
}

fn write_new(path: &Path, bytes: &[u8], mode: u32) -> Result<(), Failure> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    #[cfg(not(unix))]
    let _ = mode;
    let written = options.open(path).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    written.map_err(|error| Failure::Refused {
        why: format!("{} cannot be written: {error}", path.display()),
        hint: "name another place with --out".to_owned(),
    })
}

fn in_the_way(path: &Path) -> Failure {
    Failure::Refused {
        why: format!("{} is there already", path.display()),
        hint: "name another place with --out, or move it away".to_owned(),
    }
}

/// RFC 7468 §10.
fn pem(der: &[u8]) -> Zeroizing<String> {
    let body = Zeroizing::new(STANDARD.encode(der));
    // Room for all of it, so that no part is left behind by growing.
    let mut text = Zeroizing::new(String::with_capacity(body.len() * 2 + 64));
    text.push_str("-----BEGIN PRIVATE KEY-----\n");
    let mut rest = body.as_str();
    while !rest.is_empty() {
        let (line, more) = rest.split_at(rest.len().min(64));
        text.push_str(line);
        text.push('\n');
        rest = more;
    }
    text.push_str("-----END PRIVATE KEY-----\n");
    text
}
