//! What is there on this server that a rule can name?

use std::collections::{BTreeMap, BTreeSet};

use crate::catalogue::{Catalogue, folded};

/// What rules can name. Resources and scopes stand in the same configuration as the rules, so an unknown one is refused; entries and
/// groups come and go, so an unknown one is only found by a check.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// Resources as they are written: name or identifier, each with the identifier.
    resources: BTreeMap<Box<str>, Box<str>>,
    scopes: BTreeSet<Box<str>>,
    /// Names of entries, folded.
    entries: BTreeSet<Box<str>>,
    groups: Option<BTreeSet<Box<str>>>,
}

impl Known {
    /// Adds a resource, by its name and its identifier.
    pub fn add_resource(&mut self, name: &str, identifier: &str) {
        self.resources.insert(name.into(), identifier.into());
        self.resources.insert(identifier.into(), identifier.into());
    }

    /// Adds a scope.
    pub fn add_scope(&mut self, scope: &str) {
        self.scopes.insert(scope.into());
    }

    /// Adds the entries of a catalogue.
    pub fn add_catalogue(&mut self, catalogue: &Catalogue) {
        self.entries.extend(catalogue.clients().iter().map(|client| folded(&client.name).into()));
    }

    /// Says which groups there are. Without it, any may be.
    pub fn set_groups<'g>(&mut self, groups: impl IntoIterator<Item = &'g str>) {
        self.groups = Some(groups.into_iter().map(Into::into).collect());
    }

    pub(super) fn resource(&self, written: &str) -> Option<&str> {
        self.resources.get(written).map(AsRef::as_ref)
    }

    pub(super) fn has_scope(&self, scope: &str) -> bool {
        self.scopes.contains(scope)
    }

    pub(super) fn all_resources(&self) -> String {
        let named = self.resources.iter().filter(|(written, identifier)| written != identifier);
        joined(named.map(|(name, _)| name))
    }

    pub(super) fn all_scopes(&self) -> String {
        joined(self.scopes.iter())
    }

    pub(crate) fn has_entry(&self, folded: &str) -> bool {
        self.entries.contains(folded)
    }

    pub(crate) fn has_group(&self, group: &str) -> bool {
        self.groups.as_ref().is_none_or(|groups| groups.contains(group))
    }
}

fn joined<'t>(texts: impl Iterator<Item = &'t Box<str>>) -> String {
    let texts: Vec<String> = texts.map(|text| format!("\"{text}\"")).collect();
    texts.join(", ")
}
