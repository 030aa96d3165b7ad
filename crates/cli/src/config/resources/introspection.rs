//! With which secret may the server behind ask about tokens (RFC 7662 §2.1)?

use zeroize::Zeroizing;

use super::entry::ResourceEntry;
use crate::config::{layers::Environment, problem::Problems, secret::Secret};

/// The secret, from a file or the environment.
pub(super) fn resolve(
    key: &str,
    entry: &ResourceEntry,
    environment: &Environment,
    problems: &mut Problems,
) -> Option<Zeroizing<String>> {
    let place = Secret {
        table: key,
        name: "introspection_secret",
        file: entry.introspection_secret_file.as_deref(),
        variable: entry.introspection_secret_env.as_deref(),
    };
    place.read_strong(environment, problems)
}
