//! The door against real sockets: what passes, what is refused, and what ends when somebody hangs up.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt as _, Full};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

use super::*;

/// A server that gives every connection to `conversation`.
async fn server<F, Fut>(conversation: F) -> SocketAddr
where
    F: Fn(TcpStream) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(conversation(stream));
        }
    });
    address
}

async fn read_head(stream: &mut (impl tokio::io::AsyncRead + Unpin)) -> String {
    let mut seen = Vec::new();
    while !seen.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => seen.push(byte),
            Err(_) => break,
        }
    }
    String::from_utf8(seen).unwrap()
}

fn get(url: &str) -> Request<Full<Bytes>> {
    Request::get(url).body(Full::default()).unwrap()
}

fn door(chosen_by: ChosenBy) -> Upstream {
    Upstream::new(chosen_by, UpstreamSettings::default()).unwrap()
}

async fn text(response: Response<UpstreamBody>) -> Bytes {
    response.into_body().collect().await.unwrap().to_bytes()
}

#[tokio::test]
async fn one_connection_carries_many_calls_and_any_method() {
    let address = server(async |mut stream| {
        for turn in 0.. {
            let head = read_head(&mut stream).await;
            if head.is_empty() {
                return;
            }
            let method = head.split(' ').next().unwrap();
            let body = format!("{method} {turn}");
            let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len());
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    })
    .await;
    let door = door(ChosenBy::Operator);
    for (turn, method) in ["GET", "DELETE", "PURGE"].into_iter().enumerate() {
        let mut request = get(&format!("http://{address}/mcp"));
        *request.method_mut() = method.parse().unwrap();
        let response = door.send(request).await.unwrap();
        assert_eq!(text(response).await, format!("{method} {turn}"));
    }
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_is_not_followed() {
    let address = server(async |mut stream| {
        read_head(&mut stream).await;
        let answer = "HTTP/1.1 307 T\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n";
        stream.write_all(answer.as_bytes()).await.unwrap();
    })
    .await;
    let response = door(ChosenBy::Operator).send(get(&format!("http://{address}/"))).await.unwrap();
    assert_eq!(response.status(), 307);
}

#[tokio::test]
async fn a_body_streams_before_it_is_complete() {
    let address = server(async |mut stream| {
        read_head(&mut stream).await;
        stream
            .write_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nfirst\r\n")
            .await
            .unwrap();
        let mut rest = [0; 1];
        let _ = stream.read(&mut rest).await;
    })
    .await;
    let response = door(ChosenBy::Operator).send(get(&format!("http://{address}/"))).await.unwrap();
    let mut body = response.into_body();
    let frame = body.frame().await.unwrap().unwrap();
    assert_eq!(frame.into_data().unwrap(), "first");
}

#[tokio::test]
async fn hanging_up_on_the_body_hangs_up_on_the_origin() {
    let (told, gone) = tokio::sync::oneshot::channel();
    let told = Arc::new(std::sync::Mutex::new(Some(told)));
    let address = server(move |mut stream| {
        let told = told.lock().unwrap().take();
        async move {
            read_head(&mut stream).await;
            let head = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nfirst\r\n";
            stream.write_all(head).await.unwrap();
            let mut rest = [0; 1];
            let _ = stream.read(&mut rest).await;
            let _ = told.unwrap().send(());
        }
    })
    .await;
    let response = door(ChosenBy::Operator).send(get(&format!("http://{address}/"))).await.unwrap();
    drop(response);
    tokio::time::timeout(Duration::from_secs(10), gone).await.unwrap().unwrap();
}

#[tokio::test]
async fn the_head_of_an_answer_has_a_time_limit() {
    let address = server(async |mut stream| {
        read_head(&mut stream).await;
        let mut rest = [0; 1];
        let _ = stream.read(&mut rest).await;
    })
    .await;
    let settings = UpstreamSettings {
        header_time_limit: Duration::from_millis(20),
        ..UpstreamSettings::default()
    };
    let door = Upstream::new(ChosenBy::Operator, settings).unwrap();
    let outcome = door.send(get(&format!("http://{address}/"))).await;
    assert!(matches!(outcome, Err(UpstreamError::HeaderTimeLimit)));
}

#[tokio::test]
async fn what_is_no_http_is_no_answer() {
    let address = server(async |mut stream| {
        read_head(&mut stream).await;
        let _ = stream.write_all(b"SSH-2.0-x\r\n\r\n").await;
    })
    .await;
    let outcome = door(ChosenBy::Operator).send(get(&format!("http://{address}/"))).await;
    assert!(matches!(outcome, Err(UpstreamError::Exchange(_))));
}

#[tokio::test]
async fn who_chose_the_origin_decides_where_it_may_lie() {
    assert!(matches!(
        Upstream::new(ChosenBy::Stranger, UpstreamSettings::default()),
        Err(SetupError::ForStrangers)
    ));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let free = listener.local_addr().unwrap();
    drop(listener);
    for (url, chosen_by, seen) in [
        (format!("http://{free}/"), ChosenBy::Operator, "connect"),
        (format!("http://{free}/"), ChosenBy::User, "connect"),
        ("http://169.254.169.254/".to_owned(), ChosenBy::Operator, "address"),
        ("http://[::ffff:169.254.169.254]/".to_owned(), ChosenBy::User, "address"),
        ("http://224.0.0.1/".to_owned(), ChosenBy::Operator, "address"),
        ("http://203.0.113.7/".to_owned(), ChosenBy::User, "plain"),
        ("http://u:p@127.0.0.1/".to_owned(), ChosenBy::Operator, "url"),
        ("ftp://127.0.0.1/".to_owned(), ChosenBy::Operator, "url"),
        ("/relative".to_owned(), ChosenBy::Operator, "url"),
        ("http://name.invalid/".to_owned(), ChosenBy::Operator, "name"),
    ] {
        let kind = match door(chosen_by).send(get(&url)).await {
            Err(UpstreamError::Connect(_)) => "connect",
            Err(UpstreamError::Address(_)) => "address",
            Err(UpstreamError::PlainHttp) => "plain",
            Err(UpstreamError::Url) => "url",
            Err(UpstreamError::Name(_)) => "name",
            other => panic!("{url}: {other:?}"),
        };
        assert_eq!(kind, seen, "{url}");
    }
}

#[tokio::test]
async fn https_needs_a_certificate_from_a_trusted_authority() {
    let key = rcgen::KeyPair::generate().unwrap();
    let mut authority = rcgen::CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let root = authority.self_signed(&key).unwrap();
    let issuer = rcgen::Issuer::new(authority, key);
    let leaf_key = rcgen::KeyPair::generate().unwrap();
    let leaf = rcgen::CertificateParams::new(vec!["localhost".to_owned()])
        .unwrap()
        .signed_by(&leaf_key, &issuer)
        .unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![leaf.der().clone()],
            rustls_pki_types::PrivateKeyDer::try_from(leaf_key.serialize_der()).unwrap(),
        )
        .unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let address = server(move |stream| {
        let acceptor = acceptor.clone();
        async move {
            let Ok(mut stream) = acceptor.accept(stream).await else {
                return;
            };
            read_head(&mut stream).await;
            let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
            stream.write_all(answer).await.unwrap();
            let _ = stream.shutdown().await;
        }
    })
    .await;
    let url = format!("https://localhost:{}/", address.port());

    let settings =
        UpstreamSettings { extra_roots: vec![root.der().clone()], ..UpstreamSettings::default() };
    let trusting = Upstream::new(ChosenBy::User, settings).unwrap();
    trusting.prepare_tls().unwrap();
    assert_eq!(text(trusting.send(get(&url)).await.unwrap()).await, "ok");

    let outcome = door(ChosenBy::User).send(get(&url)).await;
    assert!(matches!(outcome, Err(UpstreamError::Tls(_) | UpstreamError::TlsSetup)), "{outcome:?}");
}

/// A DNS server that says `127.0.0.1` to every question for an IPv4 address of `mcp`, and nothing to others.
async fn dns() -> SocketAddr {
    let socket = tokio::net::UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    tokio::spawn(async move {
        let mut buffer = [0; 1500];
        while let Ok((length, from)) = socket.recv_from(&mut buffer).await {
            let question = &buffer[..length];
            let end = 12 + question[12..].iter().position(|byte| *byte == 0).unwrap() + 5;
            let found = question[12..].starts_with(b"\x03mcp\0\x00\x01");
            let mut answer = question[..end].to_vec();
            answer[2..4].copy_from_slice(&if found { [0x84, 0] } else { [0x84, 3] });
            answer[4..12].copy_from_slice(&[0, 1, 0, u8::from(found), 0, 0, 0, 0]);
            if found {
                answer.extend([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 127, 0, 0, 1]);
            }
            let _ = socket.send_to(&answer, from).await;
        }
    });
    address
}

#[tokio::test]
async fn the_operators_dns_servers_are_asked_by_this_door_too() {
    let address = server(async |mut stream| {
        read_head(&mut stream).await;
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").await;
    })
    .await;
    let shared = Settings { dns_servers: vec![dns().await], ..Settings::default() };
    let settings = UpstreamSettings::sharing(&shared).unwrap();
    let ours = Upstream::new(ChosenBy::Operator, settings).unwrap();
    let port = address.port();
    for name in ["mcp", "localhost"] {
        let response = ours.send(get(&format!("http://{name}:{port}/"))).await.unwrap();
        assert_eq!(text(response).await, "ok", "{name}");
    }
    let unknown = ours.send(get(&format!("http://other:{port}/"))).await;
    assert!(matches!(unknown, Err(UpstreamError::Name(_))), "{unknown:?}");
    let elsewhere = door(ChosenBy::Operator).send(get(&format!("http://mcp:{port}/"))).await;
    assert!(matches!(elsewhere, Err(UpstreamError::Name(_))), "the system does not know it");
}

#[test]
fn authorities_that_cannot_be_read_stop_the_start_of_this_door_too() {
    let settings = Settings { extra_roots_pem: Some(b"none".to_vec()), ..Settings::default() };
    let shared = UpstreamSettings::sharing(&settings);
    assert!(matches!(shared, Err(crate::SetupError::ExtraRoots)));
}

/// A server that answers each request with the number of its connection, and hangs up after `answers` of them.
async fn numbered(answers: usize) -> SocketAddr {
    let connections = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    server(move |mut stream| {
        let number = connections.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        async move {
            for _ in 0..answers {
                if read_head(&mut stream).await.is_empty() {
                    return;
                }
                let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n{number}");
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
        }
    })
    .await
}

#[tokio::test]
async fn an_origin_that_hung_up_meanwhile_gets_the_request_on_a_new_connection() {
    let address = numbered(1).await;
    let door = door(ChosenBy::Operator);
    for number in ["0", "1", "2"] {
        let answer = door.send(get(&format!("http://{address}/"))).await.unwrap();
        assert_eq!(text(answer).await, number);
    }
}

#[tokio::test]
async fn a_connection_whose_answer_was_not_read_carries_nothing_else() {
    let address = numbered(9).await;
    let door = door(ChosenBy::Operator);
    let unread = door.send(get(&format!("http://{address}/"))).await.unwrap();
    let beside = door.send(get(&format!("http://{address}/"))).await.unwrap();
    assert_eq!(text(beside).await, "1", "the first one is still in use");
    drop(unread);
    let after = door.send(get(&format!("http://{address}/"))).await.unwrap();
    assert_eq!(text(after).await, "1", "and is not used again");
}

#[tokio::test]
async fn a_connection_that_idled_for_too_long_is_not_used_again() {
    let address = numbered(9).await;
    let settings = UpstreamSettings { idle_time_limit: Duration::ZERO, ..Default::default() };
    let door = Upstream::new(ChosenBy::Operator, settings).unwrap();
    for number in ["0", "1"] {
        let answer = door.send(get(&format!("http://{address}/"))).await.unwrap();
        assert_eq!(text(answer).await, number);
    }
}

#[tokio::test]
async fn many_calls_at_once_each_get_their_own_answer() {
    let address = server(async |mut stream| {
        loop {
            let head = read_head(&mut stream).await;
            let Some(path) = head.split(' ').nth(1) else { return };
            let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{path}", path.len());
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    })
    .await;
    let door = Arc::new(door(ChosenBy::Operator));
    let calls = (0..200).map(|number| {
        let door = Arc::clone(&door);
        tokio::spawn(async move {
            let answer = door.send(get(&format!("http://{address}/{number}"))).await.unwrap();
            assert_eq!(text(answer).await, format!("/{number}"));
        })
    });
    for call in calls.collect::<Vec<_>>() {
        call.await.unwrap();
    }
}

#[tokio::test]
async fn an_origin_that_answers_early_and_reads_no_further_holds_up_nobody_else() {
    let address = numbered(1).await;
    let door = door(ChosenBy::Operator);
    let mut large = get(&format!("http://{address}/"));
    *large.method_mut() = http::Method::POST;
    *large.body_mut() = Full::new(Bytes::from(vec![b'x'; 8 * 1024 * 1024]));
    let early = door.send(large).await.unwrap();
    assert_eq!(text(early).await, "0");
    let next =
        tokio::time::timeout(Duration::from_secs(5), door.send(get(&format!("http://{address}/"))));
    assert_eq!(text(next.await.unwrap().unwrap()).await, "1");
}
