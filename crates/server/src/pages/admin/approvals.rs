//! What is approved, for whom, and the way to end it.

use askama::Template;

use super::{ClientLine, Staff};
use crate::pages::{Recipient, Site, When, icon::Icon};

/// All approvals in force.
#[derive(Clone, Debug, Template)]
#[template(path = "admin_approvals.html")]
pub struct ApprovalsPage<'a> {
    /// This server.
    pub site: &'a Site,
    /// Who sees it.
    pub staff: Staff,
    /// Anti-forgery token for ending one.
    pub form_token: String,
    /// The number of one that was just ended.
    pub ended: Option<i64>,
    /// The approvals, the newest first.
    pub approvals: Vec<ApprovalLine>,
}

/// An approval.
#[derive(Clone, Debug)]
pub struct ApprovalLine {
    /// Its number.
    pub number: i64,
    /// The client.
    pub client: ClientLine,
    /// Where answers may go.
    pub recipient: Recipient,
    /// The MCP server's name; any, if none is named.
    pub resource: Option<String>,
    /// For whom.
    pub audience: Audience,
    /// When it ends by itself.
    pub until: Option<When>,
    /// Who approved.
    pub by: String,
    /// When.
    pub at: When,
    /// The case that it decided.
    pub case: Option<String>,
}

/// For whom.
#[derive(Clone, Debug)]
pub enum Audience {
    /// One person.
    User(String),
    /// Those in a group.
    Group(String),
    /// Everybody with an account.
    Everybody,
}

#[cfg(test)]
impl ApprovalLine {
    pub(super) fn sample() -> Self {
        use super::samples::{client, when};
        Self {
            number: 7,
            client: client("Reports"),
            recipient: Recipient::ThisComputer { port: None },
            resource: Some("Notes".into()),
            audience: Audience::User("alice".into()),
            until: Some(when(2_592_000)),
            by: "carol".into(),
            at: when(0),
            case: Some("AAAAAAAAAAAAAAAAAAAAAA".into()),
        }
    }

    pub(super) fn filled_with(text: &str) -> Self {
        use super::samples::client_of;
        Self {
            client: client_of(text),
            recipient: Recipient::AppScheme(crate::pages::tests::untrusted(text)),
            resource: Some(text.into()),
            audience: Audience::Group(text.into()),
            by: text.into(),
            case: Some(text.into()),
            ..Self::sample()
        }
    }
}

#[cfg(test)]
impl ApprovalsPage<'static> {
    pub(in crate::pages) fn samples() -> Vec<(&'static str, Self)> {
        use super::samples::staff;
        use crate::pages::tests::SITE;
        let empty = Self {
            site: &SITE,
            staff: staff(false),
            form_token: "FORM-TOKEN".into(),
            ended: None,
            approvals: vec![],
        };
        let group = ApprovalLine {
            number: 8,
            audience: Audience::Group("staff".into()),
            until: None,
            resource: None,
            case: None,
            ..ApprovalLine::sample()
        };
        let everybody = ApprovalLine { number: 9, audience: Audience::Everybody, ..group.clone() };
        let full = Self {
            ended: Some(6),
            approvals: vec![everybody, group, ApprovalLine::sample()],
            ..empty.clone()
        };
        vec![("empty", empty), ("full", full)]
    }

    pub(in crate::pages) fn filled_with(site: &'static Site, text: &str) -> Self {
        let staff = super::samples::staff_of(text);
        let approvals = vec![ApprovalLine::filled_with(text)];
        Self { site, staff, form_token: text.into(), ended: Some(1), approvals }
    }
}
