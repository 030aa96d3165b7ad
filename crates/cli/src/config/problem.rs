//! What is wrong with the configuration, where, and what helps?

use std::{
    collections::BTreeMap,
    fmt,
    path::{Path, PathBuf},
};

/// Where a setting was made.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Place {
    /// A line of the configuration file, counted from 1.
    File {
        /// The file.
        path: PathBuf,
        /// The line.
        line: usize,
    },
    /// An environment variable.
    Environment(String),
    /// A flag on the command line.
    Flag(&'static str),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, line } => write!(f, "{}:{line}", path.display()),
            Self::Environment(name) => write!(f, "environment variable {name}"),
            Self::Flag(name) => f.write_str(name),
        }
    }
}

/// One refusal: where, which key, why, and the remedy.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Problem {
    /// Where it was said; nothing for what nobody said.
    pub(crate) place: Option<Place>,
    /// The key, with dots.
    pub(crate) key: String,
    /// What is wrong with it.
    pub(crate) why: String,
    /// What to do about it.
    pub(crate) hint: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            // The flag is the key.
            Some(place @ Place::Flag(_)) => write!(f, "{place}: ")?,
            Some(place) => write!(f, "{place}: `{}`: ", self.key)?,
            None => write!(f, "`{}`: ", self.key)?,
        }
        write!(f, "{}\n  hint: {}", self.why, self.hint)
    }
}

/// Where each key was said.
#[derive(Clone, Debug, Default)]
pub(crate) struct Origins(BTreeMap<String, Place>);

impl Origins {
    /// Remembers a place.
    pub(crate) fn insert(&mut self, key: String, place: Place) {
        self.0.insert(key, place);
    }

    /// Forgets where a section was said.
    pub(crate) fn forget(&mut self, section: &str) {
        let within = |key: &str| {
            let rest = key.strip_prefix(section);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        };
        self.0.retain(|key, _| !within(key));
    }

    /// Remembers other places too.
    pub(crate) fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// Where a key was said, or else the table around it.
    pub(crate) fn find(&self, key: &str) -> Option<&Place> {
        let mut key = key;
        loop {
            if let Some(place) = self.0.get(key) {
                return Some(place);
            }
            key = key.get(..key.rfind(['.', '['])?)?;
        }
    }

    /// A path as it was meant: beside the file if a file says it, else as it is.
    pub(crate) fn resolve(&self, key: &str, path: &str) -> PathBuf {
        match self.find(key) {
            Some(Place::File { path: file, .. }) => {
                file.parent().unwrap_or(Path::new("")).join(path)
            }
            _ => PathBuf::from(path),
        }
    }
}

/// All refusals so far; resolving goes on, so that everything is told at once.
#[derive(Debug, Default)]
pub(crate) struct Problems {
    origins: Origins,
    list: Vec<Problem>,
}

impl Problems {
    /// Nothing wrong so far.
    pub(crate) fn new(origins: Origins) -> Self {
        Self { origins, list: Vec::new() }
    }

    /// Where the settings come from.
    pub(crate) fn origins(&self) -> &Origins {
        &self.origins
    }

    /// Notes a refusal.
    pub(crate) fn refuse(
        &mut self,
        key: impl Into<String>,
        why: impl Into<String>,
        hint: impl Into<String>,
    ) {
        let key = key.into();
        let place = self.origins.find(&key).cloned();
        self.list.push(Problem { place, key, why: why.into(), hint: hint.into() });
    }

    /// Notes what is wrong in another file.
    pub(crate) fn note(&mut self, problem: Problem) {
        self.list.push(problem);
    }

    /// The value, or a refusal.
    pub(crate) fn accept<T, E: fmt::Display>(
        &mut self,
        key: &str,
        value: Result<T, E>,
        hint: &str,
    ) -> Option<T> {
        value.map_err(|error| self.refuse(key, error.to_string(), hint)).ok()
    }

    /// How many refusals there are so far.
    pub(crate) fn count(&self) -> usize {
        self.list.len()
    }

    /// All refusals, in the order in which they were met.
    pub(crate) fn into_list(self) -> Vec<Problem> {
        self.list
    }
}
