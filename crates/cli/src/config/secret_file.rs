//! May this file hold a secret? Only if nobody but its owner can read it.

use std::path::Path;

use zeroize::Zeroizing;

use super::{problem::Problems, tls::cannot_read};

/// The bytes of a file that holds a secret.
pub(crate) fn read(key: &str, path: &Path, problems: &mut Problems) -> Option<Zeroizing<Vec<u8>>> {
    let metadata = problems.accept(
        key,
        std::fs::metadata(path).map_err(|error| cannot_read(path, &error)),
        "name a file that salver may read",
    )?;
    if let Some(mode) = wider_than_owner(&metadata) {
        problems.refuse(
            key,
            format!("{} can be read by others than its owner (mode {mode:04o})", path.display()),
            format!("chmod 600 {}", path.display()),
        );
        return None;
    }
    problems
        .accept(
            key,
            std::fs::read(path).map_err(|error| cannot_read(path, &error)),
            "name a file that salver may read",
        )
        .map(Zeroizing::new)
}

/// The mode, if it lets group or others in.
#[cfg(unix)]
pub(crate) fn wider_than_owner(metadata: &std::fs::Metadata) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = metadata.permissions().mode() & 0o7777;
    (mode & 0o077 != 0).then_some(mode)
}

/// Elsewhere access lists decide, which the platform's user directories set by default.
#[cfg(not(unix))]
pub(crate) fn wider_than_owner(_metadata: &std::fs::Metadata) -> Option<u32> {
    None
}

/// A text secret in a file: without the line end that editors add.
pub(crate) fn text(key: &str, path: &Path, problems: &mut Problems) -> Option<Zeroizing<String>> {
    let bytes = read(key, path, problems)?;
    let text = std::str::from_utf8(&bytes).map_err(|_| "holds bytes that are not UTF-8");
    problems
        .accept(key, text, "write the secret as text")
        .map(|text| Zeroizing::new(text.trim_end_matches(['\r', '\n']).to_owned()))
}
