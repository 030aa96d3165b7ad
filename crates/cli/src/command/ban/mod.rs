//! `salver admin ban`, `unban` and `bans`: who is shut out, and what does that end? (DESIGN 4.8) Works beside a running server, which follows
//! within a second.
//!
//! A ban is previewed, made, carried out, and then asked about the way the gateway asks: what is said at the end is not what was meant to
//! happen, but what is the case.

mod affected;
mod list;
mod made;

use clap::{Args, builder::PossibleValuesParser};
use salver_policy::ban::{Ban as Judged, BanKind, BanSubject, Bans};
use salver_server::{
    bans::BanIndex,
    chance::SystemChance,
    clock::{Clock as _, SystemClock},
    flow::{
        ban::{affected, enforce},
        service::banned,
    },
};
use salver_store::{Outcome, Store, record::NewBan};

pub(super) use self::list::List;
use self::{
    affected::{Affected, Receipt},
    made::Told,
};
use super::{Where, block_on, duration, settings};
use crate::{config::policy::PolicySettings, failure::Failure, output, state};

#[derive(Args, Debug)]
pub(super) struct Ban {
    /// What the value names.
    #[arg(value_parser = PossibleValuesParser::new(BanKind::ALL.map(BanKind::id)))]
    kind: String,
    /// Whom to shut out, in the words of `salver policy explain`; in a name, `*` stands for anything.
    value: String,
    /// Why, for those who meet the ban later.
    #[arg(long, value_name = "TEXT", value_parser = reason)]
    reason: String,
    /// When it ends by itself, like 24h or 7d from now. Without it, it ends when it is lifted.
    #[arg(long, value_name = "TIME", value_parser = duration::parse)]
    until: Option<i64>,
    /// Only say what it would end: nothing is banned.
    #[arg(long)]
    dry_run: bool,
    /// Print one line of JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    place: Where,
}

#[derive(Args, Debug)]
pub(super) struct Unban {
    /// The number of the ban; `salver admin bans` shows all.
    number: i64,
    #[command(flatten)]
    place: Where,
}

impl Ban {
    pub(super) fn run(self) -> Result<(), Failure> {
        let settings = settings(&self.place.flags())?;
        let subject = BanSubject::parse(&self.kind, &self.value).map_err(|fault| {
            let why = format!("{:?} cannot be banned as {}: {fault}", self.value, self.kind);
            Failure::Refused { why, hint: fault.hint() }
        })?;
        let state = state::open(&settings)?;
        let told = block_on(self.make(&*state.store, &settings.policy, &subject))?;
        if self.json {
            output::json(&told.json());
        } else {
            told.tell();
        }
        match told.receipt {
            Some(Receipt { accepted: 1.., .. }) => Err(Failure::Refused {
                why: "the ban stands, and not everything that it ends has ended".to_owned(),
                hint: "a running server goes on ending it; `salver admin ban --dry-run` tells what is left".to_owned(),
            }),
            _ => Ok(()),
        }
    }

    async fn make(
        &self,
        store: &dyn Store,
        policy: &PolicySettings,
        subject: &BanSubject,
    ) -> Result<Told, Failure> {
        let now = SystemClock.now();
        let expires_at = self.until.map(|seconds| now.plus_seconds(seconds));
        let judged = |number| {
            let (subject, reason) = (subject.clone(), self.reason.as_str().into());
            Bans::new(vec![Judged { number, subject, reason, made_at: now, expires_at }])
        };
        let preview = affected(store, &judged(0), now).await?;
        let mut told = Told {
            number: None,
            subject: subject.clone(),
            expires_at,
            affected: Affected::of(store, preview).await?,
            services: banned(store, &judged(0), now).await?.len(),
            let_in_by: policy.shadows(&judged(0), now),
            receipt: None,
        };
        if self.dry_run {
            return Ok(told);
        }
        let ban = NewBan {
            kind: subject.kind().id().to_owned(),
            value: subject.value().to_owned(),
            reason: self.reason.clone(),
            made_by: BY.to_owned(),
            made_at: now,
            expires_at,
        };
        let number = store.add_ban(ban).await?;
        // What was let in since the preview is ended too, and from now on nothing is let in (the store sees to that).
        let late = affected(store, &judged(number), now).await?;
        told.affected.join(Affected::of(store, late).await?);
        let chance = SystemChance::default();
        let ended = enforce(store, &judged(number), (&chance, now)).await?;
        told.number = Some(number);
        told.let_in_by = policy.shadows(&judged(number), now);
        told.receipt = Some(Receipt::ask(store, &told.affected, ended).await?);
        Ok(told)
    }
}

impl Unban {
    pub(super) fn run(self) -> Result<(), Failure> {
        let (settings, number) = (settings(&self.place.flags())?, self.number);
        let store = state::open(&settings)?.store;
        let (lifted, left) = block_on(async {
            let lifted = store.lift_ban(number, BY.to_owned(), SystemClock.now()).await?;
            let bans = BanIndex::default();
            bans.refresh(&*store).await?;
            Ok((lifted, bans.get()))
        })?;
        if lifted == Outcome::Lost {
            return Err(Failure::Refused {
                why: format!("there is no ban {number} in force"),
                hint: "`salver admin bans` shows all".to_owned(),
            });
        }
        output::talk(&format!(
            "Ban {number} is lifted; {} left. What it has ended stays ended: people are asked anew.",
            list::count(
                left.bans.all().iter().filter(|ban| ban.is_in_force(SystemClock.now())).count()
            )
        ));
        Ok(())
    }
}

fn reason(text: &str) -> Result<String, String> {
    let text = text.trim();
    let fits = !text.is_empty() && text.chars().count() <= LONGEST_REASON;
    if fits && !text.chars().any(char::is_control) {
        Ok(text.to_owned())
    } else {
        Err(format!("write one line of 1 to {LONGEST_REASON} characters"))
    }
}

/// Who bans, where nobody is signed in.
const BY: &str = "the command line";

const LONGEST_REASON: usize = 500;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_one_line() {
        let longest = "x".repeat(LONGEST_REASON);
        for (text, expected) in [
            (" phishing ", Some("phishing")),
            ("", None),
            (" ", None),
            ("a\nb", None),
            (&*longest, Some(&*longest)),
            (&*format!("{longest}x"), None),
        ] {
            assert_eq!(reason(text).ok().as_deref(), expected, "{text:?}");
        }
    }
}
