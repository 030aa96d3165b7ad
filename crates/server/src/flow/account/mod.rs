//! The journeys of an account: signing in and out, making an account by a link, seeing and ending what was let in.
//!
//! Nothing here knows HTTP but for the headers that carry cookies; `web/account/` answers with pages.

pub mod apps;
pub mod browser;
pub mod clients;
pub mod continue_to;
pub mod home;
pub mod requests;
pub mod setup;
pub mod sign_in;
pub mod sign_out;

use std::{num::NonZero, ops::Deref, sync::Arc, thread};

use http::{HeaderMap, HeaderValue};
use salver_jose::{DerivedKey, KeyPurpose, MasterKey, SealError};
use salver_store::StoreError;

use crate::{
    cookie::Cookies,
    deps::Deps,
    flow::SignedIn,
    form_token::{self, Holder, Purpose},
    pages::Site,
    password::Passwords,
    session,
    throttle::Throttle,
};
use browser::Browser;

/// What the journeys of an account work with; cheap to clone.
#[derive(Clone)]
pub struct AccountDeps(Arc<Parts>);

/// The parts of [`AccountDeps`].
pub struct Parts {
    /// What all journeys work with.
    pub deps: Arc<Deps>,
    /// This server, as its pages name it.
    pub site: Site,
    pub(crate) cookies: Cookies,
    pub(crate) passwords: Passwords,
    pub(crate) throttle: Throttle,
    pub(crate) keys: Keys,
}

pub(crate) struct Keys {
    /// Hashes session cookies.
    pub(crate) sessions: DerivedKey,
    /// Makes form tokens and browser cookies.
    pub(crate) forms: DerivedKey,
}

impl AccountDeps {
    /// Puts the parts together.
    ///
    /// # Errors
    /// If the cryptographic library fails.
    pub fn new(deps: Arc<Deps>, master: &MasterKey) -> Result<Self, SealError> {
        let issuer = &deps.settings.issuer;
        let threads = thread::available_parallelism().map_or(1, NonZero::get);
        Ok(Self(Arc::new(Parts {
            site: Site::new(issuer),
            cookies: Cookies::of(issuer),
            passwords: Passwords::new(threads),
            throttle: Throttle::default(),
            keys: Keys {
                sessions: master.derive(KeyPurpose::Sessions)?,
                forms: master.derive(KeyPurpose::Forms)?,
            },
            deps,
        })))
    }

    /// Who sends this request, if its session lives.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn signed_in(&self, headers: &HeaderMap) -> Result<Option<SignedIn>, StoreError> {
        let found = session::current(self, headers).await?;
        Ok(found.map(|(session, user)| SignedIn { session, user }))
    }

    /// The token of a sign-in form for this browser, and the line that gives the browser its cookie if it has none.
    #[must_use]
    pub fn sign_in_form(&self, headers: &HeaderMap) -> (String, Option<HeaderValue>) {
        self.form_for_browser(Purpose::SignIn, headers)
    }

    /// The token with which a page lets this person sign out.
    #[must_use]
    pub fn form_token(&self, person: &SignedIn) -> String {
        self.issue(Purpose::SignOut, &Holder::Session(person.session.token))
    }

    pub(crate) fn form_for_browser(
        &self,
        purpose: Purpose,
        headers: &HeaderMap,
    ) -> (String, Option<HeaderValue>) {
        let (browser, is_new) = Browser::of(self, headers);
        let cookie = is_new.then(|| browser.cookie(self)).flatten();
        (self.issue(purpose, &Holder::Browser(browser.id)), cookie)
    }

    pub(crate) fn issue(&self, purpose: Purpose, holder: &Holder) -> String {
        form_token::issue(&self.keys.forms, purpose, holder, self.deps.now())
    }

    pub(crate) fn accepts(&self, token: &str, purpose: Purpose, holder: &Holder) -> bool {
        form_token::accept(&self.keys.forms, token, purpose, holder, self.deps.now())
    }
}

impl Deref for AccountDeps {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}
