//! Running the program: a directory of its own, no environment but what a test sets.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a program that cannot be run fails the test"
)]

use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, ChildStderr, Command, Output, Stdio},
};

use serde_json::Value;

/// The program, in this directory and with no environment.
pub(crate) fn salver(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_salver"));
    command.args(arguments).current_dir(folder).env_clear().env("HOME", folder);
    command
}

/// Exit code, standard output and standard error, ready for a snapshot; paths of this run made equal in each.
pub(crate) fn told(folder: &Path, output: &Output) -> String {
    let text = |bytes: &[u8]| {
        String::from_utf8_lossy(bytes).replace(&*folder.to_string_lossy(), "[folder]")
    };
    let code = output.status.code().unwrap_or(-1);
    format!(
        "exit code {code}\n--- stdout\n{}--- stderr\n{}",
        text(&output.stdout),
        text(&output.stderr)
    )
}

/// Runs it to its end.
pub(crate) fn run(folder: &Path, arguments: &[&str]) -> String {
    told(folder, &salver(folder, arguments).output().unwrap())
}

/// Runs it to its end and reads each line of standard output as JSON.
pub(crate) fn json(folder: &Path, arguments: &[&str]) -> Vec<Value> {
    let output = salver(folder, arguments).output().unwrap();
    assert!(output.status.success(), "{}", told(folder, &output));
    String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// A server that runs until it is dropped.
pub(crate) struct Running {
    child: Child,
    /// What it said when it was ready.
    pub(crate) said: Value,
}

impl Running {
    /// Starts it, and waits for its line.
    pub(crate) fn start(folder: &Path, arguments: &[&str]) -> Self {
        Self::of(salver(folder, arguments))
    }

    /// The same with an environment of its own.
    pub(crate) fn of(mut command: Command) -> Self {
        Self::ready(command.stderr(Stdio::null()))
    }

    /// The same, with its log.
    pub(crate) fn with_log(mut command: Command) -> (Self, Log) {
        let mut running = Self::ready(command.stderr(Stdio::piped()));
        let log = BufReader::new(running.child.stderr.take().unwrap());
        (running, Log(log))
    }

    fn ready(command: &mut Command) -> Self {
        let mut child = command.arg("--json").stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let said = serde_json::from_str(&line).expect("one line of JSON");
        Self { child, said }
    }

    /// What it said under a name.
    pub(crate) fn text(&self, name: &str) -> String {
        self.said.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    /// Tells it to stop as a platform does, and answers its exit code.
    #[cfg(unix)]
    pub(crate) fn stop(mut self) -> Option<i32> {
        self.signal("-TERM");
        self.child.wait().unwrap().code()
    }

    /// Sends it a signal.
    #[cfg(unix)]
    pub(crate) fn signal(&self, signal: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What a server writes to its log.
pub(crate) struct Log(BufReader<ChildStderr>);

impl Log {
    /// The lines up to the first that holds this text, without their times.
    pub(crate) fn until(&mut self, text: &str) -> Vec<String> {
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            assert!(self.0.read_line(&mut line).unwrap() > 0, "no {text} in {lines:?}");
            let line = line.trim_end();
            let told = line.split_once(' ').map_or(line, |(_, told)| told.trim_start());
            lines.push(told.to_owned());
            if line.contains(text) {
                return lines;
            }
        }
    }
}

/// Writes a file that only its owner can read.
pub(crate) fn write_secret(path: &Path, text: &str) {
    fs::write(path, text).unwrap();
    #[cfg(unix)]
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
}
