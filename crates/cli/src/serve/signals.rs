//! When are we told to stop, or to read the configuration again?
//!
//! Who listens for signals does so before anybody learns that we run: one that came earlier would end the process on the spot.

use std::io;

/// What we are told.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Told {
    /// To stop.
    Stop,
    /// To read the configuration again.
    #[cfg_attr(windows, expect(dead_code, reason = "Windows has no signal for it"))]
    Reload,
}

/// The signals that tell us something.
#[cfg(unix)]
pub(crate) struct Signals {
    interrupted: tokio::signal::unix::Signal,
    terminated: tokio::signal::unix::Signal,
    hung_up: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    /// Listens from now on.
    pub(crate) fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupted: signal(SignalKind::interrupt())?,
            terminated: signal(SignalKind::terminate())?,
            hung_up: signal(SignalKind::hangup())?,
        })
    }

    /// Waits until the operator, or the platform, tells us something.
    pub(crate) async fn next(&mut self) -> Told {
        tokio::select! {
            _ = self.interrupted.recv() => Told::Stop,
            _ = self.terminated.recv() => Told::Stop,
            _ = self.hung_up.recv() => Told::Reload,
        }
    }
}

/// The signals that tell us something.
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

    /// Waits until the operator, or the platform, tells us something.
    pub(crate) async fn next(&mut self) -> Told {
        tokio::select! {
            _ = self.interrupted.recv() => Told::Stop,
            _ = self.closed.recv() => Told::Stop,
        }
    }
}

impl Signals {
    /// Waits until we are told to stop (once more).
    pub(crate) async fn stop(&mut self) {
        while self.next().await != Told::Stop {}
    }
}
