//! How much leaves: one flight per URL, budgets, places in flight, back-off.

use std::{sync::Arc, time::Duration};

use futures_util::future::join_all;
use salver_egress::{BudgetKind, Category, Fetch, FetchError, NotNow, Standing};
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
async fn errors_are_not_kept_and_a_host_that_works_again_is_asked_again() {
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
