//! What would a login with this application come to? A dry run: nobody is sent anywhere.

use askama::Template;
use salver_policy::{explain::Explanation, judge::Outcome};

use crate::pages::{Account, HostName, Site, Untrusted, icon::Icon};

/// The answer.
#[derive(Clone, Debug, Template)]
#[template(path = "developer_try.html")]
pub struct TryOutPage<'a> {
    /// This server.
    pub site: &'a Site,
    /// Who sees it.
    pub account: Account,
    /// The `client_id`.
    pub id: String,
    /// Whether logins go by what is written now.
    pub in_force: bool,
    /// The MCP servers: name, identifier, and whether it is the one that was asked about.
    pub resources: Vec<(String, String, bool)>,
    /// What it would come to at each redirect URI; or why it would end before.
    pub answer: Result<Vec<TriedAt>, String>,
}

/// What it would come to at one address.
#[derive(Clone, Debug)]
pub struct TriedAt {
    /// The address.
    pub redirect_uri: Untrusted,
    /// What happens, in a sentence.
    pub outcome: &'static str,
    /// Whether nobody gets in.
    pub denied: bool,
    /// What the rule that decides is for.
    pub sentence: Option<String>,
    /// The host of its keys, if they may not come from there.
    pub refused_key_host: Option<HostName>,
}

impl TriedAt {
    /// What an explanation says to a developer, who is not told about other rules.
    #[must_use]
    pub fn of(redirect_uri: Untrusted, explanation: &Explanation) -> Self {
        let verdict = &explanation.verdict;
        let (outcome, denied) = match verdict.outcome {
            Outcome::Allow => ("People are asked, and may let it in.", false),
            Outcome::Warn(_) => ("People are asked and warned, and may let it in.", false),
            Outcome::Review => ("People ask for access, and a reviewer decides first.", false),
            Outcome::Deny => ("It is denied.", true),
        };
        let sentence = verdict.sentence.as_deref().map(str::to_owned);
        Self { redirect_uri, outcome, denied, sentence, refused_key_host: None }
    }

    /// It would end on a page.
    #[must_use]
    pub const fn nowhere(redirect_uri: Untrusted) -> Self {
        let outcome = "The login ends on a page: no answer can go there.";
        Self { redirect_uri, outcome, denied: true, sentence: None, refused_key_host: None }
    }
}

#[cfg(test)]
impl TryOutPage<'static> {
    pub(in crate::pages) fn samples() -> Vec<(&'static str, Self)> {
        use super::samples::account;
        use crate::pages::tests::{SITE, host, untrusted};
        let at = |outcome, denied| TriedAt {
            redirect_uri: untrusted("http://127.0.0.1/callback"),
            outcome,
            denied,
            sentence: Some("Clients that this server knows.".into()),
            refused_key_host: None,
        };
        let key_host = Some(host("keys.example"));
        let page = |in_force, answer| Self {
            site: &SITE,
            account: account(),
            id: "app_AAAAAAAAAAAAAAAAAAAAAA".into(),
            in_force,
            resources: vec![
                ("Notes".into(), "https://as.example/mcp".into(), true),
                ("Other".into(), "https://as.example/other".into(), false),
            ],
            answer,
        };
        let answers = vec![
            at("People are asked, and may let it in.", false),
            TriedAt { refused_key_host: key_host, ..at("It is denied.", true) },
            TriedAt::nowhere(untrusted("https://app.example/cb")),
        ];
        vec![
            ("answers", page(true, Ok(answers.clone()))),
            ("draft", page(false, Ok(answers))),
            ("cannot", page(true, Err("It wants tokens that are bound to a key.".into()))),
        ]
    }

    pub(in crate::pages) fn filled_with(site: &'static Site, text: &str) -> Self {
        use super::samples::account_of;
        use crate::pages::tests::untrusted;
        let answer = TriedAt {
            redirect_uri: untrusted(text),
            outcome: "x",
            denied: false,
            sentence: Some(text.into()),
            refused_key_host: Some(HostName::made_of(text)),
        };
        Self {
            site,
            account: account_of(text),
            id: text.into(),
            in_force: false,
            resources: vec![(text.into(), text.into(), true)],
            answer: Ok(vec![answer]),
        }
    }
}
