//! `salver admin review` of an application of a developer's: the same queue as that of other clients, decided on by what its developer has written.

use salver_oauth::client::{id::ClientId, recorded::Purpose};
use salver_server::{
    chance::SystemChance,
    clock::{Clock as _, SystemClock},
    flow::registrar::desk::{Answer, Desk, DeskRefusal},
    notices::event::{Application, Decision, Event},
};
use salver_store::record::RecordedClient;

use super::{Office, show::owner};
use crate::{
    command::{Where, block_on, public_issuer, settings},
    failure::Failure,
    output, wiring,
};

/// What becomes of an application.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::command) enum Ruling {
    Approve,
    Return,
    Refuse,
}

/// A decision, and whose it is.
pub(in crate::command) struct Decided<'d> {
    /// What becomes of it.
    pub(in crate::command) ruling: Ruling,
    /// Remarks to its developer.
    pub(in crate::command) note: &'d str,
    /// Who decides, for the record: an account that may review, or the command line.
    pub(in crate::command) by: &'d str,
}

/// Whether this names an application, and not a case.
pub(in crate::command) fn is_application(text: &str) -> bool {
    matches!(ClientId::parse(text), Ok(ClientId::Recorded(id)) if id.purpose() == Purpose::Application)
}

/// Decides on an application, and tells whoever is told of decisions.
pub(in crate::command) fn rule(
    client_id: &str,
    decided: &Decided<'_>,
    place: &Where,
) -> Result<(), Failure> {
    let office = Office::open(place)?;
    block_on(async {
        let now = office.at_desk(decided.by, async |desk| apply(&desk, client_id, decided).await);
        let now = now.await?;
        output::talk(decided.ruling.done());
        let owner = owner(office.store(), &now).await?.unwrap_or_default();
        tell(&now, owner, decided, place).await
    })
}

async fn apply(
    desk: &Desk<'_>,
    client_id: &str,
    decided: &Decided<'_>,
) -> Result<RecordedClient, DeskRefusal> {
    let seen = desk.find(client_id).await?;
    // Four eyes: whoever decides under the name of its owner decides on their own.
    if let Some(owner) = seen.owner
        && let Some(user) = desk.registrar.store.find_user(owner).await?
        && user.username == decided.by
    {
        return Err(DeskRefusal::Own(user.username.into()));
    }
    match decided.ruling {
        Ruling::Approve => desk.approve(&seen, decided.note).await,
        Ruling::Return => desk.turn_down(&seen, Answer::Return, decided.note).await,
        Ruling::Refuse => desk.turn_down(&seen, Answer::Refuse, decided.note).await,
    }?;
    desk.find(client_id).await
}

/// The decision stands, whether anybody can be told or not.
async fn tell(
    now: &RecordedClient,
    owner: String,
    decided: &Decided<'_>,
    place: &Where,
) -> Result<(), Failure> {
    let settings = settings(&place.flags())?;
    let Some(hook) = wiring::hook_for_command(&settings)? else { return Ok(()) };
    let issuer = public_issuer(&settings)?;
    let decision = Decision {
        approved: decided.ruling == Ruling::Approve,
        by: decided.by.to_owned(),
        note: Some(decided.note.to_owned()).filter(|note| !note.is_empty()),
        approved_for: None,
        until: None,
    };
    let chance = SystemChance::default();
    let at = SystemClock.now();
    let application = Application::of(now);
    let event = Event::of_application((&issuer, &chance), application, owner, Some(decision), at);
    if !hook.deliver(&event).await {
        output::talk("The webhook did not take the notice of it.");
    }
    Ok(())
}

impl Ruling {
    const fn done(self) -> &'static str {
        match self {
            Self::Approve => "What its developer last wrote is in force, as looked at.",
            Self::Return => {
                "It is back with its developer, with your remarks. What was in force stays so."
            }
            Self::Refuse => {
                "Refused. What was in force stays so: `salver admin client suspend` ends it."
            }
        }
    }
}
