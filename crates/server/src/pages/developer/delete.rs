//! What would end if an application were deleted?

use askama::Template;

use crate::pages::{Account, Site, Untrusted, icon::Icon};

/// The preview, and the button.
#[derive(Clone, Debug, Template)]
#[template(path = "developer_delete.html")]
pub struct DeleteApplicationPage<'a> {
    /// This server.
    pub site: &'a Site,
    /// Who sees it.
    pub account: Account,
    /// The `client_id`.
    pub id: String,
    /// Its name.
    pub name: Untrusted,
    /// The revision that is shown.
    pub revision: u32,
    /// Anti-forgery token.
    pub form_token: String,
    /// How many people have let it in.
    pub people: u64,
    /// How many connections end.
    pub connections: u64,
    /// How many secrets end.
    pub secrets: usize,
    /// It was changed since the page was shown.
    pub stale: bool,
}

#[cfg(test)]
impl DeleteApplicationPage<'static> {
    pub(in crate::pages) fn samples() -> Vec<(&'static str, Self)> {
        use super::samples::account;
        use crate::pages::tests::{SITE, untrusted};
        let unused = Self {
            site: &SITE,
            account: account(),
            id: "app_AAAAAAAAAAAAAAAAAAAAAA".into(),
            name: untrusted("Notes App"),
            revision: 2,
            form_token: "FORM-TOKEN".into(),
            people: 0,
            connections: 0,
            secrets: 0,
            stale: false,
        };
        let one = Self { people: 1, connections: 1, secrets: 1, ..unused.clone() };
        let many = Self { people: 3, connections: 5, secrets: 2, stale: true, ..unused.clone() };
        vec![("unused", unused), ("one", one), ("many", many)]
    }

    pub(in crate::pages) fn filled_with(site: &'static Site, text: &str) -> Self {
        use super::samples::account_of;
        use crate::pages::tests::untrusted;
        let (_, sample) = Self::samples().remove(2);
        Self {
            site,
            account: account_of(text),
            id: text.into(),
            name: untrusted(text),
            form_token: text.into(),
            ..sample
        }
    }
}
