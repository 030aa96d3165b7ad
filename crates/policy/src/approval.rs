//! Has an administrator said yes already? An approval answers the question that a rule would put to the review queue.
//!
//! It belongs to one `client_id` (DESIGN 4.4: grouping never confers trust) and one recipient, and lifts nothing but the review: bans,
//! denials and limits stay.

use std::fmt;

use salver_oauth::{Timestamp, id::UserId};

use crate::visit::Visit;

/// An approval.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Approval {
    /// Its number, by which it is called.
    pub number: i64,
    /// The client that it is of.
    pub client_id: Box<str>,
    /// Where the answers of that client may go, as [`Recipient`](salver_oauth::client::redirect_uri::Recipient) is written.
    pub recipient: Box<str>,
    /// The resource that it is for; any, if none is named.
    pub resource: Option<Box<str>>,
    /// Whose logins it is for.
    pub who: ApprovedFor,
    /// When it ends, if it ends by itself.
    pub until: Option<Timestamp>,
}

/// Whose logins an approval is for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum ApprovedFor {
    /// One person's.
    User(UserId),
    /// Those of the members of a group.
    Group(Box<str>),
    /// Everybody's.
    Everybody,
}

impl Approval {
    /// Whether it answers for this visit.
    #[must_use]
    pub fn covers(&self, visit: &Visit, now: Timestamp) -> bool {
        self.client_id == visit.client_id
            && !visit.client_id.is_empty()
            && self.until.is_none_or(|end| now < end)
            && *self.recipient == *visit.recipient.to_string()
            && self.resource.as_ref().is_none_or(|resource| *resource == visit.resource)
            && match &self.who {
                ApprovedFor::User(user) => *user == visit.user,
                ApprovedFor::Group(group) => visit.groups.contains(group),
                ApprovedFor::Everybody => true,
            }
    }
}

impl fmt::Display for ApprovedFor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(user) => write!(f, "user {user}"),
            Self::Group(group) => write!(f, "group {group}"),
            Self::Everybody => f.write_str("everybody"),
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::visit::tests::{now, visit};

    /// Approval 1 of this client, for everybody and at any resource.
    pub(crate) fn of(visit: &Visit) -> Approval {
        Approval {
            number: 1,
            client_id: visit.client_id.clone(),
            recipient: visit.recipient.to_string().into(),
            resource: None,
            who: ApprovedFor::Everybody,
            until: None,
        }
    }

    #[test]
    fn an_approval_is_for_its_client_its_recipient_its_people_and_its_time() {
        let (client, other) = ("https://app.example/client.json", "https://app.example/other.json");
        let user = |byte| ApprovedFor::User(UserId::from_bytes([byte; 16]));
        let group = |name: &str| ApprovedFor::Group(name.into());
        for (client_id, who, until, covers) in [
            (client, ApprovedFor::Everybody, None, true),
            (other, ApprovedFor::Everybody, None, false),
            (client, user(7), None, true),
            (client, user(8), None, false),
            (client, group("staff"), None, true),
            (client, group("guests"), None, false),
            (client, ApprovedFor::Everybody, Some(1), true),
            (client, ApprovedFor::Everybody, Some(0), false),
        ] {
            let until = until.map(|seconds| now().plus_seconds(seconds));
            let approval = Approval { client_id: client_id.into(), who, until, ..of(&visit()) };
            assert_eq!(approval.covers(&visit(), now()), covers, "{approval:?}");
        }
        let recipient = |recipient: &str| Approval { recipient: recipient.into(), ..of(&visit()) };
        let resource = |name: &str| Approval { resource: Some(name.into()), ..of(&visit()) };
        for (approval, covers) in [
            (recipient(&visit().recipient.to_string()), true),
            (recipient("app:other"), false),
            (resource(&visit().resource), true),
            (resource("https://other.example/mcp"), false),
        ] {
            assert_eq!(approval.covers(&visit(), now()), covers, "{approval:?}");
        }
    }
}
