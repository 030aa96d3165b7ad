//! What waits for a reviewer, and what was decided lately?

pub use salver_store::record::{CaseState, ReviewCase};

use salver_store::StoreError;

use super::{
    Reviewer,
    application::{Submitted, submitted, waits},
};
use crate::deps::Deps;

/// The queue.
pub struct Queue {
    /// What waits, the longest first; with how many people asked.
    pub open: Vec<(ReviewCase, u64)>,
    /// What was decided, the newest first.
    pub decided: Vec<(ReviewCase, u64)>,
    /// Applications of developers that wait, the longest first.
    pub waiting: Vec<Submitted>,
    /// Those that do not wait, the one last changed first.
    pub on_record: Vec<Submitted>,
}

/// The queue, and the newest decisions.
///
/// # Errors
/// If the store fails.
pub async fn queue(deps: &Deps, _: &Reviewer) -> Result<Queue, StoreError> {
    let cases = deps.store.list_cases(false).await?;
    let (mut open, mut decided): (Vec<_>, Vec<_>) =
        cases.into_iter().partition(|(case, _)| case.state == CaseState::Open);
    open.sort_by_key(|(case, _)| case.opened_at);
    decided.sort_by_key(|(case, _)| std::cmp::Reverse(case.decided_at));
    decided.truncate(DECIDED);
    let (mut waiting, mut on_record): (Vec<_>, Vec<_>) =
        submitted(&*deps.store).await?.into_iter().partition(|one| waits(one.client.content.state));
    waiting.sort_by_key(|one| one.client.changed_at);
    on_record.sort_by_key(|one| std::cmp::Reverse(one.client.changed_at));
    Ok(Queue { open, decided, waiting, on_record })
}

/// How many decisions are shown.
const DECIDED: usize = 50;
