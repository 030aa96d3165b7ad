//! The real resolver against a DNS server of ours: chains of names, hidden addresses, and a server that says nothing.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use salver_egress::{
    DialError, DnsResolver, Egress, FetchError, Mode, NotNow, Resolve, ResolveError, Settings,
    Texts,
};
use tokio::net::UdpSocket;

use crate::harness::{PURPOSE, TestClock, fetch, settings_for, user};

const A: u16 = 1;
const CNAME: u16 = 5;
const AAAA: u16 = 28;
const TXT: u16 = 16;

/// Answers every question for address records from `records`: owner, type, data.
async fn server(records: Vec<(&'static str, u16, Vec<u8>)>) -> SocketAddr {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    tokio::spawn(async move {
        let mut buffer = [0; 1500];
        while let Ok((length, from)) = socket.recv_from(&mut buffer).await {
            let answer = answer(&buffer[..length], &records);
            let _ = socket.send_to(&answer, from).await;
        }
    });
    address
}

fn answer(question: &[u8], records: &[(&str, u16, Vec<u8>)]) -> Vec<u8> {
    let end = 12 + question[12..].iter().position(|byte| *byte == 0).unwrap() + 1;
    let asked = question[12..end].to_ascii_lowercase();
    let kind = u16::from_be_bytes([question[end], question[end + 1]]);
    // The chain from the name that was asked, then what is at its end.
    let (mut name, mut found) = (asked, Vec::new());
    while let Some((owner, _, target)) =
        records.iter().find(|(owner, kind, _)| *kind == CNAME && wire(owner) == name)
    {
        found.push((wire(owner), CNAME, target.clone()));
        name.clone_from(target);
    }
    for (owner, of, data) in records {
        if *of == kind && wire(owner) == name {
            found.push((wire(owner), kind, data.clone()));
        }
    }
    let mut out = question[..2].to_vec();
    out.extend([0x84, 0, 0, 1]);
    out.extend(u16::try_from(found.len()).unwrap().to_be_bytes());
    out.extend([0, 0, 0, 0]);
    out.extend(&question[12..end + 4]);
    for (owner, kind, data) in found {
        out.extend(owner);
        out.extend(kind.to_be_bytes());
        out.extend([0, 1, 0, 0, 0, 60]);
        out.extend(u16::try_from(data.len()).unwrap().to_be_bytes());
        out.extend(data);
    }
    out
}

fn wire(name: &str) -> Vec<u8> {
    let mut out = Vec::new();
    for label in name.split('.') {
        out.push(u8::try_from(label.len()).unwrap());
        out.extend(label.as_bytes());
    }
    out.push(0);
    out
}

fn settings(server: SocketAddr) -> Settings {
    let mut settings = settings_for(server);
    settings.development.connect.clear();
    settings.dns_servers = vec![server];
    settings
}

#[tokio::test]
async fn a_chain_of_names_that_ends_inside_is_refused() {
    let server = server(vec![
        ("a.example.com", CNAME, wire("b.example.net")),
        ("b.example.net", CNAME, wire("c.example.org")),
        ("c.example.org", A, vec![10, 0, 0, 1]),
        ("mapped.example.com", AAAA, [[0; 10].as_slice(), &[255, 255, 127, 0, 0, 1]].concat()),
        ("mixed.example.com", A, vec![198, 41, 0, 4]),
        (
            "mixed.example.com",
            AAAA,
            "fd00::1".parse::<std::net::Ipv6Addr>().unwrap().octets().to_vec(),
        ),
    ])
    .await;
    let egress = Egress::with(
        settings(server),
        Arc::new(DnsResolver::new(&[server]).unwrap()),
        TestClock::new(),
    )
    .unwrap();
    for (host, address) in [
        ("a.example.com", "10.0.0.1"),
        ("mapped.example.com", "::ffff:127.0.0.1"),
        ("mixed.example.com", "fd00::1"),
    ] {
        let error = egress.fetch(fetch(&format!("https://{host}/"))).await.unwrap_err();
        let FetchError::Dial(DialError::Address { address: refused, .. }) = error else {
            panic!("{host}: {error:?}")
        };
        assert_eq!(refused.to_string(), address, "{host}");
    }
}

#[tokio::test]
async fn names_are_absolute_and_missing_ones_are_told_from_silence() {
    let server = server(vec![("here.example.com", A, vec![198, 41, 0, 4])]).await;
    let resolver = DnsResolver::new(&[server]).unwrap();
    let found = resolver.resolve("here.example.com.").await.unwrap();
    assert_eq!(found, ["198.41.0.4".parse::<std::net::IpAddr>().unwrap()]);
    let missing = resolver.resolve("missing.example.com.").await;
    assert_eq!(missing, Err(ResolveError::NoSuchName));

    let silent = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let resolver = DnsResolver::new(&[silent.local_addr().unwrap()]).unwrap();
    let question = resolver.resolve("here.example.com.");
    let answer = tokio::time::timeout(Duration::from_millis(200), question).await;
    assert!(answer.is_err() || answer == Ok(Err(ResolveError::NotAnswered)), "{answer:?}");
}

/// The data of a TXT record: each string after its length.
fn strings(texts: &[&[u8]]) -> Vec<u8> {
    let one = |text: &&[u8]| [&[u8::try_from(text.len()).unwrap()], *text].concat();
    texts.iter().flat_map(one).collect()
}

fn texts(domain: &str, n: u32) -> Texts<'_> {
    Texts { label: "_salver", domain, purpose: PURPOSE, source: user(n) }
}

#[tokio::test]
async fn texts_are_asked_of_the_dns_alone_within_the_same_gate_budgets_and_ledger() {
    let mut records = vec![
        ("_salver.one.example.com", TXT, strings(&[b"proof=", b"a b"])),
        ("_salver.one.example.com", TXT, strings(&[b"other"])),
        ("_salver.one.example.com", TXT, strings(&[b"\xff"])),
        ("_salver.long.example.com", TXT, strings(&[&[b'x'; 255], &[b'x'; 255], b"xyz"])),
        ("one.example.com", TXT, strings(&[b"not under our label"])),
    ];
    records.extend((0..17).map(|_| ("_salver.many.example.com", TXT, strings(&[b"x"]))));
    let server = server(records).await;
    let with = |settings| {
        let resolver = Arc::new(DnsResolver::new(&[server]).unwrap());
        Egress::with(settings, resolver, TestClock::new()).unwrap()
    };
    let egress = with(settings(server));
    let mut found = egress.texts(texts("one.example.com", 1)).await.unwrap();
    found.sort_unstable();
    assert_eq!(found, ["other", "proof=a b"]);
    for (domain, outcome) in [
        ("missing.example.com", "no_such_name"),
        ("long.example.com", "answer_refused"),
        ("many.example.com", "answer_refused"),
        ("localhost", "url_refused"),
        ("10.0.0.1", "url_refused"),
        ("one.example.com/x", "url_refused"),
        ("one.example.com:8443", "url_refused"),
        ("user@one.example.com", "url_refused"),
        ("nas.local", "url_refused"),
    ] {
        let error = egress.texts(texts(domain, 1)).await.unwrap_err();
        assert_eq!(error.outcome(), outcome, "{domain}: {error}");
    }
    let ledger = egress.ledger();
    assert_eq!((ledger[0].host.as_str(), ledger[0].outcome), ("one.example.com", "fetched"));

    let mut few = settings(server);
    few.budgets.per_host = 5;
    let egress = with(few);
    let first = egress.texts(texts("one.example.com", 1)).await;
    assert!(first.is_ok(), "{first:?}");
    let second = egress.texts(texts("one.example.com", 1)).await;
    assert!(matches!(second, Err(FetchError::NotNow(NotNow::Share(_)))), "{second:?}");

    let offline = with(Settings { mode: Mode::Offline, ..settings(server) });
    let refused = offline.texts(texts("one.example.com", 1)).await;
    assert!(matches!(refused, Err(FetchError::Offline)), "{refused:?}");
}
