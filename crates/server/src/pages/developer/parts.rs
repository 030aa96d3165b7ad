//! What is written of an application, part by part, as its developer and reviewers read it.

use salver_policy::redirects::{RedirectReason, RedirectVerdict};
use salver_store::record::ClientState;

use crate::{
    flow::entered::{Difference, Look, Part},
    pages::{HostName, Untrusted, Warning, admin::LookAlike},
};

/// What is written, looked at.
#[derive(Clone, Debug)]
pub struct WrittenLook {
    /// It, part by part.
    pub parts: Vec<PartLine>,
    /// What people would be warned of if nobody had looked at it.
    pub warnings: Vec<Warning>,
    /// What it may be taken for.
    pub look_alikes: Vec<LookAlike>,
    /// Redirect URIs that may not simply be used.
    pub redirects: Vec<RedirectLine>,
    /// The host of its keys.
    pub key_host: Option<HostName>,
}

/// A part.
#[derive(Clone, Debug)]
pub struct PartLine {
    /// What it is.
    pub label: &'static str,
    /// What it says.
    pub values: Vec<Untrusted>,
    /// The values are words of ours, and stand without quotes.
    pub ours: bool,
}

/// A part that says something else than before.
#[derive(Clone, Debug)]
pub struct DifferenceLine {
    /// What it is.
    pub label: &'static str,
    /// What is only in the one.
    pub before: Vec<Untrusted>,
    /// What is only in the other.
    pub after: Vec<Untrusted>,
    /// The values are words of ours, and stand without quotes.
    pub ours: bool,
}

/// A redirect URI that may not simply be used.
#[derive(Clone, Debug)]
pub struct RedirectLine {
    /// It.
    pub uri: Untrusted,
    /// What the rules for redirect URIs say of it.
    pub words: &'static str,
}

impl WrittenLook {
    /// What was looked at, as a page shows it.
    #[must_use]
    pub fn of(look: &Look) -> Self {
        let redirect = |(uri, verdict, reason): &(String, RedirectVerdict, RedirectReason)| {
            Some(RedirectLine {
                uri: Untrusted::identifier(uri)?,
                words: redirect_words(*verdict, *reason),
            })
        };
        Self {
            parts: PartLine::all(&look.parts),
            warnings: look.warnings.iter().map(Warning::of).collect(),
            look_alikes: look.warnings.iter().filter_map(LookAlike::of).collect(),
            redirects: look.redirects.iter().filter_map(redirect).collect(),
            key_host: look.key_host.as_deref().map(HostName::of_text),
        }
    }
}

impl PartLine {
    /// Parts as a page shows them.
    #[must_use]
    pub fn all(parts: &[Part]) -> Vec<Self> {
        let line =
            |part: &Part| Self { label: part.label, values: shown(&part.values), ours: part.ours };
        parts.iter().map(line).collect()
    }
}

impl DifferenceLine {
    /// Differences as a page shows them.
    #[must_use]
    pub fn all(differences: &[Difference]) -> Vec<Self> {
        let line = |one: &Difference| Self {
            label: one.label,
            before: shown(&one.before),
            after: shown(&one.after),
            ours: one.ours,
        };
        differences.iter().map(line).collect()
    }
}

fn shown(values: &[String]) -> Vec<Untrusted> {
    values.iter().filter_map(|value| Untrusted::description(value)).collect()
}

fn redirect_words(verdict: RedirectVerdict, reason: RedirectReason) -> &'static str {
    match (verdict, reason) {
        (_, RedirectReason::NotLoopback) => {
            "Only programs on people’s computers are let in here without a review."
        }
        (_, RedirectReason::UnlistedApp) => {
            "Any program can claim this scheme, so it is let in here only after a review."
        }
        (RedirectVerdict::Refused, RedirectReason::UnlistedHttps) => "It is not let in here.",
        (_, RedirectReason::UnlistedHttps) => {
            "Neither the catalogue nor whoever runs this server has named this address."
        }
    }
}

/// Where an application stands, in words.
#[must_use]
pub const fn state_words(state: ClientState, in_force: bool) -> &'static str {
    match (state, in_force) {
        (ClientState::Draft, false) => "draft",
        (ClientState::Draft, true) => "in force, with changes that are not submitted",
        (ClientState::Submitted, false) => "waits for a reviewer",
        (ClientState::Submitted, true) => "in force, with changes that wait for a reviewer",
        (ClientState::InReview, false) => "a reviewer looks at it",
        (ClientState::InReview, true) => "in force, with changes that a reviewer looks at",
        (ClientState::Approved, _) => "in force",
        (ClientState::Returned, false) => "returned with remarks",
        (ClientState::Returned, true) => "in force, with changes that were returned with remarks",
        (ClientState::Refused, false) => "refused",
        (ClientState::Refused, true) => "in force, with changes that were refused",
        (ClientState::Suspended, _) => "suspended: nobody gets in with it",
        (ClientState::Deleted, _) => "deleted",
    }
}

#[cfg(test)]
impl WrittenLook {
    pub(in crate::pages) fn sample() -> Self {
        use crate::pages::tests::untrusted;
        let part = |label, values: &[&str]| PartLine {
            label,
            values: values.iter().map(|value| untrusted(value)).collect(),
            ours: false,
        };
        Self {
            parts: vec![
                part("Name", &["Notes App"]),
                part("What it is", &["Reads the notes of whoever signs in."]),
                part("Redirect URIs", &["http://127.0.0.1/callback", "https://app.example/cb"]),
                PartLine {
                    ours: true,
                    ..part("Authenticates", &["with a secret that is made here"])
                },
            ],
            warnings: vec![],
            look_alikes: vec![],
            redirects: vec![RedirectLine {
                uri: untrusted("https://app.example/cb"),
                words: redirect_words(RedirectVerdict::Review, RedirectReason::UnlistedHttps),
            }],
            key_host: None,
        }
    }

    pub(in crate::pages) fn filled_with(text: &str) -> Self {
        use crate::pages::tests::untrusted;
        Self {
            parts: vec![PartLine { label: "Name", values: vec![untrusted(text)], ours: false }],
            warnings: vec![Warning::LooksLikeName {
                name: untrusted(text),
                owner: HostName::made_of(text),
                protected: text.into(),
            }],
            look_alikes: LookAlike::filled_with(text),
            redirects: vec![RedirectLine { uri: untrusted(text), words: "x" }],
            key_host: Some(HostName::made_of(text)),
        }
    }
}

#[cfg(test)]
impl DifferenceLine {
    pub(in crate::pages) fn sample() -> Self {
        use crate::pages::tests::untrusted;
        Self {
            label: "Redirect URIs",
            before: vec![untrusted("http://127.0.0.1/old")],
            after: vec![untrusted("http://127.0.0.1/callback")],
            ours: false,
        }
    }

    pub(in crate::pages) fn filled_with(text: &str) -> Self {
        use crate::pages::tests::untrusted;
        let values = vec![untrusted(text)];
        Self { label: "Name", before: values.clone(), after: values, ours: true }
    }
}
