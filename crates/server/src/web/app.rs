//! What does every handler work with?

use std::sync::Arc;

use axum::extract::FromRef;
use bytes::Bytes;
use salver_oauth::{Timestamp, discovery};
use url::Url;

use crate::{
    deps::Deps,
    flow::account::AccountDeps,
    pages::{HostName, ResourceLine, Site},
    settings::Dynamic,
};

/// The state of the router; cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Inner>);

struct Inner {
    account: AccountDeps,
    /// The metadata document while clients may register.
    with_registration: Bytes,
    /// And while they may not.
    without_registration: Bytes,
    resources: Vec<Arc<ResourceLine>>,
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
            let pushed = settings.pushed_requests.required;
            let document =
                discovery::metadata(&settings.issuer, &scopes, &algorithm, registers, pushed);
            Bytes::from(document.to_string())
        };
        let (with_registration, without_registration) = (metadata(true), metadata(false));
        let lines = settings.resources.list().iter();
        let lines = lines.map(|resource| line(&resource.name, resource.id.as_str()));
        let resources = lines.map(Arc::new).collect();
        Self(Arc::new(Inner { account, with_registration, without_registration, resources }))
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

    /// What pages say of the resource with this identifier.
    pub(super) fn resource(&self, id: &str) -> Arc<ResourceLine> {
        let known = self.0.resources.iter().find(|line| line.url == id);
        known.map_or_else(|| Arc::new(line(id, id)), Arc::clone)
    }

    /// The metadata document of this moment, ready to serve.
    pub(super) fn metadata(&self, now: Timestamp) -> Bytes {
        match self.deps().settings.registration.at(now) {
            Dynamic::Open | Dynamic::Invited => self.0.with_registration.clone(),
            Dynamic::Off => self.0.without_registration.clone(),
        }
    }
}

fn line(name: &str, id: &str) -> ResourceLine {
    let host = Url::parse(id).ok().and_then(|url| HostName::of_url(&url));
    ResourceLine {
        name: name.to_owned(),
        host: host.unwrap_or_else(|| HostName::of_text(id)),
        url: id.to_owned(),
    }
}

impl FromRef<App> for AccountDeps {
    fn from_ref(app: &App) -> Self {
        app.0.account.clone()
    }
}
