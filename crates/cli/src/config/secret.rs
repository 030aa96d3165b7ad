//! Where is a secret that may not stand in the file itself? In a file of its own, or in an environment variable: `NAME_file`, `NAME_env`.

use zeroize::Zeroizing;

use super::{layers::Environment, problem::Problems, secret_file};

/// Where it was said to be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Secret<'a> {
    /// The table whose keys say it.
    pub(crate) table: &'a str,
    /// What both keys begin with.
    pub(crate) name: &'a str,
    /// The file.
    pub(crate) file: Option<&'a str>,
    /// The environment variable.
    pub(crate) variable: Option<&'a str>,
}

impl Secret<'_> {
    /// The same, if nobody can guess it: a secret that programs share, not one that people remember.
    pub(crate) fn read_strong(
        self,
        environment: &Environment,
        problems: &mut Problems,
    ) -> Option<Zeroizing<String>> {
        let (key, secret) = self.read(environment, problems)?;
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

    /// The secret, with the key that named its place; nothing if no key did, or if it is not there.
    pub(crate) fn read(
        self,
        environment: &Environment,
        problems: &mut Problems,
    ) -> Option<(String, Zeroizing<String>)> {
        let Self { table, name, file, variable } = self;
        let (file_key, variable_key) =
            (format!("{table}.{name}_file"), format!("{table}.{name}_env"));
        match (file, variable) {
            (None, None) => None,
            (Some(path), None) => {
                let path = problems.origins().resolve(&file_key, path);
                let secret = secret_file::text(&file_key, &path, problems)?;
                Some((file_key, secret))
            }
            (None, Some(wanted)) => {
                let found = environment
                    .iter()
                    .find(|(variable, _)| variable == wanted)
                    .and_then(|(_, value)| value.to_str());
                let secret = problems.accept(
                    &variable_key,
                    found.ok_or_else(|| format!("names {wanted}, which is not set")),
                    "set that environment variable",
                )?;
                Some((variable_key, Zeroizing::new(secret.to_owned())))
            }
            (Some(_), Some(_)) => {
                problems.refuse(
                    variable_key,
                    format!("is there beside `{name}_file`"),
                    "leave out one of the two",
                );
                None
            }
        }
    }
}
