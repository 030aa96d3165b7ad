//! What does an operator's own catalogue change? Everything in it applies at once: the file is the operator's word.
//!
//! An entry takes the place of the one with its name, a pin that of the one with its URL; names, documents and softwares that an
//! entry of the operator's has are taken from the others. What the file removes is gone.

use std::collections::HashSet;

use super::{
    Catalogue, Software,
    content::{Content, Removed},
    entry::{Client, Pin},
    name::folded,
};

impl Catalogue {
    /// This catalogue with an operator's own on top. It keeps its number and dates.
    #[must_use]
    pub fn extended_by(self, operator: Self) -> Self {
        Self::of(merged(self.content, operator.content))
    }

    /// What a later catalogue of this source is judged against, if the source extends `below`: this one, and of the one below what
    /// `offered` would take the place of. So what the one below says already is no news, and a name that it gives to one publisher
    /// does not go to another before somebody has looked.
    #[must_use]
    pub fn above(&self, below: &Self, offered: &Self) -> Self {
        let is_touched = |client: &&Client| {
            let claimed = client.names.iter().any(|name| offered.owner_of_name(name).is_some());
            let named = offered.client(&client.name).is_some();
            (claimed || named) && self.client(&client.name).is_none()
        };
        let mut base = self.content.clone();
        // What this source has said already counts for more, and stands last.
        base.clients = below.clients().iter().filter(is_touched).cloned().collect();
        base.clients.extend(self.content.clients.iter().cloned());
        let pinned = |pin: &&Pin| {
            let url = pin.url.as_str();
            offered.pin(url).is_some() && self.pin(url).is_none()
        };
        base.pins.extend(below.pins().iter().filter(pinned).cloned());
        Self::of(base)
    }
}

fn merged(mut base: Content, own: Content) -> Content {
    remove(&mut base, &own.removed);
    let claimed = Claimed::by(&own.clients);
    base.clients.retain(|client| !claimed.entries.contains(&folded(&client.name)));
    for client in &mut base.clients {
        client.names.retain(|name| !claimed.names.contains(&folded(name)));
        client.documents.retain(|document| !claimed.documents.contains(document.as_str()));
        client.statements.retain(|software| !claimed.statements.contains(software));
    }
    let pinned: HashSet<&str> = own.pins.iter().map(|pin| pin.url.as_str()).collect();
    base.pins.retain(|pin| !pinned.contains(pin.url.as_str()));
    for relay in own.relays {
        if !base.relays.contains(&relay) {
            base.relays.push(relay);
        }
    }
    for host in own.shared_hosts {
        if !base.shared_hosts.contains(&host) {
            base.shared_hosts.push(host);
        }
    }
    base.clients.extend(own.clients);
    base.pins.extend(own.pins);
    base
}

fn remove(base: &mut Content, removed: &Removed) {
    let entries: HashSet<String> = removed.clients.iter().map(|name| folded(name)).collect();
    base.clients.retain(|client| !entries.contains(&folded(&client.name)));
    base.pins.retain(|pin| !removed.pins.iter().any(|url| **url == *pin.url.as_str()));
    base.relays.retain(|relay| !removed.relays.iter().any(|text| **text == *relay.as_str()));
    base.shared_hosts.retain(|host| !removed.shared_hosts.contains(host));
}

/// What the operator's entries have.
struct Claimed {
    entries: HashSet<String>,
    names: HashSet<String>,
    documents: HashSet<String>,
    statements: HashSet<Software>,
}

impl Claimed {
    fn by(clients: &[Client]) -> Self {
        let names = clients.iter().flat_map(|client| &client.names);
        let documents = clients.iter().flat_map(|client| &client.documents);
        Self {
            entries: clients.iter().map(|client| folded(&client.name)).collect(),
            names: names.map(|name| folded(name)).collect(),
            documents: documents.map(|document| document.as_str().to_owned()).collect(),
            statements: clients.iter().flat_map(|client| &client.statements).cloned().collect(),
        }
    }
}
