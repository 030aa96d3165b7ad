//! What is the person warned of? SPEC 8.4 UI-3, MCP-AS-19. Words are the page's; here are the facts.

use salver_oauth::client::{metadata::Metadata, redirect_uri::Recipient};

use crate::assessment::{Assessment, Publisher};

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

/// The warnings of one request, the gravest first.
#[must_use]
pub fn warnings(
    client: &Metadata,
    recipient: &Recipient,
    assessment: &Assessment,
    seen_before: bool,
) -> Vec<Warning> {
    let mut warnings = Vec::new();
    match (&assessment.publisher, recipient) {
        (Publisher::Domain(publisher), Recipient::Https { host }) if publisher != host => {
            warnings.push(Warning::OtherRecipientHost {
                recipient: host.clone(),
                publisher: publisher.clone(),
            });
        }
        _ => {}
    }
    if client.is_only_on_this_computer() {
        warnings.push(Warning::LoopbackOnly);
    }
    if !seen_before {
        warnings.push(Warning::FirstSight);
    }
    warnings
}

#[cfg(test)]
mod tests {
    use salver_oauth::client::{id::ClientId, metadata::{Keys, Methods}, redirect_uri::RedirectUri};

    use super::*;
    use crate::assessment::assess;

    fn warned(redirect_uris: &[&str], seen_before: bool) -> Vec<Warning> {
        let client = Metadata {
            client_id: ClientId::parse("https://app.example/c").unwrap(),
            name: None,
            client_uri: None,
            redirect_uris: redirect_uris
                .iter()
                .map(|uri| RedirectUri::parse(uri).unwrap())
                .collect(),
            scope: None,
            methods: Methods { none: true, private_key_jwt: false }, keys: Keys::None,
            digest: [0; 32],
        };
        let recipient = client.redirect_uris[0].recipient();
        warnings(&client, recipient, &assess(&client, redirect_uris[0], recipient), seen_before)
    }

    #[test]
    fn each_warning_with_its_neighbour() {
        let other = Warning::OtherRecipientHost {
            recipient: "b.example".into(),
            publisher: "app.example".into(),
        };
        assert_eq!(warned(&["https://app.example/cb"], true), []);
        assert_eq!(warned(&["https://app.example/cb"], false), [Warning::FirstSight]);
        assert_eq!(warned(&["https://b.example/cb"], true), [other]);
        assert_eq!(warned(&["http://localhost/cb"], true), [Warning::LoopbackOnly]);
        assert_eq!(warned(&["http://localhost/cb", "https://app.example/cb"], true), []);
    }
}
