//! Which process is under test? Started on one core under the counter; it says on one line of JSON where it answers.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use serde::de::DeserializeOwned;

use crate::counter::{Count, Counter};
use crate::fault::Fault;

/// How servers are started in a run.
#[derive(Clone, Debug)]
pub(crate) struct Bench {
    pub(crate) counter: Counter,
    /// Where the counter writes; kept afterwards if the run was told so.
    pub(crate) dumps: PathBuf,
}

/// How much of a process is in memory.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Resident {
    /// Everything: the pages of the program's file and of libraries too, which the system can drop and share.
    pub(crate) all_kib: u64,
    /// What the process has written itself.
    pub(crate) own_kib: u64,
}

/// A server that runs, and how to count it.
pub(crate) struct Subject {
    child: Child,
    bench: Bench,
    process: u32,
    /// From the start of the process to its line of JSON.
    pub(crate) started_in: Duration,
}

impl Subject {
    /// Starts `program` and reads the line that says that it answers.
    pub(crate) async fn start<Line: DeserializeOwned>(
        bench: &Bench,
        program: &Path,
        arguments: &[&std::ffi::OsStr],
    ) -> Result<(Self, Line), Fault> {
        let begun = Instant::now();
        let mut child = bench
            .counter
            .command(program, &bench.dumps)
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| Fault::Io("start the server", error))?;
        let output = child.stdout.take();
        // From here on the process ends with the subject. `taskset` and `valgrind` replace themselves, so its number is
        // the server's own.
        let mut subject =
            Self { process: child.id(), child, bench: bench.clone(), started_in: Duration::ZERO };
        let output = output.ok_or(Fault::Unreadable("the server's output"))?;
        let line = tokio::task::spawn_blocking(move || first_line(output));
        let patience = Duration::from_secs(10) * bench.counter.slowness().min(12);
        let line =
            tokio::time::timeout(patience, line).await.map_err(|_| Fault::Late("the server"))?;
        let line = line.map_err(|_| Fault::Unreadable("the server's line"))??;
        subject.started_in = begun.elapsed();
        let line =
            serde_json::from_str(&line).map_err(|_| Fault::Unreadable("the server's line"))?;
        Ok((subject, line))
    }

    /// Begins to count its instructions.
    pub(crate) fn count(&self) -> Result<Count, Fault> {
        self.bench.counter.begin(self.process, &self.bench.dumps)
    }

    /// Asks it to end, and waits until it has: what it keeps is then in its files.
    pub(crate) fn end(mut self) -> Result<(), Fault> {
        let ended = Command::new("kill")
            .args(["-TERM", &self.process.to_string()])
            .status()
            .and_then(|_| self.child.wait());
        ended.map(drop).map_err(|error| Fault::Io("end the server", error))
    }

    /// Its memory now.
    pub(crate) fn resident(&self) -> Result<Resident, Fault> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process))
            .map_err(|error| Fault::Io("read the server's memory", error))?;
        let kib = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            line.and_then(|rest| rest.split_whitespace().next()?.parse().ok())
                .ok_or(Fault::Unreadable("its memory"))
        };
        Ok(Resident { all_kib: kib("VmRSS:")?, own_kib: kib("RssAnon:")? })
    }
}

impl Drop for Subject {
    fn drop(&mut self) {
        // It may have ended already; there is nothing left to do then.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The first line of the server's output; what follows is read and forgotten, so that it never blocks.
fn first_line(output: ChildStdout) -> Result<String, Fault> {
    let mut lines = BufReader::new(output).lines();
    let line = lines.next().ok_or(Fault::Unreadable("the server's line"))?;
    std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
    line.map_err(|error| Fault::Io("read the server's line", error))
}

/// The line of a bare server.
#[derive(serde::Deserialize, serde::Serialize)]
pub(crate) struct BareLine {
    pub(crate) address: SocketAddr,
}
