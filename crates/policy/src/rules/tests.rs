//! Each condition with a visit that meets it and a neighbour that does not; and what is refused when rules are loaded.

use std::fmt::Write as _;

use salver_oauth::client::redirect_uri::Recipient;

use super::*;
use crate::{
    assessment::Publisher,
    evidence::{Evidence, EvidenceKind},
    visit::{
        LookAlike, Method, Visit,
        tests::{now, visit},
    },
};

/// What there is: two resources, a few scopes, the embedded catalogue, two groups.
pub(crate) fn known() -> Known {
    let mut known = Known::default();
    known.add_resource("Notes", "https://mcp.example/notes");
    known.add_resource("Mail", "https://mcp.example/mail");
    for scope in ["notes:read", "notes:write", "mail"] {
        known.add_scope(scope);
    }
    known.add_catalogue(crate::catalogue::Catalogue::embedded());
    known.set_groups(["staff", "guests"]);
    known
}

/// Rules as they stand below `[policy]`.
pub(crate) fn rules(text: &str) -> RuleSet {
    RuleSet::new(&toml::from_str(text).unwrap(), &known()).unwrap()
}

fn only(when: &str, unless: &str, then: &str) -> RuleSet {
    rules(&format!(
        "preset = \"none\"\nhosts.identity = [\".listed.example\", \"files.example\"]\n[[rules]]\nname = \"it\"\nsentence = \"A test.\"\nwhen = {{ {when} }}\nunless = {{ {unless} }}\nthen = \"{then}\""
    ))
}

fn matches(rules: &RuleSet, visit: &Visit) -> bool {
    rules.decide(&View::new(visit, &rules.identity, now())).is_some()
}

const KEY: &str = "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs";

fn published_by(publisher: Publisher) -> Visit {
    Visit { publisher, ..visit() }
}

fn at(host: &str) -> Visit {
    published_by(Publisher::Domain(host.into()))
}

fn to(recipient: Recipient) -> Visit {
    Visit { recipient, ..visit() }
}

fn seen(days_ago: i64) -> Visit {
    Visit { first_seen: Some(now().plus_seconds(-86_400 * days_ago)), ..visit() }
}

#[test]
fn conditions_on_the_client() {
    let entry = |name: &str| Visit { entry: Some(name.into()), ..visit() };
    let by = |client_id: &str, method| Visit { client_id: client_id.into(), method, ..visit() };
    let document = |url: &str| by(url, Method::MetadataDocument);
    let hosted = by("http://localhost:8080/clients/app.json", Method::Hosted);
    let shared = published_by(Publisher::ExactUrl("https://files.example/x/c".into()));
    for (when, meets, neighbour) in [
        ("", visit(), None),
        ("method = [\"dynamic\"]", by("x", Method::Dynamic), Some(visit())),
        (
            "method = [\"hosted\", \"dynamic\"]",
            hosted.clone(),
            Some(by("x", Method::UserRegistered)),
        ),
        (
            "document = [\"https://a.example/c\"]",
            document("https://a.example/c"),
            Some(document("https://a.example/d")),
        ),
        (
            "document = [\"https://a.example/c\"]",
            document("https://a.example/c"),
            Some(by("https://a.example/c", Method::Dynamic)),
        ),
        (
            "document = [\"https://a.example/{id}/c\"]",
            document("https://a.example/7/c"),
            Some(document("https://a.example/7/8/c")),
        ),
        (
            "document = [\"https://a.example/{id}/c\"]",
            document("https://a.example/7/c"),
            Some(document("https://b.example/7/c")),
        ),
        ("document = [\"http://localhost:8080/clients/app.json\"]", hosted, Some(visit())),
        ("publisher = [\"a.example\"]", at("a.example"), Some(at("x.a.example"))),
        ("publisher = [\".a.example\"]", at("a.example."), Some(at("nota.example"))),
        (
            "publisher = [\".a.example\"]",
            at("y.x.a.example"),
            Some(published_by(Publisher::Administrator)),
        ),
        ("publisher = [\"files.example\"]", at("files.example"), Some(shared.clone())),
        ("listed = true", at("x.listed.example"), Some(at("a.example"))),
        ("listed = true", at("files.example"), Some(shared.clone())),
        ("listed = false", at("a.example"), Some(at("listed.example"))),
        ("entry = [\"claude CODE\"]", entry("Claude Code"), Some(entry("Claude"))),
        ("entry = [\"*\"]", entry("Claude"), Some(visit())),
        ("vetted = true", Visit { vetted: true, ..visit() }, Some(visit())),
        ("vetted = false", visit(), Some(Visit { vetted: true, ..visit() })),
        ("first_seen_within_days = 3", seen(2), Some(seen(3))),
        ("first_seen_within_days = 3", Visit { first_seen: None, ..visit() }, Some(seen(30))),
        (
            "looks_like_protected = true",
            Visit {
                look_alike: Some(LookAlike { owner: "o.example".into(), shown: "O".into() }),
                ..visit()
            },
            Some(visit()),
        ),
    ] {
        let rules = only(when, "", "allow");
        assert!(matches(&rules, &meets), "{when}");
        if let Some(neighbour) = neighbour {
            assert!(!matches(&rules, &neighbour), "{when}: {neighbour:?}");
        }
    }
    for then in ["review", "deny"] {
        for when in ["publisher = [\"files.example\"]", "listed = true"] {
            assert!(matches(&only(when, "", then), &shared), "{when} counts against it: {then}");
        }
    }
    assert!(matches(&only("", "publisher = [\"files.example\"]", "deny"), &shared), "no exception");
    assert!(!matches(&only("", "publisher = [\"files.example\"]", "allow"), &shared));
}

#[test]
fn conditions_on_the_request() {
    let https = |host: &str| to(Recipient::Https { host: host.into() });
    let relay = Visit { relay: true, ..visit() };
    let rung = |rung| Visit { rung, ..visit() };
    let shown = |kind| Visit { evidence: Evidence::NONE.with(kind), ..visit() };
    let keys = |key: &str| Visit { keys: vec!["other".into(), key.into()], ..visit() };
    let issued = |issuer: &str| Visit { statement_issuer: Some(issuer.into()), ..visit() };
    let resource = |resource: &str| Visit { resource: resource.into(), ..visit() };
    let scopes = |scopes: &str| Visit { scopes: scopes.parse().unwrap(), ..visit() };
    let groups = |name: &str| Visit { groups: vec!["x".into(), name.into()], ..visit() };
    let key = format!("key = [\"{KEY}\"]");
    for (when, meets, neighbour) in [
        ("redirect = [\"https\"]", visit(), relay.clone()),
        ("redirect = [\"relay\"]", relay, visit()),
        ("redirect = [\"loopback\"]", to(Recipient::Loopback), visit()),
        (
            "redirect = [\"app\"]",
            to(Recipient::App { scheme: "a.b".into() }),
            to(Recipient::Loopback),
        ),
        (
            "redirect_host = [\".b.example\"]",
            https("x.b.example."),
            https("b.example.evil.example"),
        ),
        ("redirect_host = [\"203.0.113.9\"]", https("203.0.113.9"), to(Recipient::Loopback)),
        ("rung = \"published\"", rung(Rung::Published), rung(Rung::SelfDeclared)),
        ("rung = \"attested\"", rung(Rung::Attested), rung(Rung::Anchored)),
        ("evidence = [\"statement\", \"platform\"]", shown(EvidenceKind::Platform), visit()),
        (
            "statement_issuer = [\"https://v.example\"]",
            issued("https://v.example"),
            issued("https://w.example"),
        ),
        (&key, keys(KEY), keys("another")),
        ("resource = [\"Notes\"]", visit(), resource("https://mcp.example/mail")),
        (
            "resource = [\"https://mcp.example/mail\"]",
            resource("https://mcp.example/mail"),
            visit(),
        ),
        ("scope = [\"notes:write\"]", visit(), scopes("notes:read")),
        ("group = [\"guests\", \"staff\"]", groups("staff"), groups("nobody")),
        ("group = [\"staff\"], rung = \"anchored\"", visit(), rung(Rung::Published)),
    ] {
        let rules = only(when, "", "allow");
        assert!(matches(&rules, &meets), "{when}");
        assert!(!matches(&rules, &neighbour), "{when}: {neighbour:?}");
        let except = only("", when, "allow");
        assert!(!matches(&except, &meets) && matches(&except, &neighbour), "unless {when}");
    }
}

/// The one problem of a text: at this key, of these words.
fn refused(text: &str, key: &str, why: &str) {
    let problems = RuleSet::new(&toml::from_str(text).unwrap(), &known()).unwrap_err();
    let [problem] = &*problems else { panic!("{text}: {problems:?}") };
    assert_eq!(problem.key, key, "{text}");
    assert!(problem.why.to_string().contains(why), "{text}: {problem}");
    assert!(!problem.why.hint().is_empty());
}

#[test]
fn conditions_that_mean_nothing_are_refused_at_their_keys() {
    let rule = |rest: &str| format!("[[rules]]\nname = \"it\"\nsentence = \"A test.\"\n{rest}");
    let when = |when: &str| rule(&format!("then = \"allow\"\nwhen = {{ {when} }}"));
    for (text, key, why) in [
        (
            when("publisher = [\"a.example\", \"co.uk\"]"),
            "rules[0].when.publisher[1]",
            "public suffix",
        ),
        (when("publisher = [\".github.io\"]"), "rules[0].when.publisher[0]", "public suffix"),
        (
            when("publisher = [\"*.a.example\"]"),
            "rules[0].when.publisher[0]",
            "not a full domain name",
        ),
        (when("publisher = []"), "rules[0].when.publisher", "is empty"),
        (when("method = []"), "rules[0].when.method", "is empty"),
        (when("redirect_host = [\"com\"]"), "rules[0].when.redirect_host[0]", "public suffix"),
        (
            when("document = [\"https://a.example/*\"]"),
            "rules[0].when.document[0]",
            "cannot be used",
        ),
        (
            when("document = [\"http://a.example/c\"]"),
            "rules[0].when.document[0]",
            "cannot be used",
        ),
        (
            when("resource = [\"Nothing\"]"),
            "rules[0].when.resource[0]",
            "there is no resource \"Nothing\"",
        ),
        (when("scope = [\"admin\"]"), "rules[0].when.scope[0]", "there is no scope \"admin\""),
        (when("key = [\"short\"]"), "rules[0].when.key[0]", "thumbprint"),
        (when("statement_issuer = [\"v\"]"), "rules[0].when.statement_issuer[0]", "https URL"),
        (when("listed = true"), "rules[0].when.listed", "no hosts are listed"),
        (
            when("first_seen_within_days = 0"),
            "rules[0].when.first_seen_within_days",
            "out of bounds",
        ),
        (when("group = [\"\"]"), "rules[0].when.group[0]", "is empty"),
    ] {
        refused(&text, key, why);
    }
}

#[test]
fn terms_names_and_lists_that_mean_nothing_are_refused_at_their_keys() {
    let rule = |rest: &str| format!("[[rules]]\nname = \"it\"\nsentence = \"A test.\"\n{rest}");
    let limits = |limits: &str| rule(&format!("then = \"allow\"\nlimits = {{ {limits} }}"));
    for (text, key, why) in [
        (limits("scopes = \"admin\""), "rules[0].limits.scopes", "there is no scope"),
        (limits("scopes = \"\""), "rules[0].limits.scopes", "is empty"),
        (limits("scopes = \"\\\"\""), "rules[0].limits.scopes", "is not scopes"),
        (limits("resources = [\"x\"]"), "rules[0].limits.resources[0]", "there is no resource"),
        (
            limits("access_token_seconds = 59"),
            "rules[0].limits.access_token_seconds",
            "out of bounds",
        ),
        (limits("require = []"), "rules[0].limits.require", "is empty"),
        (limits("key_hosts = [\"com\"]"), "rules[0].limits.key_hosts[0]", "public suffix"),
        (rule("then = \"warn\""), "rules[0].warn", "goes with"),
        (rule("then = \"allow\"\nwarn = \"Beware.\""), "rules[0].warn", "goes with"),
        (rule("then = \"deny\"\nlimits = { grant_days = 1 }"), "rules[0].limits", "no effect"),
        (rule("then = \"deny\"").replace("\"it\"", "\"It is\""), "rules[0].name", "is not a name"),
        (rule("then = \"deny\"").replace("\"it\"", "\"open-relay\""), "rules[0].name", "is taken"),
        (rule("then = \"deny\"").replace("A test.", ""), "rules[0].sentence", "is empty"),
        ("preset = \"enterprise\"".to_owned(), "preset", "no hosts are listed"),
        ("hosts.identity = [\".com\"]".to_owned(), "hosts.identity[0]", "public suffix"),
        ("hosts.redirect = []".to_owned(), "hosts.redirect", "is empty"),
        (
            "names = { \"Acme Notes\" = \"com\" }".to_owned(),
            "names.\"Acme Notes\"",
            "public suffix",
        ),
        (
            "ceilings.published.scopes = \"admin\"".to_owned(),
            "ceilings.published.scopes",
            "there is no scope",
        ),
        (
            "ceilings.anchored.resources = [\"x\"]".to_owned(),
            "ceilings.anchored.resources[0]",
            "there is no resource",
        ),
    ] {
        refused(&text, key, why);
    }
}

#[test]
fn unknown_keys_and_words_are_errors() {
    let rule = |rest: &str| format!("[[rules]]\nname = \"it\"\nsentence = \"A test.\"\n{rest}");
    for (text, sound) in [
        (rule("then = \"allow\""), true),
        (rule("then = \"permit\""), false),
        (rule("then = \"allow\"\nwhen = { domain = [\"a.example\"] }"), false),
        (rule("then = \"allow\"\nlimits = { consent = \"never\" }"), false),
        (rule("then = \"allow\"\nwhen = { rung = \"Anchored\" }"), false),
        ("preset = \"strict\"".to_owned(), false),
        ("allow = []".to_owned(), false),
    ] {
        assert_eq!(toml::from_str::<PolicySection>(&text).is_ok(), sound, "{text}");
    }
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let text = "hosts.keys = [\"com\"]\n[[rules]]\nname = \"it\"\nsentence = \"\"\nthen = \"deny\"\nwhen = { publisher = [\"com\"], scope = [\"x\"] }";
    let problems = RuleSet::new(&toml::from_str(text).unwrap(), &known()).unwrap_err();
    assert_eq!(problems.len(), 4, "{problems:?}");
}

#[test]
fn presets_are_rules_that_can_be_copied_and_mean_the_same_there() {
    for preset in Preset::ALL {
        let hosts = "hosts.identity = [\".listed.example\"]\n";
        let by_name = rules(&format!("preset = \"{preset}\"\n{hosts}"));
        let copied = preset.text().replace("[[policy.rules]]", "[[rules]]");
        let copied = rules(&format!("preset = \"none\"\n{hosts}{copied}"));
        assert_eq!(by_name.version(), copied.version(), "{preset}");
        assert_eq!(by_name.rules().is_empty(), preset == Preset::None);
        assert!(by_name.rules().iter().all(|rule| rule.name.starts_with(preset.id())), "{preset}");
        if let Some(last) = by_name.rules().last() {
            assert!(last.when.is_empty() && last.unless.is_empty(), "{preset} decides everything");
        }
    }
    assert_eq!(rules("").version(), rules("preset = \"open\"").version(), "the default");
}

#[test]
fn the_examples_in_the_documents_are_sound() {
    #[derive(serde::Deserialize)]
    struct File {
        policy: PolicySection,
    }
    let examples = include_str!("../../../../docs/policy.md").split("```toml\n").skip(1);
    let examples = examples.map(|rest| rest.split("```").next().unwrap());
    let examples: Vec<&str> = examples.filter(|text| text.contains("[policy")).collect();
    assert_eq!(examples.len(), 4);
    for text in examples {
        let file: File = toml::from_str(text).unwrap();
        assert!(RuleSet::new(&file.policy, &known()).is_ok(), "{text}");
    }
}

#[test]
fn the_version_is_another_one_when_something_else_is_said() {
    let versions: std::collections::BTreeSet<Box<str>> = [
        "",
        "preset = \"known\"",
        "names = { Acme = \"acme.example\" }",
        "hosts.pictures = [\"a.example\"]",
        "[[rules]]\nname = \"it\"\nsentence = \"A test.\"\nthen = \"deny\"",
        "[[rules]]\nname = \"it\"\nsentence = \"A test.\"\nthen = \"review\"",
    ]
    .iter()
    .map(|text| rules(text).version().into())
    .collect();
    assert_eq!(versions.len(), 6);
    assert!(versions.iter().all(|version| version.len() == 12));
}

#[test]
fn the_index_finds_what_a_walk_finds() {
    let hosts = ["a.example", ".a.example", "b.example", ".x.b.example", ".c.example"];
    let mut text = "preset = \"none\"\n".to_owned();
    for number in 0..100 {
        let host = hosts[number % hosts.len()];
        let other = ["group = [\"staff\"]", "scope = [\"mail\"]", "vetted = false"][number % 3];
        let key = ["publisher", "redirect_host"][number % 2];
        let _ = write!(
            text,
            "[[rules]]\nname = \"r{number}\"\nsentence = \"A test.\"\nwhen = {{ {key} = [\"{host}\"], {other} }}\nthen = \"allow\"\n"
        );
    }
    let rules = rules(&text);
    for host in
        ["a.example", "y.a.example", "b.example", "y.x.b.example", "d.example", "c.example."]
    {
        for to_host in ["a.example", "c.example", "x.b.example"] {
            let recipient = Recipient::Https { host: to_host.into() };
            let visit = Visit { recipient, ..at(host) };
            let view = View::new(&visit, &rules.identity, now());
            let walk = rules.rules.iter().position(|rule| rule.matches(&view));
            assert_eq!(rules.decide(&view).map(|decided| decided.rule), walk, "{host} {to_host}");
        }
    }
}
