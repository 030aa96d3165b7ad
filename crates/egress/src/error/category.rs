//! What follows from a failure: what a stranger hears, what the ledger says, whether a kept copy may stand in.
//!
//! A stranger hears [`Category`] only. It must not tell a name that leads inside from a name that does not exist: both are
//! `Unreachable`, and in both cases no packet was sent beyond the DNS question.

use super::{DialError, FetchError, NotNow, Phase};

/// What a stranger may hear of a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Category {
    /// The URL is not one that we go to.
    UrlNotAllowed,
    /// The host cannot be reached from here.
    Unreachable,
    /// The host took too long.
    TooSlow,
    /// The host answered, but not with what was asked for.
    BadAnswer,
    /// The host asks whether we are human.
    BotChallenge,
    /// Try again later.
    NotNow,
}

impl FetchError {
    /// What a stranger may hear.
    #[must_use]
    pub fn category(&self) -> Category {
        match self {
            Self::Url(_) => Category::UrlNotAllowed,
            Self::Dial(DialError::NotNow(_)) | Self::NotNow(_) | Self::Abandoned => {
                Category::NotNow
            }
            // One word for all of these, so that nobody learns what exists inside.
            Self::Dial(_)
            | Self::Offline
            | Self::TimedOut(Phase::Dns | Phase::Connect | Phase::Tls) => Category::Unreachable,
            Self::TimedOut(Phase::Head | Phase::Body) => Category::TooSlow,
            Self::Broken(_) | Self::Status(_) | Self::Answer(_) | Self::Unusable(_) => {
                Category::BadAnswer
            }
            Self::BotChallenge(_) => Category::BotChallenge,
        }
    }

    /// How it ended, in one stable word for the ledger. Not for strangers.
    #[must_use]
    pub fn outcome(&self) -> &'static str {
        match self {
            Self::Url(_) => "url_refused",
            Self::Dial(error) => error.outcome(),
            Self::TimedOut(_) => "timed_out",
            Self::Broken(_) => "broken",
            Self::Status(_) => "status",
            Self::BotChallenge(_) => "bot_challenge",
            Self::Answer(_) => "answer_refused",
            Self::Unusable(_) => "unusable",
            Self::NotNow(reason) => reason.outcome(),
            Self::Offline => "offline",
            Self::Abandoned => "abandoned",
        }
    }

    /// The HTTP status that ended it, if one did.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Status(status) | Self::BotChallenge(status) => Some(*status),
            Self::Dial(DialError::Proxy { status }) => *status,
            _ => None,
        }
    }

    /// Was anybody asked? Else we did not go.
    pub(crate) fn was_asked(&self) -> bool {
        !matches!(
            self,
            Self::Url(_)
                | Self::NotNow(_)
                | Self::Dial(DialError::NotNow(_))
                | Self::Offline
                | Self::Abandoned
        )
    }

    /// May a known-good copy stand in? Not when the host withdraws it (404, 410), and not when its name leads inside.
    #[must_use]
    pub fn spares_known_good(&self) -> bool {
        match self {
            Self::Url(_) | Self::Dial(DialError::Address { .. } | DialError::OtherPeer(_)) => false,
            Self::Status(status) => *status >= 500 || *status == 429,
            Self::Dial(_)
            | Self::TimedOut(_)
            | Self::Broken(_)
            | Self::BotChallenge(_)
            | Self::Answer(_)
            | Self::Unusable(_)
            | Self::NotNow(_)
            | Self::Offline
            | Self::Abandoned => true,
        }
    }
}

impl DialError {
    fn outcome(&self) -> &'static str {
        match self {
            Self::NoSuchName => "no_such_name",
            Self::NotResolved => "not_resolved",
            Self::TooManyAddresses { .. } | Self::Address { .. } | Self::OtherPeer(_) => {
                "address_refused"
            }
            Self::NoAnswer { .. } => "no_connection",
            Self::Certificate(_) => "certificate",
            Self::Tls(_) => "tls",
            Self::Proxy { .. } => "proxy",
            Self::TimedOut(_) => "timed_out",
            Self::NotNow(reason) => reason.outcome(),
        }
    }
}

impl NotNow {
    fn outcome(self) -> &'static str {
        match self {
            Self::Budget(_) => "budget",
            Self::Share(_) => "share",
            Self::InFlight(_) => "in_flight",
            Self::BackingOff { .. } => "backing_off",
        }
    }
}

impl Category {
    /// A stable word for pages, logs and metrics.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::UrlNotAllowed => "url_not_allowed",
            Self::Unreachable => "unreachable",
            Self::TooSlow => "too_slow",
            Self::BadAnswer => "bad_answer",
            Self::BotChallenge => "bot_challenge",
            Self::NotNow => "not_now",
        }
    }
}
