//! What comes of the current and the offered catalogue when some differences may apply and others may not?

use std::{
    collections::{HashMap, HashSet},
    fmt::Display,
    hash::Hash,
};

use super::{Change, Difference, Part, Update};
use crate::catalogue::{
    Catalogue,
    content::{Content, Removed},
    entry::{Client, Pin},
    name::folded,
    pattern::Pattern,
};

/// What is settled: one walk over both catalogues.
pub(super) struct Settlement<'a> {
    pub(super) changed: Vec<Difference>,
    pending: Vec<Difference>,
    content: Content,
    current: &'a Catalogue,
    offered: &'a Catalogue,
    is_accepted: &'a dyn Fn(&Difference) -> bool,
}

impl From<Settlement<'_>> for Update {
    fn from(settled: Settlement<'_>) -> Self {
        Self {
            applied: Catalogue::of(settled.content),
            changed: settled.changed,
            pending: settled.pending,
        }
    }
}

impl<'a> Settlement<'a> {
    pub(super) fn of(
        current: &'a Catalogue,
        offered: &'a Catalogue,
        is_accepted: &'a dyn Fn(&Difference) -> bool,
    ) -> Self {
        let content = Content {
            clients: Vec::new(),
            pins: Vec::new(),
            relays: Vec::new(),
            shared_hosts: Vec::new(),
            removed: Removed::default(),
            ..offered.content.clone()
        };
        let (changed, pending) = (Vec::new(), Vec::new());
        let mut settlement = Self { changed, pending, content, current, offered, is_accepted };
        settlement.marks();
        settlement.clients();
        settlement.pins();
        settlement.removals();
        settlement
    }

    /// Whether a difference applies; it is noted in either case.
    fn applies(&mut self, client: Option<&str>, part: Part, change: Change, value: &str) -> bool {
        let client = client.map(Into::into);
        let difference = Difference { client, part, change, value: value.into() };
        let applies = difference.applies_at_once() || (self.is_accepted)(&difference);
        let list = if applies { &mut self.changed } else { &mut self.pending };
        list.push(difference);
        applies
    }

    /// The values of a list that are in use from now on.
    fn list<T: Clone + Display + Eq + Hash>(
        &mut self,
        (client, part): (Option<&str>, Part),
        (old, new): (&[T], &[T]),
    ) -> Vec<T> {
        let before: HashSet<&T> = old.iter().collect();
        let after: HashSet<&T> = new.iter().collect();
        let mut settled = Vec::new();
        for value in new {
            if before.contains(value)
                || self.applies(client, part, Change::Added, &value.to_string())
            {
                settled.push(value.clone());
            }
        }
        for value in old.iter().filter(|value| !after.contains(value)) {
            if !self.applies(client, part, Change::Removed, &value.to_string()) {
                settled.push(value.clone());
            }
        }
        settled
    }

    fn marks(&mut self) {
        let (old, new) = (&self.current.content, &self.offered.content);
        self.content.relays = self.list((None, Part::Relay), (&old.relays, &new.relays));
        self.content.shared_hosts =
            self.list((None, Part::SharedHost), (&old.shared_hosts, &new.shared_hosts));
    }

    fn removals(&mut self) {
        let (old, new) = (&self.current.content.removed, &self.offered.content.removed);
        let mut list =
            |old: &[Box<str>], new: &[Box<str>]| self.list((None, Part::Removal), (old, new));
        let clients = list(&old.clients, &new.clients);
        let pins = list(&old.pins, &new.pins);
        // To remove a mark opens: it waits like the removal of a mark in the file itself.
        let relays = self.lifted_marks(Part::Relay, (&old.relays, &new.relays));
        let shared_hosts =
            self.lifted_marks(Part::SharedHost, (&old.shared_hosts, &new.shared_hosts));
        self.content.removed = Removed { clients, pins, relays, shared_hosts };
    }

    /// Marks that are lifted in the catalogue below: to lift one more is to remove a mark, to lift one less is to add it.
    fn lifted_marks(
        &mut self,
        part: Part,
        (old, new): (&[Box<str>], &[Box<str>]),
    ) -> Vec<Box<str>> {
        let mut lifted = Vec::new();
        for mark in new {
            if old.contains(mark) || self.applies(None, part, Change::Removed, mark) {
                lifted.push(mark.clone());
            }
        }
        for mark in old.iter().filter(|mark| !new.contains(mark)) {
            if !self.applies(None, part, Change::Added, mark) {
                lifted.push(mark.clone());
            }
        }
        lifted
    }

    fn clients(&mut self) {
        let kept_names = self.names_that_stay();
        for new in &self.offered.content.clients {
            let client = if let Some(old) = self.current.client(&new.name) {
                self.client(old, new, &kept_names)
            } else {
                self.applies(Some(&new.name), Part::Client, Change::Added, &new.name);
                self.client(&bare(new), new, &kept_names)
            };
            self.content.clients.push(client);
        }
        for old in &self.current.content.clients {
            if self.offered.client(&old.name).is_none() {
                self.applies(Some(&old.name), Part::Client, Change::Removed, &old.name);
            }
        }
    }

    fn client(&mut self, old: &Client, new: &Client, kept: &HashMap<String, Box<str>>) -> Client {
        let name = Some(&*new.name);
        let publisher = new.publisher == old.publisher
            || self.applies(name, Part::Publisher, Change::Replaced, &new.publisher);
        let mark = |client: &Client| -> Box<str> {
            client.documents.first().and_then(Pattern::host).unwrap_or("its host").into()
        };
        let shared_host = match (old.shared_host, new.shared_host) {
            (true, false) => !self.applies(name, Part::SharedHostMark, Change::Removed, &mark(old)),
            (false, true) => self.applies(name, Part::SharedHostMark, Change::Added, &mark(new)),
            (_, same) => same,
        };
        let names = self.names(old, new, kept);
        Client {
            publisher: if publisher { new.publisher.clone() } else { old.publisher.clone() },
            names,
            documents: self.list((name, Part::Document), (&old.documents, &new.documents)),
            redirect_uris: self
                .list((name, Part::RedirectUri), (&old.redirect_uris, &new.redirect_uris)),
            statements: self.list((name, Part::Statement), (&old.statements, &new.statements)),
            logo_hosts: self.list((name, Part::Host), (&old.logo_hosts, &new.logo_hosts)),
            key_hosts: self.list((name, Part::Host), (&old.key_hosts, &new.key_hosts)),
            shared_host,
            ..new.clone()
        }
    }

    /// Names that wanted to another publisher and must not: each with the entry that keeps it.
    fn names_that_stay(&mut self) -> HashMap<String, Box<str>> {
        let mut kept = HashMap::new();
        for new in &self.offered.content.clients {
            for name in &new.names {
                let Some(owner) = self.current.owner_of_name(name) else { continue };
                let moves =
                    folded(&owner.name) != folded(&new.name) && owner.publisher != new.publisher;
                if moves && !self.applies(Some(&new.name), Part::MovedName, Change::Added, name) {
                    kept.insert(folded(name), owner.name.clone());
                }
            }
        }
        kept
    }

    fn names(
        &mut self,
        old: &Client,
        new: &Client,
        kept: &HashMap<String, Box<str>>,
    ) -> Vec<Box<str>> {
        let keeper = |name: &str| kept.get(folded(name).as_str()).map(|owner| folded(owner));
        let own = folded(&old.name);
        let mut wanted = new.names.clone();
        wanted.retain(|name| keeper(name).is_none_or(|keeper| keeper == own));
        for name in &old.names {
            if !wanted.contains(name) && keeper(name).is_some_and(|keeper| keeper == own) {
                wanted.push(name.clone());
            }
        }
        self.list((Some(&new.name), Part::Name), (&old.names, &wanted))
    }

    fn pins(&mut self) {
        for new in &self.offered.content.pins {
            let url = new.url.as_str();
            let pin = match self.current.pin(url) {
                Some(old) if old.document == new.document => Some(new),
                Some(old) => {
                    let applies = self.applies(None, Part::Pin, Change::Replaced, url);
                    Some(if applies { new } else { old })
                }
                None => self.applies(None, Part::Pin, Change::Added, url).then_some(new),
            };
            self.content.pins.extend(pin.cloned());
        }
        for Pin { url, .. } in &self.current.content.pins {
            if self.offered.pin(url.as_str()).is_none() {
                self.applies(None, Part::Pin, Change::Removed, url.as_str());
            }
        }
    }
}

/// A client that nothing belongs to yet.
fn bare(client: &Client) -> Client {
    Client {
        names: Vec::new(),
        documents: Vec::new(),
        redirect_uris: Vec::new(),
        statements: Vec::new(),
        logo_hosts: Vec::new(),
        key_hosts: Vec::new(),
        ..client.clone()
    }
}
