//! Which client or application does an administrator mean? What names several names nobody.

use salver_oauth::client::{hosted::HostedId, id::ClientId};
use salver_policy::{
    application::{key_of_entry, of_client_id},
    catalogue::Catalogue,
};
use salver_store::record::{Home, MetApplication};

use super::picture::Picture;
use crate::{command::public_issuer, config::Settings, failure::Failure};

impl Picture {
    /// The fingerprint of a client: on record, or one that can be told before anybody has met it.
    pub(super) fn client(&self, name: &str, settings: &Settings) -> Result<String, Failure> {
        let met = self.clients.iter().map(|client| &client.fingerprint);
        let mut known = self.bindings.iter().map(|binding| &binding.fingerprint).chain(met);
        if known.any(|fingerprint| fingerprint == name) {
            return Ok(name.to_owned());
        }
        if let Some(live) = self.grants.iter().find(|live| live.grant.client_id == name) {
            return Ok(live.grant.fingerprint.clone());
        }
        unmet(name, settings).ok_or_else(|| Failure::Refused {
            why: format!("nobody has let in a client \"{}\"", name.escape_debug()),
            hint: "write its client_id, or its fingerprint as `salver admin app show` prints it"
                .to_owned(),
        })
    }

    /// An application on record.
    pub(super) fn application(&self, name: &str) -> Result<&MetApplication, Failure> {
        self.find(name)?.ok_or_else(|| nobody(name))
    }

    /// An application on record, or that of an entry of the catalogue.
    pub(super) fn home(&self, name: &str, catalogue: &Catalogue) -> Result<Home, Failure> {
        if let Some(found) = self.find(name)? {
            return Ok(Home { key: found.key.clone(), label: found.label.clone() });
        }
        let entry = catalogue.client(name).ok_or_else(|| nobody(name))?;
        Ok(Home { key: key_of_entry(entry), label: entry.name.to_string() })
    }

    fn find(&self, name: &str) -> Result<Option<&MetApplication>, Failure> {
        let all = &self.applications;
        if let Some(found) = all.iter().find(|one| one.id.to_string() == name || one.key == name) {
            return Ok(Some(found));
        }
        let mut named = all.iter().filter(|one| one.label == name);
        match (named.next(), named.next()) {
            (Some(_), Some(_)) => Err(Failure::Refused {
                why: format!("several applications are called \"{}\"", name.escape_debug()),
                hint: "name it by its id: `salver admin app list` shows it".to_owned(),
            }),
            (found, _) => Ok(found),
        }
    }
}

/// Any text could be an identifier that was given out: only those that stand in the configuration are.
fn unmet(name: &str, settings: &Settings) -> Option<String> {
    let client_id = ClientId::parse(name).ok()?;
    let issuer = public_issuer(settings).ok();
    if let Some(hosted) = issuer.and_then(|issuer| HostedId::at(&issuer, &client_id)) {
        return of_client_id(&ClientId::Hosted(hosted));
    }
    let is_known = match &client_id {
        ClientId::Issued(_) => settings.clients.iter().any(|client| client.id == client_id),
        ClientId::Document(_) | ClientId::LocalDevelopment(_) => true,
        ClientId::Recorded(_) | ClientId::Sealed(_) | ClientId::Stated(_) | ClientId::Hosted(_) => {
            false
        }
    };
    is_known.then(|| of_client_id(&client_id)).flatten()
}

fn nobody(name: &str) -> Failure {
    Failure::Refused {
        why: format!("there is no application \"{}\"", name.escape_debug()),
        hint: "`salver admin app list` shows all".to_owned(),
    }
}
