//! Is this client on record already, or earlier in the file? It is if its metadata mean the same, however they are written.

use salver_oauth::{
    client::{
        id::ClientId,
        recorded::{Purpose, RecordedId},
        service::Service,
    },
    registration::Registration,
};
use salver_server::flow::recorded;
use salver_store::record::RecordedClient;

/// What metadata mean.
#[derive(Debug, Eq, PartialEq)]
enum Meaning {
    Application(Box<Registration>),
    Service(Box<Service>),
}

/// Clients that are there already, each with where it is.
#[derive(Debug, Default)]
pub(super) struct Known(Vec<(Meaning, String)>);

impl Known {
    /// Those on record.
    pub(super) fn of(clients: &[RecordedClient]) -> Self {
        let mut known = Self::default();
        for client in clients {
            let Ok(ClientId::Recorded(id)) = ClientId::parse(&client.client_id) else { continue };
            let written = [client.content.in_force.as_ref(), Some(&client.content.draft)];
            for metadata in written.into_iter().flatten() {
                let place = format!("it is on record already, as {}", client.client_id);
                known.add((id.purpose(), metadata), place);
            }
        }
        known
    }

    /// Where a client with the same metadata is.
    pub(super) fn find(&self, purpose: Purpose, metadata: &str) -> Option<&str> {
        let meaning = meaning(purpose, metadata)?;
        self.0.iter().find(|(known, _)| *known == meaning).map(|(_, place)| place.as_str())
    }

    /// Notes one more.
    pub(super) fn add(&mut self, (purpose, metadata): (Purpose, &str), place: String) {
        self.0.extend(meaning(purpose, metadata).map(|meaning| (meaning, place)));
    }
}

/// What metadata mean, whoever has them. A personal client is its owner's, and no other's double.
fn meaning(purpose: Purpose, metadata: &str) -> Option<Meaning> {
    match purpose {
        Purpose::Application => {
            let nobody = RecordedId::new(purpose, [0; 16]);
            let read = recorded::registration(&nobody, metadata).ok()?;
            Some(Meaning::Application(Box::new(read)))
        }
        Purpose::Service => {
            Some(Meaning::Service(Box::new(Service::parse(metadata.as_bytes()).ok()?)))
        }
        Purpose::Personal => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const APP: &str = r#"{"client_name":"App","redirect_uris":["http://localhost:1/cb"],"token_endpoint_auth_method":"none"}"#;

    #[test]
    fn the_same_in_other_words_is_known_and_another_is_not() {
        let mut known = Known::default();
        known.add((Purpose::Application, APP), "there".to_owned());
        for (metadata, found) in [
            (APP.to_owned(), true),
            (APP.replace(":1/", ":2/"), true),
            (APP.replace('{', "{\"software_version\":\"2\","), true),
            (APP.replace("App", "Apps"), false),
            (APP.replace("/cb", "/back"), false),
            ("{}".to_owned(), false),
        ] {
            let seen = known.find(Purpose::Application, &metadata);
            assert_eq!(seen, found.then_some("there"), "{metadata}");
        }
        assert_eq!(known.find(Purpose::Personal, APP), None);
    }
}
