//! What does every handler work with?

use std::sync::Arc;

use axum::extract::FromRef;
use bytes::Bytes;
use salver_oauth::discovery;

use crate::{deps::Deps, flow::account::AccountDeps, pages::Site, settings::Dynamic};

/// The state of the router; cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Inner>);

struct Inner {
    account: AccountDeps,
    metadata: Bytes,
}

impl App {
    /// Puts the parts together. What never changes is rendered once.
    #[must_use]
    pub fn new(account: AccountDeps) -> Self {
        let deps = &account.deps;
        let settings = &deps.settings;
        let algorithm = deps.keyring.keys().algorithm.to_string();
        let metadata = discovery::metadata(
            &settings.issuer,
            &settings.resources.all_scopes(),
            &algorithm,
            settings.registration.dynamic != Dynamic::Off,
        );
        Self(Arc::new(Inner { metadata: Bytes::from(metadata.to_string()), account }))
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

    /// The metadata document, ready to serve.
    pub(super) fn metadata(&self) -> Bytes {
        self.0.metadata.clone()
    }
}

impl FromRef<App> for AccountDeps {
    fn from_ref(app: &App) -> Self {
        app.0.account.clone()
    }
}
