//! How connections leave: directly, by a proxy, by an exception, for development, or not at all.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use salver_egress::{
    ChosenBy, DialError, Egress, Exception, Fetch, FetchError, ForwardProxy, Freshness, Mode,
    ProxyAuthorization, ProxyResolving, Purpose, Reach, Settings, SetupError, TargetHost,
    UrlRefusal,
};
use tokio::{
    io::{AsyncWriteExt as _, copy_bidirectional},
    net::{TcpListener, TcpStream},
};

use crate::harness::{
    Canary, GOOD, HOST, Names, PURPOSE, Peer, Set, Shows, URL, fetch, read_head, server_config,
    settings_for,
};

/// A forward proxy that leads every tunnel to `peer`, or answers with `refusal`.
async fn proxy(
    peer: SocketAddr,
    refusal: Option<&'static str>,
) -> (SocketAddr, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let asked = Arc::new(Mutex::new(Vec::new()));
    let heads = Arc::clone(&asked);
    tokio::spawn(async move {
        while let Ok((mut tcp, _)) = listener.accept().await {
            let head = read_head(&mut tcp).await;
            heads.lock().unwrap().push(head);
            let answer = refusal.unwrap_or("HTTP/1.1 200 Connection established\r\nVia: x\r\n\r\n");
            tcp.write_all(answer.as_bytes()).await.unwrap();
            if refusal.is_none() {
                let mut inner = TcpStream::connect(peer).await.unwrap();
                tokio::spawn(async move { copy_bidirectional(&mut tcp, &mut inner).await });
            }
        }
    });
    (address, asked)
}

fn by_proxy(proxy: SocketAddr, resolving: ProxyResolving) -> Settings {
    let mut settings = settings_for(proxy);
    settings.development.connect.clear();
    settings.mode = Mode::Proxy(ForwardProxy {
        host: TargetHost::Address(proxy.ip()),
        port: proxy.port(),
        authorization: ProxyAuthorization::new(String::from("Basic dXNlcjpwYXNz")),
        resolving,
    });
    settings
}

#[tokio::test]
async fn a_proxy_that_resolves_gets_the_name_and_the_credential_and_the_host_neither() {
    let peer = Peer::says(vec![GOOD.to_vec()]).await;
    let (address, asked) = proxy(peer.address, None).await;
    let set = Set::new(by_proxy(address, ProxyResolving::AtTheProxy), Arc::default());
    set.get(URL).await.unwrap();
    let expected = "CONNECT app.example.com:443 HTTP/1.1\r\nHost: app.example.com:443\r\n\
                    Proxy-Authorization: Basic dXNlcjpwYXNz\r\n\r\n";
    assert_eq!(*asked.lock().unwrap(), [expected]);
    assert!(!peer.requests()[0].to_lowercase().contains("proxy"));
    assert_eq!(set.names.times_asked(HOST), 0, "the proxy resolves");
}

#[tokio::test]
async fn a_proxy_that_does_not_resolve_gets_a_judged_address() {
    let peer = Peer::says(vec![GOOD.to_vec()]).await;
    let (address, asked) = proxy(peer.address, None).await;
    let names = Names::with(HOST, &[&["198.41.0.4"], &["10.0.0.1"]]);
    let set = Set::new(by_proxy(address, ProxyResolving::Here), names);
    set.get(URL).await.unwrap();
    assert!(asked.lock().unwrap()[0].starts_with("CONNECT 198.41.0.4:443 HTTP/1.1\r\n"));
    let error = set.get(&format!("{URL}?2")).await.unwrap_err();
    assert!(matches!(error, FetchError::Dial(DialError::Address { .. })), "{error:?}");
    assert_eq!(asked.lock().unwrap().len(), 1, "nothing was asked of the proxy");
}

#[tokio::test]
async fn with_a_proxy_the_url_gate_stands_all_the_same() {
    let canary = Canary::everywhere().await;
    let proxy = SocketAddr::from(([127, 0, 0, 1], canary.port));
    let set = Set::new(by_proxy(proxy, ProxyResolving::AtTheProxy), Arc::default());
    for url in
        ["https://localhost/", "https://127.0.0.1/", "https://mcp.internal/", "http://a.com/"]
    {
        assert!(matches!(set.get(url).await, Err(FetchError::Url(_))), "{url}");
    }
    assert!(canary.is_silent());
}

#[tokio::test]
async fn a_proxy_that_refuses_or_is_gone_ends_the_fetch() {
    let nowhere = "127.0.0.1:1".parse().unwrap();
    let refusal = "HTTP/1.1 407 Proxy Authentication Required\r\n\r\n";
    let (address, _) = proxy(nowhere, Some(refusal)).await;
    let error =
        Set::new(by_proxy(address, ProxyResolving::AtTheProxy), Arc::default()).get(URL).await;
    assert!(
        matches!(error, Err(FetchError::Dial(DialError::Proxy { status: Some(407) }))),
        "{error:?}"
    );
    let error =
        Set::new(by_proxy(nowhere, ProxyResolving::AtTheProxy), Arc::default()).get(URL).await;
    assert!(matches!(error, Err(FetchError::Dial(DialError::NoAnswer { .. }))), "{error:?}");
}

#[test]
fn a_proxy_credential_is_not_printed() {
    let settings = by_proxy("127.0.0.1:1".parse().unwrap(), ProxyResolving::Here);
    assert!(!format!("{settings:?}").contains("dXNlcjpwYXNz"));
}

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
