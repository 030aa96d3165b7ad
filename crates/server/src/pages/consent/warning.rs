//! What should the person think of before deciding? Each warning has an id that support can look up (UI-3).

use salver_policy::warning::Warning as Fact;

use super::{HostName, Untrusted, When};

/// A warning on the consent page. To add one: a variant, its id, its sentence in `consent.html`, a sample.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Warning {
    /// What the rule of whoever runs this server says.
    Operator {
        /// In their words.
        words: String,
    },
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
    /// The client's name belongs to somebody else.
    BorrowedName {
        /// The name, as the client claims it.
        name: Untrusted,
        /// The domain that it belongs to.
        owner: HostName,
    },
    /// The client's name may be taken for one that belongs to somebody else.
    LooksLikeName {
        /// The name, as the client claims it.
        name: Untrusted,
        /// The domain that the other name belongs to.
        owner: HostName,
        /// The other name.
        protected: String,
    },
    /// A host may be taken for a well-known one.
    LooksLikeHost {
        /// The host.
        host: HostName,
        /// The well-known site.
        protected: HostName,
    },
    /// A domain of whoever entered the client is proven no more.
    LostDomain {
        /// The domain.
        domain: HostName,
    },
    /// The client's name mixes scripts.
    MixedScripts {
        /// The name, as the client claims it.
        name: Untrusted,
    },
    /// The client's document is a copy from before its host failed.
    StaleCopy {
        /// When it was fetched.
        fetched: When,
    },
    /// The client's document is a copy that the catalogue keeps.
    PinnedCopy {
        /// When it was fetched.
        fetched: When,
    },
}

impl Warning {
    /// The warning for a fact of the policy.
    #[must_use]
    pub fn of(fact: &Fact) -> Self {
        match fact {
            Fact::Operator { words } => Self::Operator { words: words.to_string() },
            Fact::LoopbackOnly => Self::LoopbackOnly,
            Fact::OtherRecipientHost { recipient, publisher } => Self::OtherRecipientHost {
                client: HostName::of_text(publisher),
                recipient: HostName::of_text(recipient),
            },
            Fact::FirstSight => Self::FirstSight,
            Fact::BorrowedName { name, owner } => {
                of_name(name, |name| Self::BorrowedName { name, owner: HostName::of_text(owner) })
            }
            Fact::LooksLikeName { name, owner, protected } => {
                of_name(name, |name| Self::LooksLikeName {
                    name,
                    owner: HostName::of_text(owner),
                    protected: protected.to_string(),
                })
            }
            Fact::LooksLikeHost { host, protected } => Self::LooksLikeHost {
                host: HostName::of_text(host),
                protected: HostName::of_text(protected),
            },
            Fact::LostDomain { domain } => Self::LostDomain { domain: HostName::of_text(domain) },
            Fact::MixedScripts { name } => of_name(name, |name| Self::MixedScripts { name }),
            Fact::StaleCopy { fetched } => Self::StaleCopy { fetched: When::at(*fetched) },
            Fact::PinnedCopy { fetched } => Self::PinnedCopy { fetched: When::at(*fetched) },
        }
    }

    /// A name that stays the same.
    #[must_use]
    pub const fn id(&self) -> &'static str {
        match self {
            Self::Operator { .. } => "operator",
            Self::LoopbackOnly => "loopback-only",
            Self::OtherRecipientHost { .. } => "other-recipient-host",
            Self::FirstSight => "first-sight",
            Self::BorrowedName { .. } => "borrowed-name",
            Self::LooksLikeName { .. } => "looks-like-name",
            Self::LooksLikeHost { .. } => "looks-like-host",
            Self::LostDomain { .. } => "lost-domain",
            Self::MixedScripts { .. } => "mixed-scripts",
            Self::StaleCopy { .. } => "stale-copy",
            Self::PinnedCopy { .. } => "pinned-copy",
        }
    }
}

/// A name that shows nothing borrows nothing.
fn of_name(name: &str, warning: impl FnOnce(Untrusted) -> Warning) -> Warning {
    Untrusted::name(name).map_or(Warning::FirstSight, warning)
}
