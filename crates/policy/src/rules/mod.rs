//! Which rules does this server have, and which of them decides? The first that matches; but a rule that names a document beats an
//! earlier one that matched by the document's domain.
//!
//! A section of the configuration ([`section`]) is understood once, when it is loaded; everything that is wrong is told with its key.
//! What a decision means for a login is the business of [`crate::judge`].

mod compile;
mod condition;
mod index;
mod known;
mod limits;
mod preset;
mod problem;
pub mod section;
mod words;

use std::{collections::BTreeMap, sync::Arc};

use self::{compile::Compiler, index::Index};
pub(crate) use self::{
    condition::{Condition, View},
    words::{first_seen, yes},
};
pub use self::{
    known::Known,
    limits::Limits,
    preset::Preset,
    problem::{RuleFault, RuleProblem},
    section::{ConsentWish, PolicySection, Requirement, Then},
};
use crate::{assessment::Rung, hosts::HostList};

/// Rules, understood: those of the operator, then those of the preset.
#[derive(Clone, Debug)]
pub struct RuleSet {
    pub(crate) rules: Vec<Rule>,
    pub(crate) identity: HostList,
    index: Index,
    names: BTreeMap<Box<str>, Box<str>>,
    hosts: GlobalHosts,
    version: Box<str>,
}

/// A rule, understood.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Its name.
    pub name: Box<str>,
    /// What it is for.
    pub sentence: Box<str>,
    /// What becomes of the login.
    pub then: Then,
    /// Where it stands.
    pub origin: Origin,
    /// What the person is warned of.
    pub(crate) warn: Option<Box<str>>,
    pub(crate) when: Vec<Condition>,
    pub(crate) unless: Vec<Condition>,
    /// Its limits within the ceiling of each rung, in the order of the rungs.
    limits: [Arc<Limits>; Rung::ALL.len()],
}

/// Where a rule stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Origin {
    /// In the configuration: the place in its list, from 0.
    Own(usize),
    /// In the preset.
    Preset(Preset),
}

/// The lists that hold where a rule has none of its own.
#[derive(Clone, Debug, Default)]
struct GlobalHosts {
    keys: Option<Arc<HostList>>,
    pictures: Option<Arc<HostList>>,
}

/// Which rule decides.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Decided {
    pub(crate) rule: usize,
    /// The earlier rule that matched by the domain of a document which this one names.
    pub(crate) before: Option<usize>,
}

impl RuleSet {
    /// Understands a section. `known` is what else there is on this server.
    ///
    /// # Errors
    /// Everything that is wrong, in the order of the section.
    pub fn new(section: &PolicySection, known: &Known) -> Result<Self, Vec<RuleProblem>> {
        Compiler::new(known).compile(section)
    }

    /// Short, and another one whenever the section or its preset say something else.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The rules, in order.
    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// Names that belong to somebody beside those of the catalogue, with the domain of whom.
    #[must_use]
    pub fn protected_names(&self) -> &BTreeMap<Box<str>, Box<str>> {
        &self.names
    }

    /// The only hosts from which keys are fetched before a rule has decided, if they are limited.
    #[must_use]
    pub fn key_hosts(&self) -> Option<&HostList> {
        self.hosts.keys.as_deref()
    }

    /// The only hosts from which pictures are fetched before a rule has decided, if they are limited.
    #[must_use]
    pub fn picture_hosts(&self) -> Option<&HostList> {
        self.hosts.pictures.as_deref()
    }

    pub(crate) fn decide(&self, view: &View<'_>) -> Option<Decided> {
        let candidates = self.index.candidates(view);
        let mut matching = candidates
            .into_iter()
            .filter(|number| self.rules.get(*number).is_some_and(|rule| rule.matches(view)));
        let first = matching.next()?;
        if self.rules.get(first).is_some_and(Rule::is_by_domain) {
            let names_the_document =
                |number: &usize| self.rules.get(*number).is_some_and(Rule::names_documents);
            if let Some(rule) = matching.find(names_the_document) {
                return Some(Decided { rule, before: Some(first) });
            }
        }
        Some(Decided { rule: first, before: None })
    }
}

impl Rule {
    /// Its limits for a client of this rung.
    #[must_use]
    pub fn limits(&self, rung: Rung) -> &Arc<Limits> {
        let [self_declared, published, anchored, attested] = &self.limits;
        match rung {
            Rung::SelfDeclared => self_declared,
            Rung::Published => published,
            Rung::Anchored => anchored,
            Rung::Attested => attested,
        }
    }

    pub(crate) fn matches(&self, view: &View<'_>) -> bool {
        self.when.iter().all(|condition| condition.holds(view))
            && (self.unless.is_empty()
                || !self.unless.iter().all(|condition| condition.holds(view)))
    }

    /// Whether it matches by the domain of a document without naming one.
    pub(crate) fn is_by_domain(&self) -> bool {
        let by_domain = |condition: &Condition| {
            matches!(condition, Condition::Publisher { .. } | Condition::Listed { .. })
        };
        self.when.iter().any(by_domain) && !self.names_documents()
    }

    pub(crate) fn names_documents(&self) -> bool {
        self.when.iter().any(|condition| matches!(condition, Condition::Document(_)))
    }
}

#[cfg(test)]
pub(crate) mod tests;
