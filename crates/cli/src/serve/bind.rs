//! On which sockets do we listen? Those that are set, and on loopback the other address family beside them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use salver_oauth::Issuer;
use tokio::net::TcpListener;

use crate::failure::Failure;

/// Listens on all addresses.
pub(crate) async fn bind(addresses: &[SocketAddr]) -> Result<Vec<TcpListener>, Failure> {
    let mut listeners = Vec::new();
    for address in addresses {
        listeners.push(listen(*address).await?);
    }
    Ok(listeners)
}

/// Listens beside `127.0.0.1` also on `[::1]`, and the other way round, since browsers try both for the name `localhost`.
/// Where this computer lacks one of them, the other does.
pub(crate) async fn bind_beside(listeners: &mut Vec<TcpListener>, issuer: &Issuer) {
    let named_localhost = issuer.authority().split(':').next() == Some("localhost");
    let addresses: Vec<SocketAddr> =
        listeners.iter().filter_map(|listener| listener.local_addr().ok()).collect();
    for address in addresses.iter().filter(|_| named_localhost) {
        let other = match address.ip() {
            IpAddr::V4(Ipv4Addr::LOCALHOST) => IpAddr::V6(Ipv6Addr::LOCALHOST),
            IpAddr::V6(Ipv6Addr::LOCALHOST) => IpAddr::V4(Ipv4Addr::LOCALHOST),
            _ => continue,
        };
        let other = SocketAddr::new(other, address.port());
        if addresses.contains(&other) {
            continue;
        }
        match TcpListener::bind(other).await {
            Ok(listener) => listeners.push(listener),
            // Somebody else there would get what browsers send to `localhost`, so this is worth a word.
            Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {
                tracing::warn!(address = %other, "another program listens on the other loopback address; browsers may reach it instead of salver");
            }
            Err(error) => tracing::debug!(address = %other, %error, "not listening there"),
        }
    }
}

/// Listens on one address.
pub(crate) async fn listen(address: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).await.map_err(|error| Failure::Listen { address, error })
}
