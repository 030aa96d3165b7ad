//! What is the person warned of? SPEC 8.4 UI-3, MCP-AS-19. Words are the page's; here are the facts.

use salver_oauth::client::{metadata::Metadata, redirect_uri::Recipient};

use crate::{
    assessment::{Assessment, DocumentCopy, Facts, Publisher},
    catalogue::Catalogue,
};

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
}

impl Facts<'_> {
    /// The warnings of this request, the gravest first.
    #[must_use]
    pub fn warnings(&self, assessment: &Assessment, seen_before: bool) -> Vec<Warning> {
        let first_sight = (!seen_before).then_some(Warning::FirstSight);
        [self.other_recipient_host(assessment), self.loopback_only(), first_sight]
            .into_iter()
            .flatten()
            .collect()
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
}

/// The warnings of one request, with the catalogue of this program.
#[must_use]
pub fn warnings(
    client: &Metadata,
    recipient: &Recipient,
    assessment: &Assessment,
    seen_before: bool,
) -> Vec<Warning> {
    let (copy, catalogue, redirect_uri) = (DocumentCopy::Live, Catalogue::embedded(), "");
    Facts { client, redirect_uri, recipient, copy, catalogue }.warnings(assessment, seen_before)
}

#[cfg(test)]
mod tests {
    use salver_oauth::client::redirect_uri::RedirectUri;

    use super::*;
    use crate::assessment::tests::{catalogue, client, facts};

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
}
