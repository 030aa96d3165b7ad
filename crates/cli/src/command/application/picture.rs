//! What is on record of applications? Everything once, and what it adds up to.

use std::collections::BTreeSet;

use salver_oauth::{ApplicationId, Timestamp, UserId};
use salver_store::{
    Store,
    record::{Binding, LiveGrant, MetApplication, MetClient},
};

use crate::failure::Failure;

/// All that is on record.
pub(super) struct Picture {
    pub(super) applications: Vec<MetApplication>,
    pub(super) clients: Vec<MetClient>,
    pub(super) bindings: Vec<Binding>,
    /// What lives.
    pub(super) grants: Vec<LiveGrant>,
}

/// What some grants add up to.
#[derive(Debug, Default)]
pub(super) struct Sum {
    /// Who gave them.
    pub(super) people: BTreeSet<UserId>,
    /// To which `client_id`s.
    pub(super) client_ids: BTreeSet<String>,
    /// How many copies run below them.
    pub(super) installations: u64,
    /// When one of them was last used.
    pub(super) last_used_at: Option<Timestamp>,
}

impl Picture {
    /// Takes it.
    pub(super) async fn take(store: &dyn Store) -> Result<Self, Failure> {
        let (mut grants, mut after, mut last): (Vec<LiveGrant>, _, _) = (Vec::new(), None, false);
        while !last {
            let slice = store.list_live_grants(after, SLICE).await?;
            last = slice.len() < SLICE as usize;
            after = slice.last().map(|live| live.grant.id);
            grants.extend(slice);
        }
        Ok(Self {
            grants,
            applications: store.list_met_applications().await?,
            clients: store.list_met_clients().await?,
            bindings: store.list_bindings().await?,
        })
    }

    /// The clients of an application.
    pub(super) fn clients_of(&self, id: ApplicationId) -> impl Iterator<Item = &MetClient> {
        self.clients.iter().filter(move |client| client.application == id)
    }

    /// What the grants add up to for which this holds.
    pub(super) fn sum(&self, of: impl Fn(&LiveGrant) -> bool) -> Sum {
        let mut sum = Sum::default();
        for live in self.grants.iter().filter(|live| of(live)) {
            sum.people.insert(live.grant.user);
            sum.client_ids.insert(live.grant.client_id.clone());
            sum.installations += live.installations.len() as u64;
            sum.last_used_at = sum.last_used_at.max(Some(live.last_used_at));
        }
        sum
    }
}

impl Sum {
    /// People, running copies and last use, as cells.
    pub(super) fn cells(&self) -> [String; 3] {
        let last_used = self.last_used_at.map_or("-".to_owned(), super::super::duration::date);
        [self.people.len().to_string(), self.installations.to_string(), last_used]
    }
}

/// How many grants are read at a time.
const SLICE: u32 = 500;
