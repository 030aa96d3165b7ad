//! Does every file fit on a screen or two, and every function in a head?
//!
//! Lengths of files without their tests, and of functions with their signature. A file over the limit needs a row in
//! `LONG` with its reason; a row for a file that is short again is a fault too.

use crate::Report;
use crate::source::Source;

const FILE_MEDIAN: usize = 150;
const FILE_P90: usize = 300;
const FILE_MAX: usize = 400;
const FUNCTION_P90: usize = 40;
const FUNCTION_MAX: usize = 80;

/// Files that may be longer than `FILE_MAX`, each with its reason.
const LONG: &[(&str, &str)] = &[
    ("crates/store/src/lib.rs", "one trait, whose promises stand in one place"),
    (
        "crates/store/src/sqlite/store.rs",
        "one block implements one trait; each method is a line that says which function answers",
    ),
];

pub(crate) fn check(files: &[Source]) -> Report {
    check_against(files, LONG)
}

fn check_against(files: &[Source], long: &[(&str, &str)]) -> Report {
    let mut report = Report::default();
    let mut file_lengths: Vec<usize> = Vec::new();
    let mut function_lengths: Vec<usize> = Vec::new();
    for file in files {
        let length = file.lines.len();
        let listed = long.iter().any(|(path, _)| *path == file.path);
        match (length > FILE_MAX, listed) {
            (true, false) => report.fault(format!(
                "{}: {length} lines without tests, more than {FILE_MAX}; split it, or give a reason in xtask/src/sizes.rs",
                file.path
            )),
            (false, true) => report.fault(format!(
                "{}: {length} lines, short again; take it off the list in xtask/src/sizes.rs",
                file.path
            )),
            _ => {}
        }
        file_lengths.push(length);
        for (name, at, length) in functions(&file.lines) {
            if length > FUNCTION_MAX {
                report.fault(format!(
                    "{}:{at}: fn {name} has {length} lines, more than {FUNCTION_MAX}",
                    file.path
                ));
            }
            function_lengths.push(length);
        }
    }
    for (path, _) in long {
        if !files.iter().any(|file| file.path == *path) {
            report.fault(format!(
                "{path}: on the list in xtask/src/sizes.rs, but there is no such file"
            ));
        }
    }
    distribution(&mut report, "files", &mut file_lengths, FILE_MEDIAN, FILE_P90);
    distribution(&mut report, "functions", &mut function_lengths, FUNCTION_P90, FUNCTION_P90);
    report
}

fn distribution(report: &mut Report, of: &str, lengths: &mut [usize], median: usize, p90: usize) {
    lengths.sort_unstable();
    let at = |percent: usize| {
        let last = lengths.len().saturating_sub(1);
        lengths.get(last * percent / 100).copied().unwrap_or_default()
    };
    let (half, most, longest) = (at(50), at(90), at(100));
    report.note(format!(
        "sizes: {} {of}, median {half} lines, p90 {most}, longest {longest}",
        lengths.len()
    ));
    if half > median {
        report.fault(format!("the median of {of} is {half} lines, more than {median}"));
    }
    if most > p90 {
        report.fault(format!("the p90 of {of} is {most} lines, more than {p90}"));
    }
}

/// Name, line number and length of every function. Relies on formatted code: a body ends at the closing brace with the
/// indentation of its `fn`.
fn functions(lines: &[String]) -> Vec<(&str, usize, usize)> {
    let mut found = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let Some(name) = function_name(line) else {
            continue;
        };
        let indent = line.len() - line.trim_start().len();
        let end = format!("{}}}", " ".repeat(indent));
        let rest = lines.get(index..).unwrap_or_default();
        let body_follows = !line.ends_with(['}', ';']);
        let length = if body_follows {
            let last = rest.iter().position(|l| *l == end || ends_declaration(l, indent));
            last.map_or(1, |at| at + 1)
        } else {
            1
        };
        found.push((name, index + 1, length));
    }
    found
}

/// A signature over several lines that ends without a body, as in traits.
fn ends_declaration(line: &str, indent: usize) -> bool {
    let own = line.len() - line.trim_start().len();
    own == indent && line.ends_with(';')
}

fn function_name(line: &str) -> Option<&str> {
    let mut words = line.trim_start();
    for prefix in ["pub(crate) ", "pub(super) ", "pub ", "const ", "async "] {
        words = words.strip_prefix(prefix).unwrap_or(words);
    }
    let name = words.strip_prefix("fn ")?;
    name.split(['(', '<']).next()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, lines: usize) -> Source {
        Source { path: path.to_owned(), lines: vec![String::from("// x"); lines] }
    }

    #[test]
    fn a_file_over_the_limit_needs_a_row_and_only_then() {
        let reason: &[(&str, &str)] = &[("a.rs", "a table")];
        assert!(check_against(&[file("a.rs", 400), file("b.rs", 1)], &[]).faults.is_empty());
        assert_eq!(check_against(&[file("a.rs", 401), file("b.rs", 1)], &[]).faults.len(), 1);
        assert!(check_against(&[file("a.rs", 401), file("b.rs", 1)], reason).faults.is_empty());
        assert_eq!(check_against(&[file("a.rs", 400), file("b.rs", 1)], reason).faults.len(), 1);
        assert_eq!(check_against(&[file("b.rs", 1)], reason).faults.len(), 1);
    }

    #[test]
    fn functions_are_measured_with_their_signature() {
        let text = "fn a() {\n    if b {\n    }\n}\ntrait T {\n    fn one(&self) -> u8;\n    pub async fn two(\n        &self,\n    ) -> u8;\n    fn c() {}\n}";
        let lines: Vec<String> = text.lines().map(str::to_owned).collect();
        assert_eq!(functions(&lines), [("a", 1, 4), ("one", 6, 1), ("two", 7, 3), ("c", 10, 1)]);
    }
}
