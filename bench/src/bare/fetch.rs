//! What does it cost to fetch a document? A connection for each and one request on it, over TLS or without.

use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use http::header::HOST;
use http::{Request, StatusCode, Uri};
use http_body_util::{BodyExt as _, Empty};
use hyper::client::conn::http1::handshake;
use hyper_util::rt::TokioIo;
use rustls::client::Resumption;
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::{CertificateDer, ServerName, pem::PemObject as _};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::Surroundings;
use crate::fault::Fault;

/// The way to the documents.
pub(crate) struct Web {
    plain: SocketAddr,
    over_tls: SocketAddr,
    connector: TlsConnector,
}

impl Web {
    pub(crate) fn of(around: &Surroundings) -> Result<Self, Fault> {
        let unreadable = || Fault::Unreadable("the certificate authority");
        let authority = CertificateDer::from_pem_file(around.data.join("authority.pem"));
        let mut roots = RootCertStore::empty();
        roots.add(authority.map_err(|_| unreadable())?).map_err(|_| unreadable())?;
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|_| unreadable())?
            .with_root_certificates(roots)
            .with_no_client_auth();
        // Strangers' hosts are met once: nobody takes an earlier session up again.
        config.resumption = Resumption::disabled();
        Ok(Self {
            plain: around.plain_documents,
            over_tls: around.documents,
            connector: TlsConnector::from(Arc::new(config)),
        })
    }

    /// The document at this URL, without TLS whatever it says.
    pub(crate) async fn fetch(&self, url: &Uri) -> Option<Bytes> {
        request(connect(self.plain).await?, url).await
    }

    /// The document at this URL.
    pub(crate) async fn fetch_over_tls(&self, url: &Uri) -> Option<Bytes> {
        let name = ServerName::try_from(url.host()?.to_owned()).ok()?;
        let stream = connect(self.over_tls).await?;
        request(self.connector.connect(name, stream).await.ok()?, url).await
    }
}

async fn connect(to: SocketAddr) -> Option<TcpStream> {
    let stream = TcpStream::connect(to).await.ok()?;
    stream.set_nodelay(true).ok()?;
    Some(stream)
}

async fn request(
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    url: &Uri,
) -> Option<Bytes> {
    let (mut send, driver) = handshake(TokioIo::new(stream)).await.ok()?;
    tokio::spawn(driver);
    let asked = Request::get(url.path()).header(HOST, url.host()?).body(Empty::<Bytes>::new());
    let answer = send.send_request(asked.ok()?).await.ok()?;
    if answer.status() != StatusCode::OK {
        return None;
    }
    Some(answer.into_body().collect().await.ok()?.to_bytes())
}
