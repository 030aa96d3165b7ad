//! Where do the clients' metadata documents come from? A small https server in the driver, with a certificate authority of its
//! own that the server under test is told to believe.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::http::HeaderMap;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, HOST};
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

/// A server of documents.
pub(crate) struct Documents {
    pub(crate) address: SocketAddr,
    /// The authority's certificate.
    pub(crate) authority_pem: String,
}

/// Serves the documents of [`KNOWN`] and [`NEW`].
pub(crate) async fn serve() -> Result<Documents, Fault> {
    let (config, authority_pem) =
        certificate().map_err(|_| Fault::Unreadable("a new certificate"))?;
    let listener =
        TcpListener::bind("127.0.0.1:0").await.map_err(|error| Fault::Io("listen", error))?;
    let address = listener.local_addr().map_err(|error| Fault::Io("listen", error))?;
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let router = Router::new().route("/client.json", get(document));
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
    Ok(Documents { address, authority_pem })
}

/// The `client_id` of a client on this host.
pub(crate) fn client_id(host: &str) -> String {
    format!("https://{host}/client.json")
}

/// Its redirect URI, on its own host: nothing but TLS stands between it and the person.
pub(crate) fn redirect_uri(host: &str) -> String {
    format!("https://{host}/callback")
}

async fn document(headers: HeaderMap) -> impl axum::response::IntoResponse {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or(KNOWN);
    let document = json!({
        "client_id": client_id(host),
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
    let certificate =
        CertificateParams::new([KNOWN, NEW].map(String::from))?.signed_by(&key, &authority)?;
    let key = PrivateKeyDer::try_from(key.serialize_der())?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)?;
    Ok((config, authority.pem()))
}
