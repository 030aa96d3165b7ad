//! From a file to a catalogue; every problem is told with file, line, entry, rule and remedy.

use std::path::Path;

use salver_policy::catalogue::{Catalogue, Problem};

use super::Source;
use crate::{catalogue, config::Settings, failure::Failure, output};

/// The catalogue that is in force, with another file on top if one is named.
pub(super) fn catalogue(settings: &Settings, source: &Source) -> Result<Catalogue, Failure> {
    let in_force = catalogue::in_force(settings)?;
    let Some(path) = &source.with else {
        return Ok(in_force);
    };
    Ok(in_force.extended_by(parsed(path, &text(path)?)?))
}

/// The catalogue in a file's text, or everything that is wrong with it.
pub(super) fn parsed(path: &Path, text: &str) -> Result<Catalogue, Failure> {
    Catalogue::parse(text).map_err(|error| {
        for problem in error.problems() {
            output::talk(&told(path, problem));
        }
        refused(path, error.problems().len())
    })
}

pub(super) fn text(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|error| Failure::Refused {
        why: format!("{}: {error}", path.display()),
        hint: "name a file that can be read, in UTF-8".to_owned(),
    })
}

/// A problem, as editors find it.
pub(super) fn told(path: &Path, problem: &Problem) -> String {
    let Problem { line, entry, rule } = problem;
    format!("error: {}:{line}: {entry}: {rule}\n  hint: {}", path.display(), rule.remedy())
}

pub(super) fn refused(path: &Path, problems: usize) -> Failure {
    let count =
        if problems == 1 { "one problem".to_owned() } else { format!("{problems} problems") };
    Failure::Refused {
        why: format!("{} cannot be used as a catalogue: {count}", path.display()),
        hint: "docs/catalogue.md has the format".to_owned(),
    }
}
