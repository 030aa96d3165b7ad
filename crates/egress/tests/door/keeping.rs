//! Which answers are kept, how long, and how they are confirmed (RFC 9111 within our bounds).

use std::time::Duration;

use salver_egress::{Category, Fetch, FetchError, Fetched, Freshness, Purpose, Settings};

use crate::harness::{GOOD, PURPOSE, Peer, Set, URL, fetch, settings_for, user};

const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);

fn answer(headers: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 200 OK\r\n{headers}Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

#[tokio::test]
async fn cimd_c_1_an_answer_is_good_for_its_own_time_within_our_bounds() {
    // Why, its headers, seconds for which it is good (0: not kept).
    let cases: &[(&str, &str, u64)] = &[
        ("max-age", "Cache-Control: max-age=600\r\n", 600),
        ("s-maxage goes before it", "Cache-Control: max-age=600, s-maxage=120\r\n", 120),
        ("the lower bound", "Cache-Control: max-age=1\r\n", 60),
        ("… also for what says nothing", "", 60),
        ("… and for no-cache", "Cache-Control: no-cache\r\n", 60),
        ("the upper bound", "Cache-Control: max-age=31536000\r\n", 86400),
        ("time already spent elsewhere", "Cache-Control: max-age=600\r\nAge: 500\r\n", 100),
        (
            "an age beyond numbers",
            "Cache-Control: max-age=600\r\nAge: 18446744073709551615\r\n",
            60,
        ),
        ("an age that is none", "Cache-Control: max-age=600\r\nAge: -1\r\n", 600),
        ("no-store", "Cache-Control: no-store\r\n", 0),
        ("… in any case", "Cache-Control: No-Store, max-age=600\r\n", 0),
        ("… in a second field", "Cache-Control: max-age=600\r\nCache-Control: NO-STORE\r\n", 0),
        ("private", "Cache-Control: private, max-age=600\r\n", 0),
        ("directives that contradict", "Cache-Control: max-age=600, max-age=700\r\n", 600),
    ];
    for (why, headers, seconds) in cases {
        let peer = Peer::says(vec![answer(headers, "{}")]).await;
        let set = Set::facing(&peer);
        assert_eq!(set.get(URL).await.unwrap().freshness, Freshness::Now, "{why}");
        if *seconds == 0 {
            assert!(set.egress.cached(URL, PURPOSE).is_none(), "{why}");
            set.get(URL).await.unwrap();
            assert_eq!(peer.connections(), 2, "{why}");
            continue;
        }
        let almost = Duration::from_secs(seconds - 1);
        set.clock.advance(almost);
        let kept = set.get(URL).await.unwrap();
        assert_eq!(kept.freshness, Freshness::Kept { age: almost }, "{why}");
        assert_eq!(peer.connections(), 1, "{why}");
        set.clock.advance(Duration::from_secs(1));
        assert_eq!(set.get(URL).await.unwrap().freshness, Freshness::Now, "{why}");
        assert_eq!(peer.connections(), 2, "{why}");
    }
}

#[tokio::test]
async fn an_unchanged_answer_is_confirmed_without_its_body() {
    let first = answer("ETag: \"v1\"\r\nLast-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\n", "{}");
    let confirmed =
        b"HTTP/1.1 304 N\r\nETag: \"v1\"\r\nCache-Control: max-age=7200\r\n\r\n".to_vec();
    let peer = Peer::says(vec![first, confirmed]).await;
    let set = Set::facing(&peer);
    let fetched = set.get(URL).await.unwrap();
    set.clock.advance(MINUTE);
    let again = set.get(URL).await.unwrap();
    assert_eq!((again.body, again.freshness), (fetched.body, Freshness::Now));
    assert_eq!(again.fetched_at, fetched.fetched_at, "the bytes are as old as they are");
    let request = &peer.requests()[1];
    assert!(request.contains("if-none-match: \"v1\"\r\n"), "{request}");
    assert!(request.contains("if-modified-since: Sun, 06 Nov 1994 08:49:37 GMT\r\n"), "{request}");
    assert_eq!(set.egress.ledger()[1].outcome, "not_modified");
    // A confirmation without a freshness of its own stands by the old one: here our lower bound.
    set.clock.advance(MINUTE / 2);
    set.get(URL).await.unwrap();
    assert_eq!(peer.connections(), 2);
}

#[tokio::test]
async fn a_confirmation_of_another_copy_is_refused() {
    let first = answer("ETag: \"v1\"\r\n", "{}");
    let other = b"HTTP/1.1 304 N\r\nETag: \"v2\"\r\n\r\n".to_vec();
    let set = Set::facing(&Peer::says(vec![first, other]).await);
    set.get(URL).await.unwrap();
    set.clock.advance(MINUTE);
    assert!(matches!(set.get(URL).await, Err(FetchError::Answer(_))));
}

#[tokio::test]
async fn a_changed_answer_takes_the_place_of_the_copy() {
    let set = Set::facing(&Peer::says(vec![answer("", "1"), answer("", "22")]).await);
    assert_eq!(set.get(URL).await.unwrap().body, "1");
    set.clock.advance(MINUTE);
    assert_eq!(set.get(URL).await.unwrap().body, "22");
    assert_eq!(set.egress.cached(URL, PURPOSE).unwrap().body, "22");
    set.egress.forget(URL, PURPOSE);
    assert!(set.egress.cached(URL, PURPOSE).is_none());
}

#[tokio::test]
async fn a_known_good_copy_stands_in_for_a_failure_but_not_for_a_withdrawal() {
    // Why, the second answer, does the copy stand in?
    let cases: Vec<(&str, Vec<u8>, Option<Category>)> = vec![
        ("the host fails", status("500 E"), Some(Category::BadAnswer)),
        ("it is overloaded", status("429 T"), Some(Category::BadAnswer)),
        (
            "it asks for a human",
            b"HTTP/1.1 403 F\r\nContent-Type: text/html\r\nContent-Length: 0\r\n\r\n".to_vec(),
            Some(Category::BotChallenge),
        ),
        (
            "it breaks off",
            b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{".to_vec(),
            Some(Category::BadAnswer),
        ),
        ("it sends something else", answer("", "<html>"), Some(Category::BadAnswer)),
        ("it withdraws", status("404 N"), None),
        ("it withdraws for good", status("410 G"), None),
        ("it moves", status("301 M"), None),
        ("it refuses", status("403 F"), None),
    ];
    for (why, second, because) in cases {
        let peer = Peer::says(vec![GOOD.to_vec(), second]).await;
        let set = Set::facing(&peer);
        set.get_known_good(URL).await.unwrap();
        set.clock.advance(HOUR);
        let result = set.get_known_good(URL).await;
        match because {
            Some(because) => {
                let stale = result.unwrap_or_else(|error| panic!("{why}: {error:?}"));
                assert_eq!(stale.freshness, Freshness::Stale { age: HOUR, because }, "{why}");
                assert!(set.egress.ledger()[1].served_stale, "{why}");
            }
            None => assert!(result.is_err(), "{why}: {result:?}"),
        }
        let withdrawn = why.starts_with("it withdraws");
        assert_eq!(set.egress.cached(URL, PURPOSE).is_none(), withdrawn, "{why}");
    }
}

#[tokio::test]
async fn a_first_sight_is_never_served_stale_and_known_good_only_for_a_week() {
    let failing = b"HTTP/1.1 500 E\r\nContent-Length: 0\r\n\r\n".to_vec();
    let set = Set::facing(&Peer::says(vec![GOOD.to_vec(), failing.clone()]).await);
    set.get(URL).await.unwrap();
    set.clock.advance(HOUR);
    assert!(matches!(set.get(URL).await, Err(FetchError::Status(500))));

    let set = Set::facing(&Peer::says(vec![GOOD.to_vec(), failing]).await);
    set.get_known_good(URL).await.unwrap();
    set.clock.advance(HOUR * 24 * 7);
    set.get_known_good(URL).await.unwrap();
    set.clock.advance(HOUR);
    assert!(matches!(set.get_known_good(URL).await, Err(FetchError::Status(500))));
}

#[tokio::test]
async fn cached_never_asks_and_says_how_old_its_answer_is() {
    let peer = Peer::says(vec![GOOD.to_vec()]).await;
    let set = Set::facing(&peer);
    assert!(set.egress.cached(URL, PURPOSE).is_none());
    set.get(URL).await.unwrap();
    let fresh = set.egress.cached(URL, PURPOSE).unwrap().freshness;
    assert_eq!(fresh, Freshness::Kept { age: Duration::ZERO });
    set.clock.advance(HOUR);
    let old = set.egress.cached(URL, PURPOSE).unwrap().freshness;
    assert_eq!(old, Freshness::Unasked { age: HOUR });
    assert!(set.egress.cached(URL, Purpose::new("logo")).is_none(), "purposes are kept apart");
    assert_eq!(peer.connections(), 1);
}

#[tokio::test]
async fn a_copy_answers_for_the_very_url_that_was_judged_and_no_other_spelling() {
    let set = Set::facing(&Peer::says(vec![answer("", "{}")]).await);
    set.get(URL).await.unwrap();
    for other in ["https://APP.example.com/client.json", "https://app.example.com:443/client.json"]
    {
        let result = set.get(other).await;
        assert!(matches!(result, Err(FetchError::Url(_))), "{other}: {result:?}");
    }
    assert!(matches!(set.get(URL).await.unwrap().freshness, Freshness::Kept { .. }));
}

#[tokio::test]
async fn a_copy_longer_than_a_later_limit_is_refused() {
    let set = Set::facing(&Peer::says(vec![answer("", &"x".repeat(1000))]).await);
    set.get(URL).await.unwrap();
    let result = set.egress.fetch(Fetch { limit: 999, ..fetch(URL) }).await;
    assert!(matches!(result, Err(FetchError::Answer(_))), "{result:?}");
}

#[tokio::test]
async fn kept_bodies_stay_within_their_room() {
    let peer = Peer::says(vec![answer("", &"x".repeat(1000))]).await;
    let mut settings: Settings = settings_for(peer.address);
    settings.keeping.bytes = 40_000;
    settings.budgets.per_host = 1000;
    settings.budgets.per_domain = 1000;
    settings.budgets.per_network = 1000;
    settings.budgets.overall = 1000;
    let set = Set::new(settings, std::sync::Arc::default());
    let urls: Vec<String> = (0..100).map(|n| format!("{URL}?{n}")).collect();
    for url in &urls {
        set.get(url).await.unwrap();
    }
    let kept = urls.iter().filter(|url| set.egress.cached(url, PURPOSE).is_some()).count();
    assert!((1..=40).contains(&kept), "{kept}");
}

fn status(line: &str) -> Vec<u8> {
    format!("HTTP/1.1 {line}\r\nContent-Length: 0\r\n\r\n").into_bytes()
}

async fn get_anew(set: &Set, source: u32) -> Result<Fetched, FetchError> {
    let fetch = Fetch { source: user(source), ..fetch(URL) };
    set.egress.fetch_anew(fetch, MINUTE).await
}

const HOUR_LONG: &str = "ETag: \"v\"\r\nCache-Control: max-age=3600\r\n";

#[tokio::test]
async fn asked_anew_a_fresh_copy_gives_way_to_a_good_answer_once_in_a_span() {
    let confirmed = b"HTTP/1.1 304 N\r\nETag: \"v\"\r\n\r\n".to_vec();
    let first = answer(HOUR_LONG, "1");
    let peer = Peer::says(vec![first, answer(HOUR_LONG, "2"), confirmed]).await;
    let set = Set::facing(&peer);
    // Seconds that pass, what is answered, how often the host was asked until then.
    for (seconds, body, asked) in [
        (0, "1", 1),
        (59, "1", 1),
        (1, "2", 2),
        (59, "2", 2),
        (1, "2", 3), // confirmed
        (59, "2", 3),
    ] {
        set.clock.advance(Duration::from_secs(seconds));
        assert_eq!(get_anew(&set, 1).await.unwrap().body, body);
        assert_eq!(set.get(URL).await.unwrap().body, body, "everybody has it");
        assert_eq!(peer.connections(), asked);
    }
}

#[tokio::test]
async fn asked_anew_a_failure_takes_nothing_away_and_a_withdrawal_does() {
    // Why, the second answer, does the copy stay?
    let cases: Vec<(&str, Vec<u8>, bool)> = vec![
        ("the host fails", status("500 E"), true),
        ("it is overloaded", status("429 T"), true),
        ("it refuses", status("403 F"), true),
        ("it moves", status("301 M"), true),
        ("it breaks off", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{".to_vec(), true),
        ("it sends something else", answer("", "<html>"), true),
        ("it sends too much", answer("", &"x".repeat(1025)), true),
        ("it withdraws", status("404 N"), false),
        ("it withdraws for good", status("410 G"), false),
    ];
    for (why, second, stays) in cases {
        let good = answer(HOUR_LONG, "1");
        let peer = Peer::says(vec![good, second, answer(HOUR_LONG, "2")]).await;
        let set = Set::facing(&peer);
        set.get(URL).await.unwrap();
        set.clock.advance(MINUTE);
        let result = get_anew(&set, 1).await;
        assert_eq!(set.egress.cached(URL, PURPOSE).is_some(), stays, "{why}");
        let line = set.egress.ledger().pop().unwrap();
        assert!(line.category.is_some() && !line.served_stale, "{why}: {line:?}");
        if !stays {
            assert!(matches!(result, Err(FetchError::Status(404 | 410))), "{why}: {result:?}");
            continue;
        }
        let kept = result.unwrap();
        assert_eq!((&*kept.body, kept.freshness), (&b"1"[..], Freshness::Kept { age: MINUTE }));
        set.clock.advance(Duration::from_secs(59));
        assert_eq!(get_anew(&set, 1).await.unwrap().body, "1", "{why}");
        assert_eq!(peer.connections(), 2, "{why}: a failure counts as having asked");
        set.clock.advance(Duration::from_secs(1));
        assert_eq!(get_anew(&set, 1).await.unwrap().body, "2", "{why}: and is not kept");
    }
}

#[tokio::test]
async fn asked_anew_a_copy_lives_no_longer_than_it_would_have() {
    let peer = Peer::says(vec![answer(HOUR_LONG, "1"), status("500 E")]).await;
    let set = Set::facing(&peer);
    set.get(URL).await.unwrap();
    set.clock.advance(Duration::from_secs(3599));
    assert_eq!(get_anew(&set, 1).await.unwrap().body, "1");
    set.clock.advance(MINUTE);
    let over = get_anew(&set, 1).await;
    assert!(matches!(over, Err(FetchError::Status(500))), "{over:?}");

    let peer = Peer::says(vec![answer(HOUR_LONG, "1"), answer("Cache-Control: no-store\r\n", "2")]);
    let set = Set::facing(&peer.await);
    set.get(URL).await.unwrap();
    set.clock.advance(MINUTE);
    assert_eq!(get_anew(&set, 1).await.unwrap().body, "2");
    assert!(
        set.egress.cached(URL, PURPOSE).is_none(),
        "it is not to be kept, and nor is the old one"
    );
}

#[tokio::test]
async fn asked_anew_by_a_thousand_a_host_is_asked_once() {
    let peer = Peer::says(vec![answer(HOUR_LONG, "1"), status("503 U"), answer(HOUR_LONG, "2")]);
    let peer = peer.await;
    let set = Set::facing(&peer);
    set.get(URL).await.unwrap();
    for (round, body) in [(2, "1"), (3, "2")] {
        set.clock.advance(MINUTE);
        let all = (0..1000).map(|source| get_anew(&set, source));
        let all = futures_util::future::join_all(all).await;
        assert!(all.iter().all(|one| one.as_ref().is_ok_and(|one| one.body == body)));
        assert_eq!(peer.connections(), round, "nor by whoever comes late");
    }
}

#[tokio::test]
async fn who_may_not_ask_anew_gets_the_copy_and_keeps_nobody_from_asking() {
    let peer = Peer::says(vec![answer(HOUR_LONG, "1"), answer(HOUR_LONG, "2")]).await;
    let mut settings = settings_for(peer.address);
    settings.budgets.per_host = 5; // of which one source has one
    let set = Set::new(settings, std::sync::Arc::default());
    get_anew(&set, 1).await.unwrap();
    set.clock.advance(Duration::from_secs(59));
    set.egress.fetch(Fetch { source: user(2), ..fetch(&format!("{URL}?")) }).await.unwrap();
    set.clock.advance(Duration::from_secs(1));
    assert_eq!(get_anew(&set, 2).await.unwrap().body, "1", "this source has used its share");
    assert_eq!(set.egress.ledger().pop().unwrap().outcome, "share");
    assert_eq!(get_anew(&set, 3).await.unwrap().body, "2");
}
