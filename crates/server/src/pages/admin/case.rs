//! A case: what is proven, what is claimed, what it looks like, who asks and why; and the form that decides it.

use askama::Template;

use super::{ApprovalLine, Audience, ClientLine, DecisionLine, LookAlike, Staff};
use crate::{
    flow::admin::{decide::DecisionFault, decision::WhomFault},
    pages::{Proof, Recipient, ResourceLine, Site, Untrusted, Warning, When, icon::Icon},
};

/// A case.
#[derive(Clone, Debug, Template)]
#[template(path = "admin_case.html")]
pub struct CasePage<'a> {
    /// This server.
    pub site: &'a Site,
    /// Who sees it.
    pub staff: Staff,
    /// Its id.
    pub id: String,
    /// The client.
    pub client: ClientLine,
    /// The MCP server.
    pub resource: ResourceLine,
    /// Where its answers would go.
    pub recipient: Recipient,
    /// When the first of them asked.
    pub opened: When,
    /// How it stands.
    pub standing: CaseStanding,
    /// The client as it stands now.
    pub now: ClientNow,
    /// Who asked, the newest first.
    pub asking: Vec<AskingLine>,
    /// How many more did.
    pub more: usize,
    /// What was decided of this client before, the newest first.
    pub earlier: Vec<(String, DecisionLine)>,
    /// What is approved of it.
    pub approvals: Vec<ApprovalLine>,
    /// The form, for whoever may decide.
    pub form: Option<DecisionForm>,
    /// Why the last decision did not count.
    pub problem: Option<DecisionFault>,
}

/// How a case stands.
#[derive(Clone, Debug)]
pub enum CaseStanding {
    /// It waits.
    Open,
    /// It waits, for somebody else than who sees it.
    OpenToOthers,
    /// It is decided.
    Decided {
        /// How.
        decision: DecisionLine,
        /// What they said about it.
        note: Option<Untrusted>,
    },
}

/// The client as it stands now.
#[derive(Clone, Debug)]
pub enum ClientNow {
    /// It was found.
    Seen(Box<SeenClient>),
    /// It is not found.
    NotFound {
        /// Why, in a sentence.
        why: String,
    },
    /// It asks for this no longer.
    NoLonger,
}

/// A client that was found.
#[derive(Clone, Debug)]
pub struct SeenClient {
    /// What is proven.
    pub proof: Proof,
    /// What it calls itself.
    pub claimed_name: Option<Untrusted>,
    /// Its developer's site, as it says.
    pub claimed_developer: Option<Untrusted>,
    /// What to be warned of.
    pub warnings: Vec<Warning>,
    /// What it may be taken for.
    pub look_alikes: Vec<LookAlike>,
    /// Where its answers may go.
    pub redirect_uris: Vec<Untrusted>,
    /// How it proves itself at the token endpoint.
    pub authentication: &'static str,
    /// The scopes that would be given.
    pub scopes: String,
    /// What the rules say of it.
    pub verdict: VerdictNow,
    /// It is another one than when the case was opened.
    pub has_changed: bool,
}

/// What the rules say, as long as nothing is approved.
#[derive(Clone, Debug)]
pub enum VerdictNow {
    /// It waits for a reviewer.
    Review {
        /// The rule's name.
        rule: String,
        /// What it is for.
        sentence: String,
    },
    /// It is let in anyway.
    LetIn,
    /// It is denied: no approval changes that.
    Denied {
        /// Why.
        why: String,
    },
}

/// Somebody who asked.
#[derive(Clone, Debug)]
pub struct AskingLine {
    /// Who.
    pub username: String,
    /// Their groups.
    pub groups: Vec<String>,
    /// Whether they can sign in no more.
    pub disabled: bool,
    /// When they asked last.
    pub asked: When,
    /// Why.
    pub reason: Option<Untrusted>,
}

/// The form that decides.
#[derive(Clone, Debug)]
pub struct DecisionForm {
    /// Anti-forgery token.
    pub form_token: String,
    /// What was shown of the client; without it, it can only be refused.
    pub seen: Option<String>,
    /// Who can be chosen.
    pub people: Vec<String>,
    /// Which groups can be chosen.
    pub groups: Vec<String>,
    /// Who is chosen.
    pub whom: String,
    /// The days, as they were written.
    pub days: String,
    /// At every resource.
    pub anywhere: bool,
    /// The note.
    pub note: String,
}

impl DecisionForm {
    fn is_for(&self, kind: &str, name: &str) -> bool {
        self.whom.split_once(':') == Some((kind, name))
    }
}

#[cfg(test)]
#[path = "case_samples.rs"]
mod samples;
