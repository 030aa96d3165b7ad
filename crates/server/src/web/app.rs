//! What does every handler work with?

use std::sync::Arc;

use axum::extract::FromRef;
use bytes::Bytes;
use salver_oauth::{Timestamp, discovery};

use crate::{deps::Deps, flow::account::AccountDeps, pages::Site, settings::Dynamic};

/// The state of the router; cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Inner>);

struct Inner {
    account: AccountDeps,
    /// The metadata document while clients may register.
    with_registration: Bytes,
    /// And while they may not.
    without_registration: Bytes,
}

impl App {
    /// Puts the parts together. What never changes is rendered once.
    #[must_use]
    pub fn new(account: AccountDeps) -> Self {
        let deps = &account.deps;
        let settings = &deps.settings;
        let algorithm = deps.keyring.keys().algorithm.to_string();
        let scopes = settings.resources.all_scopes();
        let metadata = |registers| {
            let document = discovery::metadata(&settings.issuer, &scopes, &algorithm, registers);
            Bytes::from(document.to_string())
        };
        let (with_registration, without_registration) = (metadata(true), metadata(false));
        Self(Arc::new(Inner { account, with_registration, without_registration }))
    }

    /// What journeys work with.
    #[must_use]
    pub fn deps(&self) -> &Deps {
        &self.0.account.deps
    }

    /// What the journeys of accounts work with.
    #[must_use]
    pub fn account(&self) -> &AccountDeps {
        &self.0.account
    }

    /// What pages share.
    #[must_use]
    pub fn site(&self) -> &Site {
        &self.0.account.site
    }

    /// The metadata document of this moment, ready to serve.
    pub(super) fn metadata(&self, now: Timestamp) -> Bytes {
        match self.deps().settings.registration.at(now) {
            Dynamic::Open | Dynamic::Invited => self.0.with_registration.clone(),
            Dynamic::Off => self.0.without_registration.clone(),
        }
    }
}

impl FromRef<App> for AccountDeps {
    fn from_ref(app: &App) -> Self {
        app.0.account.clone()
    }
}
