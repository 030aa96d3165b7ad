//! How connections leave: directly, by an exception, for development, or not at all.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use salver_egress::{
    ChosenBy, DialError, Egress, Exception, Fetch, FetchError, Freshness, Mode, Purpose, Reach,
    SetupError, TargetHost, UrlRefusal,
};
use tokio::io::AsyncWriteExt as _;

use crate::harness::{
    Canary, GOOD, Names, PURPOSE, Peer, Set, Shows, URL, fetch, server_config, settings_for,
};

#[tokio::test]
async fn offline_nothing_leaves_and_nothing_is_asked() {
    let canary = Canary::everywhere().await;
    let mut settings = settings_for(SocketAddr::from(([127, 0, 0, 1], canary.port)));
    settings.mode = Mode::Offline;
    let set = Set::new(settings, Arc::default());
    assert!(matches!(set.get(URL).await, Err(FetchError::Offline)));
    assert!(canary.is_silent());
    assert!(set.names.asked.lock().unwrap().is_empty());
}

#[tokio::test]
async fn an_exception_opens_one_host_and_port_to_the_callers_it_names() {
    let config = server_config("wiki.internal", Shows::Good);
    let peer = Peer::with("127.0.0.1:0", config, |_, mut stream| async move {
        let _ = stream.write_all(GOOD).await;
        let _ = stream.shutdown().await;
    })
    .await;
    let port = peer.address.port();
    let mut settings = settings_for(peer.address);
    settings.development.connect.clear();
    settings.reach = Reach::Anywhere;
    settings.exceptions = vec![Exception {
        host: TargetHost::read("wiki.internal").unwrap(),
        port,
        purposes: vec![PURPOSE],
    }];
    let set = Set::new(settings, Names::with("wiki.internal", &[&["127.0.0.1"]]));
    let url = format!("https://wiki.internal:{port}/client.json");
    set.get(&url).await.unwrap();

    let other_caller = Fetch { purpose: Purpose::new("logo"), ..fetch(&url) };
    let other_port = format!("https://wiki.internal:{}/", port ^ 1);
    for (why, result) in [
        ("another caller", set.egress.fetch(other_caller).await),
        ("another port", set.get(&other_port).await),
        ("another host", set.get(&format!("https://x.wiki.internal:{port}/")).await),
        ("without TLS", set.get(&format!("http://wiki.internal:{port}/")).await),
    ] {
        assert!(matches!(result, Err(FetchError::Url(_))), "{why}: {result:?}");
    }
    assert_eq!(peer.connections(), 1);
}

#[tokio::test]
async fn the_loopback_exception_is_for_loopback_and_tls_only() {
    let peer = Peer::with(
        "127.0.0.1:0",
        server_config("localhost", Shows::Good),
        |_, mut stream| async move {
            let _ = stream.write_all(GOOD).await;
            let _ = stream.shutdown().await;
        },
    )
    .await;
    let port = peer.address.port();
    let mut settings = settings_for(peer.address);
    settings.development.connect.clear();
    settings.development.loopback = true;
    let set = Set::new(settings, Names::with("in.example.com", &[&["10.0.0.1"]]));
    set.get(&format!("https://localhost:{port}/client.json")).await.unwrap();
    let plain = set.get(&format!("http://localhost:{port}/")).await;
    assert!(matches!(plain, Err(FetchError::Url(UrlRefusal::Scheme))), "{plain:?}");
    let inside = set.get("https://in.example.com/").await;
    assert!(matches!(inside, Err(FetchError::Dial(DialError::Address { .. }))), "{inside:?}");
    let private = set.get("https://10.0.0.1/").await;
    assert!(matches!(private, Err(FetchError::Url(UrlRefusal::AddressAsHost))), "{private:?}");
}

#[test]
fn development_settings_stop_the_start_of_a_program_that_others_can_reach() {
    let mut settings = settings_for("127.0.0.1:1".parse().unwrap());
    settings.reach = Reach::Anywhere;
    let start = Egress::with(
        settings.clone(),
        Arc::new(Names::default()),
        crate::harness::TestClock::new(),
    );
    assert!(matches!(start, Err(SetupError::DevelopmentBeyondLoopback)));
    settings.development.connect.clear();
    settings.development.loopback = true;
    let start =
        Egress::with(settings, Arc::new(Names::default()), crate::harness::TestClock::new());
    assert!(matches!(start, Err(SetupError::DevelopmentBeyondLoopback)));
}

#[tokio::test]
async fn copies_of_different_trust_are_kept_apart() {
    let peer = Peer::says(vec![GOOD.to_vec()]).await;
    let set = Set::facing(&peer);
    let chosen_by = ChosenBy::Operator;
    set.egress.fetch(Fetch { chosen_by, ..fetch(URL) }).await.unwrap();
    assert!(set.egress.cached(URL, PURPOSE).is_none());
    set.clock.advance(Duration::from_secs(1));
    assert_eq!(set.get(URL).await.unwrap().freshness, Freshness::Now);
    assert_eq!(peer.connections(), 2);
}
