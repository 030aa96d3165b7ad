//! What waits for those who decide?

use salver_oauth::Timestamp;
use salver_store::StoreError;

use super::{
    Reviewer,
    application::{submitted, waits},
    approvals, bans,
};
use crate::{deps::Deps, flow::anchors};

/// What waits, and what is in force.
#[derive(Clone, Copy, Debug)]
pub struct Overview {
    /// Open cases, and applications that wait.
    pub open: usize,
    /// Since when the oldest of them waits.
    pub oldest: Option<Timestamp>,
    /// Approvals in force.
    pub approvals: usize,
    /// Bans in force.
    pub bans: usize,
    /// Issuers of statements that are known, the suspended ones too.
    pub anchors: usize,
}

/// The overview.
///
/// # Errors
/// If the store fails.
pub async fn overview(deps: &Deps, _: &Reviewer) -> Result<Overview, StoreError> {
    let open = deps.store.list_cases(true).await?;
    let applications = submitted(&*deps.store).await?;
    let waiting = applications.iter().filter(|one| waits(one.client.content.state));
    let since: Vec<_> = open
        .iter()
        .map(|(case, _)| case.opened_at)
        .chain(waiting.map(|one| one.client.changed_at))
        .collect();
    let now = deps.now();
    let approvals = deps.store.list_all_approvals().await?;
    let banned = deps.store.list_bans().await?;
    Ok(Overview {
        open: since.len(),
        oldest: since.into_iter().min(),
        approvals: approvals.iter().filter(|one| approvals::is_in_force(one, now)).count(),
        bans: banned.iter().filter(|ban| bans::is_in_force(ban, now)).count(),
        anchors: anchors::count(&*deps.store, &deps.anchors.all()).await?,
    })
}
