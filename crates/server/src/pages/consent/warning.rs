//! What should the person think of before deciding? Each warning has an id that support can look up (UI-3).

use salver_policy::warning::Warning as Fact;

use super::HostName;

/// A warning on the consent page. To add one: a variant, its id, its sentence in `consent.html`, a sample.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Warning {
    /// All redirect URIs of the client are loopback.
    LoopbackOnly,
    /// The answer goes to another host than the one of the `client_id`.
    OtherRecipientHost {
        /// The host of the `client_id`.
        client: HostName,
        /// The host of the `redirect_uri`.
        recipient: HostName,
    },
    /// This account has never let this client in.
    FirstSight,
}

impl Warning {
    /// The warning for a fact of the policy.
    #[must_use]
    pub fn of(fact: &Fact) -> Self {
        match fact {
            Fact::LoopbackOnly => Self::LoopbackOnly,
            Fact::OtherRecipientHost { recipient, publisher } => Self::OtherRecipientHost {
                client: HostName::of_text(publisher),
                recipient: HostName::of_text(recipient),
            },
            Fact::FirstSight => Self::FirstSight,
        }
    }

    /// A name that stays the same.
    #[must_use]
    pub const fn id(&self) -> &'static str {
        match self {
            Self::LoopbackOnly => "loopback-only",
            Self::OtherRecipientHost { .. } => "other-recipient-host",
            Self::FirstSight => "first-sight",
        }
    }
}
