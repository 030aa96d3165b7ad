//! How does a forward proxy open a way? One CONNECT request, and the head of its answer.
//!
//! RFC 9110 §9.3.6, RFC 9112 §3.2.3. Read byte by byte, so that nothing of the tunnel is swallowed with the head.

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::{DialError, mode::ForwardProxy, url_gate::TargetHost};

/// Asks the proxy for a tunnel to `host:port`; gives the connection back when it is one.
pub(super) async fn connect(
    mut tcp: TcpStream,
    proxy: &ForwardProxy,
    host: &TargetHost,
    port: u16,
) -> Result<TcpStream, DialError> {
    let silent = |_| DialError::Proxy { status: None };
    let credential = proxy
        .authorization
        .as_ref()
        .map(|value| format!("Proxy-Authorization: {}\r\n", value.header_value()))
        .unwrap_or_default();
    let request =
        format!("CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n{credential}\r\n");
    tcp.write_all(request.as_bytes()).await.map_err(silent)?;

    let mut head = Vec::with_capacity(256);
    while !head.ends_with(b"\r\n\r\n") {
        if head.len() == MAX_HEAD {
            return Err(DialError::Proxy { status: None });
        }
        head.push(tcp.read_u8().await.map_err(silent)?);
    }
    match status(&head) {
        Some(200..=299) => Ok(tcp),
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
