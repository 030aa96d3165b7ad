mod forgeries;
mod hosts;
mod legitimate;

use std::sync::LazyLock;

use super::*;

static PROTECTED: LazyLock<ProtectedNames> =
    LazyLock::new(|| ProtectedNames::of(Catalogue::embedded(), []));

fn taken(claimed: &str) -> Option<(&'static str, &'static str, Likeness)> {
    match PROTECTED.name(claimed)? {
        NameHit::Taken { protected, why } => Some((&protected.name, &protected.owner, why)),
        NameHit::MixedScripts => None,
    }
}

type TakenFor = Option<(&'static str, Likeness)>;

const TAKEN: &[(&str, &str, TakenFor)] = &[
    // why, claimed, taken for
    ("the name", "Claude", Some(("Claude", Likeness::Same))),
    ("… in other case and space", " cLAUDE  code ", Some(("Claude Code", Likeness::Same))),
    ("… with what nobody sees", "Cl\u{200b}aude", Some(("Claude", Likeness::Same))),
    ("… and another letter", "Clauda", None),
    ("… and a word that says something", "Claude for Everybody", None),
    ("Cyrillic", "\u{421}laude", Some(("Claude", Likeness::OtherLetters))),
    ("without space", "claudecode", Some(("Claude Code", Likeness::OtherLetters))),
    ("with signs", "[ Zed ]", Some(("Zed", Likeness::OtherLetters))),
    ("with a picture", "Zed \u{1f680}", Some(("Zed", Likeness::OtherLetters))),
    ("drawn from right to left", "\u{202e}deZ", Some(("Zed", Likeness::OtherLetters))),
    ("one word", "Zed Official", Some(("Zed", Likeness::EmptyWords))),
    ("several", "The official Zed app for macOS", Some(("Zed", Likeness::EmptyWords))),
    ("in small letters together", "zedofficialapp", Some(("Zed", Likeness::EmptyWords))),
    ("in forged letters", "Z\u{435}d 0fficial", Some(("Zed", Likeness::EmptyWords))),
    ("with a version", "Zed 2", Some(("Zed", Likeness::EmptyWords))),
    ("… that is a name", "Zed 42", None),
    (
        "the longer name has its own owner",
        "GitHub Copilot CLI App",
        Some(("GitHub Copilot CLI", Likeness::EmptyWords)),
    ),
    (
        "empty words of the name itself",
        "MCP Inspector Pro",
        Some(("MCP Inspector", Likeness::EmptyWords)),
    ),
    ("… must be there", "Inspector", None),
    ("… in their order", "Inspector MCP", None),
    ("words alone", "Official MCP Client", None),
    ("nothing", "", None),
    ("signs", "!!!", None),
];

#[test]
fn names_that_may_be_taken_for_others() {
    for (why, claimed, expected) in TAKEN {
        let taken = taken(claimed).map(|(name, _, likeness)| (name, likeness));
        assert_eq!(taken, *expected, "{why}: {claimed:?}");
    }
}

#[test]
fn mixed_scripts_are_a_fact_of_their_own() {
    for (claimed, hit) in [
        ("Ab\u{430}cus", Some(NameHit::MixedScripts)),
        ("Abacus \u{410}\u{431}\u{430}\u{43a}", None),
        ("Abacus", None),
    ] {
        assert_eq!(PROTECTED.name(claimed), hit, "{claimed:?}");
    }
    // A protected name says more.
    assert!(matches!(PROTECTED.name("Z\u{435}d"), Some(NameHit::Taken { .. })));
}

#[test]
fn a_hit_has_words() {
    for (claimed, words) in [
        ("claude", "is \"Claude\", which belongs to claude.ai"),
        ("Claud\u{435}", "looks like \"Claude\", which belongs to claude.ai"),
        ("Claude App", "looks like \"Claude\", which belongs to claude.ai"),
        ("Ab\u{430}cus", "mixes letters of different scripts within a word"),
    ] {
        assert_eq!(PROTECTED.name(claimed).unwrap().to_string(), words);
    }
}

#[test]
fn the_operators_names_and_others_scripts() {
    let protected = |name: &str| Protected { name: name.into(), owner: "acme.example".into() };
    let more = ["Acme Notes", "\u{42f}\u{43d}\u{434}\u{435}\u{43a}\u{441}", "App", "Zed", "MCP"];
    let names = ProtectedNames::of(Catalogue::embedded(), more.map(protected));
    let owner = |claimed: &str| match names.name(claimed) {
        Some(NameHit::Taken { protected, .. }) => Some(&*protected.owner),
        _ => None,
    };
    for (why, claimed, expected) in [
        ("the operator's", "acme notes", Some("acme.example")),
        ("… forged", "Acrne N0tes", Some("acme.example")),
        (
            "another script in capitals",
            "\u{42f}\u{41d}\u{414}\u{415}\u{41a}\u{421}",
            Some("acme.example"),
        ),
        ("… with a Latin letter", "\u{42f}\u{43d}\u{434}e\u{43a}\u{441}", Some("acme.example")),
        ("… and another word", "\u{43d}\u{434}\u{435}\u{43a}\u{441}", None),
        ("an empty word that is protected", "APP", Some("acme.example")),
        ("… says nothing with others", "App Client", None),
        ("the catalogue's comes first", "Zed", Some("zed.dev")),
    ] {
        assert_eq!(owner(claimed), expected, "{why}");
    }
    assert_eq!(names.host("acme-example.example").map(|hit| hit.protected), Some("acme.example"));
    let none = ProtectedNames::default();
    assert_eq!((none.name("Claude"), none.host("cl4ude.ai")), (None, None));
}
