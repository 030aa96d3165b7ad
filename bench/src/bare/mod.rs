//! What is the least that each operation costs? Axum handlers that do only the necessary: no checks, no limits, no log.
//!
//! Parses what must be parsed, fetches what is not there, reads memory for what is cached, writes one durable row where a promise is made, signs where a token is
//! made, and forwards where the gateway would.

mod durable;
mod fetch;
mod forward;
mod handler;
mod service;
mod signed;

use std::collections::HashMap;
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use salver_jose::{Algorithm, PublicKey, SigningKey};
use tokio::net::TcpListener;

use self::durable::Durable;
use self::fetch::Web;
use self::forward::Forward;
use self::signed::Signed;
use crate::fault::Fault;
use crate::scenario::assertion;
use crate::scenario::vendor::DEVICE_KEY;
use crate::subject::BareLine;
use crate::vendor::{BareKey, KEYS_FILE};

/// What the handlers share.
pub(crate) struct Bare {
    discovery: &'static str,
    tokens: HashMap<&'static str, &'static str>,
    key: SigningKey,
    /// The device key that it knows.
    device: PublicKey,
    signed: Signed,
    store: Durable,
    forward: Forward,
    web: Web,
    client_point: Vec<u8>,
    vendor: BareKey,
}

/// The bearer token that the bare server knows; as long as one of ours, since it has to be looked up.
pub(crate) const TOKEN: &str = concat!(
    "eyJhbGciOiJFUzI1NiIsImtpZCI6IjAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIiLCJ0eXAiOiJhdCtqd3QifQ.",
    "eyJpc3MiOiJodHRwOi8vbG9jYWxob3N0OjgwODAiLCJhdWQiOiJodHRwOi8vbG9jYWxob3N0OjgwODAvbWNwIiwic3ViIjoiQUFBQUFBQUFB",
    "QUFBQUFBQUFBQUFBQSIsImNsaWVudF9pZCI6Imh0dHBzOi8vYXBwLmV4YW1wbGUvY2xpZW50Lmpzb24iLCJpYXQiOjE4MDAwMDAwMDAsImV4",
    "cCI6MTgwMDAwMDYwMCwianRpIjoiQkJCQkJCQkJCQkJCQkJCQkJCQkJCQiIsInNjb3BlIjoibm90ZXM6cmVhZCBub3Rlczp3cml0ZSIsImdp",
    "ZCI6IkFBQUFBQUFBQUFBQUFBQUFBQUFBQUEiLCJmYW0iOiJBQUFBQUFBQUFBQUFBQUFBQUFBQUFBIiwiZ2VuIjowfQ.",
    "bm90LWEtc2lnbmF0dXJlLW5vdC1hLXNpZ25hdHVyZS1ub3QtYS1zaWduYXR1cmUtbm90LWEtc2ln"
);

/// What the service sends that the bare server knows.
pub(crate) const SERVICE_BASIC: &str = concat!(
    "Basic c3ZjX0FBQUFBQUFBQUFBQUFBQUFBQUFBQUE6c2x2c19BQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFB",
    "QUFBQUFBQUFBQUFB"
);

/// What the bare server has to be told.
#[derive(clap::Args)]
pub(crate) struct Surroundings {
    /// Where the durable store goes, and the certificate authority lies.
    pub(crate) data: PathBuf,
    /// Where the server behind the gateway listens.
    pub(crate) upstream: SocketAddr,
    /// Where documents are served over TLS.
    pub(crate) documents: SocketAddr,
    /// Where they are served in plain.
    pub(crate) plain_documents: SocketAddr,
}

/// Serves until it is ended.
pub(crate) async fn serve(around: &Surroundings) -> Result<(), Fault> {
    let bare = Arc::new(Bare {
        discovery: handler::DISCOVERY,
        tokens: HashMap::from([(TOKEN, "notes:read notes:write")]),
        key: SigningKey::generate(Algorithm::Es256).map_err(|_| Fault::Unreadable("a new key"))?,
        device: device_key(&around.data)?,
        signed: Signed::new()?,
        store: Durable::open(&around.data.join("bare.db"))?,
        forward: Forward::to(around.upstream),
        web: Web::of(around)?,
        client_point: std::fs::read(around.data.join(assertion::POINT))
            .map_err(|error| Fault::Io("read a key", error))?,
        vendor: std::fs::read(around.data.join(KEYS_FILE))
            .ok()
            .and_then(|keys| BareKey::read(&keys))
            .ok_or(Fault::Unreadable("the vendor's keys"))?,
    });
    let router = Router::new()
        .route("/.well-known/oauth-authorization-server", get(handler::discovery))
        .route("/register", post(handler::register))
        .route("/register/vouched", post(handler::register_vouched))
        .route("/introspect", post(handler::introspect))
        .route("/authorize", get(handler::authorize))
        .route("/authorize/page", get(handler::authorize_page))
        .route("/authorize/cold", get(handler::authorize_cold))
        .route("/authorize/cold/tls", get(handler::authorize_cold_over_tls))
        .route("/token", post(handler::token))
        .route("/attest", post(handler::attest))
        .route("/token/service", post(service::by_secret))
        .route("/token/service/key", post(service::by_key))
        .route("/verified/{times}", get(signed::verified))
        .route("/mcp", post(handler::call))
        .with_state(bare);
    let listener =
        TcpListener::bind("127.0.0.1:0").await.map_err(|error| Fault::Io("listen", error))?;
    let address = listener.local_addr().map_err(|error| Fault::Io("listen", error))?;
    let line =
        serde_json::to_string(&BareLine { address }).map_err(|_| Fault::Unreadable("the line"))?;
    writeln!(std::io::stdout(), "{line}").map_err(|error| Fault::Io("print", error))?;
    loop {
        let (stream, _) = listener.accept().await.map_err(|error| Fault::Io("accept", error))?;
        // Without this, small answers wait for the other side's acknowledgement; the counts do not change.
        let _ = stream.set_nodelay(true);
        let service = TowerToHyperService::new(router.clone());
        tokio::spawn(async move {
            let builder = auto::Builder::new(TokioExecutor::new());
            // A visitor that leaves early is no fault.
            let _ = builder.serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

fn device_key(data: &Path) -> Result<PublicKey, Fault> {
    let bytes = std::fs::read(data.join(DEVICE_KEY));
    let bytes = bytes.map_err(|error| Fault::Io("read the device key", error))?;
    PublicKey::parse(&bytes).map_err(|_| Fault::Unreadable("the device key"))
}
