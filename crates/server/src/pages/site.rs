//! What do all pages share? Whose server it is, where its pages lie, and who is signed in.

use salver_oauth::Issuer;
use url::Url;

use super::{HostName, ICON, STYLESHEET};

/// This server, as its pages name it.
#[derive(Clone, Debug)]
pub struct Site {
    /// The issuer's host.
    pub host: HostName,
    /// The same as plain text.
    pub name: String,
    /// The issuer's path, before which every link of ours stands; empty or `/…`.
    pub base: String,
    /// Path of the stylesheet.
    pub css: String,
    /// Path of the icon.
    pub icon: String,
}

impl Site {
    /// The site of an issuer. Never of a request header (DESIGN §7.9).
    #[must_use]
    pub fn new(issuer: &Issuer) -> Self {
        let host = Url::parse(issuer.as_str()).ok().and_then(|url| HostName::of_url(&url));
        let host = host.unwrap_or_else(|| HostName::of_text(issuer.authority()));
        Self {
            name: host.text(),
            host,
            base: issuer.path().into(),
            css: format!("{}{}", issuer.path(), STYLESHEET.path()),
            icon: format!("{}{}", issuer.path(), ICON.path()),
        }
    }
}

/// The account that the page is shown to.
#[derive(Clone, Debug)]
pub struct Account {
    /// Its name.
    pub username: String,
    /// Form token for signing out.
    pub sign_out_token: String,
}
