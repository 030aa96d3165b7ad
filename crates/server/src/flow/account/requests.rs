//! What has a person asked for, and what came of it?

pub use salver_store::record::{AccessRequest, CaseState, ReviewCase};

use salver_oauth::{Timestamp, UserId};
use salver_store::{StoreError, record::Audience};

use crate::{deps::Deps, flow::SignedIn};

/// What a person has asked for, with what it came to.
pub struct Wish {
    /// The wish.
    pub request: AccessRequest,
    /// Its case.
    pub case: ReviewCase,
    /// What it came to, for this person.
    pub answer: Answer,
}

/// What a wish came to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Answer {
    /// Nobody has decided.
    Open,
    /// They may let the client in, as it was looked at.
    Approved {
        /// Until then.
        until: Option<Timestamp>,
    },
    /// It was approved, and not for this person, or not any more.
    NotTheirs,
    /// It was refused.
    Refused,
}

/// What a person has asked for, the newest first. What was decided counts as seen from now on.
///
/// # Errors
/// If the store fails.
pub async fn list(deps: &Deps, person: &SignedIn) -> Result<Vec<Wish>, StoreError> {
    let mut wishes = Vec::new();
    for (request, case) in deps.store.list_access_requests_of(person.user.id).await? {
        if is_news(&request, &case) {
            deps.store.mark_seen(request.case, person.user.id, deps.now()).await?;
        }
        let answer = answer(deps, &case, person).await?;
        wishes.push(Wish { request, case, answer });
    }
    wishes.sort_by_key(|wish| std::cmp::Reverse(wish.request.asked_at));
    Ok(wishes)
}

/// How many of a person's wishes were decided, and they have not seen it.
///
/// # Errors
/// If the store fails.
pub async fn news(deps: &Deps, user: UserId) -> Result<usize, StoreError> {
    let asked = deps.store.list_access_requests_of(user).await?;
    Ok(asked.iter().filter(|(request, case)| is_news(request, case)).count())
}

fn is_news(request: &AccessRequest, case: &ReviewCase) -> bool {
    case.state != CaseState::Open && request.seen_at.is_none()
}

async fn answer(deps: &Deps, case: &ReviewCase, person: &SignedIn) -> Result<Answer, StoreError> {
    match case.state {
        CaseState::Open => return Ok(Answer::Open),
        CaseState::Refused => return Ok(Answer::Refused),
        CaseState::Approved => {}
    }
    let is_theirs = |audience: &Audience| match audience {
        Audience::User(user) => *user == person.user.id,
        Audience::Group(group) => person.user.groups.iter().any(|one| **one == **group),
        Audience::Everybody => true,
    };
    let approvals = deps.store.list_approvals(&case.client_id, deps.now()).await?;
    let theirs = approvals.iter().find(|one| one.case == Some(case.id) && is_theirs(&one.audience));
    Ok(theirs.map_or(Answer::NotTheirs, |one| Answer::Approved { until: one.until }))
}
