//! What can be set? The reference, made from the same structs that read the file.

use std::fmt::Write as _;

use serde_json::Value;

use super::schema::{self, Key, Kind};

/// The whole reference, in Markdown.
pub(crate) fn markdown() -> String {
    written(INTRODUCTION, &schema::keys(), true) + VARIABLES
}

/// A reference of these keys. `variables`: whether the environment can set them, too.
pub(crate) fn written(introduction: &str, keys: &[Key], variables: bool) -> String {
    let mut reference = Reference { text: introduction.to_owned(), variables };
    reference.rows("", keys, true);
    for key in keys {
        reference.section("", key, true);
    }
    reference.text
}

struct Reference {
    text: String,
    /// Whether a column names the environment variables.
    variables: bool,
}

impl Reference {
    fn section(&mut self, prefix: &str, key: &Key, settable: bool) {
        let Some(keys) = inner(&key.kind) else { return };
        let list = matches!(key.kind, Kind::List(_));
        let path = format!("{prefix}{}", key.name);
        let title = if list { format!("[[{path}]]") } else { format!("[{path}]") };
        let settable = settable && !list;
        // Writing to a string cannot fail.
        let _ = write!(self.text, "\n## `{title}`\n\n{}\n\n", key.sentence);
        self.rows(&format!("{path}."), keys, settable);
        for key in keys {
            self.section(&format!("{path}."), key, settable);
        }
    }

    fn rows(&mut self, prefix: &str, keys: &[Key], settable: bool) {
        self.row(["key", "takes", "default", "environment", "what for"]);
        self.text.push_str(if self.variables {
            "|---|---|---|---|---|\n"
        } else {
            "|---|---|---|---|\n"
        });
        for key in keys.iter().filter(|key| inner(&key.kind).is_none()) {
            let map = matches!(key.kind, Kind::Map(_));
            let variable = if settable && !map {
                format!("`{}`", schema::variable(&format!("{prefix}{}", key.name)))
            } else {
                "–".to_owned()
            };
            let default = if key.required { "required".to_owned() } else { default(key) };
            let name = format!("`{}`", key.name);
            self.row([&name, &takes(&key.kind), &default, &variable, &key.sentence]);
        }
    }

    fn row(&mut self, [name, takes, default, variable, sentence]: [&str; 5]) {
        let variable = if self.variables { format!(" {variable} |") } else { String::new() };
        // Writing to a string cannot fail.
        let _ = writeln!(self.text, "| {name} | {takes} | {default} |{variable} {sentence} |");
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
