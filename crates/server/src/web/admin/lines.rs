//! From facts to what stands in lists on several pages.

use url::Url;

use crate::{
    flow::{
        account::AccountDeps,
        admin::{
            Reviewer,
            approvals::{Approved, Audience as For},
            review::{CaseState, ReviewCase},
        },
    },
    pages::{
        Account, HostName, Recipient, ResourceLine, When,
        admin::{ApprovalLine, Audience, ClientLine, DecisionLine, Staff},
    },
};

pub(super) fn staff(account: &AccountDeps, reviewer: &Reviewer) -> Staff {
    let person = reviewer.person();
    Staff {
        account: Account {
            sign_out_token: account.form_token(person),
            username: person.user.username.clone(),
        },
        administrator: reviewer.is_administrator(),
    }
}

/// The MCP server of this identifier, by its name if it still is one of ours.
pub(super) fn resource_name(account: &AccountDeps, id: &str) -> String {
    let found = account.deps.settings.resources.find(id);
    found.map_or(id, |resource| &resource.name).to_owned()
}

pub(super) fn resource(account: &AccountDeps, id: &str) -> ResourceLine {
    let host = Url::parse(id).ok().and_then(|url| HostName::of_url(&url));
    ResourceLine {
        name: resource_name(account, id),
        host: host.unwrap_or_else(|| HostName::of_text(id)),
        url: id.to_owned(),
    }
}

/// What was decided, if anything.
pub(super) fn decision(case: &ReviewCase) -> Option<DecisionLine> {
    let approved = match case.state {
        CaseState::Open => return None,
        CaseState::Approved => true,
        CaseState::Refused => false,
    };
    let by = case.decided_by.clone().unwrap_or_default();
    Some(DecisionLine { approved, by, at: When::at(case.decided_at.unwrap_or(case.opened_at)) })
}

/// Nothing if nothing of its `client_id` can be shown.
pub(super) fn approval(account: &AccountDeps, approved: &Approved) -> Option<ApprovalLine> {
    let approval = &approved.approval;
    let host = Url::parse(&approval.client_id).ok();
    let host = host.as_ref().and_then(Url::host_str).unwrap_or(&approval.client_id);
    Some(ApprovalLine {
        number: approval.number,
        client: ClientLine::of(host, &approval.client_id)?,
        recipient: Recipient::of_class(&approval.recipient),
        resource: approval.resource.as_deref().map(|id| resource_name(account, id)),
        audience: match (&approval.audience, &approved.username) {
            (For::User(_), Some(name)) => Audience::User(name.clone()),
            (For::User(id), None) => Audience::User(id.to_string()),
            (For::Group(group), _) => Audience::Group(group.clone()),
            (For::Everybody, _) => Audience::Everybody,
        },
        until: approval.until.map(When::at),
        by: approval.by.clone(),
        at: When::at(approval.at),
        case: approval.case.map(|case| case.to_string()),
    })
}
