//! What can go wrong, as facts for log and ledger. What a stranger hears of it is `category.rs`.

mod category;

use std::{net::IpAddr, time::Duration};

pub use self::category::Category;
use crate::{AddressRefusal, Fetched, UrlRefusal};

/// Why a fetch gave nothing.
#[derive(Clone, Debug, thiserror::Error)]
pub enum FetchError {
    /// The URL is refused as it is written.
    #[error("the URL is refused: {0:?}")]
    Url(UrlRefusal),
    /// No connection to the host.
    #[error(transparent)]
    Dial(#[from] DialError),
    /// The host did not finish in time.
    #[error("timed out: {0:?}")]
    TimedOut(Phase),
    /// The connection was used up or broke before the answer was complete.
    #[error("the connection broke while {0:?}")]
    Broken(Phase),
    /// Another status than 200.
    #[error("status {0}")]
    Status(u16),
    /// A page that asks whether we are human.
    #[error("bot challenge with status {0}")]
    BotChallenge(u16),
    /// An answer that breaks a bound or rule.
    #[error("the answer is refused: {0:?}")]
    Answer(AnswerRefusal),
    /// Well received, but the caller's check did not find in it what it was fetched for; nothing was kept.
    #[error("not what it was fetched for")]
    Unusable(Fetched),
    /// Too much at once, or too soon.
    #[error("not now: {0:?}")]
    NotNow(NotNow),
    /// Nothing leaves, by configuration, and no copy is kept.
    #[error("offline")]
    Offline,
    /// A fault of ours.
    #[error("the fetch was given up by this program")]
    Abandoned,
}

/// Why there is no connection.
#[derive(Clone, Debug, thiserror::Error)]
pub enum DialError {
    /// The name has no address.
    #[error("no such name")]
    NoSuchName,
    /// The name could not be asked for.
    #[error("the name could not be resolved")]
    NotResolved,
    /// The name has more addresses than we look at.
    #[error("{answers} addresses for one name")]
    TooManyAddresses {
        /// How many.
        answers: usize,
    },
    /// One of its addresses is forbidden.
    #[error("{address} is refused: {refusal:?}")]
    Address {
        /// The address.
        address: IpAddr,
        /// Why.
        refusal: AddressRefusal,
    },
    /// The socket is connected to another address than the one dialled.
    #[error("connected to {0}, which was not dialled")]
    OtherPeer(IpAddr),
    /// No address answered.
    #[error("{tried} addresses did not answer")]
    NoAnswer {
        /// How many were tried.
        tried: usize,
    },
    /// The certificate is not good for this host.
    #[error("certificate: {0}")]
    Certificate(String),
    /// The TLS handshake failed otherwise.
    #[error("TLS: {0}")]
    Tls(String),
    /// The forward proxy did not open the way.
    #[error("the proxy answered {status:?}")]
    Proxy {
        /// Its status, if it answered at all.
        status: Option<u16>,
    },
    /// Too slow.
    #[error("timed out: {0:?}")]
    TimedOut(Phase),
    /// The budget of the network that the addresses belong to is used up.
    #[error("not now: {0:?}")]
    NotNow(NotNow),
}

/// A part of a fetch with a time limit of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Asking for addresses.
    Dns,
    /// Opening the connection.
    Connect,
    /// The TLS handshake.
    Tls,
    /// Request, and head of the response.
    Head,
    /// Body of the response.
    Body,
}

/// Which bound or rule an answer breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnswerRefusal {
    /// Head longer than allowed, too many fields, or too many interim responses.
    Head,
    /// Not HTTP/1.1 as we understand it.
    Malformed,
    /// Body longer than the caller's limit.
    TooLong {
        /// The limit.
        limit: usize,
    },
    /// A content or transfer coding that we did not ask for.
    Coding,
    /// 304 although we did not ask conditionally, or for another copy than ours.
    UnaskedNotModified,
}

/// Why a fetch was not begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotNow {
    /// A budget is used up.
    Budget(BudgetKind),
    /// This source has used its fifth of a budget.
    Share(BudgetKind),
    /// As many fetches as allowed are in flight.
    InFlight(BudgetKind),
    /// The host failed before and is left in peace.
    BackingOff {
        /// For how much longer.
        remaining: Duration,
    },
}

/// Of what a budget is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BudgetKind {
    /// One host.
    Host,
    /// One registrable domain.
    Domain,
    /// One network that connections go into.
    Network,
    /// Everything.
    Overall,
}

/// Why the door could not be set up. The program must not start.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// Development settings on a program that can be reached from elsewhere.
    #[error("development settings need a program that listens on loopback only")]
    DevelopmentBeyondLoopback,
    /// The extra certificate file holds no certificate, or one that cannot be read.
    #[error("the extra certificate authorities cannot be read")]
    ExtraRoots,
    /// No usable TLS configuration, for example no certificate authorities on this system.
    #[error("TLS cannot be set up: {0}")]
    Tls(#[from] rustls::Error),
    /// The system's resolver configuration cannot be used.
    #[error("the resolver cannot be set up")]
    Resolver(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A bound or budget that would let nothing or everything through.
    #[error("the setting {0} is out of range")]
    OutOfRange(&'static str),
}
