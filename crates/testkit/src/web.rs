//! A web that says what it is told: real sockets and real TLS on loopback, under any host name, with a certificate authority of its own.

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use axum::body::Body;
use http::{Request, Response};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::{
    ServerConfig,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
    server::{ClientHello, ResolvesServerCert},
    sign::CertifiedKey,
};
use tokio::{net::TcpListener, sync::watch};
use tokio_rustls::TlsAcceptor;

/// What a URL answers.
#[derive(Clone, Debug)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// Headers.
    pub headers: Vec<(&'static str, String)>,
    /// Body.
    pub body: Vec<u8>,
}

impl Reply {
    /// A JSON document with status 200.
    #[must_use]
    pub fn json(body: impl Into<Vec<u8>>) -> Self {
        Self {
            status: 200,
            headers: vec![("content-type", "application/json".into())],
            body: body.into(),
        }
    }

    /// The same with another header.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.retain(|(known, _)| *known != name);
        self.headers.push((name, value.into()));
        self
    }
}

/// The web.
#[derive(Clone)]
pub struct FakeWeb {
    shared: Arc<Shared>,
    address: SocketAddr,
    authority: String,
}

#[derive(Default)]
struct Shared {
    replies: Mutex<HashMap<String, Reply>>,
    hits: Mutex<HashMap<String, usize>>,
    held: Mutex<HashMap<String, watch::Sender<()>>>,
}

impl FakeWeb {
    /// Starts it on a free port of this computer.
    pub async fn start() -> Self {
        let (certificates, authority) = Certificates::new();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap();
        let config = config.with_no_client_auth().with_cert_resolver(Arc::new(certificates));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let web =
            Self { shared: Arc::default(), address: listener.local_addr().unwrap(), authority };
        tokio::spawn(serve(listener, TlsAcceptor::from(Arc::new(config)), web.shared.clone()));
        web
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The certificate of its authority, as PEM.
    #[must_use]
    pub fn authority_pem(&self) -> &str {
        &self.authority
    }

    /// From now on this https URL answers so.
    pub fn set(&self, url: &str, reply: Reply) {
        self.shared.replies.lock().unwrap().insert(url.into(), reply);
    }

    /// From now on this URL does not answer, until it is released.
    pub fn hold(&self, url: &str) {
        self.shared.held.lock().unwrap().insert(url.into(), watch::channel(()).0);
    }

    /// Lets those answer that are held.
    pub fn release(&self, url: &str) {
        self.shared.held.lock().unwrap().remove(url);
    }

    /// How often a URL was asked for.
    #[must_use]
    pub fn hits(&self, url: &str) -> usize {
        self.shared.hits.lock().unwrap().get(url).copied().unwrap_or_default()
    }

    /// How often anything was asked for.
    #[must_use]
    pub fn all_hits(&self) -> usize {
        self.shared.hits.lock().unwrap().values().sum()
    }
}

async fn serve(listener: TcpListener, tls: TlsAcceptor, shared: Arc<Shared>) {
    while let Ok((socket, _)) = listener.accept().await {
        let (tls, shared) = (tls.clone(), shared.clone());
        tokio::spawn(async move {
            // A client that refuses our certificate is a case under test.
            let Ok(stream) = tls.accept(socket).await else {
                return;
            };
            let answer = service_fn(move |request| {
                let shared = shared.clone();
                async move { Ok::<_, std::convert::Infallible>(shared.answer(&request).await) }
            });
            let connection = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), answer);
            // A client that goes away in the middle is another.
            drop(connection.await);
        });
    }
}

impl Shared {
    async fn answer<B>(&self, request: &Request<B>) -> Response<Body> {
        let host =
            request.headers().get("host").and_then(|host| host.to_str().ok()).unwrap_or_default();
        let url = format!("https://{host}{}", request.uri());
        *self.hits.lock().unwrap().entry(url.clone()).or_default() += 1;
        let held = self.held.lock().unwrap().get(&url).map(watch::Sender::subscribe);
        if let Some(mut held) = held {
            // Nothing is ever sent: it ends when the sender is gone.
            drop(held.changed().await);
        }
        let replies = self.replies.lock().unwrap();
        let Some(reply) = replies.get(&url) else {
            return Response::builder().status(404).body(Body::empty()).unwrap();
        };
        let response = reply
            .headers
            .iter()
            .fold(Response::builder().status(reply.status), |response, (name, value)| {
                response.header(*name, value)
            });
        response.body(Body::from(reply.body.clone())).unwrap()
    }
}

/// Makes a certificate for whatever name is asked for.
struct Certificates {
    issuer: Issuer<'static, KeyPair>,
    made: Mutex<HashMap<String, Arc<CertifiedKey>>>,
}

impl std::fmt::Debug for Certificates {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Certificates")
    }
}

impl Certificates {
    fn new() -> (Self, String) {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let pem = params.self_signed(&key).unwrap().pem();
        (Self { issuer: Issuer::new(params, key), made: Mutex::default() }, pem)
    }

    fn make(&self, name: &str) -> Arc<CertifiedKey> {
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new(vec![name.to_owned()])
            .unwrap()
            .signed_by(&key, &self.issuer)
            .unwrap();
        let der = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let key = rustls::crypto::aws_lc_rs::sign::any_supported_type(&der).unwrap();
        Arc::new(CertifiedKey::new(vec![certificate.der().clone()], key))
    }
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let name = hello.server_name()?.to_owned();
        let mut made = self.made.lock().unwrap();
        Some(made.entry(name.clone()).or_insert_with(|| self.make(&name)).clone())
    }
}
