//! Why this verdict? The form that asks, and the path through the rules that answers: the same as `salver policy explain` tells.

use askama::Template;
use salver_policy::{
    explain::{Explanation, Fate},
    judge::Outcome,
};

use super::Staff;
use crate::pages::{HostName, Site, Untrusted, icon::Icon};

/// The question, and its answer.
#[derive(Clone, Debug, Template)]
#[template(path = "admin_explain.html")]
pub struct ExplainPage<'a> {
    /// This server.
    pub site: &'a Site,
    /// Who sees it.
    pub staff: Staff,
    /// What was asked.
    pub fields: ExplainFields,
    /// The MCP servers: name and identifier.
    pub resources: Vec<(String, String)>,
    /// The answer, if something was asked.
    pub answer: Option<ExplainAnswer>,
}

/// What is asked.
#[derive(Clone, Debug, Default)]
pub struct ExplainFields {
    /// The `client_id`.
    pub client_id: String,
    /// The `redirect_uri`; the only one, if none is named.
    pub redirect: String,
    /// The resource.
    pub resource: String,
    /// The name of the person.
    pub user: String,
    /// How the request comes: one of [`WAYS`].
    pub way: String,
}

/// How a request may come, with what would be verified then: a name, and words.
const WAYS: [(&str, &str); 6] = [
    ("plain", "Plain, with the browser"),
    ("pushed", "Pushed"),
    ("keys", "Pushed, with the keys of the client"),
    ("user", "Pushed, attested: its vendor has signed the person in"),
    ("device_key", "Pushed, attested: its vendor knows a key of the device"),
    ("platform", "Pushed, attested: the platform has answered for the program"),
];

/// What is answered.
#[derive(Clone, Debug)]
pub enum ExplainAnswer {
    /// What would become of it, at each address that its answer could go to.
    At(Vec<ExplainedAt>),
    /// There is none.
    Cannot {
        /// Why, in a sentence.
        why: String,
    },
}

/// What would become of it at one address.
#[derive(Clone, Debug)]
pub struct ExplainedAt {
    /// The address.
    pub redirect_uri: Untrusted,
    /// The verdict, and the way to it; or why there is none.
    pub path: Result<ExplainedPath, String>,
    /// The host of its keys, if they may not come from there.
    pub refused_key_host: Option<HostName>,
}

/// A path through the rules.
#[derive(Clone, Debug)]
pub struct ExplainedPath {
    /// What is known.
    pub facts: Vec<PathFact>,
    /// Each rule.
    pub steps: Vec<PathStep>,
    /// What it comes to: `allow`, `warn`, `review` or `deny`.
    pub outcome: &'static str,
    /// Whether nobody gets in.
    pub denied: bool,
    /// Why.
    pub reason: String,
    /// All of it as the command tells it.
    pub text: String,
}

/// Something that is known.
#[derive(Clone, Debug)]
pub struct PathFact {
    /// What.
    pub label: &'static str,
    /// Its value; may be a stranger's text.
    pub value: Untrusted,
}

/// A rule on the way.
#[derive(Clone, Debug)]
pub struct PathStep {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub sentence: String,
    /// What it would have come to.
    pub then: &'static str,
    /// What became of it.
    pub mark: StepMark,
}

/// What became of a rule.
#[derive(Clone, Debug)]
pub enum StepMark {
    /// It decides.
    Decides,
    /// A condition does not hold.
    Differs {
        /// Which.
        key: &'static str,
        /// What it wants.
        wants: String,
        /// What was found.
        found: Option<Untrusted>,
    },
    /// Its `unless` holds.
    Excepted,
    /// A later one names the document.
    Beaten {
        /// Which.
        by: String,
    },
    /// An earlier one has decided.
    PassedOver,
    /// A ban has decided.
    NotAsked,
}

impl ExplainedPath {
    /// An explanation as a path.
    #[must_use]
    pub fn of(explanation: &Explanation) -> Self {
        let verdict = &explanation.verdict;
        let fact = |fact: &salver_policy::explain::Fact| {
            Some(PathFact { label: fact.label, value: Untrusted::identifier(&fact.value)? })
        };
        let steps = explanation.rules.iter().map(|rule| PathStep {
            name: rule.name.to_string(),
            sentence: rule.sentence.to_string(),
            then: rule.then.id(),
            mark: StepMark::of(&rule.fate),
        });
        let reason = verdict.reason.to_string();
        Self {
            facts: explanation.facts.iter().filter_map(fact).collect(),
            steps: steps.collect(),
            outcome: verdict.outcome.kind().id(),
            denied: verdict.outcome == Outcome::Deny,
            reason: Untrusted::identifier(&reason).map_or(reason, |clean| clean.text().to_owned()),
            text: explanation.to_string(),
        }
    }
}

impl StepMark {
    fn of(fate: &Fate) -> Self {
        match fate {
            Fate::Decides => Self::Decides,
            Fate::Differs { key, wants, found } => {
                Self::Differs { key, wants: wants.clone(), found: Untrusted::identifier(found) }
            }
            Fate::Excepted => Self::Excepted,
            Fate::Beaten { by } => Self::Beaten { by: by.to_string() },
            Fate::PassedOver => Self::PassedOver,
            Fate::NotAsked => Self::NotAsked,
        }
    }

    /// A name that stays the same.
    #[must_use]
    pub const fn id(&self) -> &'static str {
        match self {
            Self::Decides => "decides",
            Self::Differs { .. } | Self::Excepted => "passed",
            Self::Beaten { .. } => "beaten",
            Self::PassedOver | Self::NotAsked => "over",
        }
    }
}

#[cfg(test)]
impl ExplainPage<'static> {
    pub(in crate::pages) fn samples() -> Vec<(&'static str, Self)> {
        use super::samples::staff;
        use crate::pages::tests::{SITE, untrusted};
        let step = |name: &str, then, mark| PathStep {
            name: name.into(),
            sentence: "What it is for.".into(),
            then,
            mark,
        };
        let found = Some(untrusted("staff"));
        let steps = vec![
            step(
                "guests",
                "review",
                StepMark::Differs { key: "group", wants: "guests".into(), found },
            ),
            step("app", "deny", StepMark::Beaten { by: "client".into() }),
            step("others", "deny", StepMark::Excepted),
            step("client", "allow", StepMark::Decides),
            step("open-everybody", "allow", StepMark::PassedOver),
        ];
        let path = ExplainedPath {
            facts: vec![PathFact { label: "rung", value: untrusted("anchored") }],
            steps,
            outcome: "allow",
            denied: false,
            reason: "the rule says so".into(),
            text: "rung             anchored\n\nallow: the rule says so".into(),
        };
        let banned = ExplainedPath {
            steps: vec![step("client", "allow", StepMark::NotAsked)],
            outcome: "deny",
            denied: true,
            reason: "ban 3: it sends our notes elsewhere".into(),
            ..path.clone()
        };
        let at = |path| ExplainedAt {
            redirect_uri: untrusted("https://app.example.org/callback"),
            path,
            refused_key_host: None,
        };
        let key_host = Some(crate::pages::tests::host("keys.example.org"));
        let ends = ExplainedAt {
            refused_key_host: key_host,
            ..at(Err("The answer has nowhere to go.".into()))
        };
        let asked = Self {
            site: &SITE,
            staff: staff(true),
            fields: ExplainFields {
                client_id: "https://app.example.org/client.json".into(),
                resource: "https://as.example.org/mcp".into(),
                user: "alice".into(),
                way: "device_key".into(),
                ..ExplainFields::default()
            },
            resources: vec![
                ("Notes".into(), "https://as.example.org/mcp".into()),
                ("Mail".into(), "https://as.example.org/mail".into()),
            ],
            answer: Some(ExplainAnswer::At(vec![at(Ok(path))])),
        };
        let answer = |answer| Self { answer, ..asked.clone() };
        let cannot = ExplainAnswer::Cannot { why: "There is no account of this name.".into() };
        let not_asked = Self { fields: ExplainFields::default(), answer: None, ..asked.clone() };
        vec![
            ("not_asked", not_asked),
            ("banned", answer(Some(ExplainAnswer::At(vec![at(Ok(banned)), ends])))),
            ("cannot", answer(Some(cannot))),
            ("path", asked),
        ]
    }

    pub(in crate::pages) fn filled_with(site: &'static Site, text: &str) -> Self {
        use crate::pages::tests::untrusted;
        let step = |mark| PathStep { name: text.into(), sentence: text.into(), then: "deny", mark };
        let found = Some(untrusted(text));
        let path = ExplainedPath {
            facts: vec![PathFact { label: "x", value: untrusted(text) }],
            steps: vec![
                step(StepMark::Differs { key: "x", wants: text.into(), found }),
                step(StepMark::Beaten { by: text.into() }),
            ],
            outcome: "deny",
            denied: true,
            reason: text.into(),
            text: text.into(),
        };
        Self {
            site,
            staff: super::samples::staff_of(text),
            fields: ExplainFields {
                client_id: text.into(),
                redirect: text.into(),
                resource: text.into(),
                user: text.into(),
                way: text.into(),
            },
            resources: vec![(text.into(), text.into())],
            answer: Some(ExplainAnswer::At(vec![ExplainedAt {
                redirect_uri: untrusted(text),
                path: Ok(path),
                refused_key_host: Some(HostName::made_of(text)),
            }])),
        }
    }
}
