//! What was taken over from the URL, and how much of it applies? The newest catalogue that was issued, the one before as far as it applied,
//! and what an administrator has accepted of the difference (DESIGN 4.6).
//!
//! What applies is settled from these three each time, so that accepting one part can let no other in.

use salver_policy::catalogue::{
    Catalogue, CatalogueError, Date, SaveError,
    update::{Change, Difference, Part, Update, UpdateError},
};

/// What was taken over.
#[derive(Clone, Debug)]
pub(crate) struct TakenOver {
    /// What applied before the newest one came, with what that touches in the catalogue below.
    before: Catalogue,
    newest: Catalogue,
    /// The newest one as it was issued.
    pub(super) text: String,
    /// What an administrator has accepted of the newest.
    pub(super) accepted: Vec<Difference>,
    /// Whether somebody has been shown what waits, so that its numbers mean something.
    pub(super) shown: bool,
}

/// A part that waits for an administrator, or did.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Waiting {
    /// Its number: the same for as long as the catalogue is the newest.
    pub(crate) number: usize,
    /// What it would change.
    pub(crate) difference: Difference,
}

/// What cannot be accepted.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum AcceptError {
    /// Nobody has been shown this list.
    NotShown,
    /// It is too late to take over more of it.
    Expired(Date),
    /// No part with this number waits.
    NoSuchNumber(usize),
}

impl TakenOver {
    /// Puts together what was written down.
    pub(super) fn of(
        (before, text): (Catalogue, String),
        (accepted, shown): (Vec<Difference>, bool),
    ) -> Result<Self, CatalogueError> {
        let newest = Catalogue::parse(&text)?;
        Ok(Self { before, newest, text, accepted, shown })
    }

    /// Judges a verified text as what comes after `current` on top of `below`, and settles it.
    pub(crate) fn follow(
        (current, below): (Option<&Self>, Option<&Catalogue>),
        text: String,
        today: Date,
    ) -> Result<(Self, Update), UpdateError> {
        let last = current.map_or_else(Catalogue::empty, Self::applied);
        let offered = Catalogue::parse(&text).map_err(UpdateError::Catalogue)?;
        let before = below.map_or_else(|| last.clone(), |below| last.above(below, &offered));
        let mut update = Update::judge(&before, &text, today)?;
        // What only the catalogue below has stays there.
        update.changed.retain(|difference| {
            (difference.part, difference.change) != (Part::Client, Change::Removed)
                || last.client(&difference.value).is_some()
        });
        let (accepted, shown) = (Vec::new(), false);
        Ok((Self { before, newest: offered, text, accepted, shown }, update))
    }

    /// The catalogue to use.
    pub(crate) fn applied(&self) -> Catalogue {
        self.settled(|difference| self.accepted.contains(difference)).applied
    }

    /// What waits for an administrator.
    pub(crate) fn waiting(&self) -> Vec<Waiting> {
        let mut all: Vec<Difference> = Vec::new();
        for difference in self.settled(|_| false).pending {
            if !all.contains(&difference) {
                all.push(difference);
            }
        }
        let numbered = all.into_iter().zip(1..);
        numbered
            .filter(|(difference, _)| !self.accepted.contains(difference))
            .map(|(difference, number)| Waiting { number, difference })
            .collect()
    }

    /// Accepts the parts with these numbers, or all; answers what they were.
    pub(crate) fn accept(
        &mut self,
        numbers: Option<&[usize]>,
        today: Date,
    ) -> Result<Vec<Difference>, AcceptError> {
        if let Some(expired) = self.expired(today) {
            return Err(AcceptError::Expired(expired));
        }
        if !self.shown {
            return Err(AcceptError::NotShown);
        }
        let mut waiting = self.waiting();
        if let Some(numbers) = numbers {
            let is_there = |number: &usize| waiting.iter().any(|part| part.number == *number);
            if let Some(number) = numbers.iter().find(|number| !is_there(number)) {
                return Err(AcceptError::NoSuchNumber(*number));
            }
            waiting.retain(|part| numbers.contains(&part.number));
        }
        let accepted: Vec<_> = waiting.into_iter().map(|part| part.difference).collect();
        self.accepted.extend(accepted.iter().cloned());
        Ok(accepted)
    }

    /// Somebody has been shown what waits.
    pub(crate) fn mark_shown(&mut self) {
        self.shown = true;
    }

    /// Its number.
    pub(crate) fn number(&self) -> u64 {
        self.newest.number()
    }

    /// The day on which it expired, if it has.
    pub(crate) fn expired(&self, today: Date) -> Option<Date> {
        self.newest.expires().filter(|expires| *expires < today)
    }

    /// What applied before, as it is written down.
    pub(super) fn saved_before(&self) -> Result<String, SaveError> {
        self.before.save()
    }

    fn settled(&self, is_accepted: impl Fn(&Difference) -> bool) -> Update {
        Update::settle(&self.before, &self.newest, is_accepted)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A catalogue with one client.
    pub(in crate::catalogue) fn text(number: u64, name: &str) -> String {
        format!(
            "format = 1\nnumber = {number}\nissued = \"2026-11-01\"\nexpires = \"2026-12-01\"\nrelays = [\"https://relay.example/r\"]\n\
             [[client]]\nname = \"{name}\"\npublisher = \"app.example\"\nnames = [\"{name}\"]\ndocuments = [\"https://app.example/c\"]\n\
             redirect_uris = [\"http://localhost/cb\"]\nseen = \"2026-11-01\"\nsource = \"a test\"\n"
        )
    }

    pub(in crate::catalogue) fn day(text: &str) -> Date {
        Date::parse(text).unwrap()
    }

    impl TakenOver {
        /// The first one, of which this is accepted.
        pub(in crate::catalogue) fn first(
            text: String,
            is_accepted: impl Fn(&Difference) -> bool,
        ) -> Result<Self, UpdateError> {
            let (mut first, update) = Self::follow((None, None), text, day("2026-11-20"))?;
            first.accepted = update.pending.into_iter().filter(is_accepted).collect();
            Ok(first)
        }
    }

    fn words(waiting: &[Waiting]) -> Vec<String> {
        waiting.iter().map(|part| format!("{} {}", part.number, part.difference)).collect()
    }

    #[test]
    fn design_4_6_what_waits_has_numbers_that_stay_and_applies_once_it_is_accepted() {
        let today = day("2026-11-20");
        let mut first = TakenOver::first(text(1, "App"), |_| false).unwrap();
        let applied = first.applied();
        assert!(
            applied.is_relay(&"https://relay.example/r".parse().unwrap())
                && applied.client("App").is_some()
        );
        assert!(applied.client_of_document("https://app.example/c").is_none());
        assert_eq!(
            words(&first.waiting()),
            [
                "1 App gains the document https://app.example/c",
                "2 App gains the redirect URI http://localhost/cb",
            ]
        );
        assert_eq!(first.accept(None, today), Err(AcceptError::NotShown));
        first.mark_shown();
        assert_eq!(first.accept(Some(&[3]), today), Err(AcceptError::NoSuchNumber(3)));
        let late = day("2026-12-02");
        assert_eq!(first.accept(None, late), Err(AcceptError::Expired(day("2026-12-01"))));
        assert_eq!(first.accept(Some(&[1]), today).map(|accepted| accepted.len()), Ok(1));
        assert!(first.applied().client_of_document("https://app.example/c").is_some());
        assert_eq!(first.accept(Some(&[1]), today), Err(AcceptError::NoSuchNumber(1)));
        assert_eq!(words(&first.waiting()), ["2 App gains the redirect URI http://localhost/cb"]);
        assert_eq!(first.accept(None, today).map(|accepted| accepted.len()), Ok(1));
        assert!(first.waiting().is_empty());
    }

    #[test]
    fn the_next_one_builds_on_what_applied_and_nothing_is_accepted_beforehand() {
        let today = day("2026-11-20");
        let is_document = |difference: &Difference| difference.part == Part::Document;
        let first = TakenOver::first(text(1, "App"), is_document).unwrap();
        let more =
            text(2, "App").replace("app.example/c\"", "app.example/c\", \"https://app.example/d\"");
        let (second, update) = TakenOver::follow((Some(&first), None), more, today).unwrap();
        assert_eq!(update.changed, []);
        assert_eq!(
            words(&second.waiting()),
            [
                "1 App gains the document https://app.example/d",
                "2 App gains the redirect URI http://localhost/cb",
            ]
        );
        assert!(second.applied().client_of_document("https://app.example/c").is_some());
        for number in [1, 2] {
            let not_rising = UpdateError::NotRising { current: 2, offered: number };
            let refused = TakenOver::follow((Some(&second), None), text(number, "App"), today);
            assert_eq!(refused.err(), Some(not_rising));
        }
    }

    #[test]
    fn accepting_one_part_lets_no_other_in() {
        // The name of a client that goes is not free for another publisher's in the same catalogue, whatever else is accepted.
        let first = TakenOver::first(text(1, "App"), |_| true).unwrap();
        let taker = text(2, "Taker")
            .replace("app.example", "taker.example")
            .replace("names = [\"Taker\"]", "names = [\"Taker\", \"App\"]");
        let (mut second, _) =
            TakenOver::follow((Some(&first), None), taker, day("2026-11-20")).unwrap();
        second.mark_shown();
        let waiting = second.waiting();
        let document =
            waiting.iter().find(|part| part.difference.value.contains("taker.example/c")).unwrap();
        second.accept(Some(&[document.number]), day("2026-11-20")).unwrap();
        assert!(second.applied().owner_of_name("App").is_none_or(|owner| &*owner.name == "App"));
        assert!(words(&second.waiting()).iter().any(|word| word.contains("takes the name")));
    }

    #[test]
    fn what_the_catalogue_below_says_is_no_news_and_its_names_stay_with_their_publishers() {
        let below = Catalogue::embedded();
        let zed = below.client("Zed").unwrap();
        let entry = |name: &str, publisher: &str, document: &str| {
            format!(
                "[[client]]\nname = \"{name}\"\npublisher = \"{publisher}\"\nnames = [\"Zed\"]\ndocuments = [\"{document}\"]\n\
                 seen = \"2026-11-01\"\nsource = \"a test\"\n"
            )
        };
        let head = "format = 1\nnumber = 1\nissued = \"2026-11-01\"\nexpires = \"2026-12-01\"\n";
        let follow = |text: String| {
            let (first, update) =
                TakenOver::follow((None, Some(below)), text, day("2026-11-20")).unwrap();
            let changed: Vec<_> = update.changed.iter().map(ToString::to_string).collect();
            (below.clone().extended_by(first.applied()), words(&first.waiting()), changed)
        };
        let own = zed.documents[0].as_str();
        let (in_force, waiting, _) = follow([head, &entry("Zed", "zed.dev", own)].concat());
        assert_eq!(waiting, Vec::<String>::new(), "it is bound below already");
        assert_eq!(in_force.client_of_document(own).map(|client| &*client.name), Some("Zed"));
        let more = entry("Zed", "zed.dev", &format!("{own}\", \"https://zed.dev/other"));
        let (in_force, waiting, _) = follow([head, &more].concat());
        assert_eq!(waiting, ["1 Zed gains the document https://zed.dev/other"]);
        assert!(in_force.client_of_document(own).is_some(), "the rest goes on");
        let taker = entry("Taker", "taker.example", "https://taker.example/c");
        let (in_force, waiting, changed) = follow([head, &taker].concat());
        assert_eq!(&*in_force.owner_of_name("Zed").unwrap().publisher, "zed.dev");
        assert!(waiting.iter().any(|word| word.contains("takes the name")), "{waiting:?}");
        assert_eq!(changed, ["The client Taker is new."], "Zed stays where it is");
    }
}
