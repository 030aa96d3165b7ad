//! May this login go on, on what terms, and why? Bans first, then the rule that decides, then its terms.
//!
//! Everything that fails here fails closed: no rule, a demand that is not met, a host that is not listed, nothing left to give.
//! Whether the person is asked is not decided here: see [`crate::consent`], which no rule can soften.

use std::sync::Arc;

use salver_oauth::{Scope, Timestamp};

use crate::{
    approval::{Approval, ApprovedFor},
    assessment::Rung,
    ban::{BanFacts, Bans},
    redirects::UnlistedHttps,
    rules::{Decided, Limits, Requirement, Rule, RuleSet, Then, View},
    visit::Visit,
};

/// What becomes of a login.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Verdict {
    /// The outcome.
    pub outcome: Outcome,
    /// What it comes from.
    pub reason: Reason,
    /// The name of the rule that decided; nothing if no rule was asked or none matched.
    pub rule: Option<Box<str>>,
    /// What that rule is for.
    pub sentence: Option<Box<str>>,
    /// What can be given of the scopes that were asked for; nothing if the login ends.
    pub scopes: Scope,
    /// The terms, those of the rung included.
    pub limits: Arc<Limits>,
}

/// The outcomes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Outcome {
    /// The login goes on.
    Allow,
    /// It goes on, and the person is warned in these words.
    Warn(Box<str>),
    /// It waits for an administrator.
    Review,
    /// It ends.
    Deny,
}

/// What an outcome comes from.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Reason {
    /// The rule says so.
    Rule,
    /// No rule matched.
    NoRule,
    /// A ban.
    Ban {
        /// Its number.
        number: i64,
        /// Why it was made.
        reason: Box<str>,
    },
    /// The rule wants a review, and an administrator has approved already.
    Approved {
        /// The approval's number.
        number: i64,
        /// Whose logins it is for.
        who: ApprovedFor,
    },
    /// The rule lets in, and the request lacks what it requires.
    Lacks(Requirement),
    /// The rule lets in, and the answer would go to a host that is not listed.
    RedirectHost(Box<str>),
    /// The rule lets in, and this resource is not for clients like this.
    OtherResource,
    /// The rule lets in, and none of the scopes that were asked for can be given.
    NothingLeft,
    /// The rule lets in, and one of the redirect URIs is an https address that nobody has named (DESIGN 4.3).
    UnlistedRedirect,
}

/// Judges a login. Of the approvals, those of this client are enough.
#[must_use]
pub fn judge(
    rules: &RuleSet,
    bans: &Bans,
    approvals: &[Approval],
    visit: &Visit,
    now: Timestamp,
) -> Verdict {
    // Most servers have no bans: then nothing is made to look them up by.
    let shut_out = (!bans.is_empty()).then(|| bans.find(&BanFacts::of_visit(visit), now)).flatten();
    if let Some(ban) = shut_out {
        return Verdict::deny(Reason::Ban { number: ban.number, reason: ban.reason.clone() }, None);
    }
    let view = View::new(visit, &rules.identity, now);
    let decided = rules.decide(&view);
    by_rule(rules, decided, approvals, &view)
}

/// What the rule that decides makes of it.
pub(crate) fn by_rule(
    rules: &RuleSet,
    decided: Option<Decided>,
    approvals: &[Approval],
    view: &View<'_>,
) -> Verdict {
    let Some(rule) = decided.and_then(|decided| rules.rules.get(decided.rule)) else {
        return Verdict::deny(Reason::NoRule, None);
    };
    if rule.then == Then::Deny {
        return Verdict::deny(Reason::Rule, Some(rule));
    }
    let visit = view.visit;
    let limits = rule.limits(visit.rung);
    if let Some(obstacle) = obstacle(limits, view) {
        return Verdict::deny(obstacle, Some(rule));
    }
    let approval = approvals.iter().find(|approval| approval.covers(visit, view.now));
    let then = match visit.unlisted {
        Some(UnlistedHttps::Review) => Then::Review,
        Some(UnlistedHttps::Warn) | None => rule.then,
    };
    let why = if then == rule.then { Reason::Rule } else { Reason::UnlistedRedirect };
    let (outcome, reason) = match (then, &rule.warn, approval) {
        (Then::Review, _, Some(Approval { number, who, .. })) => {
            (Outcome::Allow, Reason::Approved { number: *number, who: who.clone() })
        }
        (Then::Review, ..) => (Outcome::Review, why),
        (_, Some(warning), _) => (Outcome::Warn(warning.clone()), Reason::Rule),
        (_, None, _) if visit.unlisted == Some(UnlistedHttps::Warn) => {
            (Outcome::Warn(UNLISTED.into()), Reason::UnlistedRedirect)
        }
        (_, None, _) => (Outcome::Allow, Reason::Rule),
    };
    Verdict {
        outcome,
        reason,
        rule: Some(rule.name.clone()),
        sentence: Some(rule.sentence.clone()),
        scopes: limits.narrow(&visit.scopes),
        limits: Arc::clone(limits),
    }
}

/// What a person is told of a client whose addresses nobody has named.
const UNLISTED: &str =
    "It registered itself with a web address that nobody who runs this server has named.";

/// The first term that this login does not meet.
fn obstacle(limits: &Limits, view: &View<'_>) -> Option<Reason> {
    let visit = view.visit;
    if let (Some(hosts), Some(host)) = (&limits.redirect_hosts, view.recipient_host)
        && !hosts.covers(host)
    {
        return Some(Reason::RedirectHost(host.into()));
    }
    if let Some(lacking) = limits.require.iter().find(|requirement| !is_met(**requirement, visit)) {
        return Some(Reason::Lacks(*lacking));
    }
    if !limits.reach(&visit.resource) {
        return Some(Reason::OtherResource);
    }
    limits.leave_nothing_of(&visit.scopes).then_some(Reason::NothingLeft)
}

fn is_met(requirement: Requirement, visit: &Visit) -> bool {
    match requirement {
        Requirement::PushedRequest => visit.pushed,
        Requirement::Dpop => visit.dpop,
        // The rung, and not the evidence: a client that nobody vouches for may attest itself.
        Requirement::Attestation => visit.rung == Rung::Attested,
    }
}

impl Verdict {
    fn deny(reason: Reason, rule: Option<&Rule>) -> Self {
        Self {
            outcome: Outcome::Deny,
            reason,
            rule: rule.map(|rule| rule.name.clone()),
            sentence: rule.map(|rule| rule.sentence.clone()),
            scopes: Scope::empty(),
            limits: Arc::default(),
        }
    }
}

impl Outcome {
    /// Which of the four it is.
    #[must_use]
    pub const fn kind(&self) -> Then {
        match self {
            Self::Allow => Then::Allow,
            Self::Warn(_) => Then::Warn,
            Self::Review => Then::Review,
            Self::Deny => Then::Deny,
        }
    }
}

impl Reason {
    /// A name that stays the same.
    #[must_use]
    pub const fn id(&self) -> &'static str {
        match self {
            Self::Rule => "rule",
            Self::NoRule => "no_rule",
            Self::Ban { .. } => "ban",
            Self::Approved { .. } => "approved",
            Self::Lacks(_) => "lacks",
            Self::RedirectHost(_) => "redirect_host",
            Self::OtherResource => "other_resource",
            Self::NothingLeft => "nothing_left",
            Self::UnlistedRedirect => "unlisted_redirect",
        }
    }
}

#[cfg(test)]
mod tests;
