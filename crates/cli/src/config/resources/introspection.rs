//! With which secret may the server behind ask about tokens (RFC 7662 §2.1)?

use zeroize::Zeroizing;

use super::entry::ResourceEntry;
use crate::config::{layers::Environment, problem::Problems, secret_file};

/// The secret, from a file or the environment.
pub(super) fn resolve(
    key: &str,
    entry: &ResourceEntry,
    environment: &Environment,
    problems: &mut Problems,
) -> Option<Zeroizing<String>> {
    let (key, secret) = match (&entry.introspection_secret_file, &entry.introspection_secret_env) {
        (None, None) => return None,
        (Some(path), None) => {
            let key = format!("{key}.introspection_secret_file");
            let path = problems.origins().resolve(&key, path);
            let secret = secret_file::text(&key, &path, problems)?;
            (key, secret)
        }
        (None, Some(name)) => {
            let key = format!("{key}.introspection_secret_env");
            let found = environment
                .iter()
                .find(|(variable, _)| variable == name.as_str())
                .and_then(|(_, value)| value.to_str());
            let secret = problems.accept(
                &key,
                found.ok_or_else(|| format!("names {name}, which is not set")),
                "set that environment variable",
            )?;
            (key, Zeroizing::new(secret.to_owned()))
        }
        (Some(_), Some(_)) => {
            problems.refuse(
                format!("{key}.introspection_secret_env"),
                "is there beside `introspection_secret_file`",
                "leave out one of the two",
            );
            return None;
        }
    };
    if secret.len() < 32 || !secret.bytes().all(|byte| byte.is_ascii_graphic()) {
        problems.refuse(
            key,
            "is too weak: fewer than 32 characters, or spaces and the like among them",
            "make one with: openssl rand -hex 32",
        );
        return None;
    }
    Some(secret)
}
