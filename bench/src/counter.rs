//! How many instructions has a process run?
//!
//! `perf` counts user and kernel, where the machine has counters; `callgrind` counts user only and slows everything down, but is to be
//! had everywhere. Numbers of one are never set beside numbers of the other.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use clap::ValueEnum;

use crate::fault::Fault;

/// A way of counting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Counter {
    /// The processor's own counters.
    Perf,
    /// Valgrind's simulated processor.
    Callgrind,
}

/// A count in progress.
pub(crate) enum Count {
    Perf(Child),
    Callgrind { process: u32, dumps: PathBuf },
}

impl Counter {
    /// The best that this machine has.
    pub(crate) fn of_this_machine() -> Self {
        let probe = Command::new("perf").args(["stat", "-x,", "-e", EVENTS, "true"]).output();
        let counted = |text: &[u8]| !String::from_utf8_lossy(text).contains("<not");
        match probe {
            Ok(output) if output.status.success() && counted(&output.stderr) => Self::Perf,
            _ => Self::Callgrind,
        }
    }

    /// What it counts, for the report.
    pub(crate) const fn describe(self) -> &'static str {
        match self {
            Self::Perf => "perf, user and kernel",
            Self::Callgrind => "callgrind, user only",
        }
    }

    /// How much slower everything is under it; time limits are stretched by it.
    pub(crate) const fn slowness(self) -> u32 {
        match self {
            Self::Perf => 1,
            Self::Callgrind => 60,
        }
    }

    /// The command that runs `program` on one core so that it can be counted.
    pub(crate) fn command(self, program: &Path, dumps: &Path) -> Command {
        let mut command = Command::new("taskset");
        command.args(["-c", "0"]);
        if self == Self::Callgrind {
            command.args(["valgrind", "--tool=callgrind", "--instr-atstart=no", "-q"]);
            command.arg(format!("--callgrind-out-file={}", dumps.join("out.%p").display()));
        }
        command.arg(program).stdin(Stdio::null());
        command
    }

    /// Begins to count.
    pub(crate) fn begin(self, process: u32, dumps: &Path) -> Result<Count, Fault> {
        match self {
            Self::Perf => {
                let process = process.to_string();
                let mut command = Command::new("perf");
                command.args(["stat", "-x,", "-e", EVENTS, "-p", &process]);
                command.stderr(Stdio::piped()).stdout(Stdio::null());
                command.spawn().map(Count::Perf).map_err(|error| Fault::Io("run perf", error))
            }
            Self::Callgrind => {
                control(&["-i", "on"], process)?;
                control(&["-z"], process)?;
                Ok(Count::Callgrind { process, dumps: dumps.to_owned() })
            }
        }
    }
}

impl Count {
    /// Stops and tells the number of instructions since it began.
    pub(crate) fn end(self) -> Result<u64, Fault> {
        match self {
            Self::Perf(child) => {
                run("kill", &["-INT", &child.id().to_string()])?;
                let output =
                    child.wait_with_output().map_err(|error| Fault::Io("read perf", error))?;
                sum_of_perf(&String::from_utf8_lossy(&output.stderr))
            }
            Self::Callgrind { process, dumps } => {
                let before = newest_dump(&dumps, process)?;
                control(&["-d"], process)?;
                control(&["-i", "off"], process)?;
                match newest_dump(&dumps, process)? {
                    Some(dump) if before.as_ref() != Some(&dump) => total_of_dump(&dump),
                    _ => Err(Fault::Counter("callgrind wrote nothing".into())),
                }
            }
        }
    }
}

fn control(arguments: &[&str], process: u32) -> Result<(), Fault> {
    let process = process.to_string();
    run("callgrind_control", &[arguments, &[&process]].concat())
}

fn run(program: &'static str, arguments: &[&str]) -> Result<(), Fault> {
    let output = Command::new(program).args(arguments).output();
    let output = output.map_err(|error| Fault::Counter(format!("{program}: {error}")))?;
    if output.status.success() {
        return Ok(());
    }
    Err(Fault::Counter(format!("{program}: {}", String::from_utf8_lossy(&output.stderr).trim())))
}

/// Lines of `perf stat -x,`: count, unit, event, and more.
fn sum_of_perf(text: &str) -> Result<u64, Fault> {
    let counts = text.lines().filter(|line| line.contains("instructions"));
    let counts =
        counts.map(|line| line.split(',').next().and_then(|count| count.parse::<u64>().ok()));
    let sum = counts.sum::<Option<u64>>().filter(|sum| *sum > 0);
    sum.ok_or_else(|| Fault::Counter(format!("perf said: {}", text.trim())))
}

/// Dumps are numbered; the one with the highest number is the newest.
fn newest_dump(folder: &Path, process: u32) -> Result<Option<PathBuf>, Fault> {
    let entries = std::fs::read_dir(folder).map_err(|error| Fault::Io("list dumps", error))?;
    let dumps = entries.filter_map(|entry| Some(entry.ok()?.path()));
    // `out.PID` is written when the process ends; `out.PID.1` and so on are dumps.
    let before_number = format!("out.{process}.");
    let number = |path: &PathBuf| {
        path.file_name()?.to_str()?.strip_prefix(&before_number)?.parse::<u32>().ok()
    };
    let numbered = dumps.filter_map(|path| Some((number(&path)?, path)));
    Ok(numbered.max().map(|(_, path)| path))
}

fn total_of_dump(dump: &Path) -> Result<u64, Fault> {
    let text = std::fs::read_to_string(dump).map_err(|error| Fault::Io("read a dump", error))?;
    let mut lines = text
        .lines()
        .filter_map(|line| line.strip_prefix("totals: ").or(line.strip_prefix("summary: ")));
    lines
        .find_map(|line| line.split_whitespace().next()?.parse().ok())
        .ok_or_else(|| Fault::Counter("a dump without totals".into()))
}

const EVENTS: &str = "instructions:u,instructions:k";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn perf_lines_are_summed() {
        let text = "1200,,instructions:u,100,100.00,,\n800,,instructions:k,100,100.00,,\n";
        assert_eq!(sum_of_perf(text).unwrap(), 2000);
        assert!(sum_of_perf("<not supported>,,instructions:u,0,100.00,,\n").is_err());
        assert!(sum_of_perf("").is_err());
    }

    #[test]
    fn the_newest_dump_has_the_highest_number() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(newest_dump(folder.path(), 77).unwrap(), None);
        for (name, text) in [
            ("out.77", "totals: 1"),
            ("out.78.11", "totals: 9"),
            ("out.77.9", "totals: 2"),
            ("out.77.10", "x\ntotals: 3 4"),
        ] {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        let dump = newest_dump(folder.path(), 77).unwrap().unwrap();
        assert_eq!(total_of_dump(&dump).unwrap(), 3);
    }
}
