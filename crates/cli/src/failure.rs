//! Why did a command not do what it was asked? What, where, why, and then the remedy.

use std::{fmt, net::SocketAddr, path::PathBuf};

use salver_server::flow::registrar::desk::DeskRefusal;
use salver_store::StoreError;

use crate::{
    catalogue::{SourceError, StateError},
    config::problem::Problem,
};

/// Why a command failed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The configuration is refused.
    Configuration(Vec<Problem>),
    /// An address cannot be listened on.
    Listen {
        /// Which one.
        address: SocketAddr,
        /// Why.
        error: std::io::Error,
    },
    /// A file or directory of ours cannot be made, read or written.
    File {
        /// Which one.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// The master key is not what it should be.
    MasterKey(String),
    /// The store does not work.
    Store(StoreError),
    /// A part of the program cannot be set up.
    Setup {
        /// Which part.
        part: &'static str,
        /// Why.
        why: String,
    },
    /// What was asked for cannot be done.
    Refused {
        /// Why.
        why: String,
        /// The remedy.
        hint: String,
    },
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<SourceError> for Failure {
    fn from(error: SourceError) -> Self {
        Self::Refused { why: format!("the catalogue: {error}"), hint: error.hint().to_owned() }
    }
}

impl From<DeskRefusal> for Failure {
    fn from(refusal: DeskRefusal) -> Self {
        Self::Refused { why: refusal.to_string(), hint: refusal.remedy() }
    }
}

impl From<StateError> for Failure {
    fn from(error: StateError) -> Self {
        SourceError::State(error).into()
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Configuration(problems) => {
                let lines: Vec<String> =
                    problems.iter().map(|problem| format!("error: {problem}")).collect();
                f.write_str(&lines.join("\n"))
            }
            Self::Listen { address, error } => write!(
                f,
                "error: cannot listen on {address}: {error}\n  hint: {}",
                listen_hint(error)
            ),
            Self::File { path, error } => write!(
                f,
                "error: {}: {error}\n  hint: give salver a directory of its own with --data",
                path.display()
            ),
            Self::MasterKey(why) => write!(
                f,
                "error: the master key {why}\n  hint: use the key that this store was made with"
            ),
            Self::Store(error) => write!(
                f,
                "error: {error}\n  hint: look at the disk and at the rights of the data directory"
            ),
            Self::Setup { part, why } => write!(f, "error: {part} cannot be set up: {why}"),
            Self::Refused { why, hint } => write!(f, "error: {why}\n  hint: {hint}"),
        }
    }
}

fn listen_hint(error: &std::io::Error) -> &'static str {
    match error.kind() {
        std::io::ErrorKind::AddrInUse => {
            "another program has that port; choose another with --listen 127.0.0.1:PORT, or 127.0.0.1:0 for any free one"
        }
        std::io::ErrorKind::PermissionDenied => {
            "ports below 1024 need a right of their own; choose a higher one with --listen"
        }
        std::io::ErrorKind::AddrNotAvailable => "this computer does not have that address",
        _ => "choose another address with --listen ADDR:PORT",
    }
}
