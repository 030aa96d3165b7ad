//! Why this verdict? The facts, the evidence, the rung, what became of each rule, and the outcome, for command line and page alike.
//!
//! Everything here is worked out by what [`crate::judge`] works with, so that an explanation cannot differ from a verdict. Values hold
//! strangers' text: whoever shows them escapes them, as the plain text below does.

mod facts;
mod text;

use salver_oauth::Timestamp;

use crate::{
    approval::Approval,
    ban::{BanFacts, Bans},
    judge::{Verdict, by_rule, judge},
    rules::{Decided, Rule, RuleSet, Then, View},
    visit::Visit,
};

/// A verdict with everything that led to it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Explanation {
    /// What is known of the login, evidence and rung at the end.
    pub facts: Vec<Fact>,
    /// Each rule, in order.
    pub rules: Vec<RuleLine>,
    /// The verdict.
    pub verdict: Verdict,
    /// The version of the rules.
    pub version: Box<str>,
}

/// Something that is known.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Fact {
    /// What it is.
    pub label: &'static str,
    /// Its value; may be a stranger's text.
    pub value: String,
}

/// What became of a rule.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RuleLine {
    /// Its name.
    pub name: Box<str>,
    /// What it is for.
    pub sentence: Box<str>,
    /// What it would have become of the login.
    pub then: Then,
    /// Whether it matched, and if not, why.
    pub fate: Fate,
}

/// Whether a rule matched.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Fate {
    /// It matched, and decided.
    Decides,
    /// The first condition that did not hold.
    Differs {
        /// The key of `when`.
        key: &'static str,
        /// What it wants.
        wants: String,
        /// What was found instead; may be a stranger's text.
        found: String,
    },
    /// All of `when` held, and all of `unless` did too.
    Excepted,
    /// It matched by the domain, and a later rule names the document.
    Beaten {
        /// The later rule.
        by: Box<str>,
    },
    /// An earlier rule had decided.
    PassedOver,
    /// A ban had decided before any rule.
    NotAsked,
}

/// Judges a login and says why.
#[must_use]
pub fn explain(
    rules: &RuleSet,
    bans: &Bans,
    approvals: &[Approval],
    visit: &Visit,
    now: Timestamp,
) -> Explanation {
    let view = View::new(visit, &rules.identity, now);
    let banned = bans.find(&BanFacts::of_visit(visit), now).is_some();
    let decided = rules.decide(&view);
    let verdict = if banned {
        judge(rules, bans, approvals, visit, now)
    } else {
        by_rule(rules, decided, approvals, &view)
    };
    let lines = rules.rules.iter().enumerate().map(|(number, rule)| RuleLine {
        name: rule.name.clone(),
        sentence: rule.sentence.clone(),
        then: rule.then,
        fate: if banned { Fate::NotAsked } else { fate(rules, number, rule, (decided, &view)) },
    });
    Explanation {
        facts: facts::of(&view),
        rules: lines.collect(),
        verdict,
        version: rules.version().into(),
    }
}

fn fate(
    rules: &RuleSet,
    number: usize,
    rule: &Rule,
    (decided, view): (Option<Decided>, &View<'_>),
) -> Fate {
    if let Some(decided) = decided {
        if number == decided.rule {
            return Fate::Decides;
        }
        if decided.before == Some(number)
            && let Some(later) = rules.rules.get(decided.rule)
        {
            return Fate::Beaten { by: later.name.clone() };
        }
        // Behind a rule that matched by domain, only those that name documents are asked.
        let first = decided.before.unwrap_or(decided.rule);
        let by_domain = rules.rules.get(first).is_some_and(Rule::is_by_domain);
        let last = if decided.before.is_some() { decided.rule } else { rules.rules.len() };
        let asked = number < first || (by_domain && number < last && rule.names_documents());
        if !asked {
            return Fate::PassedOver;
        }
    }
    match rule.when.iter().find(|condition| !condition.holds(view)) {
        Some(condition) => Fate::Differs {
            key: condition.key(),
            wants: condition.wants(),
            found: condition.found(view),
        },
        None => Fate::Excepted,
    }
}

#[cfg(test)]
mod tests;
