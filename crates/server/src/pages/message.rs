//! The page that says one thing.

use askama::Template;

use super::Site;

/// A page that says one thing.
#[derive(Clone, Debug, Template)]
#[template(path = "message.html")]
pub struct MessagePage<'a> {
    /// This server.
    pub site: &'a Site,
    /// The heading.
    pub title: String,
    /// The text.
    pub text: String,
    /// Where to go from here.
    pub link: Option<MessageLink>,
}

/// A link to a page of ours.
#[derive(Clone, Copy, Debug)]
pub struct MessageLink {
    /// Path below the issuer.
    pub path: &'static str,
    /// Its words.
    pub label: &'static str,
}

#[cfg(test)]
impl MessagePage<'static> {
    pub(super) fn samples() -> Vec<(&'static str, Self)> {
        use super::tests::SITE;
        let plain = Self {
            site: &SITE,
            title: "You are signed out".into(),
            text: "This browser holds no session any more.".into(),
            link: None,
        };
        let link = Some(MessageLink { path: "/account/sign-in", label: "Sign in" });
        vec![("plain", plain.clone()), ("with_link", Self { link, ..plain })]
    }

    pub(super) fn filled_with(site: &'static Site, text: &str) -> Self {
        let link = Some(MessageLink { path: "/account", label: "x" });
        Self { site, title: text.into(), text: text.into(), link }
    }
}
