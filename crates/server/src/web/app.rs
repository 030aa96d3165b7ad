//! What does every handler work with?

use std::sync::Arc;

use axum::extract::FromRef;
use bytes::Bytes;
use salver_oauth::discovery;
use url::Url;

use crate::{
    deps::Deps,
    flow::account::AccountDeps,
    pages::{HostName, ResourceLine, Site},
};

/// The state of the router; cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Inner>);

struct Inner {
    account: AccountDeps,
    metadata: Bytes,
    resources: Vec<Arc<ResourceLine>>,
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
            settings.registration.dynamic,
        );
        let lines = settings.resources.list().iter();
        let lines = lines.map(|resource| line(&resource.name, resource.id.as_str()));
        Self(Arc::new(Inner {
            metadata: Bytes::from(metadata.to_string()),
            resources: lines.map(Arc::new).collect(),
            account,
        }))
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

    /// The metadata document, ready to serve.
    pub(super) fn metadata(&self) -> Bytes {
        self.0.metadata.clone()
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
