//! What can be decided of a case, and how does it take effect? For page and command alike.

use salver_oauth::{Issuer, Timestamp};
use salver_store::{
    Outcome, Store, StoreError, group,
    record::{Audience, CaseDecision, Digest, NewApproval, ReviewCase},
};

use crate::{
    chance::Chance,
    notices::event::{Case, Decision as Told, Event},
};

/// The longest note that is kept, in characters.
pub const MAX_NOTE: usize = 500;

/// The longest time that can be approved for, in days.
pub const MAX_DAYS: u32 = 3_650;

/// A decision.
#[derive(Clone, Debug)]
pub struct Decision {
    /// What is approved; nothing refuses.
    pub approval: Option<Terms>,
    /// For those who asked.
    pub note: Option<String>,
    /// Who decides.
    pub by: String,
    /// Now.
    pub at: Timestamp,
}

/// What is approved.
#[derive(Clone, Debug)]
pub struct Terms {
    /// For whom.
    pub whom: Whom,
    /// For how long; without end if nothing is said.
    pub days: Option<u32>,
    /// At every resource, and not only at the one that was asked for.
    pub anywhere: bool,
    /// What counts of the client as it was looked at.
    pub substance: Digest,
}

/// For whom something is approved, as it was written and as it is kept.
#[derive(Clone, Debug)]
pub struct Whom {
    /// `user:NAME`, `group:NAME` or `everybody`.
    pub text: String,
    audience: Audience,
}

/// Why nobody is meant by a text.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum WhomFault {
    /// It is none of the three forms.
    Form,
    /// There is no such account, or it is disabled.
    NoSuchUser,
    /// It cannot be the name of a group.
    NoGroup,
}

impl Whom {
    /// Reads for whom something is approved.
    ///
    /// # Errors
    /// If the store fails; the inner one if nobody is meant.
    pub async fn read(
        store: &dyn Store,
        text: &str,
    ) -> Result<Result<Self, WhomFault>, StoreError> {
        let audience = match text.split_once(':') {
            None if text == EVERYBODY => Audience::Everybody,
            Some((USER, name)) => match store.find_user_by_name(name).await? {
                Some(user) if user.disabled_at.is_none() => Audience::User(user.id),
                _ => return Ok(Err(WhomFault::NoSuchUser)),
            },
            Some((GROUP, name)) if group::check(&[name.into()]).is_ok() => {
                Audience::Group(name.to_owned())
            }
            Some((GROUP, _)) => return Ok(Err(WhomFault::NoGroup)),
            _ => return Ok(Err(WhomFault::Form)),
        };
        Ok(Ok(Self { text: text.to_owned(), audience }))
    }
}

impl Decision {
    /// Decides an open case; what is approved stands from then on.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn apply(&self, store: &dyn Store, case: &ReviewCase) -> Result<Outcome, StoreError> {
        let approval = self.approval.as_ref().map(|terms| NewApproval {
            case: Some(case.id),
            client_id: case.client_id.clone(),
            recipient: case.recipient.clone(),
            substance: terms.substance,
            resource: (!terms.anywhere).then(|| case.resource.clone()),
            audience: terms.whom.audience.clone(),
            until: self.until(),
            by: self.by.clone(),
            at: self.at,
        });
        let (by, note, at) = (self.by.clone(), self.note.clone(), self.at);
        store.decide_case(CaseDecision { case: case.id, by, note, at, approval }).await
    }

    /// What those are told who listen for decisions.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn event(
        &self,
        store: &dyn Store,
        case: &ReviewCase,
        place: (&Issuer, &dyn Chance),
    ) -> Result<Event, StoreError> {
        let mut people = Vec::new();
        for request in store.list_access_requests(case.id).await? {
            people.extend(store.find_user(request.user).await?.map(|user| user.username));
        }
        let told = Told {
            approved: self.approval.is_some(),
            by: self.by.clone(),
            note: self.note.clone(),
            approved_for: self.approval.as_ref().map(|terms| terms.whom.text.clone()),
            until: self.until(),
        };
        Ok(Event::new(place, Case::of(case), people, Some(told), self.at))
    }

    fn until(&self) -> Option<Timestamp> {
        let days = self.approval.as_ref()?.days?;
        Some(self.at.plus_seconds(i64::from(days) * DAY))
    }
}

/// A note as it is kept: nothing if it says nothing.
#[must_use]
pub fn note(text: &str) -> Option<String> {
    let note: String = text.trim().chars().take(MAX_NOTE).collect();
    (!note.is_empty()).then_some(note)
}

/// How whole audiences are written.
pub const EVERYBODY: &str = "everybody";
const USER: &str = "user";
const GROUP: &str = "group";
const DAY: i64 = 86_400;
