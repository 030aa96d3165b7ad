//! Is this file a catalogue, and what would it change?

use std::path::Path;

use salver_policy::catalogue::{
    Catalogue, CatalogueError, Date,
    update::{Difference, UpdateError},
};
use serde_json::{Value, json};

use super::{read, told};
use crate::{catalogue::TakenOver, failure::Failure, output};

/// What a sound file changes.
struct Changes {
    at_once: Vec<Difference>,
    waiting: Vec<Difference>,
}

pub(super) fn run(
    path: &Path,
    (as_update, json): (bool, bool),
    today: Date,
) -> Result<(), Failure> {
    let text = read::text(path)?;
    let offered = Catalogue::parse(&text).map_err(|error| problems(path, &error, json))?;
    let changes = if as_update {
        as_an_update(path, &text, today)?
    } else {
        let embedded = Catalogue::embedded();
        let extended = embedded.clone().extended_by(offered.clone());
        Changes { at_once: embedded.differences(&extended), waiting: Vec::new() }
    };
    if json {
        lines(&changes).iter().for_each(output::json);
    } else {
        tell(&changes, as_update);
    }
    output::talk(&format!(
        "The file is a sound catalogue. Number: {}, clients: {}, pins: {}.",
        offered.number(),
        offered.clients().len(),
        offered.pins().len()
    ));
    Ok(())
}

fn problems(path: &Path, error: &CatalogueError, json: bool) -> Failure {
    for problem in error.problems() {
        if json {
            output::json(&json!({
                "line": problem.line, "entry": problem.entry, "rule": problem.rule.id(),
                "problem": problem.rule.to_string(), "remedy": problem.rule.remedy(),
            }));
        } else {
            output::talk(&read::told(path, problem));
        }
    }
    read::refused(path, error.problems().len())
}

/// As if it were the first one of a URL, on top of the catalogue of this program.
fn as_an_update(path: &Path, text: &str, today: Date) -> Result<Changes, Failure> {
    let below = Some(Catalogue::embedded());
    let update = TakenOver::follow((None, below), text.to_owned(), today);
    let (_, update) = update.map_err(|error| Failure::Refused {
        why: format!("{} cannot be taken over: {error}", path.display()),
        hint: match error {
            UpdateError::NotRising { .. } => "give each catalogue a greater number than the last",
            UpdateError::NoExpiry | UpdateError::Expired(_) => "set expires to a day to come",
            UpdateError::IssuedLater(_) => "set issued to the day on which it is signed",
            UpdateError::Catalogue(_) => "docs/catalogue.md has the format",
        }
        .to_owned(),
    })?;
    Ok(Changes { at_once: update.changed, waiting: update.pending })
}

fn lines(changes: &Changes) -> Vec<Value> {
    let at_once = changes.at_once.iter().map(|difference| told::line(difference, false, None));
    let waiting = changes.waiting.iter().map(|difference| told::line(difference, true, None));
    at_once.chain(waiting).collect()
}

fn tell(changes: &Changes, as_update: bool) {
    let (at_once, waiting) = (&changes.at_once, &changes.waiting);
    if at_once.is_empty() && waiting.is_empty() {
        output::data("It changes nothing in the catalogue of this salver.");
    }
    let heading = if as_update { "At once:" } else { "On top of the catalogue of this salver:" };
    told::list(heading, at_once);
    told::list("When an administrator agrees:", waiting);
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: &str = "format = 1\nnumber = 2\nissued = \"2026-11-22\"\nexpires = \"2026-12-22\"\n\
        [[client]]\nname = \"Ours\"\npublisher = \"ours.example\"\nnames = [\"Ours\"]\n\
        documents = [\"https://ours.example/c\"]\nseen = \"2026-11-01\"\nsource = \"we made it\"\n";

    #[test]
    fn an_update_is_told_with_what_waits() {
        let today = Date::parse("2026-11-23").unwrap();
        let file = Path::new("own.toml");
        let changes = as_an_update(file, OWN, today).ok().unwrap();
        let lines = lines(&changes);
        let waiting: Vec<_> = lines.iter().filter(|line| line["waits"] == true).collect();
        let documents: Vec<_> = waiting.iter().filter(|line| line["part"] == "document").collect();
        assert_eq!(documents[0]["value"], "https://ours.example/c");
        assert!(lines.iter().any(|line| line["part"] == "name" && line["waits"] == false));
        for (text, hint) in [
            (OWN.replace("2026-12-22", "2026-11-22"), "a day to come"),
            (OWN.replace("expires = \"2026-12-22\"\n", ""), "a day to come"),
            (OWN.replace("2026-11-22", "2026-11-25"), "on which it is signed"),
        ] {
            let failure = as_an_update(file, &text, today).err().unwrap().to_string();
            assert!(failure.contains(hint), "{failure}");
        }
    }
}
