//! A reviewer decides: does the decision count? Only for a case that is open, for the client as it was shown, and with four eyes.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use salver_store::{Outcome, record::Digest};

use super::{
    Reviewer,
    case::{self, CaseFile, MayDecide},
    decision::{self, Decision, MAX_DAYS, Terms, Whom, WhomFault},
};
use crate::{
    flow::{account::AccountDeps, refusal::Unavailable},
    form_token::{Holder, Purpose},
};

/// What a form says.
pub struct Wish {
    /// The case.
    pub case: String,
    /// The token of the form.
    pub form_token: String,
    /// Whether it is to be approved, or else refused.
    pub approve: bool,
    /// For whom: `user:NAME`, `group:NAME` or `everybody`.
    pub whom: String,
    /// For how many days; empty is without end.
    pub days: String,
    /// At every resource.
    pub anywhere: bool,
    /// For those who asked.
    pub note: String,
    /// What was shown of the client: [`shown`].
    pub seen: String,
}

/// What became of it.
pub enum Decided {
    /// It is decided.
    Yes,
    /// It is not; the case as it is now, and why.
    No(Box<CaseFile>, DecisionFault),
    /// There is no such case.
    NoSuchCase,
    /// The form was not shown to this session, or too long ago.
    StaleForm,
}

/// Why a decision does not count.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum DecisionFault {
    /// Somebody else decided before.
    Meanwhile,
    /// Nobody but this reviewer asks.
    OnlyOneAsking,
    /// The client is another one than was shown.
    Changed,
    /// The client cannot be seen now, so nobody can know what would be approved.
    Unseen,
    /// Nobody is meant.
    Whom(WhomFault),
    /// Not a number of days.
    Days,
}

/// What a form keeps of the client that was shown.
#[must_use]
pub fn shown(substance: &Digest) -> String {
    URL_SAFE_NO_PAD.encode(substance)
}

/// Decides a case.
///
/// # Errors
/// If something of ours fails.
pub async fn decide(
    account: &AccountDeps,
    reviewer: &Reviewer,
    wish: &Wish,
) -> Result<Decided, Unavailable> {
    let person = reviewer.person();
    let holder = Holder::Session(person.session.token);
    if !account.accepts(&wish.form_token, Purpose::Decide, &holder) {
        return Ok(Decided::StaleForm);
    }
    let Some(file) = case::load(&account.deps, reviewer, &wish.case).await? else {
        return Ok(Decided::NoSuchCase);
    };
    let approval = match approval(account, &file, wish).await? {
        Ok(approval) => approval,
        Err(fault) => return Ok(Decided::No(Box::new(file), fault)),
    };
    let decision = Decision {
        approval,
        note: decision::note(&wish.note),
        by: person.user.username.clone(),
        at: account.deps.now(),
    };
    if decision.apply(&*account.deps.store, &file.case).await? == Outcome::Lost {
        let now = case::load(&account.deps, reviewer, &wish.case).await?;
        let lost = |file| Decided::No(Box::new(file), DecisionFault::Meanwhile);
        return Ok(now.map_or(Decided::NoSuchCase, lost));
    }
    tracing::info!(
        case = %file.case.id,
        client_id = file.case.client_id,
        approved = decision.approval.is_some(),
        user = %person.user.id,
        "a case is decided"
    );
    tell(account, &file, &decision).await;
    Ok(Decided::Yes)
}

/// What is approved, if anything, unless the decision does not count.
async fn approval(
    account: &AccountDeps,
    file: &CaseFile,
    wish: &Wish,
) -> Result<Result<Option<Terms>, DecisionFault>, Unavailable> {
    match file.may {
        MayDecide::Decided => return Ok(Err(DecisionFault::Meanwhile)),
        MayDecide::OnlyOneAsking => return Ok(Err(DecisionFault::OnlyOneAsking)),
        MayDecide::Yes => {}
    }
    if !wish.approve {
        return Ok(Ok(None));
    }
    let Ok(seen) = &file.now else { return Ok(Err(DecisionFault::Unseen)) };
    if wish.seen != shown(&seen.substance) {
        return Ok(Err(DecisionFault::Changed));
    }
    let Ok(days) = days(&wish.days) else { return Ok(Err(DecisionFault::Days)) };
    let whom = match Whom::read(&*account.deps.store, &wish.whom).await? {
        Ok(whom) => whom,
        Err(fault) => return Ok(Err(DecisionFault::Whom(fault))),
    };
    let (anywhere, substance) = (wish.anywhere, seen.substance);
    Ok(Ok(Some(Terms { whom, days, anywhere, substance })))
}

fn days(text: &str) -> Result<Option<u32>, DecisionFault> {
    match text.trim() {
        "" => Ok(None),
        text => match text.parse() {
            Ok(days) if (1..=MAX_DAYS).contains(&days) => Ok(Some(days)),
            _ => Err(DecisionFault::Days),
        },
    }
}

/// The decision stands, whether anybody can be told or not.
async fn tell(account: &AccountDeps, file: &CaseFile, decision: &Decision) {
    let deps = &account.deps;
    if !deps.notices.are_told() {
        return;
    }
    let place = (&deps.settings.issuer, &*deps.chance);
    match decision.event(&*deps.store, &file.case, place).await {
        Ok(event) => deps.notices.tell(event),
        Err(error) => {
            tracing::error!(case = %file.case.id, %error, "nobody could be told of a decision");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_a_number_or_nothing() {
        for (text, expected) in [
            ("", Ok(None)),
            (" ", Ok(None)),
            ("1", Ok(Some(1))),
            (" 90 ", Ok(Some(90))),
            ("3650", Ok(Some(3_650))),
            ("3651", Err(DecisionFault::Days)),
            ("0", Err(DecisionFault::Days)),
            ("-1", Err(DecisionFault::Days)),
            ("1.5", Err(DecisionFault::Days)),
            ("a week", Err(DecisionFault::Days)),
        ] {
            assert_eq!(days(text), expected, "{text:?}");
        }
    }
}
