//! Which Rust files do we write by hand, and which of their lines are no tests?
//!
//! Tests stand at the very end of a file, so everything from `#[cfg(test)]` before an inline `mod` on is a test. Where the
//! module has a file of its own, that file and the folder beside it are tests altogether, and so are folders named `tests`.

use std::fs;
use std::path::Path;

use crate::Obstacle;

/// A source file without its tests.
#[derive(Debug)]
pub(crate) struct Source {
    /// From the top of the repository, with `/`.
    pub(crate) path: String,
    pub(crate) lines: Vec<String>,
}

/// Every file below the folders that hold our code.
pub(crate) fn read_all() -> Result<Vec<Source>, Obstacle> {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut read = Vec::new();
    for folder in ["crates", "xtask", "bench"] {
        let below = top.join(folder);
        if below.is_dir() {
            walk(&below, folder, &mut read)?;
        }
    }
    let mut tests = Vec::new();
    let mut sources = Vec::new();
    for (path, text) in read {
        let (lines, modules) = without_tests(&text);
        tests.extend(modules.iter().flat_map(|module| files_of(&path, module)));
        sources.push(Source { path, lines });
    }
    sources.retain(|source| !tests.iter().any(|test| source.path.starts_with(test)));
    Ok(sources)
}

fn walk(folder: &Path, shown: &str, into: &mut Vec<(String, String)>) -> Result<(), Obstacle> {
    let unreadable = |why| Obstacle::Unreadable(shown.to_owned(), why);
    let mut entries = fs::read_dir(folder)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(unreadable)?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = entry.path();
        let shown = format!("{shown}/{name}");
        if path.is_dir() {
            if !matches!(name.as_str(), "tests" | "target" | "fuzz") {
                walk(&path, &shown, into)?;
            }
        } else if path.extension().is_some_and(|end| end == "rs") {
            let text = fs::read_to_string(&path)
                .map_err(|why| Obstacle::Unreadable(shown.clone(), why))?;
            into.push((shown, text));
        }
    }
    Ok(())
}

/// A test module in a file of its own: `mod NAME;`, or what `#[path = "…"]` names.
#[derive(Debug, PartialEq, Eq)]
enum TestModule {
    Named(String),
    At(String),
}

/// The beginnings of the paths that belong to a test module of the file at `path`.
fn files_of(path: &str, module: &TestModule) -> Vec<String> {
    let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
    let stem = file.trim_end_matches(".rs");
    let own = match stem {
        "mod" | "lib" | "main" => folder.to_owned(),
        _ => format!("{folder}/{stem}"),
    };
    match module {
        TestModule::Named(name) => vec![format!("{own}/{name}.rs"), format!("{own}/{name}/")],
        TestModule::At(relative) => vec![format!("{folder}/{relative}")],
    }
}

/// The lines before the tests, and the test modules that have files of their own.
fn without_tests(text: &str) -> (Vec<String>, Vec<TestModule>) {
    let mut kept: Vec<String> = Vec::new();
    let mut modules = Vec::new();
    let mut waiting: Vec<String> = Vec::new();
    for line in text.lines() {
        if line == "#[cfg(test)]" || (!waiting.is_empty() && in_attribute(&waiting, line)) {
            waiting.push(line.to_owned());
            continue;
        }
        let module = line.strip_prefix("pub(crate) ").unwrap_or(line).strip_prefix("mod ");
        if let Some(module) = module.filter(|_| !waiting.is_empty()) {
            if line.ends_with('{') {
                return (kept, modules);
            }
            let name = module.trim_end_matches(';');
            let at =
                waiting.iter().find_map(|l| l.strip_prefix("#[path = \"")?.strip_suffix("\"]"));
            modules.push(
                at.map_or(TestModule::Named(name.to_owned()), |p| TestModule::At(p.to_owned())),
            );
        }
        kept.append(&mut waiting);
        kept.push(line.to_owned());
    }
    (kept, modules)
}

/// Is this line still one of the attributes before the module, `#[expect(` over several lines included?
fn in_attribute(waiting: &[String], line: &str) -> bool {
    let open: usize = waiting.iter().map(|l| l.matches('[').count()).sum();
    let shut: usize = waiting.iter().map(|l| l.matches(']').count()).sum();
    open > shut || line.starts_with("#[")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_at_the_end_do_not_count() {
        let text = "fn a() {}\n\n#[cfg(test)]\n#[expect(\n    clippy::panic,\n    reason = \"tests\"\n)]\nmod tests {\n    fn b() {}\n}\n";
        assert_eq!(without_tests(text).0, ["fn a() {}", ""]);
        assert_eq!(without_tests(&text.replace("mod", "pub(crate) mod")).0, ["fn a() {}", ""]);
    }

    #[test]
    fn a_test_module_in_a_file_of_its_own_hides_that_file_and_nothing_else() {
        let text = "#[cfg(test)]\nmod table;\n#[cfg(test)]\n#[path = \"b_tests.rs\"]\nmod tests;\nfn a() {}\n";
        let (lines, modules) = without_tests(text);
        assert_eq!(lines.len(), 6);
        assert_eq!(
            modules,
            [TestModule::Named("table".to_owned()), TestModule::At("b_tests.rs".to_owned())]
        );
        let files: Vec<String> =
            modules.iter().flat_map(|module| files_of("crates/a/src/b.rs", module)).collect();
        assert_eq!(
            files,
            ["crates/a/src/b/table.rs", "crates/a/src/b/table/", "crates/a/src/b_tests.rs"]
        );
        assert_eq!(
            files_of("crates/a/src/lib.rs", &TestModule::Named("t".to_owned()))[0],
            "crates/a/src/t.rs"
        );
    }
}
