//! A rule sends this client to the reviewers: what is the person told, and how do they ask?
//!
//! - The login comes to a page that says so, and offers to ask for access with a reason.
//! - The wish joins the open case of this client, or opens one. Nothing is stored before somebody asks.
//! - Once somebody has decided, the person goes on where they were: the same authorization request is judged again, and the approval is
//!   found by [`super::judgement`]. One that was pushed stays pushed. What reviewers see and do is in [`super::admin::review`].

use salver_oauth::{
    CaseId, Timestamp, authorization::check::AuthorizationError, client::substance::substance,
};
use salver_policy::application::fingerprint;
pub use salver_store::record::CaseState;
use salver_store::record::{AccessRequest, Asked as Noted, NewAccessRequest, ReviewCase};

use super::{
    SignedIn,
    asked::Asked,
    authorize::{self, Next, Prepared, Step},
    refusal::{Refusal, Unavailable},
};
use crate::{
    deps::Deps,
    notices::event::{Case, Event},
    ticket::{SealedTicket, Ticket},
};

/// The longest reason that is kept, in characters.
pub const MAX_REASON: usize = 500;

/// A login that waits for a reviewer.
pub struct Waiting<'d> {
    /// The request, client and return address.
    pub prepared: Box<Prepared<'d>>,
    /// What this person has asked for before, at this recipient and resource: the newest.
    pub asked: Option<Standing>,
    /// The person has as many open wishes as one may have.
    pub too_many: bool,
    /// The request to come back with.
    pub request: String,
    /// The sealed ticket of the page.
    pub ticket: SealedTicket,
    /// The code of the attempt, as the page shows it.
    pub attempt: String,
}

/// How a wish stands.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Standing {
    /// The case.
    pub state: CaseState,
    /// When it was asked.
    pub asked_at: Timestamp,
    /// When it was decided.
    pub decided_at: Option<Timestamp>,
    /// What the reviewer said about it.
    pub note: Option<String>,
}

/// The page of a login that waits.
pub(super) async fn wait<'d>(
    deps: &'d Deps,
    prepared: Box<Prepared<'d>>,
    (asked, raw): (&Asked, &str),
    person: &SignedIn,
) -> Result<Next<'d>, Refusal> {
    if prepared.accepted.silent {
        let error = AuthorizationError::ConsentRequired;
        return Ok(Next::Redirect(prepared.back.with_error(&error)));
    }
    deps.store.note_verdict(prepared.judged.to_keep(deps.now())).await?;
    let request = asked.to_wait(deps, raw)?;
    page(deps, prepared, (&request, person), false).await
}

async fn page<'d>(
    deps: &'d Deps,
    prepared: Box<Prepared<'d>>,
    (raw, person): (&str, &SignedIn),
    too_many: bool,
) -> Result<Next<'d>, Refusal> {
    let asked = deps.store.list_access_requests_of(person.user.id).await?;
    let recipient = prepared.back.recipient().to_string();
    let is_this = |case: &ReviewCase| {
        case.client_id == prepared.client.client_id.as_str()
            && case.recipient == recipient
            && case.resource == prepared.accepted.offer.resource.as_str()
    };
    let newest = asked.iter().filter(|(_, case)| is_this(case)).max_by_key(|(one, _)| one.asked_at);
    let asked = newest.map(|(request, case)| standing(request, case));
    let (ticket, attempt) = authorize::ticket(deps, &prepared, (raw, person))?;
    let request = raw.to_owned();
    Ok(Next::Wait(Box::new(Waiting { prepared, asked, too_many, request, ticket, attempt })))
}

fn standing(request: &AccessRequest, case: &ReviewCase) -> Standing {
    Standing {
        state: case.state,
        asked_at: request.asked_at,
        decided_at: case.decided_at,
        note: case.note.clone(),
    }
}

/// Asks for access, for the login that the page was about.
///
/// # Errors
/// [`Refusal`], for a page.
pub async fn ask<'d>(
    deps: &'d Deps,
    (ticket, reason): (&str, &str),
    person: &SignedIn,
) -> Result<Next<'d>, Refusal> {
    let ticket = Ticket::open(ticket, deps.secrets.tickets()).ok_or(Refusal::ForeignForm)?;
    if ticket.session != person.session.token {
        return Err(Refusal::ForeignForm);
    }
    let asked = Asked::read(deps, &ticket.request, ticket.shown_at).await?;
    let request = asked.to_wait(deps, &ticket.request)?;
    let prepared = match authorize::prepare(deps, &asked, person).await? {
        Step::Waits(prepared) => prepared,
        // Somebody has decided meanwhile, or the rules have changed.
        Step::On(_) | Step::Done(_) => {
            return authorize::begin(deps, &ticket.request, Some(person)).await;
        }
    };
    let wish = NewAccessRequest {
        case: CaseId::from_bytes(deps.random()),
        client_id: prepared.client.client_id.to_string(),
        fingerprint: fingerprint(&prepared.client),
        label: prepared.client.label().to_owned(),
        recipient: prepared.back.recipient().to_string(),
        resource: prepared.accepted.offer.resource.to_string(),
        facts: serde_json::to_string(&prepared.judged.assessment)
            .map_err(|_| Unavailable::Crypto)?,
        substance: substance(&prepared.client),
        user: person.user.id,
        reason: reason.trim().chars().take(MAX_REASON).collect(),
        request: request.clone().into_owned(),
        asked_at: deps.now(),
    };
    let client_id = wish.client_id.clone();
    let too_many = match deps.store.ask_access(wish).await? {
        Noted::Waiting { case, opened } => {
            tracing::info!(%case, opened, client_id, user = %person.user.id, "access is asked for");
            if opened {
                deps.notices.tell(opened_event(deps, case, &prepared, person));
            }
            false
        }
        Noted::TooMany => true,
        Noted::UserDisabled => return Ok(Next::SignIn { asking: client_id }),
    };
    page(deps, prepared, (&request, person), too_many).await
}

fn opened_event(deps: &Deps, case: CaseId, prepared: &Prepared<'_>, person: &SignedIn) -> Event {
    let case = Case {
        id: case.to_string(),
        client_id: prepared.client.client_id.to_string(),
        label: prepared.client.label().to_owned(),
        recipient: prepared.back.recipient().to_string(),
        resource: prepared.accepted.offer.resource.to_string(),
    };
    let (place, people) =
        ((&deps.settings.issuer, &*deps.chance), vec![person.user.username.clone()]);
    Event::new(place, case, people, None, deps.now())
}
