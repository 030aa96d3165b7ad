//! A reviewer decides on an application: does the decision count? Only for the application as it was shown, one step after the other, and never on their own.

use salver_store::record::RecordedClient;

use super::{
    Reviewer,
    application::{Dossier, load},
};
use crate::{
    flow::{
        account::AccountDeps,
        refusal::Unavailable,
        registrar::{
            EntryRefusal, Registrar, StepRefusal, Wish, Word,
            step::{Hand, StepFault},
        },
    },
    form_token::{Holder, Purpose},
    notices::event::{Application, Decision, Event},
};

/// What a form says.
pub struct Ruling {
    /// The application.
    pub id: String,
    /// The revision that was shown.
    pub revision: String,
    /// The token of the form.
    pub form_token: String,
    /// What is to be done; nothing but to keep what is ticked, if nothing is said.
    pub deed: Option<Deed>,
    /// Remarks for its developer.
    pub note: String,
    /// What of the checklist is ticked.
    pub ticked: Vec<String>,
}

/// What a reviewer can do.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Deed {
    /// Begin to look at it.
    Take,
    /// Bring it into force.
    Approve,
    /// Want something changed first.
    Return,
    /// Say no.
    Refuse,
    /// Let nobody in with it.
    Suspend,
    /// Let people in with it again.
    Resume,
}

/// What became of it.
pub enum Ruled {
    /// It is done.
    Yes,
    /// It is not; the application as it is now, and why.
    No(Box<Dossier>, RulingFault),
    /// There is no such application.
    NoSuchApplication,
    /// The form was not shown to this session, or too long ago.
    StaleForm,
}

/// Why a decision does not count.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum RulingFault {
    /// It is another one than was shown.
    Meanwhile,
    /// It does not follow on where the application stands.
    NotNow,
    /// It is their own.
    Own,
    /// Not all of the checklist was looked at.
    Unticked,
    /// Nothing is said to its developer.
    NoRemark,
    /// It breaks a rule that came after it was submitted.
    BreaksRule,
}

impl Deed {
    /// All deeds, each with its name in a form.
    pub const ALL: [(&'static str, Self); 6] = [
        ("take", Self::Take),
        ("approve", Self::Approve),
        ("return", Self::Return),
        ("refuse", Self::Refuse),
        ("suspend", Self::Suspend),
        ("resume", Self::Resume),
    ];

    const fn wish(self) -> Wish<'static> {
        match self {
            Self::Take => Wish::Take,
            Self::Approve => Wish::Approve,
            Self::Return => Wish::Return,
            Self::Refuse => Wish::Refuse,
            Self::Suspend => Wish::Suspend,
            Self::Resume => Wish::Resume,
        }
    }

    /// Whether its developer has to be told why.
    const fn wants_a_remark(self) -> bool {
        matches!(self, Self::Return | Self::Refuse | Self::Suspend)
    }
}

/// Decides on an application.
///
/// # Errors
/// If something of ours fails.
pub async fn rule(
    account: &AccountDeps,
    reviewer: &Reviewer,
    ruling: &Ruling,
) -> Result<Ruled, Unavailable> {
    let (deps, person) = (&account.deps, reviewer.person());
    let holder = Holder::Session(person.session.token);
    if !account.accepts(&ruling.form_token, Purpose::ReviewApplication, &holder) {
        return Ok(Ruled::StaleForm);
    }
    let Some(dossier) = load(deps, reviewer, &ruling.id).await? else {
        return Ok(Ruled::NoSuchApplication);
    };
    let owner = dossier.owner.clone();
    let ruled = match fault_before(&dossier, ruling) {
        Some(fault) => Err(fault),
        None => apply(account, (dossier, &person.user.username), ruling).await?,
    };
    match ruled {
        Ok(now) => {
            if let Some(deed) = ruling.deed {
                tracing::info!(client_id = ruling.id, ?deed, user = %person.user.id, "an application is ruled on");
                // This node need not wait for its next reading.
                deps.revocations.refresh(&*deps.store, deps.now()).await?;
                deps.bans.refresh(&*deps.store).await?;
                tell(account, (deed, ruling), (&now, owner, &person.user.username));
            }
            Ok(Ruled::Yes)
        }
        Err(fault) => {
            let now = load(deps, reviewer, &ruling.id).await?;
            Ok(now.map_or(Ruled::NoSuchApplication, |now| Ruled::No(Box::new(now), fault)))
        }
    }
}

fn fault_before(dossier: &Dossier, ruling: &Ruling) -> Option<RulingFault> {
    if dossier.hand == Hand::ReviewerOfOwn {
        Some(RulingFault::Own)
    } else if ruling.revision != dossier.client.revision.to_string() {
        Some(RulingFault::Meanwhile)
    } else {
        None
    }
}

/// Keeps what is newly ticked, each with who and when, and then does the deed.
async fn apply(
    account: &AccountDeps,
    (dossier, by): (Dossier, &str),
    ruling: &Ruling,
) -> Result<Result<RecordedClient, RulingFault>, Unavailable> {
    let (deps, registrar) = (&account.deps, Registrar::of(&account.deps));
    let is_ticked = |text: &str| ruling.ticked.iter().any(|ticked| ticked == text);
    let open = dossier.checklist.iter().filter(|item| item.looked_at.is_none());
    let (ticked, left): (Vec<_>, Vec<_>) = open.partition(|item| is_ticked(&item.text));
    let note = remark(&ruling.note);
    let word = |note| (Word { hand: dossier.hand, by, note }, &deps.own_origins);
    let mut client = dossier.client.clone();
    for item in ticked {
        match fault_of(registrar.take_step(&client, Wish::Check(&item.text), word("")).await)? {
            Ok(now) => client = now,
            Err(fault) => return Ok(Err(fault)),
        }
    }
    let Some(deed) = ruling.deed else { return Ok(Ok(client)) };
    if deed == Deed::Approve && !left.is_empty() {
        return Ok(Err(RulingFault::Unticked));
    }
    if deed.wants_a_remark() && note.is_empty() {
        return Ok(Err(RulingFault::NoRemark));
    }
    fault_of(registrar.take_step(&client, deed.wish(), word(&note)).await)
}

fn fault_of(
    taken: Result<RecordedClient, StepRefusal>,
) -> Result<Result<RecordedClient, RulingFault>, Unavailable> {
    Ok(match taken {
        Ok(now) => Ok(now),
        Err(StepRefusal::Stale) => Err(RulingFault::Meanwhile),
        Err(StepRefusal::Step(StepFault::OwnApplication)) => Err(RulingFault::Own),
        Err(StepRefusal::Step(_)) => Err(RulingFault::NotNow),
        Err(StepRefusal::Entry(EntryRefusal::Store(error))) => return Err(error.into()),
        Err(StepRefusal::Entry(_)) => Err(RulingFault::BreaksRule),
    })
}

fn remark(text: &str) -> String {
    text.trim().chars().take(MAX_REMARK).collect()
}

/// The decision stands, whether anybody can be told or not.
fn tell(
    account: &AccountDeps,
    (deed, ruling): (Deed, &Ruling),
    (now, owner, by): (&RecordedClient, String, &str),
) {
    if deed == Deed::Take {
        return;
    }
    let deps = &account.deps;
    let note = remark(&ruling.note);
    let decision = Decision {
        approved: matches!(deed, Deed::Approve | Deed::Resume),
        by: by.to_owned(),
        note: (!note.is_empty()).then_some(note),
        approved_for: None,
        until: None,
    };
    let place = (&deps.settings.issuer, &*deps.chance);
    let application = Application::of(now);
    let event = Event::of_application(place, application, owner, Some(decision), deps.now());
    deps.notices.tell(event);
}

/// The longest remark that is kept, in characters.
pub const MAX_REMARK: usize = 2_000;
