//! Which addresses, and which texts, does a name have? The only place that asks the DNS.
//!
//! Behind a trait, so that tests can lie. Judging the answers is `address.rs`; the answers are never trusted.

use std::{
    fmt,
    net::{IpAddr, SocketAddr},
};

use futures_util::future::BoxFuture;
use hickory_resolver::{
    TokioResolver,
    config::{ConnectionConfig, LookupIpStrategy, NameServerConfig, ResolverConfig},
    net::{NetError, runtime::TokioRuntimeProvider},
    proto::rr::{RData, Record},
};

use crate::SetupError;

/// Asks the DNS.
pub trait Resolve: Send + Sync + fmt::Debug + 'static {
    /// All addresses of `name`, which is absolute (it ends in a dot).
    fn resolve<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Vec<IpAddr>, ResolveError>>;

    /// The texts of `name`, which is absolute: one for each TXT record, its strings joined (RFC 7208 §3.3). Whoever knows addresses only has none.
    fn texts<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Vec<Vec<u8>>, ResolveError>> {
        let _ = name;
        Box::pin(async { Err(ResolveError::NoSuchName) })
    }
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResolveError {
    /// The name does not exist, or has nothing of that kind.
    NoSuchName,
    /// The question was not answered.
    NotAnswered,
}

/// Asks the system's DNS servers, or those that the operator names.
pub struct DnsResolver(TokioResolver);

impl DnsResolver {
    /// With the system's configuration, or with `servers` if there are any.
    ///
    /// # Errors
    ///
    /// When the system's configuration cannot be read.
    pub fn new(servers: &[SocketAddr]) -> Result<Self, SetupError> {
        let setup_error = |error: NetError| SetupError::Resolver(Box::new(error));
        let mut builder = if servers.is_empty() {
            TokioResolver::builder_tokio().map_err(setup_error)?
        } else {
            let servers = servers.iter().map(|server| {
                let mut connections = vec![ConnectionConfig::udp(), ConnectionConfig::tcp()];
                for connection in &mut connections {
                    connection.port = server.port();
                }
                NameServerConfig::new(server.ip(), true, connections)
            });
            let config = ResolverConfig::from_name_servers(servers.collect());
            TokioResolver::builder_with_config(config, TokioRuntimeProvider::default())
        };
        let options = builder.options_mut();
        options.ip_strategy = LookupIpStrategy::Ipv4AndIpv6;
        options.ndots = 1; // more would make a name of digits an address
        Ok(Self(builder.build().map_err(setup_error)?))
    }
}

impl Resolve for DnsResolver {
    fn resolve<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Vec<IpAddr>, ResolveError>> {
        Box::pin(async move {
            let answers = self.0.lookup_ip(name).await.map_err(|error| refused(name, &error))?;
            Ok(answers.iter().collect())
        })
    }

    fn texts<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Vec<Vec<u8>>, ResolveError>> {
        Box::pin(async move {
            let found = self.0.txt_lookup(name).await.map_err(|error| refused(name, &error))?;
            let text = |record: &Record| match &record.data {
                RData::TXT(text) => Some(text.txt_data.concat()),
                _ => None,
            };
            Ok(found.answers().iter().filter_map(text).collect())
        })
    }
}

fn refused(name: &str, error: &NetError) -> ResolveError {
    if error.is_no_records_found() || error.is_nx_domain() {
        return ResolveError::NoSuchName;
    }
    tracing::debug!(name, %error, "DNS question not answered");
    ResolveError::NotAnswered
}

impl fmt::Debug for DnsResolver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DnsResolver")
    }
}
