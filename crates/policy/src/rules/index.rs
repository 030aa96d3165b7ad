//! Which rules can match at all? A rule is looked up by the rarest thing that it asks for, so that a thousand rules about a thousand
//! publishers cost no more than a few.
//!
//! What is found is a superset: each rule that is found is asked in full, in order.

use std::collections::HashMap;

use super::condition::{Condition, Sense, View};
use crate::{catalogue::open_forms, hosts::with_parents};

/// By what a rule is looked up, the rarest first.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
enum By {
    Document,
    OpenDocument,
    Key,
    Publisher,
    PublisherBelow,
    RedirectHost,
    RedirectHostBelow,
    StatementIssuer,
    Entry,
    Group,
    Resource,
    Scope,
}

/// Rules by what they ask for. Numbers are places in the list of rules.
#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    maps: HashMap<By, HashMap<Box<str>, Vec<usize>>>,
    always: Vec<usize>,
}

impl Index {
    /// Adds a rule; the next one has a greater number.
    pub(super) fn insert(&mut self, number: usize, when: &[Condition]) {
        let keys = when
            .iter()
            .filter_map(keys)
            .min_by_key(|keys| keys.iter().map(|(by, _)| *by as usize).max().unwrap_or(usize::MAX));
        match keys {
            None => self.always.push(number),
            Some(keys) => {
                for (by, text) in keys {
                    self.maps.entry(by).or_default().entry(text).or_default().push(number);
                }
            }
        }
    }

    /// The rules that can match, in order. No rule is both looked up and asked every time.
    pub(super) fn candidates(&self, view: &View<'_>) -> impl Iterator<Item = usize> {
        let mut found = self.found(view).into_iter().peekable();
        let mut always = self.always.iter().copied().peekable();
        std::iter::from_fn(move || match (found.peek(), always.peek()) {
            (Some(one), Some(other)) if one > other => always.next(),
            (Some(_), _) => found.next(),
            (None, _) => always.next(),
        })
    }

    fn found(&self, view: &View<'_>) -> Vec<usize> {
        let mut found = Vec::new();
        if self.maps.is_empty() {
            return found;
        }
        let visit = view.visit;
        if let Some(url) = view.document {
            self.find(&mut found, By::Document, url);
            if self.maps.contains_key(&By::OpenDocument) {
                for form in open_forms(url) {
                    self.find(&mut found, By::OpenDocument, &form);
                }
            }
        }
        // The wider sense: whether the host counts for the client is asked later.
        if let Some(host) = view.host(Sense::AgainstIt) {
            self.find_host(&mut found, (By::Publisher, By::PublisherBelow), host);
        }
        if let Some(host) = view.recipient_host {
            self.find_host(&mut found, (By::RedirectHost, By::RedirectHostBelow), host);
        }
        let keys = visit.keys.iter().map(|key| (By::Key, &**key));
        let issuer = visit.statement_issuer.iter().map(|text| (By::StatementIssuer, &**text));
        let entry = view.entry.iter().map(|entry| (By::Entry, entry.as_str()));
        let groups = visit.groups.iter().map(|group| (By::Group, &**group));
        let scopes = visit.scopes.iter().map(|scope| (By::Scope, scope));
        let resource = [(By::Resource, &*visit.resource)];
        for (by, text) in
            keys.chain(issuer).chain(entry).chain(groups).chain(resource).chain(scopes)
        {
            self.find(&mut found, by, text);
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    fn find(&self, found: &mut Vec<usize>, by: By, text: &str) {
        if let Some(numbers) = self.maps.get(&by).and_then(|map| map.get(text)) {
            found.extend_from_slice(numbers);
        }
    }

    fn find_host(&self, found: &mut Vec<usize>, (exact, below): (By, By), host: &str) {
        self.find(found, exact, host);
        if self.maps.contains_key(&below) {
            for name in with_parents(host) {
                self.find(found, below, name);
            }
        }
    }
}

/// What to look a rule with this condition up by; nothing if it must be asked every time.
fn keys(condition: &Condition) -> Option<Vec<(By, Box<str>)>> {
    let texts = |by: By, texts: &mut dyn Iterator<Item = &str>| {
        texts.map(|text| (by, text.into())).collect::<Vec<_>>()
    };
    let of_set =
        |by: By, set: &super::condition::Texts| texts(by, &mut set.iter().map(AsRef::as_ref));
    match condition {
        Condition::Document(documents) => {
            let mut all = of_set(By::Document, &documents.exact);
            let mut open = documents.open.iter().map(crate::catalogue::Pattern::as_str);
            all.append(&mut texts(By::OpenDocument, &mut open));
            Some(all)
        }
        Condition::Publisher { hosts, .. } => {
            let mut all = texts(By::Publisher, &mut hosts.exact());
            all.append(&mut texts(By::PublisherBelow, &mut hosts.with_names_below()));
            Some(all)
        }
        Condition::RedirectHost(hosts) => {
            let mut all = texts(By::RedirectHost, &mut hosts.exact());
            all.append(&mut texts(By::RedirectHostBelow, &mut hosts.with_names_below()));
            Some(all)
        }
        Condition::Key(set) => Some(of_set(By::Key, set)),
        Condition::StatementIssuer(set) => Some(of_set(By::StatementIssuer, set)),
        Condition::Entry(entries) if !entries.any => Some(of_set(By::Entry, &entries.names)),
        Condition::Group(set) => Some(of_set(By::Group, set)),
        Condition::Resource(set) => Some(of_set(By::Resource, set)),
        Condition::Scope(set) => Some(of_set(By::Scope, set)),
        _ => None,
    }
}
