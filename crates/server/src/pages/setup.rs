//! The page behind an invitation: make one account.

use askama::Template;

use super::{Site, icon::Icon};
use crate::{
    flow::account::setup::{SetupFault, UsernameFault},
    password::PasswordFault,
};

/// The page that makes an account by a link.
#[derive(Clone, Debug, Template)]
#[template(path = "setup.html")]
pub struct SetupPage<'a> {
    /// This server.
    pub site: &'a Site,
    /// The text in the link, which is known to be good.
    pub link: String,
    /// The invitation's role, in words.
    pub role_words: &'static str,
    /// Anti-forgery token.
    pub form_token: String,
    /// What stood in the field before.
    pub username: String,
    /// Why the page is shown again.
    pub faults: Vec<SetupFault>,
}

impl SetupPage<'_> {
    fn sentences(&self) -> Vec<&'static str> {
        self.faults.iter().copied().map(sentence).collect()
    }
}

fn sentence(fault: SetupFault) -> &'static str {
    match fault {
        SetupFault::StaleForm => {
            "This page had been open for too long, or cookies are blocked. Please try again."
        }
        SetupFault::NameTaken => "That username belongs to somebody else.",
        SetupFault::Busy => "The server is busy. Please try again in a moment.",
        SetupFault::Username(UsernameFault::Length) => "The username must have 1 to 64 characters.",
        SetupFault::Username(UsernameFault::Character) => {
            "The username holds a character that cannot be seen or that reorders text."
        }
        SetupFault::Password(PasswordFault::TooShort) => {
            "The password must have at least 12 characters."
        }
        SetupFault::Password(PasswordFault::TooLong) => {
            "The password must not be longer than 1024 bytes."
        }
        SetupFault::Password(PasswordFault::HoldsUsername) => {
            "The password must not hold the username."
        }
    }
}

#[cfg(test)]
impl SetupPage<'static> {
    pub(super) fn samples() -> Vec<(&'static str, Self)> {
        use super::{role_words, tests::SITE};
        use salver_store::record::Role;
        let plain = Self {
            site: &SITE,
            link: "LINK".into(),
            role_words: role_words(Role::Administrator),
            form_token: "FORM-TOKEN".into(),
            username: String::new(),
            faults: Vec::new(),
        };
        let faults = vec![
            SetupFault::StaleForm,
            SetupFault::NameTaken,
            SetupFault::Busy,
            SetupFault::Username(UsernameFault::Length),
            SetupFault::Username(UsernameFault::Character),
            SetupFault::Password(PasswordFault::TooShort),
            SetupFault::Password(PasswordFault::TooLong),
            SetupFault::Password(PasswordFault::HoldsUsername),
        ];
        vec![
            ("administrator", plain.clone()),
            ("user", Self { role_words: role_words(Role::User), ..plain.clone() }),
            ("every_fault", Self { username: "alice".into(), faults, ..plain }),
        ]
    }

    pub(super) fn filled_with(site: &'static Site, text: &str) -> Self {
        Self {
            site,
            link: text.into(),
            role_words: "a user",
            form_token: text.into(),
            username: text.into(),
            faults: Vec::new(),
        }
    }
}
