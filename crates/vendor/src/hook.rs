//! What does a command of the vendor's say? It gets bytes on standard input, and answers on standard output and with its exit status.
//!
//! It is given so many seconds and so many bytes; one that hangs, talks without end or dies is a failure like any other, and is killed with all that it has started. Few
//! run at a time: whoever comes when all places are taken waits within the same seconds, so that no flood of requests becomes a flood of processes.

use std::{io, process::Stdio, sync::Arc, time::Duration};

#[cfg(unix)]
use rustix::process::{Pid, Signal, kill_process_group};
use thiserror::Error;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    process::{Child, Command},
    sync::Semaphore,
    time::timeout,
};

/// A command, and its bounds.
#[derive(Clone, Debug)]
pub struct Hook {
    program: Box<str>,
    arguments: Vec<String>,
    time_limit: Duration,
    output_limit: u32,
    places: Arc<Semaphore>,
}

/// Why a command has not said yes.
#[derive(Debug, Error)]
pub(crate) enum HookFailure {
    #[error("it cannot be started: {0}")]
    NotStarted(io::Error),
    #[error("it did not end within {} seconds", .0.as_secs())]
    TimeLimit(Duration),
    #[error("it printed more than {0} bytes")]
    TooMuch(u32),
    #[error("it was ended by a signal")]
    Killed,
    #[error("it cannot be spoken with: {0}")]
    Pipe(io::Error),
    #[error("it ended with exit status {0}")]
    Status(i32),
    #[error("what it printed is no name of an account")]
    NoAccount,
}

impl Hook {
    /// A command and its arguments, as the operator wrote them; no shell reads them. `None` if there is no program.
    #[must_use]
    pub fn new(command: &[String], time_limit: Duration, output_limit: u32) -> Option<Self> {
        let (program, arguments) = command.split_first()?;
        Some(Self {
            program: program.as_str().into(),
            arguments: arguments.to_vec(),
            time_limit,
            output_limit,
            places: Arc::new(Semaphore::new(AT_ONCE)),
        })
    }

    /// Runs it with this input; what it printed, if it ended well.
    pub(crate) async fn run(&self, input: &[u8]) -> Result<Vec<u8>, HookFailure> {
        let ran = timeout(self.time_limit, self.within_a_place(input)).await;
        ran.unwrap_or(Err(HookFailure::TimeLimit(self.time_limit)))
    }

    async fn within_a_place(&self, input: &[u8]) -> Result<Vec<u8>, HookFailure> {
        // The semaphore is never closed.
        let _place = self.places.acquire().await;
        let mut command = Command::new(&*self.program);
        command
            .args(&self.arguments)
            .env_remove("SALVER_MASTER_KEY")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true);
        #[cfg(unix)]
        command.process_group(0);
        let child = command.spawn().map_err(HookFailure::NotStarted)?;
        self.converse(child, input).await
    }

    async fn converse(&self, mut child: Child, input: &[u8]) -> Result<Vec<u8>, HookFailure> {
        let mut group = Group(child.id());
        let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
        let tell = async {
            if let Some(mut stdin) = stdin {
                // A command that does not read to the end has its reasons.
                let _ = stdin.write_all(input).await;
            }
        };
        let listen = async {
            let mut said = Vec::new();
            if let Some(stdout) = stdout {
                let mut bounded = stdout.take(u64::from(self.output_limit) + 1);
                bounded.read_to_end(&mut said).await.map_err(HookFailure::Pipe)?;
            }
            if said.len() > usize::try_from(self.output_limit).unwrap_or(usize::MAX) {
                return Err(HookFailure::TooMuch(self.output_limit));
            }
            Ok(said)
        };
        let ((), said) = tokio::join!(tell, listen);
        let said = said?;
        let status = child.wait().await.map_err(HookFailure::Pipe)?;
        group.0 = None; // it has ended by itself, and its number may be another's
        match status.code() {
            Some(0) => Ok(said),
            Some(code) => Err(HookFailure::Status(code)),
            None => Err(HookFailure::Killed),
        }
    }
}

/// The process group of a command that has not ended. Whoever lets go of it ends all of it: a script that is killed alone leaves behind what it waited for.
struct Group(Option<u32>);

#[cfg(unix)]
impl Drop for Group {
    fn drop(&mut self) {
        let number = self.0.and_then(|number| i32::try_from(number).ok());
        if let Some(leader) = number.and_then(Pid::from_raw) {
            // What has ended meanwhile needs no end.
            let _ = kill_process_group(leader, Signal::KILL);
        }
    }
}

/// How many of one command may run at a time.
const AT_ONCE: usize = 8;

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    fn shell(script: &str, milliseconds: u64) -> Hook {
        let command = ["/bin/sh", "-c", script].map(str::to_owned);
        Hook::new(&command, Duration::from_millis(milliseconds), 1024).unwrap()
    }

    async fn told(hook: Hook, input: &[u8]) -> String {
        match hook.run(input).await {
            Ok(said) => String::from_utf8_lossy(&said).into_owned(),
            Err(failure) => failure.to_string(),
        }
    }

    #[tokio::test]
    async fn whatever_a_command_does_is_an_answer_in_time() {
        let long = vec![b'x'; 1024 * 1024];
        for (script, milliseconds, input, expected) in [
            ("cat", 20_000, &b"evidence"[..], "evidence"),
            ("echo yes", 20_000, &long, "yes\n"),
            ("exit 3", 20_000, b"", "it ended with exit status 3"),
            ("kill -9 $$", 20_000, b"", "it was ended by a signal"),
            ("exec sleep 600", 100, b"", "it did not end within 0 seconds"),
            ("exec cat /dev/zero", 20_000, b"", "it printed more than 1024 bytes"),
            ("exec >&-; exec sleep 600", 100, b"", "it did not end within 0 seconds"),
        ] {
            assert_eq!(told(shell(script, milliseconds), input).await, expected, "{script}");
        }
        let missing =
            Hook::new(&["/nowhere/at/all".to_owned()], Duration::from_secs(1), 1).unwrap();
        assert!(told(missing, b"").await.starts_with("it cannot be started"));
        assert!(Hook::new(&[], Duration::from_secs(1), 1).is_none());
    }

    #[tokio::test]
    async fn what_a_command_has_started_ends_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status().unwrap();
        assert!(made.success());
        let read = {
            let pipe = pipe.clone();
            tokio::task::spawn_blocking(move || std::fs::read(pipe).unwrap())
        };
        // The helper holds the pipe open for as long as it lives.
        let script = format!("exec 3>'{}'; sleep 600 & exec cat /dev/zero", pipe.display());
        let said = told(shell(&script, 20_000), b"").await;
        assert_eq!(said, "it printed more than 1024 bytes");
        let ended = timeout(Duration::from_secs(20), read).await;
        assert_eq!(ended.unwrap().unwrap(), b"");
    }

    #[tokio::test]
    async fn few_run_at_a_time_and_nobody_waits_longer_for_it() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        let script = format!("echo 1 >>'{0}'; sleep 0.2; echo -1 >>'{0}'", log.display());
        let run = |hook: &Hook, count: usize| {
            let one = |_| {
                let hook = hook.clone();
                tokio::spawn(async move { hook.run(b"").await.is_ok() })
            };
            (0..count).map(one).collect::<Vec<_>>()
        };
        for one in run(&shell(&script, 20_000), AT_ONCE * 2) {
            assert!(one.await.unwrap());
        }
        let log = std::fs::read_to_string(log).unwrap();
        let running = log.lines().scan(0_i64, |running, line| {
            *running += line.parse::<i64>().unwrap();
            Some(*running)
        });
        let at_once = i64::try_from(AT_ONCE).unwrap();
        assert!(running.max().is_some_and(|most| most <= at_once), "{log}");

        for one in run(&shell("exec sleep 600", 300), AT_ONCE * 2) {
            assert!(!one.await.unwrap(), "the time that one waits for a place counts");
        }
    }
}
