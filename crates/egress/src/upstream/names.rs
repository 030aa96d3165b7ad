//! Which addresses does an origin have that the operator or the user chose?
//!
//! As the platform does it, hosts file and search domains included: whoever chose the origin means the same as in any other
//! program on this computer. Where the operator names DNS servers, those are asked, for the name exactly as it is written.

use std::{
    io::{Error, ErrorKind},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
};

use super::UpstreamError;
use crate::{
    SetupError,
    resolver::{DnsResolver, Resolve as _, ResolveError},
};

/// Asks for addresses.
#[derive(Clone)]
pub(super) struct Names(Option<Arc<DnsResolver>>);

impl Names {
    pub(super) fn new(servers: &[SocketAddr]) -> Result<Self, SetupError> {
        if servers.is_empty() {
            return Ok(Self(None));
        }
        Ok(Self(Some(Arc::new(DnsResolver::new(servers)?))))
    }

    pub(super) async fn resolve(
        &self,
        host: &str,
        port: u16,
    ) -> Result<Vec<SocketAddr>, UpstreamError> {
        let with_port = |ip: IpAddr| SocketAddr::new(ip, port);
        if let Ok(ip) = host.parse::<IpAddr>() {
            return Ok(vec![with_port(ip)]);
        }
        let Some(resolver) = &self.0 else {
            return system(host, port).await;
        };
        // RFC 6761 §6.3: not a question for the DNS.
        if salver_names::is_loopback_name(host) {
            let both: [IpAddr; 2] = [Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()];
            return Ok(both.map(with_port).to_vec());
        }
        let absolute = format!("{}.", host.trim_end_matches('.'));
        let found = resolver.resolve(&absolute).await.map_err(|error| {
            UpstreamError::Name(match error {
                ResolveError::NoSuchName => Error::new(ErrorKind::NotFound, "no such name"),
                ResolveError::NotAnswered => Error::new(ErrorKind::TimedOut, "not answered"),
            })
        })?;
        Ok(found.into_iter().map(with_port).collect())
    }
}

#[expect(clippy::disallowed_methods, reason = "every address is judged before it is dialled")]
async fn system(host: &str, port: u16) -> Result<Vec<SocketAddr>, UpstreamError> {
    let found = tokio::net::lookup_host((host, port)).await.map_err(UpstreamError::Name)?;
    Ok(found.collect())
}
