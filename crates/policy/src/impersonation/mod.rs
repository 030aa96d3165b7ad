//! Is this name, or this host, taken for one that belongs to somebody? DESIGN 4.6.
//!
//! Names are found by how they look (`salver_names::name_skeleton`): the name itself, the name in other letters, the name with words
//! that say nothing. One name is looked up a few times, however many are protected. A hit is a fact; who may use which name is
//! judged where the client is known ([`crate::warning`]).

mod clean;
mod hit;
mod words;

use std::collections::HashMap;

use salver_names::{
    NameSkeleton, ProtectedHosts, as_drawn, folded_name, mixes_scripts, name_skeleton,
};

use self::clean::Clean;
pub use self::hit::{HostHit, Likeness, NameHit};
use crate::catalogue::{Catalogue, Pattern};

/// A name that belongs to somebody.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Protected {
    /// The name, as its owner writes it.
    pub name: Box<str>,
    /// The domain of whom it belongs to.
    pub owner: Box<str>,
}

/// All protected names and hosts, found by how they look.
#[derive(Clone, Debug, Default)]
pub struct ProtectedNames {
    names: Vec<Protected>,
    /// By the folded name.
    same: HashMap<String, usize>,
    /// By the skeleton.
    looks: HashMap<String, usize>,
    /// By the skeleton without words that say nothing, of names that have such words and others.
    cores: HashMap<String, Vec<(usize, String)>>,
    hosts: ProtectedHosts,
    clean_names: Clean,
    clean_hosts: Clean,
}

impl ProtectedNames {
    /// Protects names, their owners' sites, and the sites of more hosts. If two names look the same, the first keeps what they share.
    pub fn new<'h>(
        names: impl IntoIterator<Item = Protected>,
        hosts: impl IntoIterator<Item = &'h str>,
    ) -> Self {
        let mut protected = Self::default();
        for name in names {
            protected.insert(name);
        }
        hosts.into_iter().for_each(|host| protected.hosts.protect(host));
        protected
    }

    /// Protects what belongs to somebody by the catalogue, and then more names: the operator's, and those of vetted applications.
    pub fn of(catalogue: &Catalogue, more: impl IntoIterator<Item = Protected>) -> Self {
        let clients = catalogue.clients();
        let names = clients.iter().flat_map(|client| {
            let owner = &client.publisher;
            client.names.iter().map(|name| Protected { name: name.clone(), owner: owner.clone() })
        });
        let publishers = clients.iter().map(|client| &*client.publisher);
        let documents = clients.iter().flat_map(|client| &client.documents);
        Self::new(names.chain(more), publishers.chain(documents.filter_map(Pattern::host)))
    }

    /// Whether a claimed name is a protected one, or may be taken for one; else, whether it is written as nobody writes.
    #[must_use]
    pub fn name(&self, claimed: &str) -> Option<NameHit<'_>> {
        if self.clean_names.has(claimed) {
            return None;
        }
        let found = self.find(claimed).or_else(|| self.find_drawn(claimed));
        let found = found.or_else(|| mixes_scripts(claimed).then_some(NameHit::MixedScripts));
        if found.is_none() {
            self.clean_names.note(claimed);
        }
        found
    }

    /// Whether a host may be taken for a protected one.
    #[must_use]
    pub fn host(&self, host: &str) -> Option<HostHit<'_>> {
        if self.clean_hosts.has(host) {
            return None;
        }
        let found = self.hosts.look_alike(host).map(|(protected, why)| HostHit { protected, why });
        if found.is_none() {
            self.clean_hosts.note(host);
        }
        found
    }

    fn insert(&mut self, name: Protected) {
        let number = self.names.len();
        let spellings = [name.name.to_string(), name.name.to_lowercase(), name.name.to_uppercase()];
        self.same.entry(folded_name(&name.name)).or_insert(number);
        // In other scripts than Latin, small letters and capitals do not look like the same Latin ones.
        let some = if name.name.is_ascii() { 1 } else { spellings.len() };
        for spelling in spellings.iter().take(some) {
            let skeleton = name_skeleton(spelling);
            let squashed = skeleton.squashed();
            if squashed.is_empty() {
                continue;
            }
            let core = words::core(&skeleton);
            if !core.is_empty() && core != squashed {
                self.cores.entry(core).or_default().push((number, squashed.clone()));
            }
            self.looks.entry(squashed).or_insert(number);
        }
        self.hosts.protect(&name.owner);
        self.names.push(name);
    }

    /// What is only drawn as the name is not the name, but looks like it.
    fn find_drawn(&self, claimed: &str) -> Option<NameHit<'_>> {
        match self.find(&as_drawn(claimed)?)? {
            NameHit::Taken { protected, why: Likeness::Same } => {
                Some(NameHit::Taken { protected, why: Likeness::OtherLetters })
            }
            other => Some(other),
        }
    }

    fn find(&self, claimed: &str) -> Option<NameHit<'_>> {
        if let Some(number) = self.same.get(&folded_name(claimed)) {
            return self.hit(*number, Likeness::Same);
        }
        let skeleton = name_skeleton(claimed);
        if let Some(number) = self.looks.get(&skeleton.squashed()) {
            return self.hit(*number, Likeness::OtherLetters);
        }
        self.hit(self.but_for_words(&skeleton)?, Likeness::EmptyWords)
    }

    /// A protected name may have words that say nothing itself (`MCP Inspector`): those must be there, so that `Inspector` is free.
    fn but_for_words(&self, claimed: &NameSkeleton) -> Option<usize> {
        let core = words::core(claimed);
        if core.is_empty() {
            return None;
        }
        let with_words = || {
            let alike = self.cores.get(&core)?;
            let found = alike.iter().find(|(_, squashed)| words::spell(claimed, squashed));
            found.map(|(number, _)| *number)
        };
        let found = self.looks.get(&core).copied().or_else(with_words);
        found.or_else(|| {
            words::without_ends(&claimed.squashed()).find_map(|rest| self.looks.get(rest)).copied()
        })
    }

    fn hit(&self, number: usize, why: Likeness) -> Option<NameHit<'_>> {
        self.names.get(number).map(|protected| NameHit::Taken { protected, why })
    }
}

#[cfg(test)]
mod tests;
