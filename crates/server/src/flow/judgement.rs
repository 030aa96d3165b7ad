//! What do bans and rules say of this login? Facts are gathered elsewhere; here they become one visit, and one verdict that is kept with the
//! grant and the attempt.

use std::sync::Arc;

use salver_oauth::{
    Scope, Timestamp, UserId,
    authorization::{check::Accepted, return_address::ReturnAddress},
    client::{
        metadata::{Keys, Metadata},
        substance::substance,
    },
};
use salver_policy::{
    application::fingerprint,
    approval::{Approval, ApprovedFor},
    assessment::{Assessment, DocumentCopy, Facts, OnRecord, SignedBy},
    evidence::Evidence,
    explain::{Explanation, explain},
    hosts::HostList,
    judge::{Outcome, Verdict, judge},
    rules::{Limits, Then},
    visit::{Login, Visit},
    warning::Warning,
};
use salver_store::record::{Approval as Approved, Audience, NewVerdict, VerdictOutcome};
use url::Url;

use super::client::Registered;
use crate::{bans::Numbered, policy::Policy};

/// A login that was judged.
pub struct Judged {
    /// By what.
    pub policy: Arc<Policy>,
    /// By which bans.
    pub bans: Arc<Numbered>,
    /// What is proven of the client.
    pub assessment: Assessment,
    /// What to be warned of.
    pub warnings: Vec<Warning>,
    /// What was judged.
    pub visit: Visit,
    /// What came of it.
    pub verdict: Verdict,
}

/// What a login is judged by.
#[derive(Clone)]
pub struct Bench {
    /// Catalogue, rules and names.
    pub policy: Arc<Policy>,
    /// Who is shut out.
    pub bans: Arc<Numbered>,
}

/// What is known of a login.
#[derive(Clone)]
pub struct Known<'k> {
    /// Who asks.
    pub client: &'k Metadata,
    /// Which copy of their metadata this is.
    pub copy: DocumentCopy,
    /// Where the answer goes.
    pub back: &'k ReturnAddress,
    /// What is asked.
    pub accepted: &'k Accepted<'k>,
    /// Who has signed in.
    pub user: UserId,
    /// The groups of that person.
    pub groups: &'k [Box<str>],
    /// This person has let the client in before.
    pub seen_before: bool,
    /// When anybody first did.
    pub first_seen: Option<Timestamp>,
    /// What it said of itself when it registered.
    pub registered: Registered,
    /// Whose word its registration is, if it is on record here.
    pub record: Option<&'k OnRecord>,
    /// Whose statement was verified for it.
    pub signed: Option<&'k SignedBy>,
    /// What reviewers have approved of it.
    pub approvals: &'k [Approved],
    /// What was verified of it when it pushed this request; nothing if it did not push it.
    pub pushed: Option<Evidence>,
}

/// What is judged.
struct Seen {
    assessment: Assessment,
    warnings: Vec<Warning>,
    visit: Visit,
    approvals: Vec<Approval>,
}

impl Bench {
    /// Judges a login.
    #[must_use]
    pub fn judge(self, known: &Known<'_>, now: Timestamp) -> Judged {
        let Seen { assessment, mut warnings, visit, approvals } = self.look_at(known);
        let verdict = judge(&self.policy.rules, &self.bans.bans, &approvals, &visit, now);
        if let Outcome::Warn(words) = &verdict.outcome {
            warnings.insert(0, Warning::Operator { words: words.clone() });
        }
        Judged { policy: self.policy, bans: self.bans, assessment, warnings, visit, verdict }
    }

    /// Says how it would judge a login, and why.
    #[must_use]
    pub fn explain(&self, known: &Known<'_>, now: Timestamp) -> Explanation {
        let Seen { visit, approvals, .. } = self.look_at(known);
        explain(&self.policy.rules, &self.bans.bans, &approvals, &visit, now)
    }

    fn look_at(&self, known: &Known<'_>) -> Seen {
        let facts = Facts {
            client: known.client,
            redirect_uri: known.back.url(),
            recipient: known.back.recipient(),
            copy: known.copy,
            record: known.record,
            signed: known.signed,
            catalogue: &self.policy.catalogue,
            protected: &self.policy.protected,
            evidence: known.pushed.unwrap_or_default(),
        };
        let assessment = facts.assess();
        let warnings = facts.warnings(&assessment, known.seen_before);
        let application = fingerprint(known.client);
        let login = Login {
            user: known.user,
            groups: known.groups.to_vec(),
            resource: known.accepted.offer.resource.as_str().into(),
            scopes: known.accepted.scope.clone(),
            first_seen: known.first_seen,
            bound_to: self.bans.bindings.of(&application, &self.policy.catalogue),
            application: application.into(),
            software_id: known.registered.software_id.clone(),
            unlisted: known.registered.unlisted,
            pushed: known.pushed.is_some(),
            dpop: false,
        };
        let visit = Visit::of(&facts, &assessment, &warnings, login);
        let of_this = |approved: &&Approved| is_of(approved, known.client);
        let approvals = known.approvals.iter().filter(of_this).map(approval).collect();
        Seen { assessment, warnings, visit, approvals }
    }
}

impl Judged {
    /// What was asked for and is not given.
    #[must_use]
    pub fn withheld(&self) -> Scope {
        self.visit.scopes.difference(&self.verdict.scopes)
    }

    /// The host of the client's key set, if keys may not come from there.
    #[must_use]
    pub fn refused_key_host(&self, client: &Metadata) -> Option<Box<str>> {
        refused_key_host(client, &self.verdict.limits)
    }

    /// Whether a picture may be fetched from this URL.
    #[must_use]
    pub fn may_fetch_picture(&self, url: &str) -> bool {
        refused_host(url, self.verdict.limits.picture_hosts.as_deref()).is_none()
    }

    /// The verdict as it is kept for the simulator.
    #[must_use]
    pub fn to_keep(&self, at: Timestamp) -> NewVerdict {
        NewVerdict {
            at,
            user: self.visit.user,
            client_id: self.visit.client_id.to_string(),
            outcome: match self.verdict.outcome.kind() {
                Then::Allow => VerdictOutcome::Allow,
                Then::Warn => VerdictOutcome::Warn,
                Then::Review => VerdictOutcome::Review,
                Then::Deny => VerdictOutcome::Deny,
            },
            rule: self.verdict.rule.as_deref().unwrap_or(self.verdict.reason.id()).to_owned(),
            rules_version: self.policy.rules.version().to_owned(),
            facts: self.visit.to_kept(),
        }
    }

    /// The terms of the rule that decided.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.verdict.limits
    }
}

/// An approval is for the client as it was looked at; policy judges the rest.
fn is_of(approved: &Approved, client: &Metadata) -> bool {
    approved.substance == substance(client)
}

/// An approval that was not ended, as policy sees it.
#[must_use]
pub fn approval(approved: &Approved) -> Approval {
    Approval {
        number: approved.number,
        client_id: approved.client_id.as_str().into(),
        recipient: approved.recipient.as_str().into(),
        resource: approved.resource.as_deref().map(Into::into),
        who: match &approved.audience {
            Audience::User(user) => ApprovedFor::User(*user),
            Audience::Group(group) => ApprovedFor::Group(group.as_str().into()),
            Audience::Everybody => ApprovedFor::Everybody,
        },
        until: approved.until,
    }
}

/// The host of a client's key set, if these terms leave it out.
pub(super) fn refused_key_host(client: &Metadata, limits: &Limits) -> Option<Box<str>> {
    match &client.keys {
        Keys::At(url) => refused_host(url, limits.key_hosts.as_deref()),
        Keys::None | Keys::Inline(_) => None,
    }
}

/// The host of a URL, if a list leaves it out.
pub(super) fn refused_host(url: &str, listed: Option<&HostList>) -> Option<Box<str>> {
    let listed = listed?;
    let url = Url::parse(url).ok();
    let host = url.as_ref().and_then(Url::host_str).unwrap_or_default();
    (!listed.covers(host)).then(|| host.into())
}
