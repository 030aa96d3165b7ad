//! Where do the clients' metadata documents come from? A small server in the driver, over https with a certificate authority of its own
//! that the servers under test are told to believe, and in plain beside it: the difference between the two is the price of TLS.

use std::future::IntoFuture as _;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, HOST};
use axum::http::{HeaderMap, Uri};
use axum::routing::get;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls_pki_types::PrivateKeyDer;
use serde_json::json;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::fault::Fault;

/// The client whose person has said yes.
pub(crate) const KNOWN: &str = "app.example";

/// The client whose person is always asked.
pub(crate) const NEW: &str = "other.example";

/// The host of clients that nobody has seen before.
pub(crate) const COLD: &str = "cold.example";

/// The client whose installations are attested.
pub(crate) const ATTESTED: &str = "attested.example";

/// A server of documents.
pub(crate) struct Documents {
    /// Where it speaks TLS.
    pub(crate) address: SocketAddr,
    /// Where it does not.
    pub(crate) plain: SocketAddr,
    /// The authority's certificate.
    pub(crate) authority_pem: String,
}

/// Serves the documents of [`KNOWN`], [`NEW`], [`COLD`] and [`ATTESTED`]: whatever path is asked for, a client's document is there.
pub(crate) async fn serve() -> Result<Documents, Fault> {
    let (config, authority_pem) =
        certificate().map_err(|_| Fault::Unreadable("a new certificate"))?;
    let (listener, address) = listen().await?;
    let (plain_listener, plain) = listen().await?;
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let router = Router::new().fallback(get(document));
    tokio::spawn(axum::serve(plain_listener, router.clone()).into_future());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (acceptor, router) = (acceptor.clone(), router.clone());
            tokio::spawn(async move {
                let Ok(stream) = acceptor.accept(stream).await else {
                    return;
                };
                let builder = auto::Builder::new(TokioExecutor::new());
                // A visitor that leaves early is no fault.
                let _ = builder
                    .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router))
                    .await;
            });
        }
    });
    Ok(Documents { address, plain, authority_pem })
}

async fn listen() -> Result<(TcpListener, SocketAddr), Fault> {
    let listener =
        TcpListener::bind("127.0.0.1:0").await.map_err(|error| Fault::Io("listen", error))?;
    let address = listener.local_addr().map_err(|error| Fault::Io("listen", error))?;
    Ok((listener, address))
}

/// The `client_id` of a client on this host.
pub(crate) fn client_id(host: &str) -> String {
    format!("https://{host}/client.json")
}

/// The `client_id` of one of the clients on [`COLD`].
pub(crate) fn cold_client_id(number: u32) -> String {
    format!("https://{COLD}/{number}.json")
}

/// Its redirect URI, on its own host: nothing but TLS stands between it and the person.
pub(crate) fn redirect_uri(host: &str) -> String {
    format!("https://{host}/callback")
}

async fn document(headers: HeaderMap, uri: Uri) -> impl axum::response::IntoResponse {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or(KNOWN);
    let document = json!({
        "client_id": format!("https://{host}{}", uri.path()),
        "client_name": "Benchmark",
        "redirect_uris": [redirect_uri(host)],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "none",
    });
    ([(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "max-age=86400")], document.to_string())
}

fn certificate() -> Result<(ServerConfig, String), Box<dyn std::error::Error>> {
    let mut authority = CertificateParams::new(Vec::new())?;
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate()?)?;
    let key = KeyPair::generate()?;
    let certificate = CertificateParams::new([KNOWN, NEW, COLD, ATTESTED].map(String::from))?
        .signed_by(&key, &authority)?;
    let key = PrivateKeyDer::try_from(key.serialize_der())?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)?;
    Ok((config, authority.pem()))
}
