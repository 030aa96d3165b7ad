//! What is approved, and how does it end? An approval that has ended lets nobody in any more; what was let in under it stays until it is
//! disconnected or banned.

pub use salver_store::record::{Approval, Audience};

use salver_oauth::Timestamp;
use salver_store::{Outcome, StoreError};

use super::Reviewer;
use crate::{
    deps::Deps,
    flow::account::AccountDeps,
    form_token::{Holder, Purpose},
};

/// An approval, with its people as they are called.
pub struct Approved {
    /// The approval.
    pub approval: Approval,
    /// The name of the person that it is for, if it is for one.
    pub username: Option<String>,
}

/// What became of a wish to end an approval.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Ended {
    /// It is over, by this or by somebody else before.
    Over,
    /// The form was not shown to this session, or too long ago.
    StaleForm,
}

/// All approvals in force, the newest first.
///
/// # Errors
/// If the store fails.
pub async fn list(deps: &Deps, _: &Reviewer) -> Result<Vec<Approved>, StoreError> {
    let now = deps.now();
    let mut approvals = deps.store.list_all_approvals().await?;
    approvals.retain(|approval| is_in_force(approval, now));
    approvals.reverse();
    named(deps, approvals).await
}

/// Approvals with the names of their people.
pub(super) async fn named(
    deps: &Deps,
    approvals: Vec<Approval>,
) -> Result<Vec<Approved>, StoreError> {
    let mut named = Vec::with_capacity(approvals.len());
    for approval in approvals {
        let username = match &approval.audience {
            Audience::User(user) => deps.store.find_user(*user).await?.map(|user| user.username),
            Audience::Group(_) | Audience::Everybody => None,
        };
        named.push(Approved { approval, username });
    }
    Ok(named)
}

/// Ends an approval.
///
/// # Errors
/// If the store fails.
pub async fn end(
    account: &AccountDeps,
    reviewer: &Reviewer,
    (number, form_token): (i64, &str),
) -> Result<Ended, StoreError> {
    let person = reviewer.person();
    let holder = Holder::Session(person.session.token);
    if !account.accepts(form_token, Purpose::EndApproval, &holder) {
        return Ok(Ended::StaleForm);
    }
    let by = person.user.username.clone();
    let ended = account.deps.store.end_approval(number, by, account.deps.now()).await?;
    if ended == Outcome::Applied {
        tracing::info!(number, user = %person.user.id, "an approval is ended");
    }
    Ok(Ended::Over)
}

/// Whether an approval lets anybody in.
#[must_use]
pub fn is_in_force(approval: &Approval, now: Timestamp) -> bool {
    approval.ended_at.is_none() && approval.until.is_none_or(|end| now < end)
}
