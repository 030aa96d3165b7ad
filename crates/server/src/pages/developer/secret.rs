//! A secret that was just made: the only time that it is shown.

use askama::Template;

use crate::pages::{Account, Site, Untrusted, When, icon::Icon};

/// A secret that was just made.
#[derive(Clone, Template)]
#[template(path = "developer_secret.html")]
pub struct NewSecretPage<'a> {
    /// This server.
    pub site: &'a Site,
    /// Who sees it.
    pub account: Account,
    /// The `client_id`.
    pub id: String,
    /// Its name.
    pub name: Untrusted,
    /// What the client presents.
    pub secret: String,
    /// When it ends by itself.
    pub expires: Option<When>,
}

#[cfg(test)]
impl NewSecretPage<'static> {
    pub(in crate::pages) fn samples() -> Vec<(&'static str, Self)> {
        use super::samples::{account, when};
        use crate::pages::tests::{SITE, untrusted};
        let until = Self {
            site: &SITE,
            account: account(),
            id: "app_AAAAAAAAAAAAAAAAAAAAAA".into(),
            name: untrusted("server"),
            secret: "slvs_SECRET".into(),
            expires: Some(when(86_400)),
        };
        vec![("without_end", Self { expires: None, ..until.clone() }), ("until", until)]
    }

    pub(in crate::pages) fn filled_with(site: &'static Site, text: &str) -> Self {
        use super::samples::account_of;
        use crate::pages::tests::untrusted;
        Self {
            site,
            account: account_of(text),
            id: text.into(),
            name: untrusted(text),
            secret: text.into(),
            expires: None,
        }
    }
}
