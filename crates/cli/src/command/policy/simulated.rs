//! How is a simulation told? What changes, for whom, and how far it can be believed: the span that is covered, and rows that are not whole.

use salver_policy::simulate::{Change, Simulation};
use salver_store::retention;
use serde_json::{Value, json};

use super::simulate::Simulated;
use crate::{
    command::{client::quoted, duration},
    output,
};

pub(super) fn tell(simulated: &Simulated) {
    let seen = &simulated.seen;
    if seen.judged > 0 {
        let outcomes = seen.outcomes.iter().map(|((from, to), logins)| {
            vec![from.id().to_owned(), to.id().to_owned(), logins.to_string()]
        });
        output::table(&["NOW", "THEN", "LOGINS"], &outcomes.collect::<Vec<_>>());
    }
    if !seen.changes.is_empty() {
        output::data("");
        let shown = seen.changes.iter().take(SHOWN);
        let rows: Vec<Vec<String>> = shown.map(|change| row(simulated, change)).collect();
        output::table(&["USER", "CLIENT", "NOW", "THEN", "RULE", "LOGINS"], &rows);
    }
    for note in notes(simulated) {
        output::talk(&note);
    }
}

fn row(simulated: &Simulated, change: &Change) -> Vec<String> {
    vec![
        name(simulated, change),
        quoted(&change.client_id),
        change.from.id().to_owned(),
        change.to.id().to_owned(),
        change.rule.as_deref().unwrap_or("-").to_owned(),
        change.logins.to_string(),
    ]
}

fn name(simulated: &Simulated, change: &Change) -> String {
    let name = simulated.names.get(&change.user);
    name.map_or_else(|| change.user.to_string(), Clone::clone)
}

/// What is to be known about these numbers.
fn notes(simulated: &Simulated) -> Vec<String> {
    let seen = &simulated.seen;
    let [now, then] = &simulated.versions;
    let kept = duration::words(retention::VERDICT);
    let mut notes = vec![match seen.span {
        None => format!("No login is kept that could be judged again; they are kept for {kept}."),
        Some((first, last)) => format!(
            "{} of {} logins would end otherwise. They are from {} to {}; logins are kept for {kept}.",
            seen.changed(),
            seen.judged,
            duration::moment(first),
            duration::moment(last),
        ),
    }];
    notes.push(format!("Rules now: {now}. Then: {then}. Bans and approvals: those of today."));
    let unlisted = unlisted(seen);
    let counted = [
        (unlisted, "changed logins are not listed above; --json lists more"),
        (
            seen.partial,
            "logins were kept without their longest parts: what is said of them may be wrong",
        ),
        (seen.unreadable, "rows cannot be read, and were not judged"),
        (
            seen.differed_then,
            "logins ended otherwise at their time than the rules of now say: rules, bans or approvals were others",
        ),
    ];
    notes.extend(
        counted
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| format!("note: {count} {what}")),
    );
    notes
}

fn unlisted(seen: &Simulation) -> u64 {
    let beyond = seen.changes.iter().skip(SHOWN).map(|change| change.logins).sum::<u64>();
    beyond + seen.not_listed
}

pub(super) fn json(simulated: &Simulated) -> Value {
    let seen = &simulated.seen;
    let outcomes = seen
        .outcomes
        .iter()
        .map(|((from, to), logins)| json!({ "now": from, "then": to, "logins": logins }));
    let changes = seen.changes.iter().map(|change| {
        json!({
            "user": name(simulated, change), "user_id": change.user, "client_id": change.client_id,
            "now": change.from, "then": change.to, "rule": change.rule, "logins": change.logins,
        })
    });
    json!({
        "judged": seen.judged,
        "changed": seen.changed(),
        "from": seen.span.map(|(first, _)| first),
        "to": seen.span.map(|(_, last)| last),
        "kept_seconds": retention::VERDICT,
        "partial": seen.partial,
        "unreadable": seen.unreadable,
        "differed_then": seen.differed_then,
        "rules_now": simulated.versions[0],
        "rules_then": simulated.versions[1],
        "outcomes": outcomes.collect::<Vec<_>>(),
        "changes": changes.collect::<Vec<_>>(),
        "not_listed": seen.not_listed,
    })
}

/// So many people and clients are shown on a terminal.
const SHOWN: usize = 50;

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use salver_oauth::{Timestamp, UserId};
    use salver_policy::rules::Then;

    use super::*;

    fn simulated(people: u8) -> Simulated {
        let change = |number: u8| Change {
            user: UserId::from_bytes([number; 16]),
            client_id: "https://app.example/c".into(),
            from: Then::Allow,
            to: Then::Review,
            rule: Some("others".into()),
            logins: 2,
            latest: 1,
        };
        let seen = Simulation {
            judged: 1_000,
            outcomes: BTreeMap::from([((Then::Allow, Then::Review), 2 * u64::from(people))]),
            changes: (0..people).map(change).collect(),
            partial: 3,
            span: Some((Timestamp::from_unix(0), Timestamp::from_unix(86_400))),
            ..Simulation::default()
        };
        let names = BTreeMap::from([(UserId::from_bytes([0; 16]), "alice".to_owned())]);
        Simulated { seen, names, versions: ["a".to_owned(), "b".to_owned()] }
    }

    #[test]
    fn the_span_that_is_covered_is_told_and_rows_that_are_not_whole() {
        assert_eq!(
            notes(&simulated(1)),
            [
                "2 of 1000 logins would end otherwise. They are from 1970-01-01 00:00:00 to 1970-01-02 00:00:00; logins are kept for 30 days.",
                "Rules now: a. Then: b. Bans and approvals: those of today.",
                "note: 3 logins were kept without their longest parts: what is said of them may be wrong",
            ]
        );
        let nothing = Simulated { seen: Simulation::default(), ..simulated(0) };
        assert!(notes(&nothing)[0].starts_with("No login is kept"));
    }

    #[test]
    fn what_is_not_listed_is_counted() {
        assert_eq!(unlisted(&simulated(50).seen), 0);
        assert_eq!(unlisted(&simulated(53).seen), 6);
        let one = simulated(1);
        assert_eq!(row(&one, &one.seen.changes[0])[0], "alice");
        assert_eq!(json(&one)["changes"][0]["user"], "alice");
    }
}
