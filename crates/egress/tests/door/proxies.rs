//! Through a forward proxy: what it is asked, what is judged all the same, and what its refusals mean.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use salver_egress::{
    DialError, FetchError, ForwardProxy, Mode, ProxyAuthorization, ProxyResolving, Settings,
    TargetHost,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, AsyncWriteExt as _, copy_bidirectional},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::TlsAcceptor;

use crate::harness::{
    Canary, GOOD, HOST, Names, Peer, Set, Shows, URL, read_head, server_config, settings_for,
};

/// What a forward proxy was asked.
type Asked = Arc<Mutex<Vec<String>>>;

/// A forward proxy that leads every tunnel to `peer`, unless `refuse` has another answer to the request.
async fn proxy(peer: SocketAddr, refuse: fn(&str) -> Option<&'static str>) -> (SocketAddr, Asked) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let asked = Asked::default();
    let heads = Arc::clone(&asked);
    tokio::spawn(async move {
        while let Ok((tcp, _)) = listener.accept().await {
            tokio::spawn(lead(tcp, peer, refuse, Arc::clone(&heads)));
        }
    });
    (address, asked)
}

async fn lead(
    mut io: impl AsyncRead + AsyncWrite + Unpin,
    peer: SocketAddr,
    refuse: fn(&str) -> Option<&'static str>,
    asked: Asked,
) {
    let head = read_head(&mut io).await;
    asked.lock().unwrap().push(head.clone());
    let refusal = refuse(&head);
    let answer = refusal.unwrap_or("HTTP/1.1 200 Connection established\r\nVia: x\r\n\r\n");
    let _ = io.write_all(answer.as_bytes()).await;
    let _ = io.flush().await;
    if refusal.is_none() {
        let mut inner = TcpStream::connect(peer).await.unwrap();
        let _ = copy_bidirectional(&mut io, &mut inner).await;
    }
}

fn by_proxy(proxy: SocketAddr, resolving: ProxyResolving) -> Settings {
    let mut settings = settings_for(proxy);
    settings.development.connect.clear();
    settings.mode = Mode::Proxy(ForwardProxy {
        host: TargetHost::Address(proxy.ip()),
        port: proxy.port(),
        tls: false,
        authorization: ProxyAuthorization::new(String::from("Basic dXNlcjpwYXNz")),
        resolving,
    });
    settings
}

#[tokio::test]
async fn a_proxy_that_resolves_gets_the_name_and_the_credential_and_the_host_neither() {
    let peer = Peer::says(vec![GOOD.to_vec()]).await;
    let (address, asked) = proxy(peer.address, |_| None).await;
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
    let (address, asked) = proxy(peer.address, |_| None).await;
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
    let refuse: fn(&str) -> Option<&'static str> =
        |_| Some("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
    let (address, _) = proxy(nowhere, refuse).await;
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
async fn where_we_resolve_the_next_judged_address_is_tried() {
    let peer = Peer::says(vec![GOOD.to_vec()]).await;
    let unreachable: fn(&str) -> Option<&'static str> = |head| {
        let dead = head.starts_with("CONNECT 198.41.0.4:443 ");
        dead.then_some("HTTP/1.1 502 Bad Gateway\r\n\r\n")
    };
    let (address, asked) = proxy(peer.address, unreachable).await;
    let names = Names::with(HOST, &[&["198.41.0.4", "199.9.14.201"]]);
    Set::new(by_proxy(address, ProxyResolving::Here), names).get(URL).await.unwrap();
    let heads: Vec<String> =
        asked.lock().unwrap().iter().map(|head| head.lines().next().unwrap().to_owned()).collect();
    assert_eq!(heads, ["CONNECT 198.41.0.4:443 HTTP/1.1", "CONNECT 199.9.14.201:443 HTTP/1.1"]);

    // A refusal by the proxy's own rules is an answer for all of them.
    let (address, asked) = proxy(peer.address, |_| Some("HTTP/1.1 403 Forbidden\r\n\r\n")).await;
    let names = Names::with(HOST, &[&["198.41.0.4", "199.9.14.201"]]);
    let error = Set::new(by_proxy(address, ProxyResolving::Here), names).get(URL).await;
    let status = matches!(error, Err(FetchError::Dial(DialError::Proxy { status: Some(403) })));
    assert!(status, "{error:?}");
    assert_eq!(asked.lock().unwrap().len(), 1);
}

/// The same proxy, spoken to over TLS.
async fn tls_proxy(peer: SocketAddr, shows: Shows) -> (SocketAddr, Asked) {
    let (plain, asked) = proxy(peer, |_| None).await;
    let acceptor = TlsAcceptor::from(server_config("proxy.example.com", shows));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((tcp, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let Ok(mut tls) = acceptor.accept(tcp).await else {
                    return;
                };
                let mut inner = TcpStream::connect(plain).await.unwrap();
                let _ = copy_bidirectional(&mut tls, &mut inner).await;
            });
        }
    });
    (address, asked)
}

#[tokio::test]
async fn a_proxy_behind_tls_must_show_a_certificate_for_its_name() {
    for (shows, good) in [(Shows::Good, true), (Shows::OtherName, false), (Shows::Expired, false)] {
        let peer = Peer::says(vec![GOOD.to_vec()]).await;
        let (address, asked) = tls_proxy(peer.address, shows).await;
        let mut settings = by_proxy(address, ProxyResolving::AtTheProxy);
        if let Mode::Proxy(proxy) = &mut settings.mode {
            proxy.tls = true;
            proxy.host = TargetHost::read("proxy.example.com").unwrap();
        }
        let set = Set::new(settings, Names::with("proxy.example.com", &[&["127.0.0.1"]]));
        let result = set.get(URL).await;
        if good {
            result.unwrap();
            assert!(asked.lock().unwrap()[0].contains("Proxy-Authorization: Basic"));
        } else {
            let refused =
                matches!(result, Err(FetchError::Dial(DialError::Proxy { status: None })));
            assert!(refused, "{shows:?}: {result:?}");
            assert!(asked.lock().unwrap().is_empty(), "{shows:?}: the credential was not sent");
        }
    }
}
