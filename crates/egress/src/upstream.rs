//! How do we speak with an origin that the operator or the user chose? The second door: any method, streaming, pooled.
//!
//! One [`Upstream`] serves one kind of chooser and keeps a pool per origin, so that a connection opened for the operator is
//! never lent to anybody else. Redirects are answers like any other and nobody follows them; proxies named in the environment
//! are not looked at. Connections speak HTTP/1.1: over one HTTP/2 connection a few slow event streams would use up the streams
//! and the window that every other call needs. What strangers choose goes through the other door, with all its bounds.

mod dial;
mod names;
mod pool;
mod race;
mod tls;
mod wire;

use std::{net::SocketAddr, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{HeaderValue, Request, Response, Uri, header::HOST, uri::PathAndQuery, uri::Scheme};
use http_body_util::Full;
use hyper::client::conn::http1;
use rustls_pki_types::CertificateDer;
use thiserror::Error;

pub use self::pool::UpstreamBody;
use self::{
    dial::Dialer,
    names::Names,
    pool::{Lent, Pool, Sender},
    tls::Tls,
};
use crate::{ChosenBy, Settings, address::AddressRefusal, tls::read_roots};

/// The bounds of this door.
#[derive(Clone, Debug)]
pub struct UpstreamSettings {
    /// For looking up a name, connecting and the TLS handshake together.
    pub connect_time_limit: Duration,
    /// From the request until the head of the answer. A tool that answers with JSON does all its work before it.
    pub header_time_limit: Duration,
    /// How long an unused connection is kept. Shorter than the five seconds after which common servers hang up, so that a
    /// request rarely meets a connection that is just closing.
    pub idle_time_limit: Duration,
    /// How many unused connections are kept for each origin.
    pub idle_per_origin: usize,
    /// Authorities trusted beside those of the platform.
    pub extra_roots: Vec<CertificateDer<'static>>,
    /// DNS servers to ask instead of the system's; empty means as the system does it.
    pub dns_servers: Vec<SocketAddr>,
}

impl UpstreamSettings {
    /// What both doors share: DNS servers and authorities. Proxy and offline mode are the other door's alone, since an origin that
    /// the operator names is one that this program is there to reach.
    ///
    /// # Errors
    /// When the extra authorities cannot be read.
    pub fn sharing(settings: &Settings) -> Result<Self, crate::SetupError> {
        let extra_roots = match &settings.extra_roots_pem {
            Some(pem) => read_roots(pem)?,
            None => Vec::new(),
        };
        Ok(Self { extra_roots, dns_servers: settings.dns_servers.clone(), ..Self::default() })
    }
}

impl Default for UpstreamSettings {
    fn default() -> Self {
        Self {
            connect_time_limit: Duration::from_secs(5),
            header_time_limit: Duration::from_mins(5),
            idle_time_limit: Duration::from_secs(4),
            idle_per_origin: 64,
            extra_roots: Vec::new(),
            dns_servers: Vec::new(),
        }
    }
}

/// Why the door cannot be built.
#[derive(Debug, Error)]
pub enum SetupError {
    /// URLs of strangers do not pass here.
    #[error("what a stranger chose must go through the other door")]
    ForStrangers,
    /// TLS cannot be set up: no trusted authorities, or one that cannot be read.
    #[error("TLS cannot be set up")]
    Tls(#[source] rustls::Error),
    /// The named DNS servers cannot be asked.
    #[error("the resolver cannot be set up")]
    Resolver(#[source] crate::SetupError),
}

/// Why there is no answer.
#[derive(Debug, Error)]
pub enum UpstreamError {
    /// Not an absolute http or https URL without user name and password.
    #[error("not an absolute http or https URL")]
    Url,
    /// Plain http to another computer, for a URL that a user chose.
    #[error("plain http leads away from this computer")]
    PlainHttp,
    /// The name has no address.
    #[error("the name cannot be resolved")]
    Name(#[source] std::io::Error),
    /// An address that whoever chose the URL may not reach.
    #[error("the address is refused: {0:?}")]
    Address(AddressRefusal),
    /// No address of the name accepted a connection.
    #[error("no connection")]
    Connect(#[source] std::io::Error),
    /// No connection within the limit.
    #[error("no connection in time")]
    ConnectTimeLimit,
    /// No trusted authorities on this platform.
    #[error("TLS cannot be set up")]
    TlsSetup,
    /// The TLS handshake failed.
    #[error("the TLS handshake failed")]
    Tls(#[source] std::io::Error),
    /// The connection ended before the head of an answer, or the answer is not HTTP.
    #[error("no valid answer")]
    Exchange(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// No head of an answer within the limit.
    #[error("no answer in time")]
    HeaderTimeLimit,
}

/// The door for origins that the operator or the user chose. Cheap to share by reference; dropped with its pools.
pub struct Upstream {
    dialer: Dialer,
    // Apart, since a connection under TLS must never carry what is meant for a plain one, nor the other way round.
    plain: Arc<Pool>,
    encrypted: Arc<Pool>,
    tls: Tls,
    header_time_limit: Duration,
}

impl Upstream {
    /// Opens the door for one kind of chooser. Authorities are read when the first https origin is dialled.
    ///
    /// # Errors
    /// [`SetupError::ForStrangers`] for [`ChosenBy::Stranger`]; [`SetupError::Resolver`] when the DNS servers cannot be asked.
    pub fn new(chosen_by: ChosenBy, settings: UpstreamSettings) -> Result<Self, SetupError> {
        if chosen_by == ChosenBy::Stranger {
            return Err(SetupError::ForStrangers);
        }
        let tls = Tls::new(settings.extra_roots);
        let names = Names::new(&settings.dns_servers).map_err(SetupError::Resolver)?;
        let dialer = Dialer::new(chosen_by, settings.connect_time_limit, tls.clone(), names);
        let pool = || Arc::new(Pool::new(settings.idle_per_origin, settings.idle_time_limit));
        let (plain, encrypted) = (pool(), pool());
        Ok(Self { dialer, plain, encrypted, tls, header_time_limit: settings.header_time_limit })
    }

    /// Reads the trusted authorities now, so that a start with https origins fails early where there are none.
    ///
    /// # Errors
    /// [`SetupError::Tls`] if the platform has none, or an extra one cannot be read.
    pub fn prepare_tls(&self) -> Result<(), SetupError> {
        self.tls.connector().map(|_| ()).map_err(SetupError::Tls)
    }

    /// Sends a request and waits for the head of its answer; the body follows as it comes. Dropping the future or the body
    /// hangs up.
    ///
    /// # Errors
    /// [`UpstreamError`] says how far it came.
    pub async fn send(
        &self,
        request: Request<Full<Bytes>>,
    ) -> Result<Response<UpstreamBody>, UpstreamError> {
        check_url(request.uri())?;
        let exchange = tokio::time::timeout(self.header_time_limit, self.exchange(request));
        exchange.await.unwrap_or(Err(UpstreamError::HeaderTimeLimit))
    }

    async fn exchange(
        &self,
        mut request: Request<Full<Bytes>>,
    ) -> Result<Response<UpstreamBody>, UpstreamError> {
        let origin = to_origin_form(&mut request)?;
        let encrypted = origin.scheme() == Some(&Scheme::HTTPS);
        let pool = if encrypted { &self.encrypted } else { &self.plain };
        let authority = origin.authority().ok_or(UpstreamError::Url)?.as_str();
        loop {
            let (mut sender, is_new) = match pool.take(authority) {
                Some(sender) => (sender, false),
                None => (self.connect(origin.clone()).await?, true),
            };
            if !is_new && !is_free(&mut sender).await {
                continue; // the origin has hung up, or still owes something to the exchange before
            }
            match sender.try_send_request(request).await {
                Ok(response) => {
                    let (pool, authority) = (Arc::clone(pool), authority.into());
                    let lent = Lent { pool, authority, sender };
                    return Ok(response.map(|body| UpstreamBody::new(body, lent)));
                }
                Err(mut error) => match error.take_message() {
                    // The origin hung up before it saw anything of the request: it is safe to send it again.
                    Some(unsent) if !is_new => request = unsent,
                    _ => return Err(UpstreamError::Exchange(Box::new(error.into_error()))),
                },
            }
        }
    }

    async fn connect(&self, origin: Uri) -> Result<Sender, UpstreamError> {
        let wire = self.dialer.clone().dial(origin).await?;
        let mut builder = http1::Builder::new();
        let shaken = builder.max_buf_size(MAX_HEAD).handshake(wire).await;
        let (sender, connection) =
            shaken.map_err(|error| UpstreamError::Exchange(Box::new(error)))?;
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection to an origin broke");
            }
        });
        Ok(sender)
    }
}

/// Whether a connection can carry another request. An origin that answered early may never read the rest of the request before; nobody
/// waits for that.
async fn is_free(sender: &mut Sender) -> bool {
    sender.is_ready()
        || matches!(tokio::time::timeout(FREE_TIME_LIMIT, sender.ready()).await, Ok(Ok(())))
}

/// RFC 9112 §3.2.1: the path goes into the request line, the authority into `Host` unless the caller has set it. Answers where it goes.
fn to_origin_form(request: &mut Request<Full<Bytes>>) -> Result<Uri, UpstreamError> {
    let path = request.uri().path_and_query().cloned();
    let path = path.unwrap_or(PathAndQuery::from_static("/"));
    let origin = std::mem::replace(request.uri_mut(), Uri::from(path));
    if !request.headers().contains_key(HOST) {
        let authority = origin.authority().ok_or(UpstreamError::Url)?;
        let host = HeaderValue::from_str(authority.as_str()).map_err(|_| UpstreamError::Url)?;
        request.headers_mut().insert(HOST, host);
    }
    Ok(origin)
}

fn check_url(uri: &Uri) -> Result<(), UpstreamError> {
    let web = uri.scheme() == Some(&Scheme::HTTP) || uri.scheme() == Some(&Scheme::HTTPS);
    let plain = uri.authority().is_some_and(|authority| !authority.as_str().contains('@'));
    if web && plain { Ok(()) } else { Err(UpstreamError::Url) }
}

/// How long a connection may take to be done with the exchange before.
const FREE_TIME_LIMIT: Duration = Duration::from_millis(20);

/// The longest head of an answer, in bytes.
const MAX_HEAD: usize = 64 * 1024;

#[cfg(test)]
#[path = "upstream/tests.rs"]
mod tests;
