//! Who said what? The file, environment variables over it, flags over both; and where each key was said.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};

use toml::{
    Value,
    de::{DeTable, DeValue},
};

use super::{
    check,
    problem::{Origins, Place, Problem},
    schema::{self, Kind, Leaf},
};

/// The environment variable that names the file.
pub(crate) const FILE_VARIABLE: &str = "SALVER_CONFIG";
/// The environment variable that holds the master key.
pub(crate) const MASTER_KEY_VARIABLE: &str = "SALVER_MASTER_KEY";

/// The environment, as it was when the program started.
pub(crate) type Environment = Vec<(OsString, OsString)>;

/// What the command line sets.
#[derive(Clone, Debug, Default)]
pub(crate) struct Flags {
    /// `--config`
    pub(crate) config: Option<PathBuf>,
    /// `--listen`
    pub(crate) listen: Option<String>,
    /// `--data`
    pub(crate) data: Option<PathBuf>,
    /// `--protect`
    pub(crate) protect: Option<String>,
    /// A file whose sections stand in place of those of the configuration file, its rules in any case.
    pub(crate) over: Option<PathBuf>,
}

/// All that was said.
#[derive(Debug)]
pub(crate) struct Layers {
    /// The settings, merged.
    pub(crate) table: toml::Table,
    /// Where they come from.
    pub(crate) origins: Origins,
    /// The upstream server named by `--protect`.
    pub(crate) protect: Option<String>,
    /// The master key, if the environment holds it.
    pub(crate) master_key: Option<OsString>,
}

impl Layers {
    /// Reads file and environment and lays the flags over them.
    pub(crate) fn gather(flags: &Flags, environment: &Environment) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        let file =
            flags.config.clone().or_else(|| find(environment, FILE_VARIABLE).map(PathBuf::from));
        let mut origins = Origins::default();
        let mut table = match file {
            Some(path) => read(&path, &mut origins).map_err(|problem| vec![problem])?,
            None => toml::Table::new(),
        };
        if let Some(path) = &flags.over {
            lay_file(path, &mut table, &mut origins).map_err(|problem| vec![problem])?;
        }
        for (name, value) in environment {
            if let Some(name) = name.to_str().filter(|name| is_ours(name)) {
                lay_variable(name, value, &mut table, &mut origins)
                    .unwrap_or_else(|problem| problems.push(problem));
            }
        }
        if let Some(listen) = &flags.listen {
            set(
                "listen",
                Value::Array(vec![listen.clone().into()]),
                Place::Flag("--listen"),
                &mut table,
                &mut origins,
            );
        }
        if let Some(data) = &flags.data {
            set(
                "data",
                data.to_string_lossy().into_owned().into(),
                Place::Flag("--data"),
                &mut table,
                &mut origins,
            );
        }
        if flags.protect.is_some() {
            origins.insert("--protect".to_owned(), Place::Flag("--protect"));
        }
        let master_key = find(environment, MASTER_KEY_VARIABLE).cloned();
        if problems.is_empty() {
            Ok(Self { table, origins, protect: flags.protect.clone(), master_key })
        } else {
            Err(problems)
        }
    }
}

fn find<'a>(environment: &'a Environment, wanted: &str) -> Option<&'a OsString> {
    environment.iter().find(|(name, _)| name == wanted).map(|(_, value)| value)
}

/// Container platforms announce a service called `salver` by variables of their own, which are not meant for us.
fn is_ours(name: &str) -> bool {
    name.starts_with("SALVER_")
        && !name.starts_with("SALVER_SERVICE_")
        && !name.starts_with("SALVER_PORT")
        && !matches!(name, FILE_VARIABLE | MASTER_KEY_VARIABLE)
}

/// The settings of a file, and where each stands.
pub(crate) fn read(path: &Path, origins: &mut Origins) -> Result<toml::Table, Problem> {
    let whole_file = |line: usize, why: String, hint: &str| Problem {
        place: Some(Place::File { path: path.to_owned(), line }),
        key: "the file".to_owned(),
        why,
        hint: hint.to_owned(),
    };
    let text = std::fs::read_to_string(path).map_err(|error| Problem {
        place: None,
        key: path.display().to_string(),
        why: format!("cannot be read: {error}"),
        hint: "name a file that exists and that salver may read, with --config or SALVER_CONFIG"
            .to_owned(),
    })?;
    let broken = |error: &toml::de::Error| {
        let line = error.span().map_or(1, |span| line_of(&text, span.start));
        whole_file(
            line,
            format!("is not TOML here: {}", error.message()),
            "see https://toml.io for the syntax",
        )
    };
    let spanned = DeTable::parse(&text).map_err(|error| broken(&error))?;
    let mut note = |key: String, offset: usize| {
        let line = line_of(&text, offset);
        origins.insert(key, Place::File { path: path.to_owned(), line });
    };
    places("", spanned.get_ref(), &text, &mut note);
    toml::from_str(&text).map_err(|error| broken(&error))
}

/// Lays the sections of another file over those of the first. Without rules of its own it has the default ones, as at a start.
fn lay_file(path: &Path, table: &mut toml::Table, origins: &mut Origins) -> Result<(), Problem> {
    let mut places = Origins::default();
    let over = read(path, &mut places)?;
    table.remove("policy");
    origins.forget("policy");
    for (name, value) in over {
        origins.forget(&name);
        table.insert(name, value);
    }
    origins.extend(places);
    Ok(())
}

/// Notes the line of every key.
fn places(prefix: &str, table: &DeTable<'_>, text: &str, note: &mut impl FnMut(String, usize)) {
    for (name, value) in table {
        let path = check::join(prefix, name.get_ref());
        note(path.clone(), name.span().start);
        place_value(&path, value.get_ref(), text, note);
    }
}

fn place_value(path: &str, value: &DeValue<'_>, text: &str, note: &mut impl FnMut(String, usize)) {
    match value {
        DeValue::Table(inner) => places(path, inner, text, note),
        DeValue::Array(entries) => {
            for (position, entry) in entries.iter().enumerate() {
                let path = format!("{path}[{position}]");
                note(path.clone(), entry.span().start);
                place_value(&path, entry.get_ref(), text, note);
            }
        }
        _ => {}
    }
}

fn line_of(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
}

fn lay_variable(
    name: &str,
    value: &OsString,
    table: &mut toml::Table,
    origins: &mut Origins,
) -> Result<(), Problem> {
    let place = Place::Environment(name.to_owned());
    let problem = |why: &str, hint: String| Problem {
        place: None,
        key: name.to_owned(),
        why: why.to_owned(),
        hint,
    };
    let leaves = schema::leaves(&schema::keys());
    let Some(leaf) = leaves.iter().find(|leaf| leaf.variable() == name) else {
        let names: Vec<String> = leaves.iter().map(Leaf::variable).collect();
        let hint = check::nearest(name, names.iter().map(String::as_str)).map_or_else(
            || "unset it; `salver config reference` lists every variable".to_owned(),
            |known| format!("did you mean {known}?"),
        );
        return Err(problem("is not an environment variable that salver knows", hint));
    };
    let text =
        value.to_str().ok_or_else(|| problem("is not UTF-8", "write it in UTF-8".to_owned()))?;
    let value = match &leaf.kind {
        Kind::Integer { .. } => text
            .parse()
            .map(Value::Integer)
            .map_err(|_| problem("is not a whole number", "write digits only".to_owned()))?,
        Kind::Boolean => text
            .parse()
            .map(Value::Boolean)
            .map_err(|_| problem("is neither true nor false", "write true or false".to_owned()))?,
        Kind::List(item) => {
            let number = |part: &str| match **item {
                Kind::Integer { .. } => part.parse().map(Value::Integer).map_err(|_| {
                    problem(
                        "holds something else than whole numbers",
                        "write digits, with commas between the numbers".to_owned(),
                    )
                }),
                _ => Ok(Value::from(part)),
            };
            let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
            Value::Array(parts.map(number).collect::<Result<_, _>>()?)
        }
        _ => text.into(),
    };
    set(&leaf.path, value, place, table, origins);
    Ok(())
}

/// Sets a key of dotted name. A non-table on the way is left for the check to refuse.
fn set(path: &str, value: Value, place: Place, table: &mut toml::Table, origins: &mut Origins) {
    origins.insert(path.to_owned(), place);
    match path.split_once('.') {
        None => drop(table.insert(path.to_owned(), value)),
        Some((section, name)) => {
            let inner = table.entry(section).or_insert_with(|| Value::Table(toml::Table::new()));
            if let Value::Table(inner) = inner {
                inner.insert(name.to_owned(), value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(pairs: &[(&str, &str)]) -> Environment {
        pairs.iter().map(|(name, value)| (name.into(), value.into())).collect()
    }

    fn file(text: &str) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("salver.toml");
        std::fs::write(&path, text).unwrap();
        (folder, path)
    }

    #[test]
    fn flags_win_over_environment_and_environment_over_file() {
        let (_folder, path) =
            file("listen = [\"127.0.0.1:1\"]\ndata = \"file\"\n\n[tokens]\ncode_seconds = 30\n");
        let flags = Flags {
            config: Some(path.clone()),
            listen: Some("127.0.0.1:3".to_owned()),
            ..Flags::default()
        };
        let variables = environment(&[
            ("SALVER_LISTEN", "127.0.0.1:2"),
            ("SALVER_DATA", "env"),
            ("SALVER_TOKENS_ACCESS_TOKEN_SECONDS", "60"),
        ]);
        let layers = Layers::gather(&flags, &variables).unwrap();
        assert_eq!(
            layers.table.to_string().lines().collect::<Vec<_>>().join(" "),
            "data = \"env\" listen = [\"127.0.0.1:3\"]  [tokens] access_token_seconds = 60 code_seconds = 30"
        );
        assert_eq!(layers.origins.find("listen"), Some(&Place::Flag("--listen")));
        assert_eq!(
            layers.origins.find("data"),
            Some(&Place::Environment("SALVER_DATA".to_owned()))
        );
        assert_eq!(
            layers.origins.find("tokens.code_seconds"),
            Some(&Place::File { path, line: 5 })
        );
    }

    #[test]
    fn the_environment_may_name_the_file() {
        let (_folder, path) = file("issuer = \"https://as.example\"");
        let variables = environment(&[("SALVER_CONFIG", path.to_str().unwrap())]);
        assert!(
            Layers::gather(&Flags::default(), &variables).unwrap().table.contains_key("issuer")
        );
    }

    #[test]
    fn another_files_sections_stand_in_place_of_the_first_ones() {
        let (_first, path) = file(
            "data = \"first\"\n[log]\nlevel = \"error\"\n[policy]\npreset = \"closed\"\n[policy.names]\nA = \"a.example\"\n",
        );
        let (_second, over) = file("[policy]\npreset = \"known\"\n");
        let (_third, without) = file("[log]\nlevel = \"debug\"\n");
        let gathered = |over: &PathBuf, variables: &[(&str, &str)]| {
            let flags =
                Flags { config: Some(path.clone()), over: Some(over.clone()), ..Flags::default() };
            Layers::gather(&flags, &environment(variables)).unwrap()
        };
        let known = gathered(&over, &[]);
        assert_eq!(
            known.table,
            "data = \"first\"\nlog.level = \"error\"\npolicy.preset = \"known\"".parse().unwrap()
        );
        let at = |layers: &Layers, key: &str| layers.origins.find(key).map(ToString::to_string);
        assert_eq!(at(&known, "policy.preset"), Some(format!("{}:2", over.display())));
        assert_eq!(at(&known, "policy.names.A"), Some(format!("{}:1", over.display())));
        assert_eq!(at(&known, "data"), Some(format!("{}:1", path.display())));
        assert_eq!(
            gathered(&without, &[]).table,
            "data = \"first\"\nlog.level = \"debug\"".parse().unwrap()
        );
        let variables = &[("SALVER_POLICY_PRESET", "open")];
        assert_eq!(gathered(&over, variables).table["policy"]["preset"].as_str(), Some("open"));
    }

    #[test]
    fn unknown_variables_of_ours_are_refused_and_those_of_the_platform_are_not() {
        let refused =
            Layers::gather(&Flags::default(), &environment(&[("SALVER_ISUER", "x")])).unwrap_err();
        assert_eq!(
            refused.iter().map(ToString::to_string).collect::<Vec<_>>(),
            [
                "`SALVER_ISUER`: is not an environment variable that salver knows\n  hint: did you mean SALVER_ISSUER?"
            ]
        );
        let platform = environment(&[
            ("SALVER_SERVICE_HOST", "10.0.0.1"),
            ("SALVER_PORT", "tcp://10.0.0.1:80"),
            ("PATH", "/bin"),
        ]);
        assert!(Layers::gather(&Flags::default(), &platform).is_ok());
    }

    #[test]
    fn a_file_that_is_not_toml_is_refused_with_its_line() {
        let (_folder, path) = file("issuer = \"a\"\nlisten = [\n= 3\n");
        let refused =
            Layers::gather(&Flags { config: Some(path.clone()), ..Flags::default() }, &Vec::new())
                .unwrap_err();
        assert_eq!(
            refused.iter().map(|problem| problem.place.clone()).collect::<Vec<_>>(),
            [Some(Place::File { path, line: 3 })]
        );
    }
}
