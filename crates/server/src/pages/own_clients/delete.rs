//! Before a client is deleted: what ends with it.

use askama::Template;

use crate::pages::{Account, Site, Untrusted};

/// The question.
#[derive(Clone, Debug, Template)]
#[template(path = "own_client_delete.html")]
pub struct DeleteClientPage<'a> {
    /// This server.
    pub site: &'a Site,
    /// Whose page it is.
    pub account: Account,
    /// Anti-forgery token.
    pub form_token: String,
    /// The revision that this preview is of.
    pub revision: u32,
    /// The `client_id`.
    pub id: String,
    /// The client's name.
    pub name: Untrusted,
    /// How many connections run.
    pub connections: u32,
    /// How many secrets work.
    pub secrets: usize,
    /// How many people beside its owner use it.
    pub others: usize,
}

#[cfg(test)]
impl DeleteClientPage<'static> {
    pub(in crate::pages) fn samples() -> Vec<(&'static str, Self)> {
        use super::samples::{ID, account};
        use crate::pages::tests::{SITE, untrusted};
        let one = Self {
            site: &SITE,
            account: account(),
            form_token: "FORM-TOKEN".into(),
            revision: 3,
            id: ID.into(),
            name: untrusted("Claude Code of alice"),
            connections: 1,
            secrets: 1,
            others: 0,
        };
        let many = Self { connections: 4, secrets: 3, others: 2, ..one.clone() };
        vec![("one", one), ("many", many)]
    }

    pub(in crate::pages) fn filled_with(site: &'static Site, text: &str) -> Self {
        use super::samples::account_of;
        use crate::pages::tests::untrusted;
        Self {
            site,
            account: account_of(text, text),
            form_token: text.into(),
            revision: 0,
            id: text.into(),
            name: untrusted(text),
            connections: 0,
            secrets: 0,
            others: 0,
        }
    }
}
