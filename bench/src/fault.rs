//! Why was nothing measured?

use thiserror::Error;

/// What went wrong, and while doing what.
#[derive(Debug, Error)]
pub(crate) enum Fault {
    #[error("cannot {0}: {1}")]
    Io(&'static str, std::io::Error),
    #[error("cannot {0}: {1}")]
    Http(&'static str, hyper::Error),
    #[error("cannot read {0}")]
    Unreadable(&'static str),
    #[error("{0} answered {1}: {2}")]
    Answer(&'static str, http::StatusCode, String),
    #[error("{0} did not answer in time")]
    Late(&'static str),
    #[error("a client is not entered: {0}")]
    NotEntered(String),
    #[error("the counter failed: {0}")]
    Counter(String),
    #[error("the bare store failed: {0}")]
    Store(#[from] rusqlite::Error),
    #[error(
        "no {0}: build it with `cargo build --profile dist -p salver`, or name it with --salver"
    )]
    NoServer(String),
}
