//! Where does a request come from? The network of the connection's other end; no header is believed (DESIGN §7.9).

use std::{convert::Infallible, net::Ipv4Addr, net::SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts};
use http::request::Parts;

use crate::network::Network;

/// The network that a request comes from. Whoever accepts connections puts a [`ConnectInfo`] into the request; where nobody did,
/// all requests count as one network.
pub(super) struct Peer(pub(super) Network);

impl<S: Send + Sync> FromRequestParts<S> for Peer {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let address = parts
            .extensions
            .get::<ConnectInfo<SocketAddr>>()
            .map(|ConnectInfo(address)| address.ip());
        Ok(Self(Network::of(address.unwrap_or(Ipv4Addr::UNSPECIFIED.into()))))
    }
}
