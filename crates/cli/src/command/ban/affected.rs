//! What does a ban end, and has it ended? Grants with who gave them; and the gateway's own question about each of them.

use std::collections::{BTreeMap, BTreeSet};

use salver_oauth::{ApplicationId, InstallationId, TokenId, UserId};
use salver_server::{
    clock::{Clock as _, SystemClock},
    flow::ban::Ended,
    revocations::{RevocationIndex, Standing},
};
use salver_store::{Store, record::LiveGrant};
use serde_json::{Value, json};

use crate::{
    command::{client::quoted, duration},
    failure::Failure,
};

/// What has been let in that a ban shuts out.
pub(super) struct Affected {
    grants: Vec<LiveGrant>,
    /// What people are called.
    names: BTreeMap<UserId, String>,
}

/// What is the case once a ban has been carried out.
pub(super) struct Receipt {
    /// What was ended by this command; a running server may have been quicker.
    pub(super) ended: Ended,
    /// How many grants and installations were asked about.
    pub(super) asked: usize,
    /// The tokens of how many of these the gateway still accepts.
    pub(super) accepted: usize,
}

impl Affected {
    pub(super) async fn of(store: &dyn Store, grants: Vec<LiveGrant>) -> Result<Self, Failure> {
        let users = store.list_users().await?;
        let names = users.into_iter().map(|user| (user.id, user.username)).collect();
        Ok(Self { grants, names })
    }

    /// The same with what another look has found.
    pub(super) fn join(&mut self, other: Self) {
        self.grants.extend(other.grants);
        self.grants.sort_by_key(|live| live.grant.id);
        // Of two looks at one grant, the installations of both count.
        self.grants.dedup_by(|later, earlier| {
            let same = later.grant.id == earlier.grant.id;
            if same {
                earlier.installations.append(&mut later.installations);
                earlier.installations.sort_unstable();
                earlier.installations.dedup();
            }
            same
        });
        self.names.extend(other.names);
    }

    /// How many people, applications and installations that are.
    pub(super) fn counted(&self) -> String {
        if self.grants.is_empty() {
            return "nothing that was let in before".to_owned();
        }
        let people: BTreeSet<UserId> = self.grants.iter().map(|live| live.grant.user).collect();
        let applications: BTreeSet<ApplicationId> =
            self.grants.iter().map(|live| live.grant.application).collect();
        let installations: usize = self.grants.iter().map(|live| live.installations.len()).sum();
        let words = [
            (self.grants.len(), "grant", "grants"),
            (people.len(), "person", "people"),
            (applications.len(), "application", "applications"),
            (installations, "installation", "installations"),
        ];
        let [grants, people, applications, installations] = words.map(|(count, one, more)| {
            let word = if count == 1 { one } else { more };
            format!("{count} {word}")
        });
        format!("{grants} of {people}: {applications}, {installations}")
    }

    pub(super) fn is_empty(&self) -> bool {
        self.grants.is_empty()
    }

    pub(super) fn rows(&self) -> Vec<Vec<String>> {
        let row = |live: &LiveGrant| {
            vec![
                self.name(live.grant.user),
                quoted(&live.label),
                quoted(&live.grant.client_id),
                live.grant.recipient.clone(),
                live.grant.resource.clone(),
                live.installations.len().to_string(),
                duration::date(live.last_used_at),
            ]
        };
        self.grants.iter().map(row).collect()
    }

    pub(super) fn json(&self) -> Vec<Value> {
        let one = |live: &LiveGrant| {
            json!({
                "grant": live.grant.id, "user": self.name(live.grant.user),
                "application": live.label, "client_id": live.grant.client_id,
                "recipient": live.grant.recipient, "resource": live.grant.resource,
                "installations": live.installations.len(), "last_used_at": live.last_used_at,
            })
        };
        self.grants.iter().map(one).collect()
    }

    fn name(&self, user: UserId) -> String {
        self.names.get(&user).map_or_else(|| user.to_string(), Clone::clone)
    }
}

impl Receipt {
    /// Asks about every grant and installation as the gateway does on a call: an index that has read the feed from its start.
    pub(super) async fn ask(
        store: &dyn Store,
        affected: &Affected,
        ended: Ended,
    ) -> Result<Self, Failure> {
        let (index, now) = (RevocationIndex::default(), SystemClock.now());
        index.refresh(store, now).await?;
        let (mut asked, mut accepted) = (0, 0);
        for live in &affected.grants {
            // A grant without installations has given no token yet; its code must not give one.
            let none = [InstallationId::from_bytes([0; 16])];
            let installations =
                if live.installations.is_empty() { &none[..] } else { &live.installations };
            for installation in installations {
                let token = TokenId::from_bytes([0; 16]);
                asked += 1;
                let ids = (live.grant.id, *installation, token);
                accepted += usize::from(index.standing(ids, now) != Standing::Revoked);
            }
        }
        Ok(Self { ended, asked, accepted })
    }
}

pub(super) const HEADING: &[&str] =
    &["USER", "APPLICATION", "CLIENT", "ANSWERS GO TO", "RESOURCE", "INSTALLATIONS", "LAST USED"];
