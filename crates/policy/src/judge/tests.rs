//! What becomes of logins: bans, documents before domains, presets, approvals, terms; and that nothing panics or softens a ban.

use proptest::prelude::*;
use salver_oauth::{client::redirect_uri::Recipient, id::UserId};

use super::*;
use crate::{
    approval::tests as approval,
    assessment::{Publisher, Rung},
    ban::{Ban, BanSubject},
    evidence::{Evidence, EvidenceKind},
    rules::tests::rules,
    visit::{
        LookAlike, Method,
        tests::{now, visit},
    },
};

fn judged(text: &str, visit: &Visit) -> Verdict {
    judge(&rules(text), &Bans::default(), &[], visit, now())
}

fn outcome(text: &str, visit: &Visit) -> &'static str {
    judged(text, visit).outcome.kind().id()
}

/// A rule, without what stands around it.
fn rule(name: &str, when: &str, then: &str) -> String {
    let warn = if then == "warn" { "warn = \"Beware.\"\n" } else { "" };
    format!(
        "[[rules]]\nname = \"{name}\"\nsentence = \"A test.\"\nwhen = {{ {when} }}\nthen = \"{then}\"\n{warn}"
    )
}

const ENTERPRISE: &str = "preset = \"enterprise\"\nhosts.identity = [\".app.example\"]";

#[test]
fn presets_decide_as_they_say() {
    let entered = Visit {
        method: Method::Preregistered,
        publisher: Publisher::Administrator,
        vetted: true,
        ..visit()
    };
    let catalogued = Visit { entry: Some("App".into()), ..visit() };
    let loopback = Visit { recipient: Recipient::Loopback, rung: Rung::Published, ..visit() };
    let attested = Visit { rung: Rung::Attested, ..loopback.clone() };
    let self_declared = Visit { rung: Rung::SelfDeclared, ..visit() };
    let borrowed = Visit {
        look_alike: Some(LookAlike { owner: "o.example".into(), shown: "O".into() }),
        ..visit()
    };
    let relay = Visit { relay: true, rung: Rung::Published, ..visit() };
    let elsewhere = Visit { publisher: Publisher::Domain("else.example".into()), ..visit() };
    for (who, visit, [open, known, closed, enterprise, none]) in [
        ("a document", visit(), ["allow", "review", "deny", "allow", "deny"]),
        ("another publisher", elsewhere, ["allow", "review", "deny", "deny", "deny"]),
        ("entered", entered.clone(), ["allow", "allow", "allow", "allow", "deny"]),
        (
            "entered, for a program",
            Visit { recipient: Recipient::Loopback, ..entered },
            ["allow", "allow", "allow", "deny", "deny"],
        ),
        ("in the catalogue", catalogued.clone(), ["allow", "allow", "deny", "allow", "deny"]),
        (
            "in the catalogue, and nobody vouches",
            Visit { rung: Rung::SelfDeclared, ..catalogued },
            ["allow", "review", "deny", "allow", "deny"],
        ),
        ("a program", loopback, ["allow", "review", "deny", "deny", "deny"]),
        ("an attested program", attested, ["allow", "review", "deny", "allow", "deny"]),
        ("nobody vouches", self_declared, ["allow", "review", "deny", "allow", "deny"]),
        ("a borrowed name", borrowed, ["allow", "review", "deny", "allow", "deny"]),
        ("a relay", relay, ["warn", "review", "deny", "deny", "deny"]),
    ] {
        assert_eq!(outcome("", &visit), open, "open, {who}");
        assert_eq!(outcome("preset = \"known\"", &visit), known, "known, {who}");
        assert_eq!(outcome("preset = \"closed\"", &visit), closed, "closed, {who}");
        assert_eq!(outcome(ENTERPRISE, &visit), enterprise, "enterprise, {who}");
        assert_eq!(outcome("preset = \"none\"", &visit), none, "none, {who}");
    }
    assert_eq!(judged("preset = \"none\"", &visit()).reason, Reason::NoRule);
}

#[test]
fn the_first_rule_that_matches_decides_and_own_rules_come_first() {
    let (a, b) = (rule("a", "group = [\"staff\"]", "deny"), rule("b", "vetted = false", "review"));
    let guest = Visit { groups: vec!["guests".into()], ..visit() };
    let vetted = Visit { vetted: true, ..guest.clone() };
    for (text, visit, decides) in [
        (format!("{a}{b}"), &visit(), "a"),
        (format!("{b}{a}"), &visit(), "b"),
        (format!("{a}{b}"), &guest, "b"),
        (format!("{a}{b}"), &vetted, "open-everybody"),
    ] {
        assert_eq!(judged(&text, visit).rule.as_deref(), Some(decides));
    }
}

#[test]
fn a_document_beats_its_domain() {
    let domain = rule("domain", "publisher = [\".app.example\"]", "deny");
    let everybody = rule("everybody", "vetted = false", "deny");
    let listed = rule("listed", "listed = true", "deny");
    let document = rule("document", "document = [\"https://app.example/client.json\"]", "allow");
    let pattern = rule("pattern", "document = [\"https://app.example/{id}\"]", "review");
    let both = rule(
        "both",
        "publisher = [\"app.example\"], document = [\"https://app.example/{id}\"]",
        "deny",
    );
    let other = rule("other", "document = [\"https://app.example/other.json\"]", "allow");
    for (why, texts, decides) in [
        ("a later document", [&domain, &document], "document"),
        ("an earlier one", [&document, &domain], "document"),
        ("a pattern for it", [&domain, &pattern], "pattern"),
        ("another document", [&domain, &other], "domain"),
        ("by the list of publishers", [&listed, &document], "document"),
        ("a rule that matched by something else", [&everybody, &document], "everybody"),
        ("a rule that names both", [&both, &document], "both"),
    ] {
        let text = format!("hosts.identity = [\"app.example\"]\n{}{}", texts[0], texts[1]);
        assert_eq!(judged(&text, &visit()).rule.as_deref(), Some(decides), "{why}");
    }
}

#[test]
fn a_ban_goes_before_every_rule() {
    let subject = BanSubject::parse("domain", "app.example").unwrap();
    let ban =
        Ban { number: 4, subject, reason: "phishing".into(), made_at: now(), expires_at: None };
    let bans = Bans::new(vec![ban]);
    let allow = rules(&rule("it", "document = [\"https://app.example/client.json\"]", "allow"));
    let verdict = judge(&allow, &bans, &[approval::of(&visit())], &visit(), now());
    assert_eq!(verdict.outcome, Outcome::Deny);
    assert_eq!(verdict.reason, Reason::Ban { number: 4, reason: "phishing".into() });
    assert_eq!(verdict.rule, None);
    let neighbour = Visit {
        publisher: Publisher::Domain("b.example".into()),
        redirect_hosts: vec![],
        recipient: Recipient::Loopback,
        ..visit()
    };
    assert_eq!(judge(&allow, &bans, &[], &neighbour, now()).outcome, Outcome::Allow);
}

#[test]
fn an_approval_answers_a_review_and_nothing_else() {
    let approval = |number| Approval {
        number,
        who: ApprovedFor::User(UserId::from_bytes([7; 16])),
        until: Some(now().plus_seconds(1)),
        ..approval::of(&visit())
    };
    for (then, outcome, reason) in [
        ("review", "allow", "approved"),
        ("deny", "deny", "rule"),
        ("warn", "warn", "rule"),
        ("allow", "allow", "rule"),
    ] {
        let rules = rules(&rule("it", "", then));
        let verdict = judge(&rules, &Bans::default(), &[approval(3)], &visit(), now());
        assert_eq!((verdict.outcome.kind().id(), verdict.reason.id()), (outcome, reason), "{then}");
        let later =
            judge(&rules, &Bans::default(), &[approval(3)], &visit(), now().plus_seconds(1));
        assert_eq!(later.outcome.kind().id(), then, "it has ended");
    }
}

#[test]
fn what_is_required_and_lacks_is_denied() {
    let limited = |limits: &str| format!("{}limits = {{ {limits} }}\n", rule("it", "", "review"));
    let by_itself = Evidence::NONE.with(EvidenceKind::DeviceKey);
    let attested = Visit { rung: Rung::Attested, evidence: by_itself, ..visit() };
    let loopback = Visit { recipient: Recipient::Loopback, ..visit() };
    let moved = Visit { recipient: Recipient::Https { host: "b.example".into() }, ..visit() };
    let silent = Visit { scopes: Scope::empty(), ..visit() };
    for (limits, visit, reason) in [
        ("require = [\"pushed_request\"]", Visit { pushed: true, ..visit() }, "rule"),
        ("require = [\"pushed_request\"]", Visit { dpop: true, ..visit() }, "lacks"),
        ("require = [\"dpop\"]", Visit { dpop: true, ..visit() }, "rule"),
        ("require = [\"dpop\", \"pushed_request\"]", Visit { dpop: true, ..visit() }, "lacks"),
        ("require = [\"attestation\"]", attested, "rule"),
        ("require = [\"attestation\"]", Visit { evidence: by_itself, ..visit() }, "lacks"),
        ("redirect_hosts = [\".app.example\"]", visit(), "rule"),
        ("redirect_hosts = [\".app.example\"]", moved.clone(), "redirect_host"),
        ("redirect_hosts = [\".app.example\"]", loopback, "rule"),
        ("resources = [\"Notes\"]", visit(), "rule"),
        ("resources = [\"Mail\"]", visit(), "other_resource"),
        ("scopes = \"notes:read\"", visit(), "rule"),
        ("scopes = \"mail\"", visit(), "nothing_left"),
        ("scopes = \"mail\"", silent, "rule"),
    ] {
        let verdict = judged(&limited(limits), &visit);
        assert_eq!(verdict.reason.id(), reason, "{limits}");
        assert_eq!(verdict.outcome == Outcome::Deny, reason != "rule", "{limits}");
        let own = "hosts.redirect = [\"c.example\"]\n".to_owned()
            + &limited("redirect_hosts = [\"b.example\"]");
        assert_eq!(judged(&own, &moved).outcome, Outcome::Review, "its own list takes the place");
    }
    let listed = "hosts.redirect = [\"c.example\"]";
    assert_eq!(judged(listed, &visit()).reason, Reason::RedirectHost("app.example".into()));
}

#[test]
fn design_4_3_an_address_that_nobody_has_named_raises_what_a_rule_lets_in_and_softens_nothing() {
    use UnlistedHttps::{Review, Warn};
    for (then, unlisted, outcome, reason) in [
        ("allow", None, "allow", "rule"),
        ("allow", Some(Warn), "warn", "unlisted_redirect"),
        ("allow", Some(Review), "review", "unlisted_redirect"),
        ("warn", Some(Warn), "warn", "rule"),
        ("warn", Some(Review), "review", "unlisted_redirect"),
        ("review", Some(Warn), "review", "rule"),
        ("review", Some(Review), "review", "rule"),
        ("deny", Some(Warn), "deny", "rule"),
        ("deny", Some(Review), "deny", "rule"),
    ] {
        let verdict = judged(&rule("it", "", then), &Visit { unlisted, ..visit() });
        let seen = (verdict.outcome.kind().id(), verdict.reason.id());
        assert_eq!(seen, (outcome, reason), "{then} {unlisted:?}");
    }
}

#[test]
fn ceilings_narrow_by_rung() {
    let text = "[ceilings.published]\nscopes = \"notes:read\"\n[ceilings.self_declared]\nresources = [\"Mail\"]\n";
    let limited = format!(
        "{text}{}limits = {{ scopes = \"notes:write mail\", grant_days = 7, consent = \"every_time\" }}",
        rule("it", "", "allow")
    );
    for (text, rung, outcome, given) in [
        (text, Rung::Anchored, "allow", "notes:read notes:write"),
        (text, Rung::Published, "allow", "notes:read"),
        (text, Rung::SelfDeclared, "deny", ""),
        (&limited, Rung::Attested, "allow", "notes:write"),
        (&limited, Rung::Published, "deny", ""),
    ] {
        let verdict = judged(text, &Visit { rung, ..visit() });
        assert_eq!(
            (verdict.outcome.kind().id(), &*verdict.scopes.to_string()),
            (outcome, given),
            "{rung}"
        );
    }
    let terms = judged(&limited, &visit()).limits;
    assert_eq!((terms.grant_days, terms.consent_every_time), (Some(7), true));
}

const POLICY: &str = "hosts.identity = [\".a.example\"]\nhosts.redirect = [\".a.example\", \".b.example\"]\n\
    [ceilings.published]\nscopes = \"notes:read\"\n\
    [[rules]]\nname = \"one\"\nsentence = \"A test.\"\nwhen = { publisher = [\".a.example\"], group = [\"staff\"] }\nunless = { rung = \"anchored\" }\nthen = \"review\"\n\
    [[rules]]\nname = \"two\"\nsentence = \"A test.\"\nwhen = { document = [\"https://a.example/{id}\"] }\nthen = \"allow\"\nlimits = { require = [\"dpop\"], scopes = \"notes:read mail\" }\n\
    [[rules]]\nname = \"three\"\nsentence = \"A test.\"\nwhen = { listed = true, first_seen_within_days = 7 }\nthen = \"deny\"\n";

fn any_visit() -> impl Strategy<Value = Visit> {
    let host = "([a-c]\\.)?[abc]\\.example\\.?";
    let who = (host, "[a-z]{0,2}", 0_usize..4, 0_usize..6, proptest::option::of(any::<i64>()));
    let what = (host, "(notes:read |mail |x ){0,3}", any::<[bool; 4]>(), "(staff|guests|)");
    (who, what).prop_map(
        |((publisher, path, rung, method, first_seen), (to, scopes, flags, group))| {
            let [shared, loopback, dpop, relay] = flags;
            let client_id = format!("https://{publisher}/{path}");
            Visit {
                publisher: if shared {
                    Publisher::ExactUrl(client_id.clone().into())
                } else {
                    Publisher::Domain(publisher.into())
                },
                client_id: client_id.into(),
                method: Method::ALL[method],
                rung: Rung::ALL[rung],
                recipient: if loopback {
                    Recipient::Loopback
                } else {
                    Recipient::Https { host: to.into() }
                },
                scopes: scopes.parse().unwrap(),
                first_seen: first_seen.map(Timestamp::from_unix),
                groups: vec![group.into()],
                dpop,
                relay,
                ..visit()
            }
        },
    )
}

proptest! {
    #[test]
    fn a_verdict_is_one_and_gives_nothing_that_was_not_asked_for(visit in any_visit(), now in any::<i64>()) {
        let (rules, now) = (rules(POLICY), Timestamp::from_unix(now));
        let verdict = judge(&rules, &Bans::default(), &[], &visit, now);
        prop_assert_eq!(&judge(&rules, &Bans::default(), &[], &visit, now), &verdict);
        prop_assert!(verdict.scopes.is_subset(&visit.scopes));
        let explained = crate::explain::explain(&rules, &Bans::default(), &[], &visit, now);
        prop_assert_eq!(&explained.verdict, &verdict);
        let kept = Visit::from_kept(&visit.to_kept()).unwrap().visit;
        prop_assert_eq!(judge(&rules, &Bans::default(), &[], &kept, now), verdict);
    }

    #[test]
    fn a_ban_always_wins(visit in any_visit(), kind in 0_usize..3, rest in any_visit()) {
        let (kind, value) = match (kind, visit.document_host(), visit.recipient_host()) {
            (0, Some(host), _) => ("domain", salver_names::registrable_domain(host).unwrap().to_owned()),
            (1, _, Some(host)) => ("redirect_host", host.to_owned()),
            _ => ("application", visit.application.to_string()),
        };
        let subject = BanSubject::parse(kind, &value).unwrap();
        let ban = Ban { number: 1, subject, reason: "x".into(), made_at: now(), expires_at: None };
        let approval = approval::of(&visit);
        let bans = Bans::new(vec![ban]);
        for text in [POLICY, "", "preset = \"known\""] {
            let verdict = judge(&rules(text), &bans, std::slice::from_ref(&approval), &visit, now());
            prop_assert_eq!(verdict.reason.id(), "ban");
            prop_assert_eq!(verdict.outcome, Outcome::Deny);
        }
        let _ = judge(&rules(POLICY), &bans, &[approval], &rest, now());
    }
}
