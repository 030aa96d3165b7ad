//! Is every key known, and of the right type? A start with a setting that is not understood must never happen (DESIGN §7.10).

use toml::Value;

use super::{
    problem::Problems,
    schema::{Key, Kind},
};

/// Refuses unknown keys, wrong types and missing keys in a table.
pub(crate) fn table(prefix: &str, keys: &[Key], table: &toml::Table, problems: &mut Problems) {
    for (name, said) in table {
        let path = join(prefix, name);
        match keys.iter().find(|key| key.name == *name) {
            Some(key) => value(&path, &key.kind, said, problems),
            None => unknown(&path, name, keys, problems),
        }
    }
    for key in keys.iter().filter(|key| key.required && !table.contains_key(&key.name)) {
        problems.refuse(join(prefix, &key.name), "is missing", format!("add it: {}", key.sentence));
    }
}

/// A key within a table, as it is written.
pub(crate) fn join(prefix: &str, name: &str) -> String {
    let bare = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    let dot = if prefix.is_empty() { "" } else { "." };
    if bare { format!("{prefix}{dot}{name}") } else { format!("{prefix}{dot}{name:?}") }
}

/// The known name that looks most like this one, if any looks like it at all.
pub(crate) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    known
        .map(|candidate| (distance(name, candidate), candidate))
        .filter(|(steps, candidate)| *steps <= 2.max(candidate.len() / 3))
        .min_by_key(|(steps, _)| *steps)
        .map(|(_, candidate)| candidate)
}

fn unknown(path: &str, name: &str, keys: &[Key], problems: &mut Problems) {
    let hint = match nearest(name, keys.iter().map(|key| key.name.as_str())) {
        Some(known) => format!("did you mean `{known}`?"),
        None => "`salver config reference` lists every key".to_owned(),
    };
    problems.refuse(path, "is not a key that salver knows", hint);
}

fn value(path: &str, kind: &Kind, said: &Value, problems: &mut Problems) {
    match (kind, said) {
        (Kind::Table(keys), Value::Table(inner)) => table(path, keys, inner, problems),
        (Kind::Map(inner), Value::Table(entries)) => {
            for (name, entry) in entries {
                value(&join(path, name), inner, entry, problems);
            }
        }
        (Kind::List(item), Value::Array(entries)) => {
            for (position, entry) in entries.iter().enumerate() {
                value(&format!("{path}[{position}]"), item, entry, problems);
            }
        }
        (Kind::Choice(names), Value::String(text)) if !names.contains(text) => {
            let folded = |name: &&String| name.eq_ignore_ascii_case(text);
            let meant = names
                .iter()
                .find(folded)
                .map(String::as_str)
                .or_else(|| nearest(text, names.iter().map(String::as_str)));
            let hint = meant.map_or_else(
                || format!("write one of {}", names.join(", ")),
                |name| format!("did you mean \"{name}\"?"),
            );
            problems.refuse(path, format!("does not know \"{text}\""), hint);
        }
        (Kind::Integer { least, most }, Value::Integer(number))
            if number < least || number > most =>
        {
            problems.refuse(
                path,
                format!("{number} is out of bounds"),
                format!("write a number from {least} to {most}"),
            );
        }
        (Kind::Text | Kind::Choice(_), Value::String(_))
        | (Kind::Integer { .. }, Value::Integer(_))
        | (Kind::Boolean, Value::Boolean(_)) => {}
        _ => problems.refuse(
            path,
            format!("takes {}, not {}", expected(kind), found(said)),
            example(kind),
        ),
    }
}

fn expected(kind: &Kind) -> &'static str {
    match kind {
        Kind::Table(_) | Kind::Map(_) => "a table",
        Kind::List(_) => "a list",
        Kind::Text | Kind::Choice(_) => "a string",
        Kind::Integer { .. } => "a whole number",
        Kind::Boolean => "true or false",
    }
}

fn found(value: &Value) -> &'static str {
    match value {
        Value::String(_) => "a string",
        Value::Integer(_) => "a whole number",
        Value::Float(_) => "a number with a point",
        Value::Boolean(_) => "true or false",
        Value::Datetime(_) => "a date",
        Value::Array(_) => "a list",
        Value::Table(_) => "a table",
    }
}

fn example(kind: &Kind) -> String {
    match kind {
        Kind::Table(_) => "make it a section of its own, in square brackets".to_owned(),
        Kind::Map(_) => "write it like { \"name\" = \"value\" }".to_owned(),
        Kind::List(item) if matches!(**item, Kind::Table(_)) => {
            "begin each entry with the name in double square brackets".to_owned()
        }
        Kind::List(_) => "write it like [\"one\", \"another\"]".to_owned(),
        Kind::Text => "write it in quotation marks".to_owned(),
        Kind::Choice(names) => format!("write one of \"{}\"", names.join("\", \"")),
        Kind::Integer { .. } => "write digits, without quotation marks".to_owned(),
        Kind::Boolean => "write true or false, without quotation marks".to_owned(),
    }
}

/// How many letters differ (Levenshtein's measure).
fn distance(one: &str, other: &str) -> usize {
    let mut row: Vec<usize> = (0..=other.chars().count()).collect();
    for (above, letter) in one.chars().enumerate() {
        let mut next = vec![above + 1];
        for ((diagonal, up), candidate) in row.iter().zip(row.iter().skip(1)).zip(other.chars()) {
            let left = next.last().copied().unwrap_or_default();
            next.push((diagonal + usize::from(letter != candidate)).min(up + 1).min(left + 1));
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{super::schema, *};

    fn refusals(text: &str) -> Vec<String> {
        let mut problems = Problems::default();
        let said: toml::Table = toml::from_str(text).unwrap_or_default();
        table("", &schema::keys(), &said, &mut problems);
        problems.into_list().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn known_keys_of_the_right_type_pass() {
        for text in [
            "",
            "issuer = \"https://as.example\"",
            "listen = [\"127.0.0.1:1\"]",
            "[tokens]\nalgorithm = \"EdDSA\"\naccess_token_seconds = 60",
            "[development]\nconnect = { \"claude.ai:443\" = \"127.0.0.1:1\" }",
        ] {
            assert_eq!(refusals(text), Vec::<String>::new(), "{text}");
        }
    }

    #[test]
    fn what_is_not_understood_is_refused_with_the_nearest_key() {
        let cases = [
            (
                "isuer = \"x\"",
                "`isuer`: is not a key that salver knows\n  hint: did you mean `issuer`?",
            ),
            (
                "zzzzzzzz = 1",
                "`zzzzzzzz`: is not a key that salver knows\n  hint: `salver config reference` lists every key",
            ),
            (
                "issuer = 1",
                "`issuer`: takes a string, not a whole number\n  hint: write it in quotation marks",
            ),
            (
                "listen = \"127.0.0.1:1\"",
                "`listen`: takes a list, not a string\n  hint: write it like [\"one\", \"another\"]",
            ),
            (
                "[tokens]\nalgorithm = \"es256\"",
                "`tokens.algorithm`: does not know \"es256\"\n  hint: did you mean \"ES256\"?",
            ),
            (
                "[tokens]\ncode_seconds = 0",
                "`tokens.code_seconds`: 0 is out of bounds\n  hint: write a number from 10 to 600",
            ),
            (
                "[tls]\ncertificat = \"x\"",
                "`tls.certificat`: is not a key that salver knows\n  hint: did you mean `certificate`?",
            ),
            (
                "[development.connect]\n\"a:1\" = 2",
                "`development.connect.\"a:1\"`: takes a string, not a whole number\n  hint: write it in quotation marks",
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(refusals(text), vec![expected.to_owned()], "{text}");
        }
    }

    #[test]
    fn keys_that_a_table_needs_are_asked_for() {
        let found = refusals("[[resources]]\nname = \"a\"");
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(
            found.iter().all(|text| text.starts_with("`resources[0].upstream`: is missing")),
            "{found:?}"
        );
    }
}
