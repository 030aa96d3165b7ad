//! `salver admin review approve`, `return` and `refuse`: the decision, and the notice of it. What is said of an application is the business of `recorded/review.rs`.

use clap::Args;
use salver_server::{
    chance::SystemChance,
    clock::{Clock as _, SystemClock},
    flow::admin::decision::{Decision, MAX_DAYS, Terms, Whom, WhomFault, note},
};
use salver_store::{Outcome, Store, record::ReviewCase};

use super::CaseArgument;
use crate::{
    command::{
        Where, block_on, public_issuer,
        recorded::{
            By,
            review::{self, Decided, Ruling, is_application},
        },
        settings,
    },
    config::Settings,
    failure::Failure,
    output, state, wiring,
};

#[derive(Args, Debug)]
pub(in crate::command) struct Approve {
    #[command(flatten)]
    case: CaseArgument,
    /// For whom: user:NAME, group:NAME or everybody. An application is for everybody, and goes without it.
    #[arg(long = "for", value_name = "WHOM")]
    whom: Option<String>,
    /// For how many days; without end if it is left out.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=i64::from(MAX_DAYS)))]
    days: Option<u32>,
    /// At every MCP server, and not only at the one that was asked for.
    #[arg(long)]
    anywhere: bool,
    /// A note to those who asked, or remarks to the developer.
    #[arg(long, value_name = "TEXT", default_value = "")]
    note: String,
    #[command(flatten)]
    by: By,
    #[command(flatten)]
    place: Where,
}

#[derive(Args, Debug)]
pub(in crate::command) struct Return {
    #[command(flatten)]
    case: CaseArgument,
    /// Remarks to the developer: what has to change.
    #[arg(long, value_name = "TEXT")]
    note: String,
    #[command(flatten)]
    by: By,
    #[command(flatten)]
    place: Where,
}

#[derive(Args, Debug)]
pub(in crate::command) struct Refuse {
    #[command(flatten)]
    case: CaseArgument,
    /// A note to those who asked; or remarks to the developer, who has to hear why.
    #[arg(long, value_name = "TEXT", default_value = "")]
    note: String,
    #[command(flatten)]
    by: By,
    #[command(flatten)]
    place: Where,
}

impl Approve {
    pub(super) fn run(self) -> Result<(), Failure> {
        if is_application(&self.case.case) {
            if self.whom.is_some() || self.days.is_some() || self.anywhere {
                return Err(Failure::Refused {
                    why: "an application is approved for everybody, everywhere and for good"
                        .to_owned(),
                    hint: "leave --for, --days and --anywhere out".to_owned(),
                });
            }
            return rule(&self.case, (Ruling::Approve, &self.note), (&self.by, &self.place));
        }
        let settings = settings(&self.place.flags())?;
        let state = state::open(&settings)?;
        block_on(async {
            let store = &*state.store;
            let case = self.case.load(store).await?;
            let whom = self.whom.as_deref().unwrap_or_default();
            let read = Whom::read(store, whom).await?;
            let whom = read.map_err(|fault| nobody(whom, fault))?;
            let (days, anywhere, substance) = (self.days, self.anywhere, case.substance);
            let approval = Some(Terms { whom, days, anywhere, substance });
            decide(&settings, store, &case, decision(approval, &self.note)).await
        })
    }
}

impl Return {
    pub(super) fn run(self) -> Result<(), Failure> {
        if is_application(&self.case.case) {
            return rule(&self.case, (Ruling::Return, &self.note), (&self.by, &self.place));
        }
        Err(Failure::Refused {
            why: "nobody can mend a client for which people wait: it is approved or refused"
                .to_owned(),
            hint: "`salver admin review refuse` says no, with a note".to_owned(),
        })
    }
}

impl Refuse {
    pub(super) fn run(self) -> Result<(), Failure> {
        if is_application(&self.case.case) {
            return rule(&self.case, (Ruling::Refuse, &self.note), (&self.by, &self.place));
        }
        let settings = settings(&self.place.flags())?;
        let state = state::open(&settings)?;
        block_on(async {
            let case = self.case.load(&*state.store).await?;
            decide(&settings, &*state.store, &case, decision(None, &self.note)).await
        })
    }
}

fn rule(
    case: &CaseArgument,
    (ruling, note): (Ruling, &str),
    (by, place): (&By, &Where),
) -> Result<(), Failure> {
    review::rule(&case.case, &Decided { ruling, note, by: &by.by }, place)
}

fn decision(approval: Option<Terms>, text: &str) -> Decision {
    let (by, at) = ("an administrator".to_owned(), SystemClock.now());
    Decision { approval, note: note(text), by, at }
}

async fn decide(
    settings: &Settings,
    store: &dyn Store,
    case: &ReviewCase,
    decision: Decision,
) -> Result<(), Failure> {
    if decision.apply(store, case).await? == Outcome::Lost {
        return Err(Failure::Refused {
            why: "the case is decided already".to_owned(),
            hint: format!("`salver admin review show {}` tells how", case.id),
        });
    }
    output::talk(match &decision.approval {
        Some(_) => "Approved, for the client as it was when it was first asked for.",
        None => "Refused.",
    });
    let Some(hook) = wiring::hook_for_command(settings)? else { return Ok(()) };
    let issuer = public_issuer(settings)?;
    let event = decision.event(store, case, (&issuer, &SystemChance::default())).await?;
    if !hook.deliver(&event).await {
        output::talk("The webhook did not take the notice of it.");
    }
    Ok(())
}

fn nobody(text: &str, fault: WhomFault) -> Failure {
    let text = text.escape_debug();
    let (why, hint) = match fault {
        WhomFault::Form => (
            format!("\"{text}\" names nobody"),
            "write --for user:NAME, --for group:NAME or --for everybody",
        ),
        WhomFault::NoSuchUser => (
            format!("\"{text}\" is no account that can sign in"),
            "`salver admin user list` shows all",
        ),
        WhomFault::NoGroup => (
            format!("\"{text}\" cannot be a group"),
            "a group is a short word of small letters, digits, `_`, `.` and `-`",
        ),
    };
    Failure::Refused { why, hint: hint.to_owned() }
}
