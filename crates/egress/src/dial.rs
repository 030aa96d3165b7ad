//! How is a connection to a judged host opened? Resolve, judge every answer, dial a judged address, judge the socket again.
//!
//! SPEC CIMD-F-4, CIMD-F-11, CIMD-F-12. Both doors dial through here. What is said over the connection is not known here;
//! nor are connections kept or shared.

mod judged;
mod proxy;

use std::{
    io,
    net::{IpAddr, SocketAddr},
    pin::Pin,
    sync::Arc,
};

use futures_util::future::BoxFuture;
use rustls::ClientConfig;
use rustls_pki_types::ServerName;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::TlsConnector;

use crate::{
    AddressRefusal, ChosenBy, DialError, SetupError,
    error::{NotNow, Phase},
    mode::Mode,
    purpose::Purpose,
    resolver::Resolve,
    settings::Settings,
    surroundings::Surroundings,
    tls,
    url_gate::{Target, TargetHost},
};

/// Opens connections to judged hosts.
#[derive(Debug)]
pub(crate) struct Dialer {
    settings: Arc<Settings>,
    resolver: Arc<dyn Resolve>,
    tls: Arc<ClientConfig>,
    surroundings: Surroundings,
    connect: Connect,
}

/// Opens a socket to an address. Always the system's, except in tests of what happens when the system leads elsewhere.
type Connect = fn(SocketAddr) -> BoxFuture<'static, io::Result<TcpStream>>;

/// One connection that somebody wants.
#[derive(Clone, Copy)]
pub(crate) struct Wish<'a> {
    /// Where to.
    pub(crate) target: &'a Target,
    /// Who chose it.
    pub(crate) chosen_by: ChosenBy,
    /// What for; exceptions go by it.
    pub(crate) purpose: Purpose,
    /// Asked before an address is dialled: is there budget for its network?
    pub(crate) admit: &'a (dyn Fn(IpAddr) -> Result<(), NotNow> + Sync),
}

/// A connection, encrypted if the target asks for it.
pub(crate) struct Opened {
    /// The bytes.
    pub(crate) io: BoxedIo,
    /// The other end of the socket: the host, or the proxy.
    pub(crate) peer: SocketAddr,
}

/// Both directions of a connection.
pub(crate) trait Io: AsyncRead + AsyncWrite + Send {}
impl<T: AsyncRead + AsyncWrite + Send> Io for T {}

/// Any connection.
pub(crate) type BoxedIo = Pin<Box<dyn Io>>;

impl Dialer {
    pub(crate) fn new(
        settings: Arc<Settings>,
        resolver: Arc<dyn Resolve>,
    ) -> Result<Self, SetupError> {
        let tls = tls::client_config(settings.extra_roots_pem.as_deref())?;
        let surroundings =
            Surroundings::new(settings.own_addresses.clone(), settings.own_names.clone());
        let connect: Connect = |address| Box::pin(TcpStream::connect(address));
        Ok(Self { settings, resolver, tls, surroundings, connect })
    }

    /// Opens a connection. The caller has passed the target through the URL gate (a [`Target`] exists only there).
    pub(crate) async fn open(&self, wish: Wish<'_>) -> Result<Opened, DialError> {
        let (io, peer) = match &self.settings.mode {
            Mode::Proxy(proxy) if self.substitute(wish).is_none() => {
                self.open_by_proxy(wish, proxy).await?
            }
            Mode::Proxy(_) | Mode::Direct | Mode::Offline => {
                let (tcp, peer) = self.open_directly(wish).await?;
                (Box::pin(tcp) as BoxedIo, peer)
            }
        };
        if !wish.target.is_https() {
            return Ok(Opened { io, peer });
        }
        let io = self.encrypt(io, wish.target.host()).await?;
        Ok(Opened { io, peer })
    }

    async fn open_directly(&self, wish: Wish<'_>) -> Result<(TcpStream, SocketAddr), DialError> {
        if let Some(substitute) = self.substitute(wish) {
            // The operator of a development machine named this very address for this very host and port.
            return self.connect(&[substitute], wish, &|_| Ok(())).await;
        }
        let around = self.look_around(wish).await;
        let addresses = self.judged_addresses(wish, &around).await?;
        let port = wish.target.port();
        let sockets: Vec<_> = addresses.iter().map(|ip| SocketAddr::new(*ip, port)).collect();
        self.connect(&sockets, wish, &|peer| self.judge(peer.ip(), wish, &around)).await
    }

    /// Tries judged addresses one after the other; the peer of the open socket is judged again.
    async fn connect(
        &self,
        sockets: &[SocketAddr],
        wish: Wish<'_>,
        judge: &(dyn Fn(SocketAddr) -> Result<(), AddressRefusal> + Sync),
    ) -> Result<(TcpStream, SocketAddr), DialError> {
        let bounds = &self.settings.bounds;
        let mut tried = 0;
        for socket in sockets.iter().take(bounds.addresses_tried) {
            (wish.admit)(socket.ip()).map_err(DialError::NotNow)?;
            tried += 1;
            let tcp = match timeout(bounds.connect, (self.connect)(*socket)).await {
                Ok(Ok(tcp)) => tcp,
                Ok(Err(error)) => {
                    tracing::debug!(%socket, %error, "no connection");
                    continue;
                }
                Err(_) => {
                    tracing::debug!(%socket, "no connection in time");
                    continue;
                }
            };
            let peer = tcp.peer_addr().map_err(|_| DialError::NoAnswer { tried })?;
            if peer.ip().to_canonical() != socket.ip().to_canonical()
                || peer.port() != socket.port()
            {
                return Err(DialError::OtherPeer(peer.ip()));
            }
            judge(peer).map_err(|refusal| DialError::Address { address: peer.ip(), refusal })?;
            if let Err(error) = tcp.set_nodelay(true) {
                tracing::debug!(%error, "small writes may wait");
            }
            return Ok((tcp, peer));
        }
        Err(DialError::NoAnswer { tried })
    }

    async fn encrypt(&self, io: BoxedIo, host: &TargetHost) -> Result<BoxedIo, DialError> {
        // The original name goes into SNI and is what the certificate must be for (SPEC CIMD-F-12).
        let server_name = match host {
            TargetHost::Name(name) => ServerName::try_from(name.clone())
                .map_err(|_| DialError::Tls(String::from("no name for TLS")))?,
            TargetHost::Address(address) => ServerName::from(*address),
        };
        let handshake = TlsConnector::from(Arc::clone(&self.tls)).connect(server_name, io);
        match timeout(self.settings.bounds.tls, handshake).await {
            Ok(Ok(stream)) => Ok(Box::pin(stream)),
            Ok(Err(error)) => Err(tls_error(&error)),
            Err(_) => Err(DialError::TimedOut(Phase::Tls)),
        }
    }

    fn substitute(&self, wish: Wish<'_>) -> Option<SocketAddr> {
        let TargetHost::Name(name) = wish.target.host() else {
            return None;
        };
        self.settings.development.connect.get(&(name.clone(), wish.target.port())).copied()
    }
}

fn tls_error(error: &io::Error) -> DialError {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    match inner {
        Some(rustls::Error::InvalidCertificate(reason)) => {
            DialError::Certificate(reason.to_string())
        }
        Some(other) => DialError::Tls(other.to_string()),
        None => DialError::Tls(error.kind().to_string()),
    }
}

#[cfg(test)]
mod tests;
