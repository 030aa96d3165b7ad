//! What does a verdict cost? The work of each number in `docs/benchmarks.md`, to be counted from outside.
//!
//! `rule_numbers publishers N`, `rule_numbers asked N` and `rule_numbers bans N` judge one login N times and print nothing: run them under `valgrind
//! --tool=callgrind` with two values of N, and the difference is the price of the verdicts between. `rule_numbers simulate N` asks other
//! rules about N visits that were kept, and prints how long it took and how large they are.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "an example is read on a terminal, and stops where it cannot go on"
)]

use std::{fmt::Write as _, hint::black_box, time::Instant};

use salver_oauth::{Timestamp, client::redirect_uri::Recipient, id::UserId};
use salver_policy::{
    assessment::{Publisher, Rung},
    ban::{Ban, BanSubject, Bans},
    evidence::{Evidence, EvidenceKind},
    judge::judge,
    rules::{Known, PolicySection, RuleSet, Then},
    simulate::{Replay, Row},
    visit::{Method, Visit},
};

fn main() {
    let mut arguments = std::env::args().skip(1);
    let (what, times) = (arguments.next().unwrap_or_default(), arguments.next());
    let times: u32 = times.and_then(|text| text.parse().ok()).unwrap_or(1000);
    match what.as_str() {
        "publishers" => verdicts(&publishers(999), &Bans::default(), times),
        "asked" => verdicts(&asked(999), &Bans::default(), times),
        "bans" => verdicts(&publishers(999), &bans(), times),
        "simulate" => simulate(times),
        _ => println!("rule_numbers publishers|asked|bans|simulate [N]"),
    }
}

fn verdicts(rules: &RuleSet, bans: &Bans, times: u32) {
    assert_eq!(rules.rules().len(), 1000);
    let visit = visit(0);
    for _ in 0..times {
        let verdict = judge(rules, bans, &[], black_box(&visit), now());
        assert_eq!(black_box(verdict).rule.as_deref(), Some("last"));
    }
}

/// Rules about publishers, as a long list of partners makes them, and one that matches at last.
fn publishers(count: u32) -> RuleSet {
    rules(count, |number| {
        format!("publisher = [\".partner{number}.example\"], rung = \"published\"")
    })
}

/// Rules that all have to be asked, since nothing in them can be looked up.
fn asked(count: u32) -> RuleSet {
    rules(count, |number| match number % 4 {
        0 => "method = [\"dynamic\", \"hosted\"], redirect = [\"https\"]".to_owned(),
        1 => "redirect = [\"https\", \"relay\"], rung = \"published\"".to_owned(),
        2 => "evidence = [\"statement\", \"platform\"], vetted = false".to_owned(),
        _ => "method = [\"metadata_document\"], rung = \"published\", first_seen_within_days = 3"
            .to_owned(),
    })
}

fn rules(count: u32, when: impl Fn(u32) -> String) -> RuleSet {
    let mut text = "preset = \"none\"\n".to_owned();
    for number in 0..count {
        let when = when(number);
        let _ = write!(
            text,
            "[[rules]]\nname = \"r{number}\"\nsentence = \"One of many.\"\nwhen = {{ {when} }}\nthen = \"deny\"\n"
        );
    }
    text += "[[rules]]\nname = \"last\"\nsentence = \"Everybody else.\"\nthen = \"allow\"\n";
    let section: PolicySection = toml::from_str(&text).unwrap();
    RuleSet::new(&section, &Known::default()).unwrap()
}

/// A thousand bans, of which a hundred are patterns for names.
fn bans() -> Bans {
    let subject = |number: i64| match number % 10 {
        0 => BanSubject::parse("name", &format!("*free{number}*tokens*")),
        1..=4 => BanSubject::parse("domain", &format!("bad{number}.example")),
        _ => BanSubject::parse("redirect_host", &format!("bad{number}.example")),
    };
    let ban = |number: i64| Ban {
        number,
        subject: subject(number).unwrap(),
        reason: "a measurement".into(),
        made_at: now(),
        expires_at: None,
    };
    Bans::new((0..1000).map(ban).collect())
}

fn simulate(times: u32) {
    let (old, new) = (publishers(999), asked(999));
    let kept: Vec<Vec<u8>> = (0..1000).map(|number| visit(number).to_kept()).collect();
    let bytes = kept.iter().map(Vec::len).sum::<usize>() / kept.len();
    let (bans, began) = (bans(), Instant::now());
    let mut replay = Replay::new(&old, &new, &bans, &[]);
    for (number, kept) in (0..i64::from(times)).zip(kept.iter().cycle()) {
        replay.add(&Row { number, at: now(), kept, outcome: Then::Allow });
    }
    let seen = replay.end();
    let (judged, changed) = (seen.judged, seen.changed());
    println!("{judged} visits of {bytes} bytes, {changed} changed, {:?}", began.elapsed());
}

/// A login of a program whose document lies on a host of its own; every seventh was let in yesterday for the first time.
fn visit(number: u32) -> Visit {
    let host = format!("app{number}.vendor{}.example", number % 97);
    let client_id = format!("https://{host}/oauth/client-metadata.json");
    let days = if number % 7 == 1 { 1 } else { 30 };
    Visit {
        application: format!("document {client_id}").into(),
        bound_to: None,
        client_id: client_id.into(),
        method: Method::MetadataDocument,
        publisher: Publisher::Domain(host.into()),
        recipient: Recipient::Loopback,
        relay: false,
        redirect_hosts: Vec::new(),
        unlisted: None,
        rung: Rung::Published,
        evidence: Evidence::NONE.with(EvidenceKind::DomainDocument),
        entry: None,
        statement_issuer: None,
        software_id: None,
        keys: Vec::new(),
        key_host: None,
        vetted: false,
        first_seen: Some(now().plus_seconds(-86_400 * days)),
        name: Some(format!("App {number}").into()),
        look_alike: None,
        resource: "https://mcp.example.com/mcp".into(),
        scopes: "files:read files:write".parse().unwrap(),
        user: UserId::from_bytes([number.to_be_bytes()[3]; 16]),
        groups: vec!["staff".into(), "engineering".into()],
        pushed: false,
        dpop: false,
    }
}

fn now() -> Timestamp {
    Timestamp::from_unix(1_795_824_000)
}
