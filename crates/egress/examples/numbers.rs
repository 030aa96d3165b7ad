//! What does the door cost? The work of each number in `docs/benchmarks.md`, to be counted from outside.
//!
//! `numbers url N`, `numbers address N` and `numbers cached N` do one thing N times and print nothing: run them under `valgrind
//! --tool=callgrind` with two values of N, and the difference is the price of the things between. `numbers hosts N` tries N distinct
//! hosts through the whole door, six hundred a minute by its own clock, and prints the resident memory before and after (Linux).
//! `numbers documents N` fetches N distinct documents of people's clients over TLS, and says how many are kept and what they take.

#![expect(
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "an example is read on a terminal, and stops where it cannot go on"
)]

use std::{
    hint::black_box,
    net::{IpAddr, SocketAddr},
    sync::{Arc, Mutex},
    time::{Duration, SystemTime},
};

use futures_util::future::BoxFuture;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use salver_egress::{
    Check, ChosenBy, Clock, Egress, Fetch, Freshness, Purpose, Reach, Resolve, ResolveError,
    Settings, Source, Standing, SystemClock, address, url_gate,
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};
use tokio_rustls::TlsAcceptor;

/// As long as the documents of well-known clients are.
const DOCUMENT: &str = r#"{
  "client_id": "https://app.example.comPATH",
  "client_name": "A client with a name",
  "client_uri": "https://app.example.com/about/this/client",
  "logo_uri": "https://app.example.com/static/images/logo-512x512.png",
  "redirect_uris": ["http://127.0.0.1/callback", "http://localhost/callback", "https://app.example.com/oauth/callback"],
  "grant_types": ["authorization_code", "refresh_token"],
  "response_types": ["code"],
  "token_endpoint_auth_method": "none",
  "application_type": "native",
  "tos_uri": "https://app.example.com/legal/terms-of-service",
  "policy_uri": "https://app.example.com/legal/privacy-policy",
  "software_id": "2f6a2e0c-6a2e-4a3b-9f62-9a4b5ad4c2de"
}"#;

const URL: &str = "https://app.example.com/oauth/client-metadata.json";

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let (what, times) = (arguments.next().unwrap_or_default(), arguments.next());
    let times: u32 = times.and_then(|text| text.parse().ok()).unwrap_or(1000);
    match what.as_str() {
        "url" => (0..times).for_each(|_| {
            let _ = black_box(url_gate::judge(black_box(URL), ChosenBy::Stranger));
        }),
        "address" => addresses(times),
        "cached" => cached(times).await,
        "hosts" => hosts(times).await,
        "documents" => documents(times).await,
        _ => println!("numbers url|address|cached|hosts|documents [N]"),
    }
}

/// Half of them IPv4, half IPv6: allowed ones, which are held against every block.
fn addresses(times: u32) {
    let all: [IpAddr; 2] = ["198.41.0.4", "2001:503:ba3e::2:30"].map(|text| text.parse().unwrap());
    for address in all.into_iter().cycle().take(usize::try_from(times).unwrap()) {
        black_box(address::judge(black_box(address), ChosenBy::Stranger)).unwrap();
    }
}

/// A host behind TLS is asked once; all further answers come from the copy.
async fn cached(times: u32) {
    let egress = door_to(host().await, Arc::new(SystemClock::start()));
    let first = egress.fetch(fetch(URL, 0)).await.unwrap();
    assert_eq!(first.freshness, Freshness::Now);
    for _ in 0..times {
        let kept = egress.fetch(black_box(fetch(URL, 0))).await.unwrap();
        assert!(matches!(kept.freshness, Freshness::Kept { .. }));
    }
}

/// Each is of a client that somebody has let in, and is asked for twice.
async fn documents(times: u32) {
    let clock = Arc::new(Hands(Mutex::default()));
    let egress = door_to(host().await, Arc::clone(&clock) as _);
    let url = |n: u32| format!("https://app.example.com/clients/{n}/metadata.json");
    let (mut bytes, before) = (0, resident());
    for n in 0..times {
        let url = url(n);
        let known = Fetch { standing: Standing::KnownGood, ..fetch(&url, n) };
        bytes += egress.fetch(known).await.unwrap().body.len();
        clock.advance(Duration::from_secs(3));
    }
    let after = resident();
    let mut kept = 0_u32;
    for n in 0..times {
        kept += u32::from(egress.cached(&url(n), Purpose::new("client_metadata")).is_some());
    }
    println!("{times} documents of {} bytes, of which {kept} are kept", bytes / times as usize);
    println!("resident: {before} KiB before, {after} KiB after");
}

fn door_to((peer, authority): (SocketAddr, String), clock: Arc<dyn Clock>) -> Egress {
    let mut settings = Settings {
        extra_roots_pem: Some(authority.into_bytes()),
        reach: Reach::LoopbackOnly,
        ..Settings::default()
    };
    settings.development.connect.insert(("app.example.com".to_owned(), 443), peer);
    Egress::with(settings, Arc::new(NoSuchName), clock).unwrap()
}

/// Answers with a document of its own for each path.
async fn host() -> (SocketAddr, String) {
    let made = rcgen::generate_simple_self_signed(vec!["app.example.com".to_owned()]).unwrap();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((tcp, _)) = listener.accept().await {
            let mut tls = acceptor.accept(tcp).await.unwrap();
            let mut request = [0; 4096];
            let length = tls.read(&mut request).await.unwrap_or_default();
            let request = String::from_utf8_lossy(&request[..length]);
            let path = request.split(' ').nth(1).unwrap_or("/");
            let body = DOCUMENT.replace("PATH", path);
            let head =
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nCache-Control: max-age=86400";
            let answer = format!("{head}\r\nContent-Length: {}\r\n\r\n{body}", body.len());
            let _ = tls.write_all(answer.as_bytes()).await;
            let _ = tls.shutdown().await;
        }
    });
    (address, made.cert.pem())
}

/// Every host fails, each was asked for by somebody else, and the ledger is full: all tables hold what they can.
async fn hosts(times: u32) {
    let clock = Arc::new(Hands(Mutex::default()));
    let egress =
        Egress::with(Settings::default(), Arc::new(NoSuchName), Arc::clone(&clock) as _).unwrap();
    let (mut asked, before) = (0_u32, resident());
    for n in 0..times {
        let url = format!("https://h{n}.example{n}.com/client.json");
        let error = egress.fetch(fetch(&url, n)).await.unwrap_err();
        asked += u32::from(error.outcome() == "no_such_name");
        clock.advance(Duration::from_millis(100));
    }
    println!("{times} hosts, of which {asked} were looked up, the others refused by budgets");
    println!("resident: {} KiB before, {} KiB after", before, resident());
}

fn fetch(url: &str, user: u32) -> Fetch<'_> {
    Fetch {
        url,
        chosen_by: ChosenBy::Stranger,
        purpose: Purpose::new("client_metadata"),
        source: Source::User(u128::from(user).to_be_bytes()),
        standing: Standing::FirstSight,
        limit: 5 * 1024,
        accept: "application/json",
        check: Check::new(|candidate| candidate.body.starts_with(b"{")),
    }
}

fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or_default()
}

#[derive(Debug)]
struct NoSuchName;

impl Resolve for NoSuchName {
    fn resolve<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<Vec<IpAddr>, ResolveError>> {
        Box::pin(async { Err(ResolveError::NoSuchName) })
    }
}

/// A clock whose hands are moved.
#[derive(Debug)]
struct Hands(Mutex<Duration>);

impl Hands {
    fn advance(&self, by: Duration) {
        *self.0.lock().unwrap() += by;
    }
}

impl Clock for Hands {
    fn wall(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_hours(24 * 365 * 56) + self.steady()
    }

    fn steady(&self) -> Duration {
        *self.0.lock().unwrap()
    }
}
