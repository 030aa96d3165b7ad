//! Which keys are there? A tree of keys, made from the file structs, so that check, environment and reference cannot differ.

use schemars::{JsonSchema, generate::SchemaSettings};
use serde_json::Value;

use super::file::File;

/// What a key takes.
#[derive(Clone, Debug)]
pub(crate) enum Kind {
    /// Named keys of its own.
    Table(Vec<Key>),
    /// Any number of something.
    List(Box<Kind>),
    /// Names of the operator's choice, each with something.
    Map(Box<Kind>),
    /// A string.
    Text,
    /// One of these strings.
    Choice(Vec<String>),
    /// A whole number within bounds.
    Integer {
        /// The least.
        least: i64,
        /// The most.
        most: i64,
    },
    /// true or false.
    Boolean,
}

/// A key.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    /// Its name in the table around it.
    pub(crate) name: String,
    /// What it takes.
    pub(crate) kind: Kind,
    /// What it is for.
    pub(crate) sentence: String,
    /// Its value if nobody sets it.
    pub(crate) default: Option<Value>,
    /// Whether the table around it is refused without it.
    pub(crate) required: bool,
}

/// All keys of the file.
pub(crate) fn keys() -> Vec<Key> {
    keys_of::<File>()
}

/// All keys of a file of this kind.
pub(crate) fn keys_of<F: JsonSchema>() -> Vec<Key> {
    let settings = SchemaSettings::draft2020_12()
        .for_deserialize()
        .with(|settings| settings.inline_subschemas = true);
    let schema = settings.into_generator().into_root_schema_for::<F>();
    match kind(schema.as_value()) {
        Kind::Table(keys) => keys,
        _ => Vec::new(),
    }
}

/// A key that the environment can set, since it is in no list and no map.
#[derive(Debug)]
pub(crate) struct Leaf {
    /// Its name with dots.
    pub(crate) path: String,
    /// What it takes.
    pub(crate) kind: Kind,
}

impl Leaf {
    /// The environment variable that sets it.
    pub(crate) fn variable(&self) -> String {
        variable(&self.path)
    }
}

/// The environment variable that sets a key.
pub(crate) fn variable(path: &str) -> String {
    format!("SALVER_{}", path.replace('.', "_").to_ascii_uppercase())
}

/// All keys that the environment can set.
pub(crate) fn leaves(keys: &[Key]) -> Vec<Leaf> {
    let mut found = Vec::new();
    collect("", keys, &mut found);
    found
}

fn collect(prefix: &str, keys: &[Key], found: &mut Vec<Leaf>) {
    for key in keys {
        let path = format!("{prefix}{}", key.name);
        match &key.kind {
            Kind::Table(inner) => collect(&format!("{path}."), inner, found),
            Kind::List(item)
                if matches!(**item, Kind::Text | Kind::Choice(_) | Kind::Integer { .. }) =>
            {
                found.push(Leaf { path, kind: key.kind.clone() });
            }
            Kind::List(_) | Kind::Map(_) => {}
            _ => found.push(Leaf { path, kind: key.kind.clone() }),
        }
    }
}

fn kind(schema: &Value) -> Kind {
    if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
        let required: Vec<&str> = texts(schema.get("required")).collect();
        return Kind::Table(
            properties.iter().map(|(name, value)| key(name, value, &required)).collect(),
        );
    }
    if let Some(names) = schema.get("enum") {
        return Kind::Choice(texts(Some(names)).map(str::to_owned).collect());
    }
    if let Some(alternatives) =
        schema.get("oneOf").or_else(|| schema.get("anyOf")).and_then(Value::as_array)
    {
        let names: Vec<String> = alternatives
            .iter()
            .filter_map(|one| one.get("const"))
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect();
        if !names.is_empty() {
            return Kind::Choice(names);
        }
        // `Option` of a named type: that type, or null.
        return alternatives.first().map_or(Kind::Text, kind);
    }
    match type_name(schema) {
        Some("array") => Kind::List(Box::new(schema.get("items").map_or(Kind::Text, kind))),
        Some("object") => {
            Kind::Map(Box::new(schema.get("additionalProperties").map_or(Kind::Text, kind)))
        }
        Some("integer") => Kind::Integer {
            least: schema.get("minimum").and_then(Value::as_i64).unwrap_or(i64::MIN),
            most: schema.get("maximum").and_then(Value::as_i64).unwrap_or(i64::MAX),
        },
        Some("boolean") => Kind::Boolean,
        _ => Kind::Text,
    }
}

fn key(name: &str, schema: &Value, required: &[&str]) -> Key {
    let sentence =
        schema.get("description").and_then(Value::as_str).unwrap_or_default().replace('\n', " ");
    let default = schema.get("default").filter(|value| !value.is_null()).cloned();
    Key {
        name: name.to_owned(),
        kind: kind(schema),
        sentence,
        default,
        required: required.contains(&name),
    }
}

/// The schema's type; of `["string", "null"]` the first.
fn type_name(schema: &Value) -> Option<&str> {
    let name = schema.get("type")?;
    name.as_str().or_else(|| name.as_array()?.first()?.as_str())
}

fn texts(list: Option<&Value>) -> impl Iterator<Item = &str> {
    list.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_has_a_sentence() {
        fn look(prefix: &str, keys: &[Key]) {
            for key in keys {
                let path = format!("{prefix}.{}", key.name);
                assert!(key.sentence.ends_with('.'), "{path}: {:?}", key.sentence);
                match &key.kind {
                    Kind::Table(inner) => look(&path, inner),
                    Kind::List(item) => {
                        if let Kind::Table(inner) = &**item {
                            look(&path, inner);
                        }
                    }
                    _ => {}
                }
            }
        }
        look("", &keys());
    }

    #[test]
    fn kinds_are_read_from_the_structs() {
        let keys = keys();
        let find = |name: &str| keys.iter().find(|key| key.name == name).unwrap();
        assert!(matches!(find("issuer").kind, Kind::Text));
        assert!(matches!(&find("listen").kind, Kind::List(item) if matches!(**item, Kind::Text)));
        let Kind::Table(tokens) = &find("tokens").kind else { panic!() };
        assert!(
            matches!(&tokens.iter().find(|key| key.name == "algorithm").unwrap().kind, Kind::Choice(names) if names == &["ES256", "EdDSA"])
        );
        let Kind::Table(development) = &find("development").kind else { panic!() };
        assert!(matches!(
            development.iter().find(|key| key.name == "connect").unwrap().kind,
            Kind::Map(_)
        ));
    }

    #[test]
    fn no_two_keys_share_an_environment_variable() {
        let mut names: Vec<String> = leaves(&keys()).iter().map(Leaf::variable).collect();
        let count = names.len();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
