//! What is the person warned of? SPEC 8.4 UI-3, MCP-AS-19. Words are the page's; here are the facts.

use salver_names::registrable_domain;
use salver_oauth::{Timestamp, client::redirect_uri::Recipient};

use crate::assessment::{Assessment, DocumentCopy, Facts, Publisher};

/// Something that speaks against a yes, or asks for a second look.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Warning {
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
        [
            self.borrowed_name(assessment),
            self.other_recipient_host(assessment),
            self.loopback_only(),
            self.old_copy(),
            first_sight,
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// A name belongs to its owner's documents in the catalogue and to everything on the owner's site; what an administrator entered
    /// is called as the administrator says.
    fn borrowed_name(&self, assessment: &Assessment) -> Option<Warning> {
        let name = self.client.name.as_ref()?;
        let owner = &self.catalogue.owner_of_name(name)?.publisher;
        let is_owner = self.known().is_some_and(|client| client.publisher == *owner)
            || match &assessment.publisher {
                Publisher::Administrator => true,
                Publisher::Domain(host) => is_same_site(host, owner),
                Publisher::ExactUrl(_) | Publisher::Hosted(_) | Publisher::Nobody => false,
            };
        let (name, owner) = (name.clone(), owner.clone());
        (!is_owner).then_some(Warning::BorrowedName { name, owner })
    }

    /// A host that the catalogue names for the client is no other one.
    fn other_recipient_host(&self, assessment: &Assessment) -> Option<Warning> {
        match (&assessment.publisher, self.recipient) {
            (Publisher::Domain(publisher), Recipient::Https { host }) => {
                (publisher != host && !self.is_named_host(host)).then(|| {
                    let (recipient, publisher) = (host.clone(), publisher.clone());
                    Warning::OtherRecipientHost { recipient, publisher }
                })
            }
            _ => None,
        }
    }

    fn loopback_only(&self) -> Option<Warning> {
        self.client.is_only_on_this_computer().then_some(Warning::LoopbackOnly)
    }

    fn old_copy(&self) -> Option<Warning> {
        match self.copy {
            DocumentCopy::Live => None,
            DocumentCopy::Stale { fetched } => Some(Warning::StaleCopy { fetched }),
            DocumentCopy::Pinned { fetched } => Some(Warning::PinnedCopy { fetched }),
        }
    }
}

fn is_same_site(one: &str, other: &str) -> bool {
    one == other
        || registrable_domain(one).is_some_and(|site| Some(site) == registrable_domain(other))
}

#[cfg(test)]
mod tests {
    use salver_oauth::client::{metadata::Metadata, redirect_uri::RedirectUri};

    use super::*;
    use crate::{
        assessment::tests::{catalogue, client, facts},
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
