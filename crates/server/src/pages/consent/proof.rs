//! What is proven of the client? The rung of DESIGN 4.2 for this request, with what the proof names.

use salver_policy::{
    assessment::{Assessment, Publisher, Rung},
    evidence::EvidenceKind,
};

use super::{HostName, Untrusted, When};

/// What is proven of the client that asks.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Proof {
    /// Nobody vouches for it; or its document lies where anybody may put files, and then its whole URL is shown.
    SelfDeclared {
        /// The document's URL.
        document: Option<Untrusted>,
    },
    /// This server hosts its document for one of its accounts, and nobody vouches for it.
    Hosted {
        /// The document's URL, which is the `client_id`.
        document: Option<Untrusted>,
        /// The name of that account.
        account: String,
    },
    /// A host describes it, but others can sit where the answer goes.
    Published {
        /// The host of the `client_id`.
        host: HostName,
        /// Who has signed for it beside.
        vouched: Option<Box<Vouched>>,
        /// A reviewer has approved what it describes.
        vetted: bool,
    },
    /// A host describes it, and the answer can only reach that host.
    Anchored {
        /// The host of the `client_id`.
        host: HostName,
        /// Who has signed for it beside.
        vouched: Option<Box<Vouched>>,
        /// A reviewer has approved what it describes.
        vetted: bool,
    },
    /// Somebody vouches for it, and for this very installation.
    Attested {
        /// Who.
        by: HostName,
        /// Whether the platform has answered for the program, or else a key of this device.
        by_platform: bool,
    },
    /// An issuer that the operator trusts has signed what it says of itself.
    Signed {
        /// Who.
        by: Box<Vouched>,
        /// Whether the program that gets the answer has to prove a key that was signed too.
        anchored: bool,
    },
    /// A reviewer has approved a document that lies where anybody may put files.
    Approved {
        /// The document's URL.
        document: Option<Untrusted>,
    },
    /// An account of this server entered it, and nobody else has looked at it.
    EnteredBy {
        /// The name of that account.
        account: String,
    },
    /// An administrator entered it, or has looked at it.
    Entered {
        /// Whether the answer can only reach the host that the administrator named.
        anchored: bool,
    },
}

/// An issuer of software statements that has signed for the client.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Vouched {
    /// Its host.
    pub issuer: HostName,
    /// When that was checked.
    pub checked: When,
}

/// How much of the sentence a person may rely on.
pub(super) enum Strength {
    None,
    Part,
    Full,
}

impl Proof {
    /// What an assessment proves.
    #[must_use]
    pub fn of(assessment: &Assessment) -> Self {
        if let Some(attested) = Self::attested(assessment) {
            return attested;
        }
        let (anchored, vetted) = (assessment.rung == Rung::Anchored, assessment.vetted);
        let vouched = assessment.signed.as_ref().map(|signed| {
            let issuer = HostName::of_issuer(&signed.issuer);
            Box::new(Vouched { issuer, checked: When::at(signed.checked_at) })
        });
        match &assessment.publisher {
            Publisher::Administrator => Self::Entered { anchored },
            Publisher::Account(account) => Self::EnteredBy { account: account.to_string() },
            Publisher::ExactUrl(url) if vetted => {
                Self::Approved { document: Untrusted::identifier(url) }
            }
            Publisher::ExactUrl(url) | Publisher::Hosted(url) => {
                Self::SelfDeclared { document: Untrusted::identifier(url) }
            }
            Publisher::Signer(_) => match vouched {
                Some(by) => Self::Signed { by, anchored },
                None => Self::SelfDeclared { document: None },
            },
            Publisher::Nobody => Self::SelfDeclared { document: None },
            Publisher::Domain(_) if assessment.rung < Rung::Published => {
                Self::SelfDeclared { document: None }
            }
            Publisher::Domain(host) if anchored => {
                Self::Anchored { host: HostName::of_text(host), vouched, vetted }
            }
            Publisher::Domain(host) => {
                Self::Published { host: HostName::of_text(host), vouched, vetted }
            }
        }
    }

    /// What is proven of an installation that a domain or an issuer attests. Of others no sentence here says more than who entered them.
    fn attested(assessment: &Assessment) -> Option<Self> {
        let by = match &assessment.publisher {
            _ if assessment.rung < Rung::Attested => return None,
            Publisher::Domain(host) => HostName::of_text(host),
            Publisher::Signer(issuer) => HostName::of_issuer(issuer),
            _ => return None,
        };
        let by_platform = assessment.evidence.contains(EvidenceKind::Platform);
        Some(Self::Attested { by, by_platform })
    }

    /// What is proven of a document that this server hosts: nothing (decision 5).
    #[must_use]
    pub fn hosted(client_id: &str, account: &str) -> Self {
        Self::Hosted { document: Untrusted::identifier(client_id), account: account.to_owned() }
    }

    /// A name that stays the same.
    #[must_use]
    pub const fn id(&self) -> &'static str {
        match self {
            Self::SelfDeclared { .. } => "self-declared",
            Self::Hosted { .. } => "hosted",
            Self::Published { .. } => "published",
            Self::Anchored { .. } => "anchored",
            Self::Attested { .. } => "attested",
            Self::Signed { .. } => "signed",
            Self::Approved { .. } => "approved",
            Self::Entered { .. } => "entered",
            Self::EnteredBy { .. } => "entered-by",
        }
    }

    pub(super) const fn strength(&self) -> Strength {
        match self {
            Self::SelfDeclared { .. } | Self::Hosted { .. } => Strength::None,
            Self::Published { .. }
            | Self::Approved { .. }
            | Self::EnteredBy { .. }
            | Self::Signed { anchored: false, .. }
            | Self::Entered { anchored: false } => Strength::Part,
            Self::Anchored { .. }
            | Self::Attested { .. }
            | Self::Signed { anchored: true, .. }
            | Self::Entered { anchored: true } => Strength::Full,
        }
    }
}

#[cfg(test)]
mod tests {
    use salver_oauth::Timestamp;
    use salver_policy::{assessment::SignedBy, evidence::Evidence};

    use super::*;

    fn proof(publisher: Publisher, rung: Rung) -> &'static str {
        let (vetted, relay, on_this_computer) = (false, false, false);
        let (known, pinned, keyed, evidence) = (None, false, false, Evidence::NONE);
        let signed = matches!(publisher, Publisher::Signer(_)).then(|| SignedBy {
            issuer: "https://vendor.example".into(),
            software_id: "editor".into(),
            key: "k".into(),
            checked_at: Timestamp::from_unix(0),
        });
        let assessment = Assessment {
            rung,
            publisher,
            vetted,
            relay,
            on_this_computer,
            known,
            pinned,
            keyed,
            signed,
            evidence,
        };
        Proof::of(&assessment).id()
    }

    #[test]
    fn design_4_2_a_page_never_says_more_than_the_rung() {
        let domain = || Publisher::Domain("claude.ai".into());
        assert_eq!(proof(domain(), Rung::Anchored), "anchored");
        assert_eq!(proof(domain(), Rung::Published), "published");
        assert_eq!(proof(domain(), Rung::Attested), "attested");
        assert_eq!(proof(domain(), Rung::SelfDeclared), "self-declared");
        assert_eq!(
            proof(Publisher::ExactUrl("https://x.example/y".into()), Rung::Anchored),
            "self-declared"
        );
        assert_eq!(proof(Publisher::Administrator, Rung::Published), "entered");
        let signer = Publisher::Signer("https://vendor.example".into());
        assert_eq!(proof(signer.clone(), Rung::Published), "signed");
        assert_eq!(proof(signer, Rung::Attested), "attested");
        assert_eq!(proof(Publisher::Administrator, Rung::Attested), "entered");
        assert_eq!(proof(Publisher::Account("ada".into()), Rung::Published), "entered-by");
    }
}
