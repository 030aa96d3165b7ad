//! Whose logins would change? Other rules are asked about visits that were kept (DESIGN 4.10).
//!
//! Both sets of rules judge each visit as of its own time, with the bans and approvals of today, whether or not they were there then:
//! what differs comes from the rules.

use std::collections::BTreeMap;

use salver_oauth::{Timestamp, id::UserId};

use crate::{
    approval::Approval,
    ban::Bans,
    judge::judge,
    rules::{RuleSet, Then},
    visit::Visit,
};

/// A verdict that was kept.
#[derive(Clone, Debug)]
pub struct Row<B> {
    /// Its number in the store.
    pub number: i64,
    /// When it was given.
    pub at: Timestamp,
    /// The visit, as [`Visit::to_kept`] writes it.
    pub kept: B,
    /// The outcome of then.
    pub outcome: Then,
}

/// A replay that goes on.
#[derive(Debug)]
pub struct Replay<'r> {
    old: &'r RuleSet,
    new: &'r RuleSet,
    bans: &'r Bans,
    approvals: &'r [Approval],
    so_far: Simulation,
    changes: BTreeMap<Login, Change>,
}

/// What a replay has shown.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Simulation {
    /// Visits that were judged.
    pub judged: u64,
    /// How many of them go from which outcome to which one, the unchanged ones included.
    pub outcomes: BTreeMap<(Then, Then), u64>,
    /// Whose logins would change, those of most logins first.
    pub changes: Vec<Change>,
    /// Changed logins that are in `outcomes` but not in `changes`, since there are more people and clients than are listed.
    pub not_listed: u64,
    /// Rows that could not be read, and were not judged.
    pub unreadable: u64,
    /// Rows that were kept without their longest parts: what is said of them may be wrong.
    pub partial: u64,
    /// Rows for which the old rules of today give another outcome than was given then: bans, approvals or rules were others.
    pub differed_then: u64,
    /// The earliest and the latest of the visits.
    pub span: Option<(Timestamp, Timestamp)>,
}

/// Logins of one person with one client that would end otherwise.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Change {
    /// The person.
    pub user: UserId,
    /// The client.
    pub client_id: Box<str>,
    /// The outcome by the old rules.
    pub from: Then,
    /// The outcome by the new rules.
    pub to: Then,
    /// The new rule that decides.
    pub rule: Option<Box<str>>,
    /// How many logins.
    pub logins: u64,
    /// The latest of them, by number.
    pub latest: i64,
}

/// One person, one client, and from which outcome to which one.
type Login = (UserId, Box<str>, Then, Then);

impl<'r> Replay<'r> {
    /// Begins a replay.
    #[must_use]
    pub fn new(
        old: &'r RuleSet,
        new: &'r RuleSet,
        bans: &'r Bans,
        approvals: &'r [Approval],
    ) -> Self {
        let (so_far, changes) = (Simulation::default(), BTreeMap::new());
        Self { old, new, bans, approvals, so_far, changes }
    }

    /// Judges one more visit.
    pub fn add<B: AsRef<[u8]>>(&mut self, row: &Row<B>) {
        let Ok(kept) = Visit::from_kept(row.kept.as_ref()) else {
            self.so_far.unreadable += 1;
            return;
        };
        let visit = kept.visit;
        let [old, new] = [self.old, self.new]
            .map(|rules| judge(rules, self.bans, self.approvals, &visit, row.at));
        let (from, to) = (old.outcome.kind(), new.outcome.kind());
        let so_far = &mut self.so_far;
        so_far.judged += 1;
        so_far.partial += u64::from(kept.partial);
        so_far.differed_then += u64::from(from != row.outcome);
        *so_far.outcomes.entry((from, to)).or_default() += 1;
        let (first, last) = so_far.span.unwrap_or((row.at, row.at));
        so_far.span = Some((first.min(row.at), last.max(row.at)));
        if from != to {
            self.change(visit, (from, to), new.rule, row.number);
        }
    }

    fn change(&mut self, visit: Visit, (from, to): (Then, Then), rule: Option<Box<str>>, row: i64) {
        let Visit { user, client_id, .. } = visit;
        let login = (user, client_id, from, to);
        if let Some(change) = self.changes.get_mut(&login) {
            change.logins += 1;
            if change.latest <= row {
                (change.latest, change.rule) = (row, rule);
            }
        } else if self.changes.len() < MAX_CHANGES {
            let client_id = login.1.clone();
            let change = Change { user, client_id, from, to, rule, logins: 1, latest: row };
            self.changes.insert(login, change);
        } else {
            self.so_far.not_listed += 1;
        }
    }

    /// What it has shown.
    #[must_use]
    pub fn end(mut self) -> Simulation {
        self.so_far.changes = self.changes.into_values().collect();
        self.so_far.changes.sort_by_key(|change| std::cmp::Reverse(change.logins));
        self.so_far
    }
}

impl Simulation {
    /// How many logins would end otherwise.
    #[must_use]
    pub fn changed(&self) -> u64 {
        self.outcomes.iter().filter(|((from, to), _)| from != to).map(|(_, count)| count).sum()
    }
}

/// So many people and clients are listed.
const MAX_CHANGES: usize = 10_000;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        ban::{Ban, BanSubject},
        rules::tests::rules,
        visit::tests::{now, visit},
    };

    fn row(number: i64, visit: &Visit) -> Row<Vec<u8>> {
        let at = now().plus_seconds(number);
        Row { number, at, kept: visit.to_kept(), outcome: Then::Allow }
    }

    #[test]
    fn whose_logins_would_change() {
        let (old, new) = (
            rules("preset = \"open\""),
            rules(
                "preset = \"open\"\n[[rules]]\nname = \"no-staff\"\nsentence = \"A test.\"\nwhen = { group = [\"staff\"], publisher = [\"app.example\"] }\nthen = \"deny\"",
            ),
        );
        let others = Visit { user: UserId::from_bytes([8; 16]), groups: vec![], ..visit() };
        let long = Visit { name: Some("x".repeat(300).into()), ..others.clone() };
        let bans = Bans::default();
        let mut replay = Replay::new(&old, &new, &bans, &[]);
        for (number, visit) in (1..).zip([&visit(), &others, &visit(), &long]) {
            replay.add(&row(number, visit));
        }
        replay.add(&Row { outcome: Then::Deny, ..row(5, &others) });
        replay.add(&Row { kept: vec![9, 9], ..row(6, &others) });
        let seen = replay.end();
        assert_eq!((seen.judged, seen.changed(), seen.unreadable, seen.partial), (5, 2, 1, 1));
        assert_eq!(seen.differed_then, 1);
        assert_eq!(seen.span, Some((now().plus_seconds(1), now().plus_seconds(5))));
        let (user, client_id) = (visit().user, visit().client_id);
        let (from, to, rule) = (Then::Allow, Then::Deny, Some("no-staff".into()));
        let change = Change { user, client_id, from, to, rule, logins: 2, latest: 3 };
        assert_eq!(seen.changes, [change]);
    }

    #[test]
    fn the_same_rules_change_nothing_and_bans_hold_on_both_sides() {
        let rules = rules("preset = \"open\"");
        let subject = BanSubject::parse("domain", "app.example").unwrap();
        let ban = Ban { number: 1, subject, reason: "x".into(), made_at: now(), expires_at: None };
        let bans = Bans::new(vec![ban]);
        let mut replay = Replay::new(&rules, &rules, &bans, &[]);
        replay.add(&row(1, &visit()));
        let seen = replay.end();
        assert_eq!((seen.changed(), seen.differed_then), (0, 1));
        assert_eq!(seen.outcomes, BTreeMap::from([((Then::Deny, Then::Deny), 1)]));
    }
}
