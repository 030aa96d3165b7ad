//! How is a connection opened? Resolve, judge every address, dial a judged one, and TLS where the URL says https: in one time.
//!
//! Fails closed: one refused address refuses the name, and the other end of the open socket is judged once more.

use std::{net::IpAddr, time::Duration};

use http::{Uri, uri::Scheme};
use hyper_util::rt::TokioIo;
use rustls_pki_types::ServerName;
use tokio::net::TcpStream;

use super::{UpstreamError, names::Names, race, tls::Tls, wire::Wire};
use crate::{ChosenBy, address};

/// Opens connections for one kind of chooser.
#[derive(Clone)]
pub(super) struct Dialer {
    chosen_by: ChosenBy,
    time_limit: Duration,
    tls: Tls,
    names: Names,
}

impl Dialer {
    pub(super) fn new(chosen_by: ChosenBy, time_limit: Duration, tls: Tls, names: Names) -> Self {
        Self { chosen_by, time_limit, tls, names }
    }

    /// Opens a connection to the origin of a URL.
    ///
    /// # Errors
    /// [`UpstreamError`], before anything of HTTP was said.
    pub(super) async fn dial(self, uri: Uri) -> Result<TokioIo<Wire>, UpstreamError> {
        let limit = self.time_limit;
        tokio::time::timeout(limit, self.open(uri))
            .await
            .unwrap_or(Err(UpstreamError::ConnectTimeLimit))
    }

    async fn open(self, uri: Uri) -> Result<TokioIo<Wire>, UpstreamError> {
        let https = uri.scheme() == Some(&Scheme::HTTPS);
        let host = uri.host().ok_or(UpstreamError::Url)?;
        let host = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host);
        let port = uri.port_u16().unwrap_or(if https { 443 } else { 80 });
        let addresses = self.names.resolve(host, port).await?;
        for socket in &addresses {
            self.judge(socket.ip(), https)?;
        }
        let stream = race::connect(&addresses).await.map_err(UpstreamError::Connect)?;
        let peer = stream.peer_addr().map_err(UpstreamError::Connect)?;
        self.judge(peer.ip(), https)?;
        let wire = if https { self.encrypt(host, stream).await? } else { Wire::Plain(stream) };
        Ok(TokioIo::new(wire))
    }

    fn judge(&self, ip: IpAddr, https: bool) -> Result<(), UpstreamError> {
        address::judge(ip, self.chosen_by).map_err(UpstreamError::Address)?;
        if self.chosen_by == ChosenBy::User && !https && !address::is_loopback(ip) {
            return Err(UpstreamError::PlainHttp);
        }
        Ok(())
    }

    async fn encrypt(&self, host: &str, stream: TcpStream) -> Result<Wire, UpstreamError> {
        let connector = self.tls.connector().map_err(|_| UpstreamError::TlsSetup)?;
        let name = ServerName::try_from(host.to_owned()).map_err(|_| UpstreamError::Url)?;
        let stream = connector.connect(name, stream).await.map_err(UpstreamError::Tls)?;
        Ok(Wire::Tls(Box::new(stream)))
    }
}
