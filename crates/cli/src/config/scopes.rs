//! Which scopes are there, and what do they say to people?

use std::collections::BTreeSet;

use salver_oauth::Scope;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{check, problem::Problems};

/// An entry of `resources.scopes`.
#[derive(Clone, Debug, Deserialize, JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ScopeEntry {
    /// Its name, as clients ask for it.
    pub(crate) name: String,
    /// What it allows, in a sentence for the person who is asked.
    pub(crate) sentence: String,
    /// Scopes that are contained in it.
    #[serde(default)]
    pub(crate) implies: Vec<String>,
}

/// The scopes of one resource, refused where a name is no scope token, is there twice, or is contained in itself.
pub(crate) fn resolve(
    key: &str,
    entries: &[ScopeEntry],
    problems: &mut Problems,
) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (position, entry) in entries.iter().enumerate() {
        let key = format!("{key}[{position}]");
        if Scope::try_from(vec![entry.name.as_str()]).is_err() {
            problems.refuse(
                format!("{key}.name"),
                format!("\"{}\" is no scope name (RFC 6749 §3.3)", entry.name),
                "use letters, digits and : . _ - without spaces",
            );
        } else if RESERVED.contains(&entry.name.as_str()) {
            problems.refuse(
                format!("{key}.name"),
                format!("\"{}\" has a meaning of its own in OAuth and OpenID", entry.name),
                "choose another name",
            );
        } else if !names.insert(entry.name.clone()) {
            problems.refuse(
                format!("{key}.name"),
                format!("\"{}\" is there twice", entry.name),
                "give each scope a name of its own",
            );
        }
        if entry.sentence.trim().is_empty() {
            problems.refuse(
                format!("{key}.sentence"),
                "is empty",
                "say what the scope allows; people read it before they allow it",
            );
        }
    }
    for (position, entry) in entries.iter().enumerate() {
        let key = format!("{key}[{position}].implies");
        refuse_unknown(&key, entry.implies.iter().map(String::as_str), &names, problems);
        if reaches(entries, &entry.name, &entry.name) {
            problems.refuse(
                key,
                format!("\"{}\" is contained in itself", entry.name),
                "let broad scopes imply narrow ones, not the other way round",
            );
        }
    }
    names
}

/// Refuses names that are no scope.
pub(crate) fn refuse_unknown<'a>(
    key: &str,
    names: impl Iterator<Item = &'a str>,
    known: &BTreeSet<String>,
    problems: &mut Problems,
) {
    for name in names.filter(|name| !known.contains(*name)) {
        let hint = check::nearest(name, known.iter().map(String::as_str)).map_or_else(
            || "add it to the scopes of the resource, with a sentence".to_owned(),
            |known| format!("did you mean \"{known}\"?"),
        );
        problems.refuse(
            key,
            format!(
                "\"{name}\" is no scope of {}",
                if key.starts_with("clients") { "any resource" } else { "this resource" }
            ),
            hint,
        );
    }
}

/// Whether following `implies` from `from` leads to `to`.
fn reaches(entries: &[ScopeEntry], from: &str, to: &str) -> bool {
    let mut seen = BTreeSet::new();
    let mut waiting = vec![from];
    while let Some(name) = waiting.pop() {
        for implied in
            entries.iter().filter(|entry| entry.name == name).flat_map(|entry| &entry.implies)
        {
            if implied == to {
                return true;
            }
            if seen.insert(implied.as_str()) {
                waiting.push(implied);
            }
        }
    }
    false
}

/// MCP-RS-9 for the first; the others are OpenID's.
const RESERVED: [&str; 2] = ["offline_access", "openid"];

#[cfg(test)]
mod tests {
    use super::*;

    fn refusals(entries: &[(&str, &str, &[&str])]) -> Vec<String> {
        let entries: Vec<ScopeEntry> = entries
            .iter()
            .map(|(name, sentence, implies)| ScopeEntry {
                name: (*name).to_owned(),
                sentence: (*sentence).to_owned(),
                implies: implies.iter().map(|name| (*name).to_owned()).collect(),
            })
            .collect();
        let mut problems = Problems::default();
        resolve("s", &entries, &mut problems);
        problems
            .into_list()
            .into_iter()
            .map(|problem| format!("{}: {}", problem.key, problem.why))
            .collect()
    }

    #[test]
    fn each_rule_with_a_neighbour() {
        assert_eq!(
            refusals(&[("write", "Writes.", &["read"]), ("read", "Reads.", &[])]),
            Vec::<String>::new()
        );
        for (entries, expected) in [
            (
                &[("a b", "x", [].as_slice())][..],
                "s[0].name: \"a b\" is no scope name (RFC 6749 §3.3)",
            ),
            (&[("", "x", &[])], "s[0].name: \"\" is no scope name (RFC 6749 §3.3)"),
            (
                &[("offline_access", "x", &[])],
                "s[0].name: \"offline_access\" has a meaning of its own in OAuth and OpenID",
            ),
            (&[("a", "x", &[]), ("a", "y", &[])], "s[1].name: \"a\" is there twice"),
            (&[("a", " ", &[])], "s[0].sentence: is empty"),
            (&[("a", "x", &["b"])], "s[0].implies: \"b\" is no scope of this resource"),
            (&[("a", "x", &["a"])], "s[0].implies: \"a\" is contained in itself"),
        ] {
            assert_eq!(refusals(entries), [expected]);
        }
        assert_eq!(refusals(&[("a", "x", &["b"]), ("b", "y", &["a"])]).len(), 2);
    }
}
