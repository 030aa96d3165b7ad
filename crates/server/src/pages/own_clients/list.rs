//! The list of a person's clients, and of those that others share with them.

use askama::Template;

use super::{ProvesItself, SecretLine, SharedWith};
use crate::pages::{Account, Site, Tile, Untrusted, When};

/// The list.
#[derive(Clone, Debug, Template)]
#[template(path = "own_clients.html")]
pub struct OwnClientsPage<'a> {
    /// This server.
    pub site: &'a Site,
    /// Whose page it is.
    pub account: Account,
    /// Their own.
    pub own: Vec<OwnClientLine>,
    /// Others'.
    pub shared: Vec<SharedClientLine>,
}

/// One of their own.
#[derive(Clone, Debug)]
pub struct OwnClientLine {
    /// Its `client_id`.
    pub id: String,
    /// A letter.
    pub tile: Tile,
    /// Its name.
    pub name: Untrusted,
    /// What for, if an app of the catalogue was chosen.
    pub app: Option<Untrusted>,
    /// When it was made.
    pub made: When,
    /// When it ends.
    pub ends: Option<When>,
    /// Whether it lets nobody in now: it has ended, or was suspended.
    pub out: bool,
    /// How it proves itself.
    pub proves: ProvesItself,
    /// Its owner's secrets that work.
    pub secrets: Vec<SecretLine>,
    /// Who else may use it.
    pub shared_with: SharedWith,
}

/// One of somebody else's.
#[derive(Clone, Debug)]
pub struct SharedClientLine {
    /// Its `client_id`.
    pub id: String,
    /// A letter.
    pub tile: Tile,
    /// Its name.
    pub name: Untrusted,
    /// Whose it is.
    pub owner: String,
}

#[cfg(test)]
impl OwnClientsPage<'static> {
    pub(in crate::pages) fn samples() -> Vec<(&'static str, Self)> {
        use super::samples::{ID, account, secret, when};
        use crate::pages::tests::{SITE, untrusted};
        let empty = Self { site: &SITE, account: account(), own: Vec::new(), shared: Vec::new() };
        let with_secret = OwnClientLine {
            id: ID.into(),
            tile: Tile::of("Claude Code of alice"),
            name: untrusted("Claude Code of alice"),
            app: Some(untrusted("Claude Code")),
            made: when(-40),
            ends: Some(when(50)),
            out: false,
            proves: ProvesItself::Secret,
            secrets: vec![
                secret("laptop"),
                SecretLine { last_used: None, ends: Some(when(1)), ..secret("old laptop") },
            ],
            shared_with: SharedWith::Group("notes".into()),
        };
        let over = OwnClientLine {
            app: None,
            ends: Some(when(-1)),
            out: true,
            secrets: Vec::new(),
            shared_with: SharedWith::Nobody,
            ..with_secret.clone()
        };
        let public = OwnClientLine {
            ends: None,
            out: false,
            proves: ProvesItself::Not,
            shared_with: SharedWith::Everybody,
            ..over.clone()
        };
        let shared = SharedClientLine {
            id: ID.into(),
            tile: Tile::of("Team App"),
            name: untrusted("Team App"),
            owner: "bob".into(),
        };
        let full =
            Self { own: vec![with_secret, over, public], shared: vec![shared], ..empty.clone() };
        vec![("empty", empty), ("full", full)]
    }

    pub(in crate::pages) fn filled_with(site: &'static Site, text: &str) -> Self {
        use super::samples::{account_of, secret, when};
        use crate::pages::tests::untrusted;
        let own = OwnClientLine {
            id: text.into(),
            tile: Tile::of(text),
            name: untrusted(text),
            app: Some(untrusted(text)),
            made: when(0),
            ends: None,
            out: true,
            proves: ProvesItself::Secret,
            secrets: vec![secret(text)],
            shared_with: SharedWith::Group(text.into()),
        };
        let shared = SharedClientLine {
            id: text.into(),
            tile: Tile::of(text),
            name: untrusted(text),
            owner: text.into(),
        };
        Self { site, account: account_of(text, text), own: vec![own], shared: vec![shared] }
    }
}
