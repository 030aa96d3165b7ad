//! Each kind of ban with whom it shuts out and a neighbour whom it does not.

use super::*;
use crate::visit::{
    Visit,
    tests::{now, visit},
};

const KEY: &str = "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs";

fn ban(number: i64, kind: &str, value: &str) -> Ban {
    Ban {
        number,
        subject: BanSubject::parse(kind, value).unwrap(),
        reason: "a test".into(),
        made_at: now(),
        expires_at: None,
    }
}

fn dressed() -> Visit {
    Visit {
        redirect_hosts: vec!["app.example".into(), "login.other.example".into()],
        keys: vec![KEY.into()],
        key_host: Some("keys.fourth.example.".into()),
        software_id: Some("4NRB1".into()),
        statement_issuer: Some("https://vendor.example".into()),
        ..visit()
    }
}

#[test]
fn each_kind_shuts_out_whom_it_names_and_not_its_neighbour() {
    for (kind, value, out) in [
        ("application", "document https://app.example/client.json", true),
        ("application", "document https://app.example/client", false),
        ("document", "https://app.example/client.json", true),
        ("document", "https://app.example/other.json", false),
        ("domain", "app.example", true),
        ("domain", "other.example", true),
        ("domain", "third.example", false),
        ("domain", "fourth.example", true),
        ("redirect_host", "login.other.example", true),
        ("redirect_host", "other.example", false),
        ("redirect_host", "keys.fourth.example", true),
        ("redirect_host", "fourth.example", false),
        ("name", "app*", true),
        ("name", "apple", false),
        ("key", KEY, true),
        ("key", "OzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs", false),
        ("software_id", "4NRB1", true),
        ("software_id", "4nrb1", false),
        ("statement_issuer", "https://vendor.example", true),
        ("statement_issuer", "https://vendor.example/", false),
    ] {
        let visit = dressed();
        let facts = BanFacts::of_visit(&visit);
        let ban = ban(1, kind, value);
        assert_eq!(ban.subject.matches(&facts), out, "{kind} {value}");
        assert_eq!(Bans::new(vec![ban]).find(&facts, now()).is_some(), out, "{kind} {value}");
    }
}

#[test]
fn design_4_8_a_ban_sticks_to_hosts_however_they_are_written_and_wherever_they_are_listed() {
    use salver_oauth::client::redirect_uri::Recipient;

    use crate::assessment::Publisher;
    for (why, visit, kind, value) in [
        (
            "on a host for everybody, too",
            Visit { publisher: Publisher::ExactUrl("https://x.pages.example/c".into()), ..visit() },
            "domain",
            "pages.example",
        ),
        (
            "a trailing dot",
            Visit {
                publisher: Publisher::Domain("app.example.".into()),
                redirect_hosts: vec![],
                ..visit()
            },
            "domain",
            "app.example",
        ),
        (
            "where the answer goes, listed or not",
            Visit { recipient: Recipient::Https { host: "b.example.".into() }, ..visit() },
            "redirect_host",
            "b.example",
        ),
    ] {
        let facts = BanFacts::of_visit(&visit);
        assert!(ban(1, kind, value).subject.matches(&facts), "{why}");
    }
}

#[test]
fn what_a_grant_knows_is_enough_for_what_it_tells() {
    let keys: [Box<str>; 1] = [KEY.into()];
    for (client_id, recipient, kind, value, out) in [
        ("https://app.example/c", "loopback", "document", "https://app.example/c", true),
        ("https://x.app.example:8443/c", "loopback", "domain", "app.example", true),
        ("https://app.example/c", "https://b.example", "redirect_host", "b.example", true),
        ("partner", "https://b.example", "domain", "b.example", true),
        ("partner", "app:com.example", "domain", "b.example", false),
        ("partner", "loopback", "application", "issued partner", true),
        ("partner", "loopback", "name", "*my app*", true),
        ("partner", "loopback", "key", KEY, true),
        ("partner", "loopback", "software_id", "4NRB1", false),
    ] {
        let facts =
            BanFacts::of_grant(client_id, "issued partner", "This is My App", recipient, &keys);
        assert_eq!(ban(1, kind, value).subject.matches(&facts), out, "{client_id} {kind} {value}");
    }
    let facts = BanFacts::of_grant("svc", "service svc", "Nightly", "", &[]);
    let keyed = facts.clone().with_keys_from(Some("keys.fourth.example"));
    for (kind, value) in [("domain", "fourth.example"), ("redirect_host", "keys.fourth.example")] {
        let subject = ban(1, kind, value).subject;
        assert_eq!((subject.matches(&keyed), subject.matches(&facts)), (true, false), "{kind}");
    }
}

#[test]
fn design_4_8_a_ban_of_an_application_shuts_out_whoever_is_bound_to_it() {
    let visit = Visit { bound_to: Some("entry App".into()), ..visit() };
    let grant = BanFacts::of_grant("partner", "issued partner", "Partner", "loopback", &[]);
    for (value, visit_out, grant_out) in [
        ("entry App", true, true),
        ("document https://app.example/client.json", true, false),
        ("issued partner", false, true),
        ("entry Other", false, false),
    ] {
        let subject = ban(1, "application", value).subject;
        assert_eq!(subject.matches(&BanFacts::of_visit(&visit)), visit_out, "{value}");
        let bound = grant.clone().bound_to(Some("entry App"));
        assert_eq!(subject.matches(&bound), grant_out, "{value}");
    }
    assert!(!ban(1, "application", "entry App").subject.matches(&grant), "nor anybody else");
}

#[test]
fn a_ban_ends_when_it_says() {
    let visit = visit();
    let facts = BanFacts::of_visit(&visit);
    for (expires, found) in [(None, true), (Some(1), true), (Some(0), false), (Some(-1), false)] {
        let expires_at = expires.map(|seconds| now().plus_seconds(seconds));
        let bans = Bans::new(vec![Ban { expires_at, ..ban(1, "domain", "app.example") }]);
        assert_eq!(bans.find(&facts, now()).is_some(), found, "{expires:?}");
    }
    let expired = Ban { expires_at: Some(now()), ..ban(1, "domain", "app.example") };
    let bans = Bans::new(vec![ban(7, "name", "app"), ban(3, "domain", "app.example"), expired]);
    assert_eq!(bans.find(&facts, now()).map(|ban| ban.number), Some(3), "the oldest in force");
}

#[test]
fn subjects_that_name_somebody_and_their_neighbours() {
    use crate::hosts::HostFault;
    for (kind, value, fault) in [
        ("planet", "a", Some(BanFault::Kind)),
        ("application", " a", Some(BanFault::Text)),
        ("application", "", Some(BanFault::Text)),
        ("document", "http://localhost:8080/clients/a.json", None),
        ("document", "http://a.example/c", Some(BanFault::Document)),
        ("document", "partner", Some(BanFault::Document)),
        ("domain", "alice.github.io", None),
        ("domain", "github.io", Some(BanFault::Host(HostFault::PublicSuffix))),
        ("domain", "x.a.example", Some(BanFault::BelowDomain("a.example".into()))),
        ("domain", "203.0.113.9", Some(BanFault::NotADomain)),
        ("domain", "*.a.example", Some(BanFault::Host(HostFault::NotAHost))),
        ("redirect_host", "203.0.113.9", None),
        ("redirect_host", "co.uk", Some(BanFault::Host(HostFault::PublicSuffix))),
        ("redirect_host", ".a.example", Some(BanFault::Host(HostFault::NotAHost))),
        ("name", "ab*", Some(BanFault::Name(NameFault::TooOpen))),
        ("key", "short", Some(BanFault::Thumbprint)),
        ("statement_issuer", "vendor.example", Some(BanFault::Issuer)),
    ] {
        let parsed = BanSubject::parse(kind, value);
        assert_eq!(parsed.as_ref().err(), fault.as_ref(), "{kind} {value}");
        if let Ok(subject) = parsed {
            let again = BanSubject::parse(subject.kind().id(), subject.value());
            assert_eq!(again, Ok(subject), "{kind} {value} reads back");
        }
    }
}
