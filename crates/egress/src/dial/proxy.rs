//! How does a forward proxy open a way? One CONNECT request, and the head of its answer.
//!
//! RFC 9110 §9.3.6, RFC 9112 §3.2.3. The proxy is a host that the operator chose; the target is judged by name, and by address
//! where the proxy does not resolve for us. The answer is read byte by byte, so that nothing of the tunnel is swallowed with it.

use std::net::SocketAddr;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    time::timeout,
};

use super::{BoxedIo, Dialer, Wish};
use crate::{
    ChosenBy, DialError, address,
    error::Phase,
    mode::{ForwardProxy, ProxyResolving},
    url_gate::TargetHost,
};

impl Dialer {
    /// A tunnel to the target. Where we resolve, the next judged address is tried when the proxy cannot reach one.
    pub(super) async fn open_by_proxy(
        &self,
        wish: Wish<'_>,
        proxy: &ForwardProxy,
    ) -> Result<(BoxedIo, SocketAddr), DialError> {
        if proxy.resolving == ProxyResolving::AtTheProxy {
            return self.tunnel(wish, proxy, wish.target.host()).await;
        }
        let around = self.look_around(wish).await;
        let addresses = self.judged_addresses(wish, &around).await?;
        let mut last = DialError::NoSuchName;
        for address in addresses.into_iter().take(self.settings.bounds.addresses_tried) {
            (wish.admit)(address).map_err(DialError::NotNow)?;
            last = match self.tunnel(wish, proxy, &TargetHost::Address(address)).await {
                Err(
                    error @ (DialError::Proxy { status: Some(500..=599) }
                    | DialError::TimedOut(Phase::Connect)),
                ) => error,
                end => return end,
            };
        }
        Err(last)
    }

    async fn tunnel(
        &self,
        wish: Wish<'_>,
        proxy: &ForwardProxy,
        destination: &TargetHost,
    ) -> Result<(BoxedIo, SocketAddr), DialError> {
        let judge = |peer: SocketAddr| address::judge(peer.ip(), ChosenBy::Operator);
        let addresses = self.addresses(&proxy.host).await?;
        let sockets: Vec<_> = addresses.iter().map(|ip| SocketAddr::new(*ip, proxy.port)).collect();
        for socket in &sockets {
            judge(*socket)
                .map_err(|refusal| DialError::Address { address: socket.ip(), refusal })?;
        }
        let to_proxy = Wish { admit: &|_| Ok(()), ..wish };
        let (tcp, peer) = self.connect(&sockets, to_proxy, &judge).await?;
        let mut io: BoxedIo = Box::pin(tcp);
        if proxy.tls {
            io = self.encrypt(io, &proxy.host).await.map_err(|error| {
                tracing::warn!(%error, "no TLS with the forward proxy");
                DialError::Proxy { status: None }
            })?;
        }
        let asked = ask(io, proxy, destination, wish.target.port());
        let io = timeout(self.settings.bounds.connect, asked)
            .await
            .map_err(|_| DialError::TimedOut(Phase::Connect))??;
        Ok((io, peer))
    }
}

/// Asks the proxy for a tunnel to `host:port`; gives the connection back when it is one.
async fn ask(
    mut io: BoxedIo,
    proxy: &ForwardProxy,
    host: &TargetHost,
    port: u16,
) -> Result<BoxedIo, DialError> {
    let silent = |_| DialError::Proxy { status: None };
    let credential = proxy
        .authorization
        .as_ref()
        .map(|value| format!("Proxy-Authorization: {}\r\n", value.header_value()))
        .unwrap_or_default();
    let request =
        format!("CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n{credential}\r\n");
    io.write_all(request.as_bytes()).await.map_err(silent)?;
    io.flush().await.map_err(silent)?;

    let mut head = Vec::with_capacity(256);
    while !head.ends_with(b"\r\n\r\n") {
        if head.len() == MAX_HEAD {
            return Err(DialError::Proxy { status: None });
        }
        head.push(io.read_u8().await.map_err(silent)?);
    }
    match status(&head) {
        Some(200..=299) => Ok(io),
        status => Err(DialError::Proxy { status }),
    }
}

fn status(head: &[u8]) -> Option<u16> {
    let line = std::str::from_utf8(head.split(|byte| *byte == b'\r').next()?).ok()?;
    let mut words = line.split(' ');
    let version = words.next()?;
    let code = words.next()?;
    let plain = version.starts_with("HTTP/1.") && code.len() == 3;
    if plain { code.parse().ok() } else { None }
}

const MAX_HEAD: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_status_is_read_from_a_status_line_only() {
        for (head, expected) in [
            ("HTTP/1.1 200 Connection established\r\n\r\n", Some(200)),
            ("HTTP/1.0 407 Proxy Authentication Required\r\n\r\n", Some(407)),
            ("HTTP/2 200\r\n\r\n", None),
            ("HTTP/1.1 2000\r\n\r\n", None),
            ("HTTP/1.1\r\n\r\n", None),
            ("\r\n\r\n", None),
        ] {
            assert_eq!(status(head.as_bytes()), expected, "{head}");
        }
    }
}
