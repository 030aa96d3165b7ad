//! What does a notice say? Who wants to let in which client, and what came of it: no secret, no token, and no authorization request.
//!
//! Label, `client_id` and note are other people's text: whoever shows them escapes them.

use salver_oauth::{Issuer, Timestamp};
use salver_store::record::{RecordedClient, ReviewCase};
use serde::Serialize;

use crate::{
    chance::{Chance, secret_text},
    flow::developer::list,
};

/// Something that happened.
#[derive(Clone, Debug, Serialize)]
pub struct Event {
    /// Names this event; the same at each try.
    pub id: String,
    /// What happened.
    #[serde(rename = "type")]
    pub kind: EventKind,
    /// When, in seconds since 1970.
    pub at: Timestamp,
    /// Where.
    pub issuer: String,
    /// The page of the case or of the application, for reviewers.
    pub page: String,
    /// The case that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub case: Option<Case>,
    /// The application that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub application: Option<Application>,
    /// The names of those who asked.
    pub people: Vec<String>,
    /// What was decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decision: Option<Decision>,
}

/// What can happen.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
pub enum EventKind {
    /// Somebody asked for access, and nobody had before.
    #[serde(rename = "case.opened")]
    CaseOpened,
    /// A reviewer has decided.
    #[serde(rename = "case.decided")]
    CaseDecided,
    /// A developer wants an application looked at.
    #[serde(rename = "application.submitted")]
    ApplicationSubmitted,
    /// A reviewer has decided on an application.
    #[serde(rename = "application.decided")]
    ApplicationDecided,
}

/// An application, as far as it is told.
#[derive(Clone, Debug, Serialize)]
pub struct Application {
    /// Its `client_id`.
    pub client_id: String,
    /// What its developer calls it.
    pub label: String,
    /// Where it stands: `submitted`, `approved`, `returned`, `refused`, `suspended` or `draft`.
    pub state: &'static str,
}

/// A case, as far as it is told.
#[derive(Clone, Debug, Serialize)]
pub struct Case {
    /// Its id.
    pub id: String,
    /// The client that is to be let in.
    pub client_id: String,
    /// What it calls itself.
    pub label: String,
    /// Where its answers would go.
    pub recipient: String,
    /// At which MCP server.
    pub resource: String,
}

/// A decision, as far as it is told.
#[derive(Clone, Debug, Serialize)]
pub struct Decision {
    /// Whether it was approved.
    pub approved: bool,
    /// By whom.
    pub by: String,
    /// What they said about it.
    pub note: Option<String>,
    /// For whom, as `user:NAME`, `group:NAME` or `everybody`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approved_for: Option<String>,
    /// When the approval ends by itself, in seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

impl EventKind {
    /// Its name.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::CaseOpened => "case.opened",
            Self::CaseDecided => "case.decided",
            Self::ApplicationSubmitted => "application.submitted",
            Self::ApplicationDecided => "application.decided",
        }
    }
}

impl Event {
    /// Somebody opened a case; or, with a decision, a case was decided that these people had asked in.
    #[must_use]
    pub fn new(
        (issuer, chance): (&Issuer, &dyn Chance),
        case: Case,
        people: Vec<String>,
        decision: Option<Decision>,
        at: Timestamp,
    ) -> Self {
        Self {
            id: secret_text(chance),
            kind: if decision.is_some() { EventKind::CaseDecided } else { EventKind::CaseOpened },
            at,
            issuer: issuer.to_string(),
            page: issuer.endpoint(&format!("/admin/review/{}", case.id)),
            case: Some(case),
            application: None,
            people,
            decision,
        }
    }

    /// A developer wants an application looked at; or, with a decision, a reviewer has decided on it.
    #[must_use]
    pub fn of_application(
        (issuer, chance): (&Issuer, &dyn Chance),
        application: Application,
        developer: String,
        decision: Option<Decision>,
        at: Timestamp,
    ) -> Self {
        let decided = decision.is_some();
        Self {
            id: secret_text(chance),
            kind: if decided {
                EventKind::ApplicationDecided
            } else {
                EventKind::ApplicationSubmitted
            },
            at,
            issuer: issuer.to_string(),
            page: issuer.endpoint(&format!("/admin/applications/{}", application.client_id)),
            case: None,
            application: Some(application),
            people: vec![developer],
            decision,
        }
    }
}

impl Application {
    /// An application on record.
    #[must_use]
    pub fn of(client: &RecordedClient) -> Self {
        Self {
            client_id: client.client_id.clone(),
            label: list::name(client),
            state: client.content.state.word(),
        }
    }
}

impl Case {
    /// A case of the store.
    #[must_use]
    pub fn of(case: &ReviewCase) -> Self {
        Self {
            id: case.id.to_string(),
            client_id: case.client_id.clone(),
            label: case.label.clone(),
            recipient: case.recipient.clone(),
            resource: case.resource.clone(),
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::chance::SystemChance;

    pub(in crate::notices) fn opened() -> Event {
        let case = Case {
            id: "CASE".into(),
            client_id: "https://app.example/client.json".into(),
            label: "Reports \"</script>".into(),
            recipient: "loopback".into(),
            resource: "https://as.example/mcp".into(),
        };
        let issuer = Issuer::parse("https://as.example/login").unwrap();
        let place = (&issuer, &SystemChance::default() as &dyn Chance);
        Event::new(place, case, vec!["alice".into()], None, Timestamp::from_unix(1_790_000_000))
    }

    #[test]
    fn what_is_told_is_one_json_object() {
        let decision = Decision {
            approved: true,
            by: "carol".into(),
            note: Some("For a month.".into()),
            approved_for: Some("group:staff".into()),
            until: Some(Timestamp::from_unix(1_792_592_000)),
        };
        let opened = Event { id: "ID".into(), ..opened() };
        let decided =
            Event { kind: EventKind::CaseDecided, decision: Some(decision), ..opened.clone() };
        insta::assert_snapshot!(serde_json::to_string_pretty(&opened).unwrap());
        insta::assert_snapshot!(serde_json::to_string_pretty(&decided).unwrap());
    }

    #[test]
    fn a_decision_makes_it_another_kind() {
        assert_eq!(opened().kind.id(), "case.opened");
        assert_eq!(serde_json::to_value(opened().kind).unwrap(), "case.opened");
        assert_eq!(
            serde_json::to_value(EventKind::CaseDecided).unwrap(),
            EventKind::CaseDecided.id()
        );
    }
}
