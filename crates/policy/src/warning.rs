//! What is the person warned of? SPEC 8.4 UI-3, MCP-AS-19. Words are the page's; here are the facts.
//!
//! A name belongs to its owner's documents in the catalogue and to everything on the owner's site; what an administrator entered is
//! called, and answers, as the administrator says (DESIGN 4.6).

use salver_names::registrable_domain;
use salver_oauth::{Timestamp, client::redirect_uri::Recipient};

use crate::{
    assessment::{Assessment, DocumentCopy, Facts, Publisher, Rung},
    catalogue::Client,
    impersonation::{Likeness, NameHit},
    visit::host_of_url,
};

/// Something that speaks against a yes, or asks for a second look.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Warning {
    /// What the operator's rule says.
    Operator {
        /// In the operator's words.
        words: Box<str>,
    },
    /// Every address of the client is on this computer: any program here can pose as it (MCP-AS-19).
    LoopbackOnly,
    /// The answer goes to another host than the one that vouches for the client.
    OtherRecipientHost {
        /// The host that gets the answer.
        recipient: Box<str>,
        /// The host that vouches.
        publisher: Box<str>,
    },
    /// This account has never let this client in.
    FirstSight,
    /// It calls itself by a name that belongs to somebody else (DESIGN 4.6).
    BorrowedName {
        /// The name, as claimed.
        name: Box<str>,
        /// The domain of whom it belongs to.
        owner: Box<str>,
    },
    /// It calls itself by a name that may be taken for one that belongs to somebody else.
    LooksLikeName {
        /// The name, as claimed.
        name: Box<str>,
        /// The domain of whom the other name belongs to.
        owner: Box<str>,
        /// The other name.
        protected: Box<str>,
    },
    /// The host that vouches for it, or the one that gets the answer, may be taken for a well-known one.
    LooksLikeHost {
        /// The host.
        host: Box<str>,
        /// The well-known site.
        protected: Box<str>,
    },
    /// A domain was proven to belong to whoever entered it, and is so no more.
    LostDomain {
        /// The domain.
        domain: Box<str>,
    },
    /// Its name mixes scripts within a word.
    MixedScripts {
        /// The name, as claimed.
        name: Box<str>,
    },
    /// Its host fails, and our copy of an earlier visit is used.
    StaleCopy {
        /// When it was fetched or last confirmed.
        fetched: Timestamp,
    },
    /// A pinned copy is used in place of its document.
    PinnedCopy {
        /// When it was copied.
        fetched: Timestamp,
    },
}

impl Facts<'_> {
    /// The warnings of this request, the gravest first.
    #[must_use]
    pub fn warnings(&self, assessment: &Assessment, seen_before: bool) -> Vec<Warning> {
        let first_sight = (!seen_before).then_some(Warning::FirstSight);
        // Most clients are in no catalogue, and are not looked for again.
        let known = assessment.known.as_ref().and_then(|_| self.known());
        [
            self.name(assessment, known),
            self.host(assessment, known),
            self.lost_domain(),
            self.other_recipient_host(assessment, known),
            self.loopback_only(assessment),
            self.old_copy(),
            first_sight,
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// A name belongs to its owner's documents in the catalogue and to everything on the owner's site; what an administrator entered
    /// is called as the administrator says.
    fn name(&self, assessment: &Assessment, known: Option<&Client>) -> Option<Warning> {
        let name = self.client.name.as_ref()?;
        if assessment.publisher == Publisher::Administrator {
            return None;
        }
        let (protected, why) = match self.protected.name(name)? {
            NameHit::Taken { protected, .. } if is_owner(assessment, known, &protected.owner) => {
                return None;
            }
            NameHit::Taken { protected, why } => (protected, why),
            NameHit::MixedScripts => return Some(Warning::MixedScripts { name: name.clone() }),
        };
        let (name, owner) = (name.clone(), protected.owner.clone());
        Some(match why {
            Likeness::Same => Warning::BorrowedName { name, owner },
            Likeness::OtherLetters | Likeness::EmptyWords => {
                Warning::LooksLikeName { name, owner, protected: protected.name.clone() }
            }
        })
    }

    /// The host that vouches, else the one that gets the answer. What the catalogue names for the client is what it is.
    fn host(&self, assessment: &Assessment, known: Option<&Client>) -> Option<Warning> {
        let vouches = match &assessment.publisher {
            Publisher::Administrator => return None,
            Publisher::Domain(host) => known.is_none().then_some(host),
            // The operator has looked at who that is.
            Publisher::Signer(_)
            | Publisher::ExactUrl(_)
            | Publisher::Hosted(_)
            | Publisher::Account(_)
            | Publisher::Nobody => None,
        };
        let answered = match self.recipient {
            Recipient::Https { host } => Some(host).filter(|host| !self.names_host(known, host)),
            _ => None,
        };
        vouches.into_iter().chain(answered).find_map(|host| {
            let protected = self.protected.host(host)?.protected.into();
            Some(Warning::LooksLikeHost { host: host.clone(), protected })
        })
    }

    /// A host that the catalogue names for the client is no other one.
    fn other_recipient_host(
        &self,
        assessment: &Assessment,
        known: Option<&Client>,
    ) -> Option<Warning> {
        match (&assessment.publisher, self.recipient) {
            (Publisher::Domain(publisher), Recipient::Https { host }) => {
                (publisher != host && !self.names_host(known, host)).then(|| {
                    let (recipient, publisher) = (host.clone(), publisher.clone());
                    Warning::OtherRecipientHost { recipient, publisher }
                })
            }
            _ => None,
        }
    }

    fn lost_domain(&self) -> Option<Warning> {
        let domain = self.record?.lost_domain.clone()?;
        Some(Warning::LostDomain { domain })
    }

    /// MCP-AS-19; an attested installation is one that no other program can pose as.
    fn loopback_only(&self, assessment: &Assessment) -> Option<Warning> {
        let others_can_sit = assessment.rung < Rung::Attested;
        (others_can_sit && self.client.is_only_on_this_computer()).then_some(Warning::LoopbackOnly)
    }

    fn old_copy(&self) -> Option<Warning> {
        match self.copy {
            DocumentCopy::Live => None,
            DocumentCopy::Stale { fetched } => Some(Warning::StaleCopy { fetched }),
            DocumentCopy::Pinned { fetched } => Some(Warning::PinnedCopy { fetched }),
        }
    }
}

fn is_owner(assessment: &Assessment, known: Option<&Client>, owner: &str) -> bool {
    known.is_some_and(|client| *client.publisher == *owner)
        || match &assessment.publisher {
            Publisher::Administrator => true,
            Publisher::Domain(host) => is_same_site(host, owner),
            Publisher::Signer(issuer) => {
                host_of_url(issuer).is_some_and(|host| is_same_site(host, owner))
            }
            Publisher::ExactUrl(_)
            | Publisher::Hosted(_)
            | Publisher::Account(_)
            | Publisher::Nobody => false,
        }
}

fn is_same_site(one: &str, other: &str) -> bool {
    one == other
        || registrable_domain(one).is_some_and(|site| Some(site) == registrable_domain(other))
}

#[cfg(test)]
mod tests {
    use salver_oauth::client::{metadata::Metadata, redirect_uri::RedirectUri, stated::StatedId};

    use super::*;
    use crate::{
        assessment::tests::{catalogue, client, facts, signed},
        catalogue::Date,
    };

    fn warned(client_id: &str, name: &str, redirect_uri: &str) -> Vec<Warning> {
        let catalogue = catalogue();
        let client = Metadata { name: Some(name.into()), ..client(client_id, redirect_uri) };
        let facts = facts(&client, &catalogue);
        facts.warnings(&facts.assess(), true)
    }

    #[test]
    fn where_the_answer_goes() {
        let other = |host: &str, publisher: &str| {
            vec![Warning::OtherRecipientHost {
                recipient: host.into(),
                publisher: publisher.into(),
            }]
        };
        for (client_id, redirect_uri, expected) in [
            ("https://x.example/c", "https://x.example/cb", vec![]),
            ("https://x.example/c", "https://b.example/cb", other("b.example", "x.example")),
            (
                "https://x.example/c",
                "https://login.example/cb",
                other("login.example", "x.example"),
            ),
            // Named by the catalogue for this very document; a host for everybody cannot be.
            ("https://web.example/c", "https://login.example/cb", vec![]),
            (
                "https://web.example/c",
                "https://files.example/cb",
                other("files.example", "web.example"),
            ),
            ("https://x.example/c", "http://localhost/cb", vec![Warning::LoopbackOnly]),
            ("partner", "https://b.example/cb", vec![]),
        ] {
            assert_eq!(
                warned(client_id, "Mine", redirect_uri),
                expected,
                "{client_id} {redirect_uri}"
            );
        }
        let catalogue = catalogue();
        let mut both = client("https://x.example/c", "http://localhost/cb");
        both.name = None;
        both.redirect_uris.push(RedirectUri::parse("https://x.example/cb").unwrap());
        let facts = facts(&both, &catalogue);
        assert_eq!(facts.warnings(&facts.assess(), true), [], "it has an address elsewhere");
        assert_eq!(facts.warnings(&facts.assess(), false), [Warning::FirstSight]);
    }

    #[test]
    fn design_4_6_a_name_that_belongs_to_somebody_else() {
        for (why, client_id, name, owner) in [
            ("its owner", "https://web.example/c", "Web", None),
            ("another document of its owner", "https://web.example/new", "Web", None),
            ("another host of its owner", "https://api.web.example/c", "Web", None),
            ("a stranger", "https://x.example/c", "Web", Some("web.example")),
            ("… in other letters", "https://x.example/c", "  wEB ", Some("web.example")),
            ("… with another name", "https://x.example/c", "Webb", None),
            ("… and nothing seen", "https://x.example/c", "W\u{200b}eb", Some("web.example")),
            ("… that looks like it", "https://web.example.x.example/c", "Web", Some("web.example")),
            ("another known client", "https://app.example/c", "Web", Some("web.example")),
            ("its document on a host for everybody", "https://files.example/app/c", "App", None),
            ("another one there", "https://files.example/evil/c", "App", Some("app.example")),
            ("named by an administrator", "partner", "Web", None),
        ] {
            let warnings = warned(client_id, name, "http://localhost/cb");
            let borrowed = owner.map(|owner: &str| {
                let (name, owner) = (name.into(), owner.into());
                Warning::BorrowedName { name, owner }
            });
            let first = borrowed.as_ref().or(Some(&Warning::LoopbackOnly));
            assert_eq!(warnings.first(), first, "{why}");
        }
    }

    #[test]
    fn design_4_6_a_name_belongs_to_the_software_that_the_catalogue_names_and_to_no_other() {
        let catalogue = catalogue();
        let of = |issuer, software_id| StatedId::of(issuer, software_id).as_str().to_owned();
        let (ours, theirs) = ("https://signing.example", "https://other.example");
        for (why, client_id, by, is_owner) in [
            ("its statement", of(ours, "editor"), Some((ours, "editor")), true),
            ("… that nobody has verified", of(ours, "editor"), None, false),
            ("another software", of(ours, "viewer"), Some((ours, "viewer")), false),
            ("another issuer", of(theirs, "editor"), Some((theirs, "editor")), false),
            (
                "a document that shows it",
                "https://x.example/c".to_owned(),
                Some((ours, "editor")),
                false,
            ),
        ] {
            for name in ["Editor", "Ed1tor", "Editor Desktop"] {
                let client = client(&client_id, "http://localhost/cb");
                let client = Metadata { name: Some(name.into()), ..client };
                let signed = by.map(|(issuer, software_id)| signed(issuer, software_id));
                let facts = Facts { signed: signed.as_ref(), ..facts(&client, &catalogue) };
                let marked = facts.warnings(&facts.assess(), true).iter().any(|warning| {
                    matches!(warning, Warning::BorrowedName { .. } | Warning::LooksLikeName { .. })
                });
                assert_eq!(marked, !is_owner, "{why}: {name}");
            }
        }
    }

    #[test]
    fn design_4_6_a_name_that_looks_like_somebody_elses() {
        let looks = |name: &str, protected: &str, owner: &str| {
            let (name, owner, protected) = (name.into(), owner.into(), protected.into());
            Some(Warning::LooksLikeName { name, owner, protected })
        };
        let mixed = |name: &str| Some(Warning::MixedScripts { name: name.into() });
        let web = |name: &str| looks(name, "Web", "web.example");
        for (why, client_id, name, expected) in [
            ("other letters", "https://x.example/c", "W\u{435}b", web("W\u{435}b")),
            ("digits", "https://x.example/c", "W3b", web("W3b")),
            ("… by its owner", "https://web.example/new", "W3b", None),
            ("… on its owner's site", "https://api.web.example/c", "W\u{435}b", None),
            ("… by another known client", "https://app.example/c", "W3b", web("W3b")),
            ("… as an administrator says", "partner", "W\u{435}b", None),
            ("mixed scripts", "https://x.example/c", "S\u{435}ttings", mixed("S\u{435}ttings")),
            ("… as an administrator says", "partner", "S\u{435}ttings", None),
            ("one script", "https://x.example/c", "\u{421}\u{435}\u{442}\u{44c}", None),
        ] {
            let warnings = warned(client_id, name, "http://localhost/cb");
            let first = expected.as_ref().or(Some(&Warning::LoopbackOnly));
            assert_eq!(warnings.first(), first, "{why}");
        }
    }

    #[test]
    fn design_4_6_a_host_that_looks_like_a_well_known_one() {
        let looks = |host: &str| {
            let (host, protected) = (host.into(), "web.example".into());
            Warning::LooksLikeHost { host, protected }
        };
        for (why, client_id, redirect_uri, expected) in [
            ("itself", "https://web.example/d", "https://web.example/cb", vec![]),
            ("below it", "https://a.web.example/d", "https://a.web.example/cb", vec![]),
            (
                "a label more",
                "https://web.example.x.example/c",
                "https://web.example.x.example/cb",
                vec![looks("web.example.x.example")],
            ),
            ("a digit", "https://w3b.example/c", "http://localhost/", vec![looks("w3b.example")]),
            (
                "the one that gets the answer",
                "https://x.example/c",
                "https://web-example.example/cb",
                vec![looks("web-example.example")],
            ),
            ("as an administrator says", "partner", "https://w3b.example/cb", vec![]),
            ("another", "https://webs.example/c", "https://webs.example/cb", vec![]),
        ] {
            let warnings = warned(client_id, "Mine", redirect_uri).into_iter();
            let about_hosts =
                warnings.filter(|warning| matches!(warning, Warning::LooksLikeHost { .. }));
            assert_eq!(about_hosts.collect::<Vec<_>>(), expected, "{why}");
        }
    }

    #[test]
    fn which_copy_is_used() {
        let catalogue = catalogue();
        let mut client = client("https://x.example/c", "https://x.example/cb");
        client.name = None;
        let fetched = Date::parse("2026-09-30").unwrap().begin();
        for (copy, expected) in [
            (DocumentCopy::Live, vec![]),
            (DocumentCopy::Stale { fetched }, vec![Warning::StaleCopy { fetched }]),
            (DocumentCopy::Pinned { fetched }, vec![Warning::PinnedCopy { fetched }]),
        ] {
            let facts = Facts { copy, ..facts(&client, &catalogue) };
            assert_eq!(facts.warnings(&facts.assess(), true), expected);
        }
    }
}
