//! Which questions the compiler cannot answer about this house, and how to ask them: `cargo xtask edges`, `cargo xtask fresh`,
//! `cargo xtask sizes`.
//!
//! House rules: dependency edges and who may name what (`edges`, `names`), lengths of files and functions (`sizes`).
//! Left out: which third-party libraries may be here, and in whose hands; that is `deny.toml`.

mod edges;
mod fresh;
mod names;
mod packages;
mod sizes;
mod source;

use std::io::Write as _;
use std::process::ExitCode;

/// What a check found: lines of talk, and faults. No faults means the rule holds.
#[derive(Debug, Default)]
struct Report {
    notes: Vec<String>,
    faults: Vec<String>,
}

impl Report {
    fn note(&mut self, line: impl Into<String>) {
        self.notes.push(line.into());
    }

    fn fault(&mut self, line: impl Into<String>) {
        self.faults.push(line.into());
    }
}

/// Why a check could not be made at all.
#[derive(Debug)]
enum Obstacle {
    /// A program could not be run, or refused.
    Program(&'static str, String),
    /// A file or folder could not be read.
    Unreadable(String, std::io::Error),
}

fn main() -> ExitCode {
    let tasks: Vec<String> = std::env::args().skip(1).collect();
    let names: Vec<&str> = tasks.iter().map(String::as_str).collect();
    let checked = match names.as_slice() {
        ["edges"] => edges_and_names(),
        ["fresh"] => fresh::check(),
        ["generate"] => fresh::generate(),
        ["sizes"] => source::read_all().map(|files| sizes::check(&files)),
        _ => {
            return say(
                &["usage: cargo xtask edges | fresh | generate | sizes".to_owned()],
                ExitCode::from(2),
            );
        }
    };
    match checked {
        Ok(report) if report.faults.is_empty() => say(&report.notes, ExitCode::SUCCESS),
        Ok(report) => say(&[report.notes, report.faults].concat(), ExitCode::FAILURE),
        Err(Obstacle::Program(name, what)) => {
            say(&[format!("cannot run {name}: {what}")], ExitCode::from(2))
        }
        Err(Obstacle::Unreadable(path, why)) => {
            say(&[format!("cannot read {path}: {why}")], ExitCode::from(2))
        }
    }
}

fn edges_and_names() -> Result<Report, Obstacle> {
    let packages = packages::read()?;
    let files = source::read_all()?;
    let mut report = edges::check(&packages);
    let named = names::check(&files);
    report.notes.extend(named.notes);
    report.faults.extend(named.faults);
    Ok(report)
}

fn say(lines: &[String], code: ExitCode) -> ExitCode {
    let mut out = std::io::stdout().lock();
    for line in lines {
        if writeln!(out, "{line}").is_err() {
            return ExitCode::from(2);
        }
    }
    code
}
