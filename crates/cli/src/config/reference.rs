//! What can be set? The reference, made from the same structs that read the file.

use std::fmt::Write as _;

use serde_json::Value;

use super::schema::{self, Key, Kind};

/// The whole reference, in Markdown.
pub(crate) fn markdown() -> String {
    let keys = schema::keys();
    let mut text = INTRODUCTION.to_owned();
    let sections = keys.iter().filter(|key| inner(&key.kind).is_some());
    rows(&mut text, "", keys.iter().filter(|key| inner(&key.kind).is_none()), true);
    for key in sections {
        section(&mut text, "", key, true);
    }
    text.push_str(VARIABLES);
    text
}

fn section(text: &mut String, prefix: &str, key: &Key, settable: bool) {
    let Some(keys) = inner(&key.kind) else { return };
    let list = matches!(key.kind, Kind::List(_));
    let path = format!("{prefix}{}", key.name);
    let title = if list { format!("[[{path}]]") } else { format!("[{path}]") };
    let settable = settable && !list;
    // Writing to a string cannot fail.
    let _ = write!(text, "\n## `{title}`\n\n{}\n\n", key.sentence);
    rows(text, &format!("{path}."), keys.iter().filter(|key| inner(&key.kind).is_none()), settable);
    for key in keys.iter().filter(|key| inner(&key.kind).is_some()) {
        section(text, &format!("{path}."), key, settable);
    }
}

fn rows<'a>(text: &mut String, prefix: &str, keys: impl Iterator<Item = &'a Key>, settable: bool) {
    text.push_str("| key | takes | default | environment | what for |\n|---|---|---|---|---|\n");
    for key in keys {
        let map = matches!(key.kind, Kind::Map(_));
        let variable = if settable && !map {
            format!("`{}`", schema::variable(&format!("{prefix}{}", key.name)))
        } else {
            "–".to_owned()
        };
        let default = if key.required { "required".to_owned() } else { default(key) };
        let _ = writeln!(
            text,
            "| `{}` | {} | {default} | {variable} | {} |",
            key.name,
            takes(&key.kind),
            key.sentence
        );
    }
}

/// The keys of a section, or of the entries of a list.
fn inner(kind: &Kind) -> Option<&[Key]> {
    match kind {
        Kind::Table(keys) => Some(keys),
        Kind::List(item) => match &**item {
            Kind::Table(keys) => Some(keys),
            _ => None,
        },
        _ => None,
    }
}

fn takes(kind: &Kind) -> String {
    match kind {
        Kind::Table(_) => "table".to_owned(),
        Kind::List(item) => format!("list: {}", takes(item)),
        Kind::Map(item) => format!("table of names: {}", takes(item)),
        Kind::Text => "string".to_owned(),
        Kind::Choice(names) => {
            names.iter().map(|name| format!("`\"{name}\"`")).collect::<Vec<_>>().join(" or ")
        }
        Kind::Integer { least, most } => format!("{least} to {most}"),
        Kind::Boolean => "`true` or `false`".to_owned(),
    }
}

fn default(key: &Key) -> String {
    match &key.default {
        None => "–".to_owned(),
        Some(Value::Array(list)) if list.is_empty() => "none".to_owned(),
        Some(Value::Object(map)) if map.is_empty() => "none".to_owned(),
        Some(value) => format!("`{value}`"),
    }
}

const INTRODUCTION: &str = "\
# Configuration

Made by `salver config reference`; do not edit.

salver needs no configuration: `salver serve --protect URL` runs on loopback with an embedded store. What is set, is set in one
TOML file (`--config FILE` or `SALVER_CONFIG`), by environment variables over it, and by flags over both. Relative paths in the file
are relative to the file. A key that salver does not know, or a value that it does not understand, is refused at start;
`salver config check FILE` says what a start would say.

## Top of the file

";

const VARIABLES: &str = "
## Other environment variables

| variable | what for |
|---|---|
| `SALVER_CONFIG` | The configuration file. |
| `SALVER_MASTER_KEY` | The master key itself, 32 random bytes in hexadecimal or base64, instead of a file. |

Lists are written with commas between the entries. Any other variable that begins with `SALVER_` is refused, except those that
container platforms make for a service called `salver` (`SALVER_PORT…`, `SALVER_SERVICE_…`).
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reference_in_docs_is_fresh() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/configuration.md");
        let written = std::fs::read_to_string(path).unwrap();
        assert!(
            written == markdown(),
            "docs/configuration.md is stale; run: cargo run -- config reference > docs/configuration.md"
        );
    }
}
