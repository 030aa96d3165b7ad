//! The first page of an account.

use askama::Template;

use super::{Account, Site, When, icon::Icon};

/// The first page of an account.
#[derive(Clone, Debug, Template)]
#[template(path = "home.html")]
pub struct HomePage<'a> {
    /// This server.
    pub site: &'a Site,
    /// Whose page it is.
    pub account: Account,
    /// What they may do, in words.
    pub role_words: &'static str,
    /// Since when this browser is signed in.
    pub signed_in: When,
    /// How many applications are connected.
    pub applications: usize,
    /// How many of their requests for access were decided, and they have not seen it.
    pub news: usize,
    /// Whether they develop applications.
    pub developer: bool,
    /// Whether they decide for others.
    pub staff: bool,
}

#[cfg(test)]
impl HomePage<'static> {
    pub(super) fn samples() -> Vec<(&'static str, Self)> {
        use super::{role_words, tests::SITE};
        use salver_oauth::Timestamp;
        use salver_store::record::Role;
        let none = Self {
            site: &SITE,
            account: Account { username: "alice".into(), sign_out_token: "SIGN-OUT-TOKEN".into() },
            role_words: role_words(Role::Administrator),
            signed_in: When::at(Timestamp::from_unix(1_790_000_000)),
            applications: 0,
            news: 0,
            developer: true,
            staff: true,
        };
        let some =
            Self { applications: 2, news: 1, developer: false, staff: false, ..none.clone() };
        let more = Self { news: 2, ..some.clone() };
        vec![("no_applications", none), ("applications", some), ("more_news", more)]
    }

    pub(super) fn filled_with(site: &'static Site, text: &str) -> Self {
        use salver_oauth::Timestamp;
        Self {
            site,
            account: Account { username: text.into(), sign_out_token: text.into() },
            role_words: "user",
            signed_in: When::at(Timestamp::from_unix(0)),
            applications: 1,
            news: 1,
            developer: true,
            staff: true,
        }
    }
}
