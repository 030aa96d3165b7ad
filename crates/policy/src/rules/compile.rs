//! Is this section sound, and what does it mean? From keys and texts to conditions, limits and an index, with every problem told.

mod conditions;
mod terms;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use aws_lc_rs::digest::{SHA256, digest};

use super::{
    GlobalHosts, Known, Origin, Rule, RuleSet,
    condition::Texts,
    index::Index,
    limits::{Ceiling, Limits},
    preset::Preset,
    problem::{RuleFault, RuleProblem},
    section::{HostsSection, PolicySection, RuleEntry, Then},
};
use crate::{
    assessment::Rung,
    hosts::{self, HostList},
};

/// What is understood so far.
pub(super) struct Compiler<'k> {
    known: &'k Known,
    identity: HostList,
    redirect: Option<Arc<HostList>>,
    global: GlobalHosts,
    ceilings: [Ceiling; Rung::ALL.len()],
    taken: BTreeSet<Box<str>>,
    problems: Vec<RuleProblem>,
}

impl<'k> Compiler<'k> {
    pub(super) fn new(known: &'k Known) -> Self {
        Self {
            known,
            identity: HostList::default(),
            redirect: None,
            global: GlobalHosts::default(),
            ceilings: Default::default(),
            taken: BTreeSet::new(),
            problems: Vec::new(),
        }
    }

    pub(super) fn compile(mut self, section: &PolicySection) -> Result<RuleSet, Vec<RuleProblem>> {
        self.host_lists(&section.hosts);
        self.ceilings(&section.ceilings);
        let names = self.names(&section.names);
        let ready_made = match section.preset.rules() {
            Ok(rules) => rules,
            Err(error) => {
                self.form("preset", error.message(), "the preset of this version");
                Vec::new()
            }
        };
        self.taken.extend(ready_made.iter().map(|rule| rule.name.as_str().into()));
        let mut rules = Vec::new();
        for (place, entry) in section.rules.iter().enumerate() {
            let key = format!("rules[{place}]");
            rules.push(self.rule(&key, entry, Origin::Own(place)));
        }
        for entry in &ready_made {
            // What is wrong with a rule that the operator did not write is told once, at the key that asked for it.
            let before = self.problems.len();
            rules.push(self.rule("preset", entry, Origin::Preset(section.preset)));
            let mut of_preset = self.problems.split_off(before);
            for problem in &mut of_preset {
                "preset".clone_into(&mut problem.key);
            }
            self.problems.append(&mut of_preset);
        }
        let version = self.version(section, &ready_made);
        if !self.problems.is_empty() {
            self.problems.dedup();
            return Err(self.problems);
        }
        let mut index = Index::default();
        for (number, rule) in rules.iter().enumerate() {
            index.insert(number, &rule.when);
        }
        Ok(RuleSet { rules, identity: self.identity, index, names, hosts: self.global, version })
    }

    fn rule(&mut self, key: &str, entry: &RuleEntry, origin: Origin) -> Rule {
        if matches!(origin, Origin::Own(_)) {
            self.rule_name(&format!("{key}.name"), &entry.name);
        }
        self.text(&format!("{key}.sentence"), &entry.sentence, MAX_SENTENCE);
        if let Some(warn) = &entry.warn {
            self.text(&format!("{key}.warn"), warn, MAX_WARNING);
        }
        if entry.warn.is_some() != (entry.then == Then::Warn) {
            self.refuse(&format!("{key}.warn"), RuleFault::Warning);
        }
        if entry.then == Then::Deny && !entry.limits.is_empty() {
            self.refuse(&format!("{key}.limits"), RuleFault::NoEffect);
        }
        let lets_in = entry.then.lets_in();
        let when = self.conditions(&format!("{key}.when"), &entry.when, lets_in);
        let unless = self.conditions(&format!("{key}.unless"), &entry.unless, !lets_in);
        let own = self.limits(&format!("{key}.limits"), &entry.limits);
        let limits = self.ceilings.each_ref().map(|ceiling| Arc::new(own.within(ceiling)));
        Rule {
            name: entry.name.as_str().into(),
            sentence: entry.sentence.as_str().into(),
            then: entry.then,
            origin,
            warn: entry.warn.as_deref().map(Into::into),
            when,
            unless,
            limits,
        }
    }

    fn rule_name(&mut self, key: &str, name: &str) {
        let sound = (1..=MAX_NAME).contains(&name.len())
            && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if !sound {
            self.refuse(key, RuleFault::Name(name.into()));
        } else if !self.taken.insert(name.into()) {
            self.refuse(key, RuleFault::Taken(name.into()));
        }
    }

    fn host_lists(&mut self, section: &HostsSection) {
        self.identity =
            self.hosts("hosts.identity", section.identity.as_deref()).unwrap_or_default();
        self.redirect = self.hosts("hosts.redirect", section.redirect.as_deref()).map(Arc::new);
        self.global = GlobalHosts {
            keys: self.hosts("hosts.keys", section.keys.as_deref()).map(Arc::new),
            pictures: self.hosts("hosts.pictures", section.pictures.as_deref()).map(Arc::new),
        };
    }

    fn names(&mut self, section: &BTreeMap<String, String>) -> BTreeMap<Box<str>, Box<str>> {
        for (name, domain) in section {
            let bare = name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
            let key = if bare { format!("names.{name}") } else { format!("names.{name:?}") };
            self.text(&key, name, MAX_NAME);
            if let Err(why) = hosts::check(domain) {
                self.refuse(&key, RuleFault::Host { value: domain.as_str().into(), why });
            }
        }
        section
            .iter()
            .map(|(name, domain)| (name.as_str().into(), domain.as_str().into()))
            .collect()
    }

    /// What a list names, each entry understood by itself; nothing where there is no list.
    fn each(
        &mut self,
        key: &str,
        list: Option<&[String]>,
        mut understand: impl FnMut(&mut Self, &str, &str),
    ) {
        let Some(list) = list else { return };
        if list.is_empty() {
            self.refuse(key, RuleFault::Empty);
        }
        for (place, text) in list.iter().enumerate() {
            understand(self, &format!("{key}[{place}]"), text);
        }
    }

    fn hosts(&mut self, key: &str, list: Option<&[String]>) -> Option<HostList> {
        let mut hosts = list.map(|_| HostList::default());
        self.each(key, list, |compiler, key, text| {
            if let Some(Err(why)) = hosts.as_mut().map(|hosts| hosts.insert(text)) {
                compiler.refuse(key, RuleFault::Host { value: text.into(), why });
            }
        });
        hosts
    }

    fn resources(&mut self, key: &str, list: Option<&[String]>) -> Option<Texts> {
        let mut resources = list.map(|_| Texts::new());
        self.each(key, list, |compiler, key, text| {
            if let Some(identifier) = compiler.known.resource(text) {
                resources.get_or_insert_default().insert(identifier.into());
            } else {
                let known = compiler.known.all_resources().into();
                let value = text.into();
                compiler.refuse(key, RuleFault::Unknown { what: "resource", value, known });
            }
        });
        resources
    }

    /// A scope that some resource knows.
    fn known_scope(&mut self, key: &str, scope: &str) {
        if !self.known.has_scope(scope) {
            let known = self.known.all_scopes().into();
            let value = scope.into();
            self.refuse(key, RuleFault::Unknown { what: "scope", value, known });
        }
    }

    fn text(&mut self, key: &str, text: &str, most: usize) {
        let sound = !text.is_empty()
            && text.trim() == text
            && text.chars().count() <= most
            && !text.chars().any(char::is_control);
        if !sound {
            self.refuse(key, RuleFault::Text { most });
        }
    }

    fn form(&mut self, key: &str, value: &str, form: &'static str) {
        self.refuse(key, RuleFault::Form { value: value.into(), form });
    }

    fn refuse(&mut self, key: &str, why: RuleFault) {
        self.problems.push(RuleProblem { key: key.to_owned(), why });
    }

    /// The first bytes of a hash over everything that is said, the rules of the preset included.
    fn version(&mut self, section: &PolicySection, ready_made: &[RuleEntry]) -> Box<str> {
        let mut whole = section.clone();
        whole.preset = Preset::None;
        whole.rules.extend_from_slice(ready_made);
        match toml::to_string(&whole) {
            Ok(text) => {
                let hash = digest(&SHA256, text.as_bytes());
                let first = hash.as_ref().first_chunk().copied().map_or(0, u64::from_be_bytes);
                format!("{:012x}", first >> 16).into()
            }
            Err(error) => {
                self.form("rules", &error.to_string(), "something that TOML can hold");
                "".into()
            }
        }
    }
}

/// The longest name of a rule, or of somebody.
const MAX_NAME: usize = 64;

/// The longest sentence, in characters.
const MAX_SENTENCE: usize = 300;

/// The longest warning, in characters.
const MAX_WARNING: usize = 300;
