//! Each finding with a neighbour of which nothing is said.

use std::fmt::Write as _;

use super::*;
use crate::{
    ban::{Ban, BanSubject},
    rules::tests::{known, rules},
    visit::tests::now,
};

fn findings(pairs: &[(&str, &str)], bans: &Bans) -> Vec<String> {
    let mut text = "hosts.identity = [\"l.example\"]\n".to_owned();
    for (number, (body, then)) in pairs.iter().enumerate() {
        let _ = write!(
            text,
            "[[rules]]\nname = \"r{number}\"\nsentence = \"A test.\"\nthen = \"{then}\"\n{body}\n"
        );
    }
    let found = check(&rules(&text), &known(), bans, now());
    found.iter().map(|finding| format!("{} {}", finding.key, finding.what.id())).collect()
}

/// Conditions and outcome.
type Pair = (&'static str, &'static str);

/// Why, the earlier rule, the later rule, what is found of the later one.
const NEVER_DECIDE: &[(&str, Pair, Pair, Option<&str>)] = &[
    (
        "the same",
        ("when.vetted = true", "deny"),
        ("when.vetted = true", "deny"),
        Some("unreachable"),
    ),
    (
        "… with another outcome",
        ("when.vetted = true", "allow"),
        ("when.vetted = true", "deny"),
        Some("contradicts"),
    ),
    ("everything before", ("", "deny"), ("when.vetted = true", "allow"), Some("unreachable")),
    ("everything after", ("when.vetted = true", "allow"), ("", "deny"), None),
    (
        "a narrower list",
        ("when.group = [\"staff\", \"guests\"]", "deny"),
        ("when.group = [\"staff\"]", "deny"),
        Some("unreachable"),
    ),
    (
        "a wider list",
        ("when.group = [\"staff\"]", "deny"),
        ("when.group = [\"staff\", \"guests\"]", "deny"),
        None,
    ),
    (
        "a name below",
        ("when.publisher = [\".a.example\"]", "deny"),
        ("when.publisher = [\"x.a.example\"]", "deny"),
        Some("unreachable"),
    ),
    (
        "a name above",
        ("when.publisher = [\"x.a.example\"]", "deny"),
        ("when.publisher = [\".a.example\"]", "deny"),
        None,
    ),
    (
        "a host that counts against it",
        ("when.publisher = [\"a.example\"]", "allow"),
        ("when.publisher = [\"a.example\"]", "deny"),
        None,
    ),
    (
        "a document beats its domain",
        ("when.publisher = [\"a.example\"]", "deny"),
        ("when.publisher = [\"a.example\"]\nwhen.document = [\"https://a.example/c\"]", "allow"),
        None,
    ),
    (
        "a document of a pattern",
        ("when.document = [\"https://a.example/{id}\"]", "deny"),
        ("when.document = [\"https://a.example/c\"]", "deny"),
        Some("unreachable"),
    ),
    (
        "a higher rung",
        ("when.rung = \"published\"", "allow"),
        ("when.rung = \"anchored\"", "allow"),
        Some("unreachable"),
    ),
    (
        "a lower rung",
        ("when.rung = \"anchored\"", "allow"),
        ("when.rung = \"published\"", "allow"),
        None,
    ),
    (
        "with an exception",
        ("unless.vetted = true", "deny"),
        ("when.rung = \"published\"", "allow"),
        None,
    ),
    (
        "with the same exception",
        ("unless.vetted = true", "deny"),
        ("when.rung = \"published\"\nunless.vetted = true", "deny"),
        Some("unreachable"),
    ),
    (
        "any entry",
        ("when.entry = [\"*\"]", "allow"),
        ("when.entry = [\"Claude\"]", "allow"),
        Some("unreachable"),
    ),
];

#[test]
fn rules_that_never_decide() {
    for (why, earlier, later, found) in NEVER_DECIDE {
        let expected: Vec<String> =
            found.map(|found| format!("rules[1] {found}")).into_iter().collect();
        assert_eq!(findings(&[*earlier, *later], &Bans::default()), expected, "{why}");
    }
}

#[test]
fn conditions_that_cannot_hold_together_and_names_that_are_nobodys() {
    for (body, found) in [
        (
            "when = { redirect = [\"loopback\"], redirect_host = [\"a.example\"] }",
            Some("when never-matches"),
        ),
        ("when = { redirect = [\"loopback\", \"relay\"], redirect_host = [\"a.example\"] }", None),
        (
            "when = { method = [\"dynamic\"], document = [\"https://a.example/c\"] }",
            Some("when never-matches"),
        ),
        (
            "when = { method = [\"dynamic\", \"hosted\"], document = [\"https://a.example/c\"] }",
            None,
        ),
        (
            "when = { rung = \"anchored\" }\nunless = { rung = \"published\" }",
            Some("when never-matches"),
        ),
        ("when = { rung = \"published\" }\nunless = { rung = \"anchored\" }", None),
        ("when = { entry = [\"claude\", \"No Such\"] }", Some("when.entry unknown-entry")),
        ("when = { entry = [\"claude\"] }", None),
        ("unless = { group = [\"nobody\"] }", Some("unless.group unknown-group")),
        ("unless = { group = [\"staff\"] }", None),
    ] {
        let expected: Vec<String> =
            found.map(|found| format!("rules[0].{found}")).into_iter().collect();
        assert_eq!(findings(&[(body, "allow")], &Bans::default()), expected, "{body}");
    }
}

#[test]
fn rules_that_let_in_whom_a_ban_shuts_out() {
    let key = "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs";
    let by_key = format!("when.key = [\"{key}\"]");
    for (body, then, kind, value, found) in [
        (
            "when.document = [\"https://a.example/c\"]",
            "allow",
            "document",
            "https://a.example/c",
            true,
        ),
        (
            "when.document = [\"https://a.example/c\"]",
            "allow",
            "application",
            "document https://a.example/c",
            true,
        ),
        ("when.document = [\"https://x.a.example:8443/c\"]", "review", "domain", "a.example", true),
        ("when.document = [\"https://a.example/{id}\"]", "review", "domain", "a.example", true),
        (
            "when.document = [\"https://a.example/c\"]",
            "allow",
            "document",
            "https://a.example/d",
            false,
        ),
        (
            "when.document = [\"https://a.example/c\"]",
            "deny",
            "document",
            "https://a.example/c",
            false,
        ),
        (
            "when.publisher = [\"b.example\", \".x.a.example\"]",
            "allow",
            "domain",
            "a.example",
            true,
        ),
        ("when.publisher = [\"b.example\"]", "allow", "domain", "a.example", false),
        ("when.redirect_host = [\"a.example\"]", "allow", "redirect_host", "a.example", true),
        ("when.redirect_host = [\".a.example\"]", "allow", "redirect_host", "a.example", false),
        ("when.redirect_host = [\".a.example\"]", "allow", "domain", "a.example", true),
        (&by_key, "allow", "key", key, true),
        (
            "when.statement_issuer = [\"https://v.example\"]",
            "allow",
            "statement_issuer",
            "https://v.example",
            true,
        ),
        ("", "allow", "domain", "a.example", false),
    ] {
        let subject = BanSubject::parse(kind, value).unwrap();
        let ban = |expires_at| Ban {
            number: 1,
            subject: subject.clone(),
            reason: "x".into(),
            made_at: now(),
            expires_at,
        };
        let expected: &[&str] = if found { &["rules[0].when shut-out"] } else { &[] };
        assert_eq!(
            findings(&[(body, then)], &Bans::new(vec![ban(None)])),
            expected,
            "{body} {value}"
        );
        assert!(
            findings(&[(body, then)], &Bans::new(vec![ban(Some(now()))])).is_empty(),
            "expired"
        );
    }
}
