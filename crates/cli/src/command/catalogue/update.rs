//! `salver catalogue update`: what has been issued, what of it applies, what waits, and what is accepted? Works beside a running server, which
//! takes note within a second.
//!
//! To accept is to accept what was shown: if another catalogue has come since, its list has to be looked at first.

use std::path::{Path, PathBuf};

use clap::Args;
use salver_jose::MAX_SIGNED_CATALOGUE_BYTES;
use salver_policy::catalogue::{
    Date,
    update::{Difference, Update as Settled},
};

use super::told;
use crate::{
    catalogue::{self, AcceptError, StateError, StateFile, TakenOver},
    command::{Where, block_on, settings},
    config::{Settings, catalogue::Updates},
    failure::Failure,
    output, state, wiring,
};

#[derive(Args, Debug)]
pub(in crate::command) struct Update {
    /// Only say what would change: nothing is taken over.
    #[arg(long, conflicts_with = "accept")]
    check: bool,
    /// Accept what waits: all of it, or the parts with these numbers. Nothing is fetched then.
    #[arg(long, value_name = "all|N,N", value_parser = wish)]
    accept: Option<Wish>,
    /// Take the signed catalogue from this file instead of the URL.
    #[arg(long, value_name = "FILE", conflicts_with = "accept")]
    from: Option<PathBuf>,
    /// Print one line of JSON for each difference.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    place: Where,
}

/// What is accepted.
#[derive(Clone, Debug, Eq, PartialEq)]
enum Wish {
    All,
    Parts(Vec<usize>),
}

/// What was done.
struct Told {
    taken_over: TakenOver,
    /// What applies from now on, or would.
    changed: Vec<Difference>,
    heading: &'static str,
}

impl Update {
    pub(super) fn run(self, today: Date) -> Result<(), Failure> {
        let settings = settings(&self.place.flags())?;
        let updates = settings.catalogue.updates.as_ref().ok_or_else(|| Failure::Refused {
            why: "no catalogue is issued for this server: `catalogue.url` is not set".to_owned(),
            hint: "name the URL and the key of its issuer in the configuration".to_owned(),
        })?;
        let file = StateFile::new(&settings.server.data);
        let told = match &self.accept {
            Some(wish) => accept(&file, updates, wish, today)?,
            None => self.look(&file, (&settings, updates), today)?,
        };
        self.tell(&told, today);
        Ok(())
    }

    /// Takes over what was issued, unless this is only a look.
    fn look(
        &self,
        file: &StateFile,
        (settings, updates): (&Settings, &Updates),
        today: Date,
    ) -> Result<Told, Failure> {
        let compact = match &self.from {
            Some(path) => read(path)?,
            None => block_on(async {
                Ok(catalogue::fetch(&wiring::way_out(settings)?, updates).await?)
            })?,
        };
        let text = catalogue::verify(updates, &compact)?;
        let below = catalogue::below(&settings.catalogue);
        if !self.check {
            state::make_directory(&settings.server.data)?;
        }
        let (taken_over, update) =
            catalogue::take_over(file, (&updates.url, below), text, (today, !self.check))?;
        if !self.check {
            mark_shown(file, updates, &taken_over)?;
        }
        let changed = update.map_or_else(Vec::new, |Settled { changed, .. }| changed);
        let heading = if self.check { "Would apply at once:" } else { "Applies now:" };
        Ok(Told { taken_over, changed, heading })
    }

    fn tell(&self, told: &Told, today: Date) {
        let waiting = told.taken_over.waiting();
        if self.json {
            for difference in &told.changed {
                output::json(&told::line(difference, false, None));
            }
            for part in &waiting {
                output::json(&told::line(&part.difference, true, Some(part.number)));
            }
        } else {
            told::list(told.heading, &told.changed);
            told::waiting("Waits for an administrator:", &waiting);
        }
        let number = told.taken_over.number();
        let done = if self.check { "can be taken over" } else { "is the newest" };
        output::talk(&format!("Catalogue {number} of the URL {done}."));
        if let Some(expired) = told.taken_over.expired(today) {
            output::talk(&format!(
                "warning: it expired on {expired}\n  hint: ask its issuer for a newer one"
            ));
        } else if !waiting.is_empty() && !self.check {
            output::talk("  hint: salver catalogue update --accept all, or --accept 1,2");
        }
    }
}

/// Accepts parts of the newest catalogue.
fn accept(file: &StateFile, updates: &Updates, wish: &Wish, today: Date) -> Result<Told, Failure> {
    let numbers = match wish {
        Wish::All => None,
        Wish::Parts(numbers) => Some(numbers.as_slice()),
    };
    let nothing = || Failure::Refused {
        why: "nothing was taken over from `catalogue.url` yet".to_owned(),
        hint: "salver catalogue update fetches it".to_owned(),
    };
    // A look first: the lock lies in a directory that a first start makes.
    file.load(&updates.url)?.ok_or_else(nothing)?;
    file.change(&updates.url, |current| {
        let mut taken_over = current.ok_or_else(nothing)?;
        let changed = taken_over.accept(numbers, today).map_err(not_accepted)?;
        let kept = Some(taken_over.clone());
        Ok((kept, Told { taken_over, changed, heading: "Accepted, and applies now:" }))
    })
}

/// The numbers of this list mean something from now on, unless another catalogue has come already.
fn mark_shown(file: &StateFile, updates: &Updates, shown: &TakenOver) -> Result<(), Failure> {
    file.change(&updates.url, |current| {
        let marked =
            current.filter(|current| current.number() == shown.number()).map(|mut same| {
                same.mark_shown();
                same
            });
        Ok::<_, StateError>((marked, ()))
    })?;
    Ok(())
}

fn read(path: &Path) -> Result<String, Failure> {
    let refused = |why: String| Failure::Refused {
        why: format!("{}: {why}", path.display()),
        hint: "name a file that salver catalogue sign has made".to_owned(),
    };
    let length = std::fs::metadata(path).map_err(|error| refused(error.to_string()))?.len();
    if usize::try_from(length).is_ok_and(|length| length <= MAX_SIGNED_CATALOGUE_BYTES) {
        std::fs::read_to_string(path).map_err(|error| refused(error.to_string()))
    } else {
        Err(refused(format!("it is longer than {MAX_SIGNED_CATALOGUE_BYTES} bytes")))
    }
}

fn not_accepted(error: AcceptError) -> Failure {
    let (why, hint) = match error {
        AcceptError::NotShown => (
            "a catalogue has come that nobody has looked at yet".to_owned(),
            "salver catalogue update shows what waits",
        ),
        AcceptError::Expired(day) => (
            format!("the catalogue expired on {day}, so no more of it is taken over"),
            "ask its issuer for a newer one",
        ),
        AcceptError::NoSuchNumber(number) => (
            format!("no part with the number {number} waits"),
            "salver catalogue update shows what waits",
        ),
    };
    Failure::Refused { why, hint: hint.to_owned() }
}

fn wish(text: &str) -> Result<Wish, String> {
    if text == "all" {
        return Ok(Wish::All);
    }
    let numbers: Result<Vec<usize>, _> =
        text.split(',').map(|number| number.trim().parse()).collect();
    numbers.map(Wish::Parts).map_err(|_| "write all, or numbers like 1,2".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_accepted_is_all_or_numbers() {
        for (text, expected) in [
            ("all", Some(Wish::All)),
            ("1", Some(Wish::Parts(vec![1]))),
            ("2,10, 3", Some(Wish::Parts(vec![2, 10, 3]))),
            ("", None),
            ("1-3", None),
            ("all,1", None),
            ("-1", None),
        ] {
            assert_eq!(wish(text).ok(), expected, "{text}");
        }
    }
}
