//! From which host do the keys of a client come that was let in? Asked once for each client, and only where a ban could name the host.
//!
//! Leaves out clients that registered themselves: what is in their identifiers is for the servers to open, and bans meet them at their next login.

use std::collections::{HashMap, hash_map::Entry};

use salver_oauth::{
    Timestamp,
    client::{
        document::{self, Profile},
        id::ClientId,
    },
};
use salver_policy::ban::{BanKind, Bans};
use salver_store::{Store, StoreError};

use crate::flow::recorded;

/// The hosts, as far as they were asked for.
pub(super) struct KeyHosts {
    /// A ban in force names a host or a domain.
    wanted: bool,
    known: HashMap<String, Option<Box<str>>>,
}

impl KeyHosts {
    pub(super) fn for_bans(bans: &Bans, now: Timestamp) -> Self {
        let names_a_host = |kind: BanKind| matches!(kind, BanKind::Domain | BanKind::RedirectHost);
        let mut in_force = bans.all().iter().filter(|ban| ban.is_in_force(now));
        let wanted = in_force.any(|ban| names_a_host(ban.subject.kind()));
        Self { wanted, known: HashMap::new() }
    }

    /// The host of the keys of a client, as its metadata were last known here.
    pub(super) async fn of(
        &mut self,
        store: &dyn Store,
        client_id: &str,
    ) -> Result<Option<&str>, StoreError> {
        if !self.wanted {
            return Ok(None);
        }
        Ok(match self.known.entry(client_id.to_owned()) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => place.insert(find(store, client_id).await?),
        }
        .as_deref())
    }
}

async fn find(store: &dyn Store, client_id: &str) -> Result<Option<Box<str>>, StoreError> {
    let metadata = match ClientId::parse(client_id) {
        Ok(ClientId::Recorded(id)) => {
            let client = store.find_recorded_client(client_id).await?;
            let in_force = client.and_then(|client| client.content.in_force);
            in_force.and_then(|written| recorded::metadata(&id, &written).ok())
        }
        Ok(ClientId::Document(url)) => {
            let newest = store.find_newest_version(client_id).await?;
            newest.and_then(|newest| document::parse(&newest.document, &url, Profile::Ietf).ok())
        }
        _ => None,
    };
    Ok(metadata.and_then(|metadata| metadata.keys.host()))
}
