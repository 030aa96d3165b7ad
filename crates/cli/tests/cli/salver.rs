//! Running the program: a directory of its own, no environment but what a test sets.

use std::{
    path::Path,
    process::{Command, Output},
};

/// The program, in this directory and with no environment.
pub(crate) fn salver(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_salver"));
    command
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .env("HOME", folder);
    command
}

/// Exit code, standard output and standard error, ready for a snapshot; paths of this run made equal in each.
pub(crate) fn told(folder: &Path, output: &Output) -> String {
    let text = |bytes: &[u8]| {
        String::from_utf8_lossy(bytes).replace(&*folder.to_string_lossy(), "[folder]")
    };
    format!(
        "exit code {}\n--- stdout\n{}--- stderr\n{}",
        output.status.code().unwrap_or(-1),
        text(&output.stdout),
        text(&output.stderr)
    )
}

/// Runs it to its end.
pub(crate) fn run(folder: &Path, arguments: &[&str]) -> String {
    told(folder, &salver(folder, arguments).output().unwrap())
}
