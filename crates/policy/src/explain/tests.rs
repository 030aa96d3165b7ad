//! What an explanation says, and that it says it of each rule.

use super::*;
use crate::{
    ban::{Ban, BanSubject},
    rules::tests::rules,
    visit::tests::{now, visit},
};

const POLICY: &str = "[[rules]]\nname = \"guests\"\nsentence = \"Guests wait.\"\nwhen = { vetted = false, group = [\"guests\"] }\nthen = \"review\"\n\
    [[rules]]\nname = \"app\"\nsentence = \"Not from there.\"\nwhen = { publisher = [\".app.example\"] }\nthen = \"deny\"\n\
    [[rules]]\nname = \"between\"\nsentence = \"Never asked.\"\nwhen = { vetted = false }\nthen = \"deny\"\n\
    [[rules]]\nname = \"other\"\nsentence = \"Another document.\"\nwhen = { document = [\"https://app.example/other.json\"] }\nthen = \"deny\"\n\
    [[rules]]\nname = \"client\"\nsentence = \"But this one.\"\nwhen = { document = [\"https://app.example/client.json\"] }\nthen = \"allow\"\nlimits = { scopes = \"notes:read\", grant_days = 30 }\n";

#[test]
fn the_whole_text() {
    let visit = Visit { name: Some("App\u{1b}[2J".into()), ..visit() };
    let text = explain(&rules(POLICY), &Bans::default(), &[], &visit, now()).to_string();
    let (facts, rest) = text.split_once("\n\nrules ").unwrap();
    assert_eq!(
        facts.lines().collect::<Vec<_>>(),
        [
            "client_id        https://app.example/client.json",
            "application      document https://app.example/client.json",
            "method           metadata_document",
            "publisher        app.example",
            "answer goes to   https://app.example (https)",
            "resource         https://mcp.example/notes",
            "scopes           notes:read notes:write",
            "user             BwcHBwcHBwcHBwcHBwcHBw",
            "redirect hosts   app.example",
            "claimed name     App\\u{1b}[2J",
            "groups           staff",
            "first seen       2026-10-29, 30 days ago",
            "vetted           no",
            "pushed request   no",
            "DPoP             no",
            "evidence         domain_document",
            "rung             anchored",
        ]
    );
    assert_eq!(
        rest.lines().skip(1).collect::<Vec<_>>(),
        [
            "  1. guests (review): group wants guests, found staff",
            "  2. app (deny): matches by domain, but client names the document",
            "  3. between (deny): passed over",
            "  4. other (deny): document wants https://app.example/other.json, found https://app.example/client.json",
            "  5. client (allow): decides",
            "  6. open-relay (warn): passed over",
            "  7. open-everybody (allow): passed over",
            "",
            "allow: the rule says so",
            "rule client: But this one.",
            "scopes: notes:read",
            "grant days: 30",
        ]
    );
}

#[test]
fn exceptions_bans_and_nothing_at_all() {
    let fates = |text: &str, bans: &Bans| {
        let explained = explain(&rules(text), bans, &[], &visit(), now());
        let fates: Vec<Fate> = explained.rules.into_iter().map(|rule| rule.fate).collect();
        (fates, explained.verdict.reason.id())
    };
    let excepted = "preset = \"none\"\n[[rules]]\nname = \"it\"\nsentence = \"A test.\"\nunless = { rung = \"published\" }\nthen = \"allow\"";
    let none = Bans::default();
    assert_eq!(fates(excepted, &none), (vec![Fate::Excepted], "no_rule"));
    assert_eq!(fates("preset = \"none\"", &none), (vec![], "no_rule"));
    let subject = BanSubject::parse("name", "app").unwrap();
    let ban = Ban { number: 1, subject, reason: "x".into(), made_at: now(), expires_at: None };
    assert_eq!(fates(excepted, &Bans::new(vec![ban])), (vec![Fate::NotAsked], "ban"));
}
