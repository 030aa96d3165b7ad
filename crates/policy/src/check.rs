//! Which rules say nothing? Rules that can never match, that contradict each other, that name what is not there, and that let in whom
//! a ban shuts out. Only the last is a reason not to start, and only where the rule lets in at once.
//!
//! What is said is certain; what is not said may still be so, since the check compares conditions one by one.

mod shut_out;

use std::fmt;

use salver_oauth::Timestamp;

use crate::{
    ban::Bans,
    rules::{Condition, Known, Origin, Rule, RuleSet, Then},
    visit::{Method, RedirectClass},
};

/// Something to look at.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Finding {
    /// The key below `policy` that it stands at.
    pub key: String,
    /// The rule.
    pub rule: Box<str>,
    /// What was found.
    pub what: Found,
}

/// What can be found.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Found {
    /// An earlier rule matches whatever this one does.
    Unreachable {
        /// The earlier rule.
        by: Box<str>,
    },
    /// An earlier rule asks the same and says something else.
    Contradicts {
        /// The earlier rule.
        earlier: Box<str>,
        /// What that one says.
        then: Then,
    },
    /// Two of its conditions cannot hold together.
    NeverMatches {
        /// The one.
        one: &'static str,
        /// The other one.
        other: &'static str,
    },
    /// The catalogue has no such entry.
    UnknownEntry(Box<str>),
    /// There is no such group.
    UnknownGroup(Box<str>),
    /// It lets in what a ban shuts out.
    ShutOut {
        /// What it lets in.
        value: Box<str>,
        /// The ban's number.
        ban: i64,
    },
}

/// Everything that is found about the operator's own rules.
#[must_use]
pub fn check(rules: &RuleSet, known: &Known, bans: &Bans, now: Timestamp) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (number, rule) in rules.rules.iter().enumerate() {
        let Origin::Own(place) = rule.origin else { break };
        let earlier = rules.rules.get(..number).unwrap_or_default();
        let mut note = |below: &str, what: Found| {
            let key = format!("rules[{place}]{below}");
            findings.push(Finding { key, rule: rule.name.clone(), what });
        };
        if let Some((one, other)) = impossible(rule) {
            note(".when", Found::NeverMatches { one, other });
        } else if let Some(by) = earlier.iter().find(|earlier| covers(earlier, rule)) {
            note("", shadow(by, rule));
        }
        for (member, conditions) in [("when", &rule.when), ("unless", &rule.unless)] {
            for what in unknown(conditions, known) {
                let name = if matches!(what, Found::UnknownEntry(_)) { "entry" } else { "group" };
                note(&format!(".{member}.{name}"), what);
            }
        }
        for what in shut_out::by(rule, bans, now) {
            note(".when", what);
        }
    }
    findings
}

fn shadow(by: &Rule, rule: &Rule) -> Found {
    let earlier = by.name.clone();
    if by.then != rule.then && covers(rule, by) {
        Found::Contradicts { earlier, then: by.then }
    } else {
        Found::Unreachable { by: earlier }
    }
}

/// Whether the earlier rule decides whatever the later one would.
fn covers(earlier: &Rule, later: &Rule) -> bool {
    let implied = |wanted: &Condition| later.when.iter().any(|given| implies(given, wanted));
    let beaten = earlier.is_by_domain() && later.names_documents();
    !beaten
        && earlier.when.iter().all(implied)
        && (earlier.unless.is_empty() || earlier.unless == later.unless)
}

fn implies(given: &Condition, wanted: &Condition) -> bool {
    given.key() == wanted.key() && given.implies(wanted)
}

/// Two conditions that cannot hold together.
fn impossible(rule: &Rule) -> Option<(&'static str, &'static str)> {
    let find = |key: &str| rule.when.iter().find(|condition| condition.key() == key);
    if let (Some(Condition::Redirect(classes)), Some(_)) = (find("redirect"), find("redirect_host"))
        && !classes.contains(RedirectClass::Https)
        && !classes.contains(RedirectClass::Relay)
    {
        return Some(("redirect", "redirect_host"));
    }
    if let (Some(Condition::Method(methods)), Some(_)) = (find("method"), find("document"))
        && !methods.contains(Method::MetadataDocument)
        && !methods.contains(Method::Hosted)
    {
        return Some(("method", "document"));
    }
    let excepted = !rule.unless.is_empty()
        && rule.unless.iter().all(|wanted| rule.when.iter().any(|given| implies(given, wanted)));
    excepted.then_some(("when", "unless"))
}

fn unknown(conditions: &[Condition], known: &Known) -> Vec<Found> {
    let mut found = Vec::new();
    for condition in conditions {
        match condition {
            Condition::Entry(entries) => {
                let missing = entries.names.iter().filter(|name| !known.has_entry(name));
                found.extend(missing.cloned().map(Found::UnknownEntry));
            }
            Condition::Group(groups) => {
                let missing = groups.iter().filter(|name| !known.has_group(name));
                found.extend(missing.cloned().map(Found::UnknownGroup));
            }
            _ => {}
        }
    }
    found
}

impl Found {
    /// A name that stays the same.
    #[must_use]
    pub const fn id(&self) -> &'static str {
        match self {
            Self::Unreachable { .. } => "unreachable",
            Self::Contradicts { .. } => "contradicts",
            Self::NeverMatches { .. } => "never-matches",
            Self::UnknownEntry(_) => "unknown-entry",
            Self::UnknownGroup(_) => "unknown-group",
            Self::ShutOut { .. } => "shut-out",
        }
    }

    /// Whether the rule cannot mean what it says. What names something that is not there may come to mean something.
    #[must_use]
    pub const fn is_fault(&self) -> bool {
        match self {
            Self::Unreachable { .. }
            | Self::Contradicts { .. }
            | Self::NeverMatches { .. }
            | Self::ShutOut { .. } => true,
            Self::UnknownEntry(_) | Self::UnknownGroup(_) => false,
        }
    }

    /// What to do about it.
    #[must_use]
    pub const fn hint(&self) -> &'static str {
        match self {
            Self::Unreachable { .. } => "move it before that rule, or take it away",
            Self::Contradicts { .. } => "keep the one that you mean",
            Self::NeverMatches { .. } => "take one of the conditions away",
            Self::UnknownEntry(_) => "`salver catalogue list` shows the entries",
            Self::UnknownGroup(_) => "correct the name, or make the group",
            Self::ShutOut { .. } => "bans go before rules: lift the ban, or take this away",
        }
    }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable { by } => write!(f, "never decides: {by} matches before it"),
            Self::Contradicts { earlier, then } => {
                write!(f, "never decides: {earlier} asks the same and says {}", then.id())
            }
            Self::NeverMatches { one, other } => {
                write!(f, "never matches: {one} and {other} cannot go together")
            }
            Self::UnknownEntry(name) => write!(f, "the catalogue has no entry {name:?}"),
            Self::UnknownGroup(name) => write!(f, "there is no group {name:?}"),
            Self::ShutOut { value, ban } => write!(f, "lets in {value}, which ban {ban} shuts out"),
        }
    }
}

#[cfg(test)]
mod tests;
