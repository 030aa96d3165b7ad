//! What does each package of the workspace declare that it depends on?
//!
//! Read from `cargo metadata --no-deps`: declared edges, not resolved ones, so nothing is built or fetched.

use std::process::Command;

use serde_json::Value;

use crate::Obstacle;

/// A package of the workspace.
#[derive(Debug)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) dependencies: Vec<Dependency>,
}

/// One declared dependency.
#[derive(Debug)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    /// Only for tests and examples.
    pub(crate) dev: bool,
}

pub(crate) fn read() -> Result<Vec<Package>, Obstacle> {
    let answer = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .output()
        .map_err(|why| Obstacle::Program("cargo metadata", why.to_string()))?;
    if !answer.status.success() {
        let said = String::from_utf8_lossy(&answer.stderr).into_owned();
        return Err(Obstacle::Program("cargo metadata", said));
    }
    let parsed: Value = serde_json::from_slice(&answer.stdout)
        .map_err(|why| Obstacle::Program("cargo metadata", why.to_string()))?;
    Ok(list(&parsed, "packages").map(package).collect())
}

fn package(value: &Value) -> Package {
    let dependencies = list(value, "dependencies").map(|dependency| Dependency {
        name: text(dependency, "name"),
        dev: text(dependency, "kind") == "dev",
    });
    Package { name: text(value, "name"), dependencies: dependencies.collect() }
}

fn list<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    value.get(key).and_then(Value::as_array).into_iter().flatten()
}

fn text(value: &Value, key: &str) -> String {
    value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
}
