//! Peers that say exactly what a test wants, certificates for them, a resolver and a clock in the test's hand.

use std::{
    collections::HashMap,
    net::{IpAddr, SocketAddr},
    sync::{
        Arc, LazyLock, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime},
};

use futures_util::future::BoxFuture;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};
use rustls::{
    ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer},
};
use salver_egress::{
    Candidate, Check, ChosenBy, Clock, Egress, Fetch, FetchError, Fetched, Purpose, Reach, Resolve,
    ResolveError, Settings, Source, Standing,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

pub(crate) const HOST: &str = "app.example.com";
pub(crate) const URL: &str = "https://app.example.com/client.json";
pub(crate) const PURPOSE: Purpose = Purpose::new("client_metadata");
pub(crate) const GOOD: &[u8] =
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";

type Authority = CertifiedIssuer<'static, KeyPair>;

static AUTHORITY: LazyLock<Authority> = LazyLock::new(authority);

fn authority() -> Authority {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// What certificate a peer shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shows {
    Good,
    OtherName,
    Expired,
    OtherAuthority,
}

pub(crate) fn server_config(name: &str, shows: Shows) -> Arc<ServerConfig> {
    let name = if shows == Shows::OtherName { "other.example.com" } else { name };
    let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    if shows == Shows::Expired {
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(2021, 1, 1);
    }
    let key = KeyPair::generate().unwrap();
    let certificate = match shows {
        Shows::OtherAuthority => params.signed_by(&key, &authority()).unwrap(),
        _ => params.signed_by(&key, &*AUTHORITY).unwrap(),
    };
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![CertificateDer::from(certificate.der().to_vec())], key)
        .unwrap();
    Arc::new(config)
}

/// A host that counts who comes and remembers what they asked.
#[derive(Clone)]
pub(crate) struct Peer {
    pub(crate) address: SocketAddr,
    connections: Arc<AtomicUsize>,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Peer {
    /// Answers every request with `conversation(number of the connection, stream)`.
    pub(crate) async fn with<F, Fut>(at: &str, config: Arc<ServerConfig>, conversation: F) -> Self
    where
        F: Fn(usize, TlsStream<TcpStream>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind(at).await.unwrap();
        let peer = Self {
            address: listener.local_addr().unwrap(),
            connections: Arc::default(),
            requests: Arc::default(),
        };
        let (this, conversation) = (peer.clone(), Arc::new(conversation));
        let acceptor = TlsAcceptor::from(config);
        tokio::spawn(async move {
            while let Ok((tcp, _)) = listener.accept().await {
                let number = this.connections.fetch_add(1, Ordering::SeqCst);
                let (this, acceptor) = (this.clone(), acceptor.clone());
                let conversation = Arc::clone(&conversation);
                tokio::spawn(async move {
                    let Ok(mut stream) = acceptor.accept(tcp).await else {
                        return;
                    };
                    let head = read_head(&mut stream).await;
                    this.requests.lock().unwrap().push(head);
                    conversation(number, stream).await;
                });
            }
        });
        peer
    }

    /// Sends `answers[n]` to the n-th connection (the last one to all further ones) and closes.
    pub(crate) async fn says(answers: Vec<Vec<u8>>) -> Self {
        let answers = Arc::new(answers);
        Self::with("127.0.0.1:0", server_config(HOST, Shows::Good), move |n, mut stream| {
            let answers = Arc::clone(&answers);
            async move {
                let answer = &answers[n.min(answers.len() - 1)];
                let _ = stream.write_all(answer).await;
                let _ = stream.shutdown().await;
            }
        })
        .await
    }

    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

pub(crate) async fn read_head(stream: &mut (impl AsyncReadExt + Unpin)) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => break,
        }
    }
    String::from_utf8(head).unwrap()
}

/// Counts connections that must not come.
pub(crate) struct Canary {
    pub(crate) port: u16,
    sung: Arc<AtomicUsize>,
}

impl Canary {
    /// Listens on every address of this machine.
    pub(crate) async fn everywhere() -> Self {
        Self::at("[::]:0").await
    }

    pub(crate) async fn at(address: &str) -> Self {
        let listener = match TcpListener::bind(address).await {
            Ok(listener) => listener,
            // A machine without IPv6.
            Err(_) => TcpListener::bind(address.replace("[::]", "0.0.0.0")).await.unwrap(),
        };
        let port = listener.local_addr().unwrap().port();
        let sung = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&sung);
        tokio::spawn(async move {
            while listener.accept().await.is_ok() {
                counter.fetch_add(1, Ordering::SeqCst);
            }
        });
        Self { port, sung }
    }

    pub(crate) fn is_silent(&self) -> bool {
        self.sung.load(Ordering::SeqCst) == 0
    }
}

/// A resolver that gives prepared answers, the last one for ever.
#[derive(Debug, Default)]
pub(crate) struct Names {
    answers: Mutex<HashMap<String, Vec<Vec<IpAddr>>>>,
    pub(crate) asked: Mutex<Vec<String>>,
}

impl Names {
    pub(crate) fn with(name: &str, answers: &[&[&str]]) -> Arc<Self> {
        let names = Self::default();
        let parse = |answer: &&[&str]| answer.iter().map(|ip| ip.parse().unwrap()).collect();
        let answers = answers.iter().map(parse).collect();
        names.answers.lock().unwrap().insert(format!("{name}."), answers);
        Arc::new(names)
    }

    pub(crate) fn times_asked(&self, name: &str) -> usize {
        self.asked.lock().unwrap().iter().filter(|asked| **asked == format!("{name}.")).count()
    }
}

impl Resolve for Names {
    fn resolve<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Vec<IpAddr>, ResolveError>> {
        self.asked.lock().unwrap().push(name.to_owned());
        let mut answers = self.answers.lock().unwrap();
        let answer = answers
            .get_mut(name)
            .map(|answers| if answers.len() > 1 { answers.remove(0) } else { answers[0].clone() });
        Box::pin(async move { answer.ok_or(ResolveError::NoSuchName) })
    }
}

/// A clock that stands still unless told otherwise.
#[derive(Debug)]
pub(crate) struct TestClock(Mutex<Duration>);

impl TestClock {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self(Mutex::new(Duration::from_hours(24))))
    }

    pub(crate) fn advance(&self, by: Duration) {
        *self.0.lock().unwrap() += by;
    }
}

impl Clock for TestClock {
    fn wall(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_hours(24 * 365 * 56) + self.steady()
    }

    fn steady(&self) -> Duration {
        *self.0.lock().unwrap()
    }
}

/// A door with its resolver and clock.
pub(crate) struct Set {
    pub(crate) egress: Egress,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) names: Arc<Names>,
}

/// Settings under which `HOST` is served by `peer`.
pub(crate) fn settings_for(peer: SocketAddr) -> Settings {
    let mut settings = Settings {
        extra_roots_pem: Some(AUTHORITY.pem().into_bytes()),
        reach: Reach::LoopbackOnly,
        ..Settings::default()
    };
    settings.development.connect.insert((HOST.to_owned(), 443), peer);
    settings
}

impl Set {
    pub(crate) fn new(settings: Settings, names: Arc<Names>) -> Self {
        let clock = TestClock::new();
        let (resolver, time) = (Arc::clone(&names), Arc::clone(&clock));
        let egress = Egress::with(settings, resolver, time).unwrap();
        Self { egress, clock, names }
    }

    pub(crate) fn facing(peer: &Peer) -> Self {
        Self::new(settings_for(peer.address), Arc::default())
    }

    pub(crate) async fn get(&self, url: &str) -> Result<Fetched, FetchError> {
        self.egress.fetch(fetch(url)).await
    }

    pub(crate) async fn get_known_good(&self, url: &str) -> Result<Fetched, FetchError> {
        let standing = Standing::KnownGood;
        self.egress.fetch(Fetch { standing, ..fetch(url) }).await
    }
}

/// What a stranger's document costs by default.
pub(crate) fn fetch(url: &str) -> Fetch<'_> {
    Fetch {
        url,
        chosen_by: ChosenBy::Stranger,
        purpose: PURPOSE,
        source: Source::User([1; 16]),
        standing: Standing::FirstSight,
        limit: 1024,
        accept: "application/json",
        check: Check::new(|candidate: &Candidate<'_>| !candidate.body.starts_with(b"<")),
    }
}

pub(crate) fn user(n: u32) -> Source {
    Source::User(u128::from(n).to_be_bytes())
}
