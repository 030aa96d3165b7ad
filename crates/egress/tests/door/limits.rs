//! How much leaves: one flight per URL, budgets, places in flight, back-off.

use std::{sync::Arc, time::Duration};

use futures_util::future::join_all;
use salver_egress::{BudgetKind, Category, DialError, Fetch, FetchError, NotNow, Standing};
use tokio::io::AsyncWriteExt as _;

use crate::harness::{GOOD, HOST, Peer, Set, Shows, URL, fetch, server_config, settings_for, user};

#[tokio::test]
async fn a_thousand_at_once_for_one_cold_url_make_one_fetch() {
    let peer = Peer::says(vec![GOOD.to_vec()]).await;
    let set = Set::facing(&peer);
    let one = |n| set.egress.fetch(Fetch { source: user(n), ..fetch(URL) });
    let all = join_all((0..1000).map(one)).await;
    assert!(all.iter().all(Result::is_ok));
    assert_eq!(peer.connections(), 1);
    assert_eq!(set.egress.ledger().len(), 1);
}

#[tokio::test]
async fn whoever_leaves_does_not_take_the_others_answer_along() {
    let peer =
        Peer::with("127.0.0.1:0", server_config(HOST, Shows::Good), |_, mut stream| async move {
            tokio::time::sleep(Duration::from_millis(100)).await;
            let _ = stream.write_all(GOOD).await;
            let _ = stream.shutdown().await;
        })
        .await;
    let set = Set::facing(&peer);
    let first = tokio::time::timeout(Duration::from_millis(10), set.get(URL));
    let (first, second) = futures_util::join!(first, set.get(URL));
    assert!(first.is_err(), "it left");
    second.unwrap();
    assert_eq!(peer.connections(), 1);
}

#[tokio::test]
async fn ten_thousand_urls_on_one_host_in_a_minute_make_its_budget_and_known_good_goes_on() {
    let peer = Peer::says(vec![GOOD.to_vec()]).await;
    let set = Set::facing(&peer);
    let mut refused = 0;
    for n in 0..10_000 {
        let url = format!("{URL}?{n}");
        let result = set.egress.fetch(Fetch { source: user(n), ..fetch(&url) }).await;
        if let Err(error) = result {
            assert!(
                matches!(error, FetchError::NotNow(NotNow::Budget(BudgetKind::Host))),
                "{error:?}"
            );
            assert_eq!(error.category(), Category::NotNow);
            refused += 1;
        }
    }
    assert_eq!((peer.connections(), refused), (30, 9970));
    assert!(set.egress.ledger().len() <= 32, "the flood is not listed line by line");

    set.get_known_good(&format!("{URL}?good")).await.unwrap();
    set.clock.advance(Duration::from_mins(1));
    set.get(&format!("{URL}?later")).await.unwrap();
}

#[tokio::test]
async fn one_source_gets_a_fifth() {
    let peer = Peer::says(vec![GOOD.to_vec()]).await;
    let set = Set::facing(&peer);
    let mut begun = 0;
    for n in 0..20 {
        begun += usize::from(set.get(&format!("{URL}?{n}")).await.is_ok());
    }
    assert_eq!(begun, 6);
    let other = format!("{URL}?other");
    set.egress.fetch(Fetch { source: user(2), ..fetch(&other) }).await.unwrap();
}

#[tokio::test]
async fn places_in_flight_are_refused_at_once_when_taken() {
    let peer =
        Peer::with("127.0.0.1:0", server_config(HOST, Shows::Good), |_, mut stream| async move {
            tokio::time::sleep(Duration::from_millis(150)).await;
            let _ = stream.write_all(GOOD).await;
            let _ = stream.shutdown().await;
        })
        .await;
    let set = Set::facing(&peer);
    let urls: Vec<String> = (0..50).map(|n| format!("{URL}?{n}")).collect();
    let sources = (0..50).map(user);
    let fetches = urls.iter().zip(sources);
    let all =
        join_all(fetches.map(|(url, source)| set.egress.fetch(Fetch { source, ..fetch(url) })))
            .await;
    assert_eq!(all.iter().filter(|result| result.is_ok()).count(), 4);
    assert_eq!(peer.connections(), 4);
}

#[tokio::test]
async fn a_host_that_cannot_be_reached_is_left_in_peace_longer_and_longer() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let set = Set::new(settings_for(closed), Arc::default());
    let mut tries = 0;
    for n in 0..120 {
        let url = format!("{URL}?{n}");
        let result = set.egress.fetch(Fetch { source: user(n), ..fetch(&url) }).await;
        match result.unwrap_err() {
            FetchError::Dial(_) => tries += 1,
            FetchError::NotNow(NotNow::BackingOff { .. }) => {}
            other => panic!("{other:?}"),
        }
        set.clock.advance(Duration::from_secs(1));
    }
    // 1, 2, 4, … seconds, each moved by up to a half.
    assert!((5..=10).contains(&tries), "{tries} tries in two minutes");

    // Known-good URLs have a back-off of their own.
    let standing = Standing::KnownGood;
    let error = set.egress.fetch(Fetch { standing, ..fetch(URL) }).await.unwrap_err();
    assert!(matches!(error, FetchError::Dial(_)), "{error:?}");
}

#[tokio::test]
async fn cimd_c_3_errors_are_not_kept_and_a_host_that_works_again_is_asked_again() {
    let failing = b"HTTP/1.1 503 S\r\nContent-Length: 0\r\n\r\n".to_vec();
    let peer = Peer::says(vec![failing, GOOD.to_vec()]).await;
    let set = Set::facing(&peer);
    assert!(matches!(set.get(URL).await, Err(FetchError::Status(503))));
    let backing_off = set.get(URL).await;
    assert!(matches!(backing_off, Err(FetchError::NotNow(NotNow::BackingOff { .. }))));
    set.get(&format!("{URL}?other")).await.unwrap();
    set.clock.advance(Duration::from_secs(2));
    set.get(URL).await.unwrap();
}

#[tokio::test]
async fn rfc9110_10_2_3_a_host_that_asks_for_peace_gets_it_within_our_bound() {
    for (asked, peace) in [("120", 120), ("99999999", 600)] {
        let busy = format!("HTTP/1.1 429 T\r\nRetry-After: {asked}\r\nContent-Length: 0\r\n\r\n");
        let peer = Peer::says(vec![busy.into_bytes(), GOOD.to_vec()]).await;
        let set = Set::facing(&peer);
        assert!(matches!(set.get(URL).await, Err(FetchError::Status(429))));
        set.clock.advance(Duration::from_secs(peace - 1));
        let early = set.get(URL).await;
        assert!(matches!(early, Err(FetchError::NotNow(NotNow::BackingOff { .. }))), "{early:?}");
        set.get(&format!("{URL}?other")).await.unwrap();
        set.clock.advance(Duration::from_secs(1));
        set.get(URL).await.unwrap();
    }
}

#[tokio::test]
async fn urls_that_the_gate_refuses_are_in_the_ledger_too_without_their_secrets() {
    let set = Set::facing(&Peer::says(vec![GOOD.to_vec()]).await);
    let refused = "https://user:secret@in.example.com/?token=secret";
    for n in 0..1000 {
        let error = set.egress.fetch(Fetch { source: user(n % 2), ..fetch(refused) }).await;
        assert!(matches!(error, Err(FetchError::Url(_))), "{error:?}");
    }
    let events = set.egress.ledger();
    let lines: Vec<_> =
        events.iter().map(|event| (event.host.as_str(), event.outcome, event.times)).collect();
    assert_eq!(lines, [("in.example.com", "url_refused", 1000)]);
}

#[tokio::test]
async fn every_attempt_is_in_the_ledger_with_who_what_and_how_it_ended() {
    let peer =
        Peer::says(vec![GOOD.to_vec(), b"HTTP/1.1 404 N\r\nContent-Length: 0\r\n\r\n".to_vec()])
            .await;
    let set = Set::facing(&peer);
    set.get(URL).await.unwrap();
    set.get(&format!("{URL}?2")).await.unwrap_err();
    let events = set.egress.ledger();
    let lines: Vec<_> = events
        .iter()
        .map(|event| {
            (event.host.as_str(), event.outcome, event.status, event.category, event.source)
        })
        .collect();
    assert_eq!(
        lines,
        [
            (HOST, "fetched", None, None, user_one()),
            (HOST, "status", Some(404), Some(Category::BadAnswer), user_one()),
        ]
    );
    assert_eq!(events[0].bytes, GOOD.len() as u64);
    assert_eq!(events[0].family, Some(salver_egress::Family::V4));
}

fn user_one() -> salver_egress::Source {
    salver_egress::Source::User([1; 16])
}

/// The budgets' tables, the back-off's, the copies', the flights' and the ledger's, all at once.
#[tokio::test]
#[cfg(target_os = "linux")]
async fn memory_stays_bounded_while_a_hundred_thousand_hosts_are_tried() {
    let set = Set::new(settings_for("127.0.0.1:1".parse().unwrap()), Arc::default());
    let first = try_hosts(&set, 0..30_000).await;
    let second = try_hosts(&set, 30_000..100_000).await;
    // By then every table is as full as it gets.
    assert!(second < first + 8 * 1024, "{first} KiB, then {second} KiB");
    assert!(set.egress.ledger().len() <= 4096);
}

/// Six hundred a minute; the resident memory afterwards, in KiB.
#[cfg(target_os = "linux")]
async fn try_hosts(set: &Set, numbers: std::ops::Range<u32>) -> u64 {
    for n in numbers {
        let url = format!("https://h{n}.example{n}.com/client.json");
        let error = set.egress.fetch(Fetch { source: user(n), ..fetch(&url) }).await.unwrap_err();
        assert!(matches!(error, FetchError::Dial(DialError::NoSuchName)), "{error:?}");
        set.clock.advance(Duration::from_millis(100));
        set.names.asked.lock().unwrap().clear();
    }
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}
