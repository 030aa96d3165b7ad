//! When are we told to stop?
//!
//! Who listens for signals does so before anybody learns that we run: one that came earlier would end the process on the spot.

use std::io;

/// The signals that tell us to stop.
#[cfg(unix)]
pub(crate) struct Signals {
    interrupted: tokio::signal::unix::Signal,
    terminated: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    /// Listens from now on.
    pub(crate) fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let interrupted = signal(SignalKind::interrupt())?;
        Ok(Self { interrupted, terminated: signal(SignalKind::terminate())? })
    }

    /// Waits until the operator, or the platform, says so (once more).
    pub(crate) async fn stop(&mut self) {
        tokio::select! {
            _ = self.interrupted.recv() => {}
            _ = self.terminated.recv() => {}
        }
    }
}

/// The signals that tell us to stop.
#[cfg(windows)]
pub(crate) struct Signals {
    interrupted: tokio::signal::windows::CtrlC,
    closed: tokio::signal::windows::CtrlClose,
}

#[cfg(windows)]
impl Signals {
    /// Listens from now on.
    pub(crate) fn listen() -> io::Result<Self> {
        use tokio::signal::windows::{ctrl_c, ctrl_close};
        Ok(Self { interrupted: ctrl_c()?, closed: ctrl_close()? })
    }

    /// Waits until the operator, or the platform, says so (once more).
    pub(crate) async fn stop(&mut self) {
        tokio::select! {
            _ = self.interrupted.recv() => {}
            _ = self.closed.recv() => {}
        }
    }
}
