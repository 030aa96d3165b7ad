//! What do bans look at? Made from a whole visit, or from the little that is kept with a grant.

use std::borrow::Cow;

use salver_names::registrable_domain;
use salver_oauth::client::{metadata::Metadata, redirect_uri::Recipient};

use super::subject::BanKind;
use crate::{
    catalogue::folded,
    visit::{Visit, undotted},
};

/// What bans look at. What is not known is left empty, and then no ban finds it.
#[derive(Clone, Debug, Default)]
pub struct BanFacts<'f> {
    client_id: &'f str,
    application: &'f str,
    bound_to: Option<&'f str>,
    name: Option<String>,
    /// The host of the document.
    published_at: Option<&'f str>,
    redirect_hosts: Vec<&'f str>,
    /// The host that serves its keys.
    key_host: Option<Cow<'f, str>>,
    keys: &'f [Box<str>],
    software_id: Option<&'f str>,
    statement_issuer: Option<&'f str>,
}

impl<'f> BanFacts<'f> {
    /// Of a visit: everything.
    #[must_use]
    pub fn of_visit(visit: &'f Visit) -> Self {
        let all = visit.redirect_hosts.iter().map(|host| undotted(host));
        Self {
            client_id: &visit.client_id,
            application: &visit.application,
            bound_to: visit.bound_to.as_deref(),
            name: visit.name.as_deref().map(folded),
            published_at: visit.document_host(),
            redirect_hosts: all.chain(visit.recipient_host()).collect(),
            key_host: visit.key_host.as_deref().map(undotted).map(Cow::Borrowed),
            keys: &visit.keys,
            software_id: visit.software_id.as_deref(),
            statement_issuer: visit.statement_issuer.as_deref(),
        }
    }

    /// Of a client that registers itself: everything that it says, and its application (the fingerprint, and what that is bound to) and
    /// keys (RFC 7638 thumbprints).
    #[must_use]
    pub fn of_registration(
        client: &'f Metadata,
        (application, bound_to): (&'f str, Option<&'f str>),
        keys: &'f [Box<str>],
        software_id: Option<&'f str>,
    ) -> Self {
        let hosts = client.redirect_uris.iter().filter_map(|uri| match uri.recipient() {
            Recipient::Https { host } => Some(undotted(host)),
            Recipient::Loopback | Recipient::App { .. } => None,
        });
        Self {
            client_id: client.client_id.as_str(),
            application,
            bound_to,
            name: client.name.as_deref().map(folded),
            published_at: None,
            redirect_hosts: hosts.collect(),
            key_host: client.keys.host().map(|host| Cow::Owned(undotted(&host).to_owned())),
            keys,
            software_id,
            statement_issuer: None,
        }
    }

    /// Of a grant: its client, the client's fingerprint and name, recipient (`loopback`, `https://host` or `app:scheme`) and keys.
    #[must_use]
    pub fn of_grant(
        client_id: &'f str,
        application: &'f str,
        name: &str,
        recipient: &'f str,
        keys: &'f [Box<str>],
    ) -> Self {
        Self {
            client_id,
            application,
            name: Some(folded(name)),
            published_at: host_of(client_id),
            redirect_hosts: host_of(recipient).into_iter().collect(),
            keys,
            ..Self::default()
        }
    }

    /// The same for a client that is bound to this application.
    #[must_use]
    pub const fn bound_to(mut self, application: Option<&'f str>) -> Self {
        self.bound_to = application;
        self
    }

    /// The same for a client that this issuer's statement vouches for.
    #[must_use]
    pub const fn signed_by(mut self, issuer: &'f str, software_id: &'f str) -> Self {
        (self.statement_issuer, self.software_id) = (Some(issuer), Some(software_id));
        self
    }

    /// The same for a client whose keys come from this host.
    #[must_use]
    pub fn with_keys_from(mut self, host: Option<&'f str>) -> Self {
        self.key_host = host.map(undotted).map(Cow::Borrowed);
        self
    }

    /// The name, folded.
    pub(super) fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Every kind but names, with the values that a ban of it would have.
    pub(super) fn values(&self) -> impl Iterator<Item = (BanKind, &str)> {
        let key_host = self.key_host.as_deref();
        let hosts = self.redirect_hosts.iter().copied().chain(key_host);
        let domains = self.published_at.into_iter().chain(hosts.clone());
        [
            (BanKind::Application, Some(self.application)),
            (BanKind::Application, self.bound_to),
            (BanKind::Document, Some(self.client_id)),
            (BanKind::SoftwareId, self.software_id),
            (BanKind::StatementIssuer, self.statement_issuer),
        ]
        .into_iter()
        .filter_map(|(kind, value)| Some((kind, value?)))
        .chain(domains.filter_map(|host| Some((BanKind::Domain, registrable_domain(host)?))))
        .chain(hosts.map(|host| (BanKind::RedirectHost, host)))
        .chain(self.keys.iter().map(|key| (BanKind::Key, key.as_ref())))
    }
}

/// The host of an https URL.
fn host_of(url: &str) -> Option<&str> {
    let authority = url.strip_prefix("https://")?.split('/').next()?;
    let host = match authority.rsplit_once(':') {
        Some((host, _)) if !authority.ends_with(']') => host,
        _ => authority,
    };
    Some(undotted(host))
}
