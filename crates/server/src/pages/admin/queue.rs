//! What waits for a reviewer, and what was decided lately.

use askama::Template;

use super::{ClientLine, Staff};
use crate::pages::{HostName, Recipient, Site, When};

/// The queue.
#[derive(Clone, Debug, Template)]
#[template(path = "admin_queue.html")]
pub struct QueuePage<'a> {
    /// This server.
    pub site: &'a Site,
    /// Who sees it.
    pub staff: Staff,
    /// What waits, the longest first.
    pub open: Vec<WaitingLine>,
    /// What was decided, the newest first.
    pub decided: Vec<CaseLine>,
    /// Applications of developers that do not wait, the one last changed first.
    pub on_record: Vec<SubmittedLine>,
}

/// What waits.
#[derive(Clone, Debug)]
pub enum WaitingLine {
    /// A client that people have asked to let in.
    Case(CaseLine),
    /// An application that its developer has submitted.
    Application(SubmittedLine),
}

/// An application of a developer.
#[derive(Clone, Debug)]
pub struct SubmittedLine {
    /// Its `client_id`.
    pub id: String,
    /// It, in a line.
    pub client: ClientLine,
    /// Whose it is.
    pub owner: String,
    /// Where it stands.
    pub state: &'static str,
    /// Since when.
    pub changed: When,
    /// A domain of its developer that is proven no more.
    pub lost_domain: Option<HostName>,
}

/// A case in the queue.
#[derive(Clone, Debug)]
pub struct CaseLine {
    /// Its id.
    pub id: String,
    /// The client.
    pub client: ClientLine,
    /// Where its answers would go.
    pub recipient: Recipient,
    /// The MCP server's name.
    pub resource: String,
    /// How many people asked.
    pub people: u64,
    /// When it was opened.
    pub opened: When,
    /// What was decided.
    pub decision: Option<DecisionLine>,
}

/// A decision.
#[derive(Clone, Debug)]
pub struct DecisionLine {
    /// Whether it was approved.
    pub approved: bool,
    /// By whom.
    pub by: String,
    /// When.
    pub at: When,
}

#[cfg(test)]
impl QueuePage<'static> {
    pub(in crate::pages) fn samples() -> Vec<(&'static str, Self)> {
        use super::samples::{client, staff, when};
        use crate::pages::tests::{SITE, host};
        let line = |name: &str, people, decision| CaseLine {
            id: "AAAAAAAAAAAAAAAAAAAAAA".into(),
            client: client(name),
            recipient: Recipient::WebHost(host("app.example.org")),
            resource: "Notes".into(),
            people,
            opened: when(0),
            decision,
        };
        let decided =
            |approved| Some(DecisionLine { approved, by: "carol".into(), at: when(9_000) });
        let empty = Self {
            site: &SITE,
            staff: staff(false),
            open: vec![],
            decided: vec![],
            on_record: vec![],
        };
        let submitted = |name: &str, state| SubmittedLine {
            id: "app_AAAAAAAAAAAAAAAAAAAAAA".into(),
            client: ClientLine { host: None, ..client(name) },
            owner: "dora".into(),
            state,
            changed: when(60),
            lost_domain: None,
        };
        let nameless = ClientLine { host: None, ..client("inspector") };
        let full = Self {
            staff: staff(true),
            open: vec![
                WaitingLine::Case(line("Reports", 1, None)),
                WaitingLine::Application(submitted("Notes App", "waits for a reviewer")),
                WaitingLine::Case(CaseLine {
                    client: nameless,
                    recipient: Recipient::ThisComputer { port: None },
                    ..line("Inspector", 4, None)
                }),
            ],
            on_record: vec![SubmittedLine {
                lost_domain: Some(host("calendar.example")),
                ..submitted("Calendar", "in force")
            }],
            decided: vec![line("Claude", 2, decided(false)), line("Notes", 1, decided(true))],
            ..empty.clone()
        };
        vec![("empty", empty), ("full", full)]
    }

    pub(in crate::pages) fn filled_with(site: &'static Site, text: &str) -> Self {
        use super::samples::{client_of, staff_of, when};
        use crate::pages::tests::untrusted;
        let line = CaseLine {
            id: text.into(),
            client: client_of(text),
            recipient: Recipient::AppScheme(untrusted(text)),
            resource: text.into(),
            people: 2,
            opened: when(0),
            decision: None,
        };
        let decision = Some(DecisionLine { approved: true, by: text.into(), at: when(0) });
        let decided = vec![CaseLine { decision, ..line.clone() }];
        let submitted = SubmittedLine {
            id: text.into(),
            client: client_of(text),
            owner: text.into(),
            state: "draft",
            changed: when(0),
            lost_domain: Some(HostName::made_of(text)),
        };
        let open = vec![WaitingLine::Case(line), WaitingLine::Application(submitted.clone())];
        Self { site, staff: staff_of(text), open, decided, on_record: vec![submitted] }
    }
}
