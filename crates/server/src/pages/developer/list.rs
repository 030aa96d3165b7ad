//! A developer's applications, and where each stands.

use askama::Template;

use crate::pages::{Account, Site, Tile, Untrusted, When, icon::Icon};

/// The list.
#[derive(Clone, Debug, Template)]
#[template(path = "developer_list.html")]
pub struct ApplicationsPage<'a> {
    /// This server.
    pub site: &'a Site,
    /// Who sees it.
    pub account: Account,
    /// The applications, oldest first.
    pub applications: Vec<ApplicationLine>,
    /// One was deleted just now.
    pub deleted: bool,
    /// Anti-forgery token for one that is registered by its document.
    pub form_token: String,
    /// The URL that was typed last.
    pub typed: String,
    /// Why the document there was not registered.
    pub problem: Option<&'static str>,
}

/// An application in a list.
#[derive(Clone, Debug)]
pub struct ApplicationLine {
    /// Its `client_id`.
    pub id: String,
    /// A letter in place of a logo.
    pub tile: Tile,
    /// What its developer calls it.
    pub name: Untrusted,
    /// Where it stands.
    pub state: &'static str,
    /// When it was last changed.
    pub changed: When,
}

#[cfg(test)]
impl ApplicationsPage<'static> {
    pub(in crate::pages) fn samples() -> Vec<(&'static str, Self)> {
        use super::samples::{account, when};
        use crate::pages::tests::{SITE, untrusted};
        let empty = Self {
            site: &SITE,
            account: account(),
            applications: vec![],
            deleted: false,
            form_token: "FORM-TOKEN".into(),
            typed: String::new(),
            problem: None,
        };
        let line = |name: &str, state| ApplicationLine {
            id: "app_AAAAAAAAAAAAAAAAAAAAAA".into(),
            tile: Tile::of(name),
            name: untrusted(name),
            state,
            changed: when(0),
        };
        let applications = vec![line("Notes App", "in force"), line("Reports", "draft")];
        let typed = "https://app.example/client.json".into();
        let problem = Some("The document breaks a rule.");
        let full = Self { applications, deleted: true, typed, problem, ..empty.clone() };
        vec![("empty", empty), ("full", full)]
    }

    pub(in crate::pages) fn filled_with(site: &'static Site, text: &str) -> Self {
        use super::samples::{account_of, when};
        use crate::pages::tests::untrusted;
        let line = ApplicationLine {
            id: text.into(),
            tile: Tile::of(text),
            name: untrusted(text),
            state: "draft",
            changed: when(0),
        };
        Self {
            site,
            account: account_of(text),
            applications: vec![line],
            deleted: true,
            form_token: text.into(),
            typed: text.into(),
            problem: Some("The document breaks a rule."),
        }
    }
}
