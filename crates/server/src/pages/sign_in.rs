//! The sign-in page. It is shown before anything about a client was fetched, so it names at most the host that claims to ask
//! (DESIGN 4.5).

use askama::Template;
use salver_oauth::{client::redirect_uri::RedirectUri, form::Form};
use url::Url;

use super::{FormAction, HostName, Opener, Site, icon::Icon};

/// The sign-in page.
#[derive(Clone, Debug, Template)]
#[template(path = "sign_in.html")]
pub struct SignInPage<'a> {
    /// This server.
    pub site: &'a Site,
    /// The host of the `client_id` that asks, not yet checked.
    pub asking: Option<HostName>,
    /// Anti-forgery token.
    pub form_token: String,
    /// Where to go afterwards: a path of ours.
    pub continue_to: String,
    /// What stood in the field before.
    pub username: String,
    /// Why the page is shown again.
    pub problem: Option<SignInProblem>,
}

/// Why a sign-in did not succeed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SignInProblem {
    /// No such pair of name and password, or the account is disabled: the page does not tell which.
    WrongPair,
    /// Too many failures; wait so many seconds.
    TooMany {
        /// Seconds until the next try counts.
        retry_after: u64,
    },
    /// The form was too old, or made for another browser.
    StaleForm,
    /// Too many people sign in at this moment.
    Busy {
        /// Seconds until a try has better prospects.
        retry_after: u64,
    },
}

impl SignInPage<'_> {
    /// The host that claims to ask, if an authorization request waits.
    #[must_use]
    pub fn asking(continue_to: &str) -> Option<HostName> {
        let client_id = Url::parse(&waiting(continue_to, "client_id")?).ok()?;
        (client_id.scheme() == "https").then(|| HostName::of_url(&client_id)).flatten()
    }

    /// Where the form may lead. Someone who is known here and has said yes before goes from this form straight on to the client,
    /// so its address, unchecked as yet, must not be shut out (`docs/decisions/0002-form-action.md`).
    #[must_use]
    pub fn form_action(&self) -> FormAction {
        let redirect_uri = waiting(&self.continue_to, "redirect_uri");
        let acceptable = redirect_uri.filter(|text| RedirectUri::parse(text).is_ok());
        let url = acceptable.and_then(|text| Url::parse(&text).ok());
        match url {
            Some(url) => FormAction::answer_at(&url),
            None if is_waiting(&self.continue_to) => FormAction::AnswerAnywhereOnTheWeb,
            None => FormAction::Own,
        }
    }

    /// Whether a window that opened this one may still be waiting for it.
    #[must_use]
    pub fn opener(&self) -> Opener {
        if is_waiting(&self.continue_to) { Opener::Kept } else { Opener::Severed }
    }
}

fn is_waiting(continue_to: &str) -> bool {
    continue_to.split_once('?').is_some_and(|(path, _)| path.ends_with("/authorize"))
}

/// A parameter of the authorization request that waits.
fn waiting(continue_to: &str, name: &'static str) -> Option<String> {
    let (_, query) = continue_to.split_once('?').filter(|_| is_waiting(continue_to))?;
    Form::parse(query).one(name).ok().flatten().map(|value| value.to_string())
}

impl SignInProblem {
    fn sentence(self) -> &'static str {
        match self {
            Self::WrongPair => "That username and password do not belong together.",
            Self::TooMany { .. } => "Too many tries did not succeed.",
            Self::StaleForm => {
                "This page had been open for too long, or cookies are blocked. Please sign in again."
            }
            Self::Busy { .. } => "The server is busy.",
        }
    }

    /// How long to wait, in words.
    fn wait(self) -> Option<String> {
        let (Self::TooMany { retry_after } | Self::Busy { retry_after }) = self else {
            return None;
        };
        let (count, unit) = if retry_after < 90 {
            (retry_after, "second")
        } else {
            (retry_after.div_ceil(60), "minute")
        };
        Some(format!("{count} {unit}{}", if count == 1 { "" } else { "s" }))
    }
}

#[cfg(test)]
impl SignInPage<'static> {
    pub(super) fn samples() -> Vec<(&'static str, Self)> {
        use super::tests::{SITE, host};
        let plain = Self {
            site: &SITE,
            asking: None,
            form_token: "FORM-TOKEN".into(),
            continue_to: "/account".into(),
            username: String::new(),
            problem: None,
        };
        let asked = Self {
            asking: Some(host("claude.ai")),
            continue_to: "/authorize?client_id=x&scope=a%20b".into(),
            ..plain.clone()
        };
        let again =
            |problem| Self { username: "alice".into(), problem: Some(problem), ..asked.clone() };
        vec![
            ("plain", plain.clone()),
            ("asked_by_a_client", asked.clone()),
            ("wrong_pair", again(SignInProblem::WrongPair)),
            ("too_many", again(SignInProblem::TooMany { retry_after: 125 })),
            ("stale_form", again(SignInProblem::StaleForm)),
            ("busy", again(SignInProblem::Busy { retry_after: 1 })),
        ]
    }

    pub(super) fn filled_with(site: &'static Site, text: &str) -> Self {
        Self {
            site,
            asking: Some(HostName::made_of(text)),
            form_token: text.into(),
            continue_to: text.into(),
            username: text.into(),
            problem: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waiting_for(continue_to: &str) -> SignInPage<'static> {
        SignInPage { continue_to: continue_to.into(), ..SignInPage::samples().swap_remove(0).1 }
    }

    #[test]
    fn the_answer_to_a_waiting_request_gets_through_after_sign_in() {
        let at = |source: &str| FormAction::AnswerAt(source.into());
        for (continue_to, expected) in [
            ("/account", FormAction::Own),
            ("/account?redirect_uri=https://evil.example/", FormAction::Own),
            (
                "/authorize?redirect_uri=http%3A%2F%2F127.0.0.1%3A51004%2Fcallback",
                at("http://127.0.0.1:51004"),
            ),
            ("/t/authorize?redirect_uri=https%3A%2F%2Fclaude.ai%2Fcb", at("https://claude.ai")),
            ("/authorize?client_id=x", FormAction::AnswerAnywhereOnTheWeb),
            ("/authorize?redirect_uri=javascript%3Aalert(1)", FormAction::AnswerAnywhereOnTheWeb),
        ] {
            assert_eq!(waiting_for(continue_to).form_action(), expected, "{continue_to}");
        }
    }

    #[test]
    fn only_the_host_of_a_document_url_is_named() {
        let asking = |continue_to| SignInPage::asking(continue_to).map(|host| host.text());
        assert_eq!(
            asking("/authorize?client_id=https%3A%2F%2Fclaude.ai%2Fc").as_deref(),
            Some("claude.ai")
        );
        assert_eq!(asking("/authorize?client_id=notes-app"), None);
        assert_eq!(asking("/authorize?client_id=http%3A%2F%2Fclaude.ai%2Fc"), None);
        assert_eq!(asking("/account?client_id=https%3A%2F%2Fclaude.ai%2Fc"), None);
    }
}
