//! An id and a secret, shown once, with what to do with them.

use askama::Template;
use zeroize::Zeroizing;

use super::Snippet;
use crate::pages::{Account, Site, Untrusted, icon::Icon};

/// The page that shows them.
#[derive(Clone, Template)]
#[template(path = "own_client_credentials.html")]
pub struct CredentialsPage<'a> {
    /// This server.
    pub site: &'a Site,
    /// Whose page it is.
    pub account: Account,
    /// The `client_id`.
    pub id: String,
    /// The client's name.
    pub name: Untrusted,
    /// The secret, if it has one.
    pub secret: Option<Zeroizing<String>>,
    /// What assertions call the key that was put in place of a secret (`kid`), if one was.
    pub key_id: Option<Untrusted>,
    /// What to do with them.
    pub snippets: Vec<Snippet>,
    /// What will be said of the client.
    pub remarks: Vec<Remark>,
}

/// What will be said of a client when somebody logs in with it.
#[derive(Clone, Debug)]
pub enum Remark {
    /// Its name is that of somebody, or looks like it.
    NameOf {
        /// That name.
        protected: Untrusted,
        /// Whose it is.
        owner: Untrusted,
    },
    /// Its name mixes scripts.
    MixedScripts,
    /// People are warned of this redirect URI.
    Warned(Untrusted),
    /// An administrator looks at it first for this redirect URI.
    Reviewed(Untrusted),
}

#[cfg(test)]
impl CredentialsPage<'static> {
    pub(in crate::pages) fn samples() -> Vec<(&'static str, Self)> {
        use super::{
            KeyValues, key_snippets,
            samples::{ID, account},
            snippet,
        };
        use crate::pages::tests::{SITE, untrusted};
        let values = |secret| snippet::Values {
            url: "https://mcp.example.org/mcp",
            server: "Notes",
            client_id: ID,
            secret,
            redirect_uri: "http://localhost/callback",
        };
        let secret = Self {
            site: &SITE,
            account: account(),
            id: ID.into(),
            name: untrusted("Claude Code of alice"),
            secret: Some("slvs_SECRET".to_owned().into()),
            key_id: None,
            snippets: snippet::snippets(Some("Claude Code"), &values(Some("slvs_SECRET"))),
            remarks: Vec::new(),
        };
        let none = Self {
            secret: None,
            snippets: snippet::snippets(None, &values(None)),
            remarks: vec![
                Remark::NameOf {
                    protected: untrusted("Claude Code"),
                    owner: untrusted("claude.ai"),
                },
                Remark::MixedScripts,
                Remark::Warned(untrusted("https://a.example/cb")),
                Remark::Reviewed(untrusted("https://b.example/cb")),
            ],
            ..secret.clone()
        };
        let values = KeyValues {
            client_id: ID,
            key_id: "desk",
            algorithm: "ES256",
            issuer: "https://as.example.org",
        };
        let key = Self {
            secret: None,
            key_id: Some(untrusted("desk")),
            snippets: key_snippets(&values),
            ..secret.clone()
        };
        vec![("secret", secret), ("public_with_remarks", none), ("key", key)]
    }

    pub(in crate::pages) fn filled_with(site: &'static Site, text: &str) -> Self {
        use super::samples::account_of;
        use crate::pages::tests::untrusted;
        Self {
            site,
            account: account_of(text, text),
            id: text.into(),
            name: untrusted(text),
            secret: Some(text.to_owned().into()),
            key_id: Some(untrusted(text)),
            snippets: vec![Snippet { app: "x", place: "x", note: None, text: text.into() }],
            remarks: vec![
                Remark::NameOf { protected: untrusted(text), owner: untrusted(text) },
                Remark::Warned(untrusted(text)),
                Remark::Reviewed(untrusted(text)),
            ],
        }
    }
}
