//! Where are we? Addresses that lead to ourselves, and NAT64 prefixes of this network.
//!
//! Own addresses are those of the network interfaces, those the operator names, and those that our own names resolve to.
//! Prefixes are found as in RFC 7050 §3. What is found here can only forbid more: nothing that the DNS says opens anything.

use std::{collections::BTreeSet, net::IpAddr, sync::Arc, time::Duration};

use futures_util::future::join_all;
use ipnet::Ipv6Net;
use tokio::{
    sync::Mutex,
    time::{Instant, timeout},
};

use crate::{
    address::embedded::{RFC6052_LENGTHS, rfc6052_v4},
    resolver::{Resolve, ResolveError},
};

/// What was found, looked up again from time to time.
#[derive(Debug)]
pub(crate) struct Surroundings {
    addresses: Vec<IpAddr>,
    names: Vec<String>,
    seen: Mutex<Option<(Instant, Arc<Findings>)>>,
}

/// One look around.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    /// Addresses that lead to ourselves.
    pub(crate) own: Vec<IpAddr>,
    /// NAT64 prefixes that this network's resolvers use.
    pub(crate) prefixes: Vec<Ipv6Net>,
}

impl Surroundings {
    pub(crate) fn new(addresses: Vec<IpAddr>, names: Vec<String>) -> Self {
        Self { addresses, names, seen: Mutex::new(None) }
    }

    /// The last findings, at most [`REFRESH`] old. Whoever comes while somebody looks waits for the same look.
    pub(crate) async fn look(&self, resolver: &dyn Resolve) -> Arc<Findings> {
        let mut seen = self.seen.lock().await;
        if let Some((at, findings)) = &*seen
            && at.elapsed() < REFRESH
        {
            return Arc::clone(findings);
        }
        let before = seen.as_ref().map(|(_, findings)| Arc::clone(findings)).unwrap_or_default();
        let (own, prefixes) =
            futures_util::join!(self.own(resolver, &before), prefixes(resolver, &before));
        let findings = Arc::new(Findings { own, prefixes });
        *seen = Some((Instant::now(), Arc::clone(&findings)));
        findings
    }

    async fn own(&self, resolver: &dyn Resolve, before: &Findings) -> Vec<IpAddr> {
        let mut all: BTreeSet<IpAddr> = self.addresses.iter().copied().collect();
        match if_addrs::get_if_addrs() {
            Ok(interfaces) => all.extend(interfaces.iter().map(if_addrs::Interface::ip)),
            Err(error) => {
                tracing::warn!(%error, "own network interfaces cannot be read");
                all.extend(&before.own);
            }
        }
        let answers = join_all(self.names.iter().map(|name| ask(resolver, name))).await;
        for (name, answer) in self.names.iter().zip(answers) {
            match answer {
                Ok(addresses) => all.extend(addresses),
                Err(ResolveError::NoSuchName) => tracing::debug!(name, "own name has no address"),
                // Nobody knows better now: what was ours a minute ago is still ours.
                Err(ResolveError::NotAnswered) => {
                    tracing::warn!(name, "own name was not answered");
                    all.extend(&before.own);
                }
            }
        }
        all.into_iter().collect()
    }
}

/// RFC 7050 §3: a resolver that translates gives this name an IPv6 address around a known IPv4 address.
async fn prefixes(resolver: &dyn Resolve, before: &Findings) -> Vec<Ipv6Net> {
    let answers = match ask(resolver, "ipv4only.arpa").await {
        Ok(answers) => answers,
        Err(ResolveError::NoSuchName) => return Vec::new(),
        Err(ResolveError::NotAnswered) => return before.prefixes.clone(),
    };
    let mut found = BTreeSet::new();
    for answer in answers {
        let IpAddr::V6(v6) = answer else { continue };
        for length in RFC6052_LENGTHS {
            let well_known = rfc6052_v4(v6, length)
                .is_some_and(|v4| matches!(v4.octets(), [192, 0, 0, 170 | 171]));
            if let (true, Ok(net)) = (well_known, Ipv6Net::new(v6, length)) {
                found.insert(net.trunc());
            }
        }
    }
    found.into_iter().take(MOST_PREFIXES).collect()
}

async fn ask(resolver: &dyn Resolve, name: &str) -> Result<Vec<IpAddr>, ResolveError> {
    let absolute = format!("{name}.");
    timeout(PATIENCE, resolver.resolve(&absolute)).await.unwrap_or(Err(ResolveError::NotAnswered))
}

const REFRESH: Duration = Duration::from_mins(1);
const PATIENCE: Duration = Duration::from_secs(1);
const MOST_PREFIXES: usize = 8;

#[cfg(test)]
mod tests {
    use futures_util::future::BoxFuture;

    use super::*;

    #[derive(Debug)]
    struct Says(Vec<IpAddr>);

    impl Resolve for Says {
        fn resolve<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<Vec<IpAddr>, ResolveError>> {
            Box::pin(async { Ok(self.0.clone()) })
        }
    }

    #[tokio::test]
    async fn rfc7050_prefixes_of_every_length_are_found() {
        for (answer, prefix) in [
            ("2a00:1:2:3::c000:aa", "2a00:1:2:3::/96"),
            ("2a00:1:2:3:c0:0:ab00::", "2a00:1:2:3::/64"),
            ("2a00:1:c000:aa::", "2a00:1::/32"),
            ("64:ff9b::192.0.0.170", "64:ff9b::/96"),
        ] {
            let says = Says(vec![answer.parse().expect("an address")]);
            let found = prefixes(&says, &Findings::default()).await;
            assert_eq!(found, [prefix.parse::<Ipv6Net>().expect("a network")], "{answer}");
        }
        let plain = Says(vec!["192.0.0.170".parse().expect("an address")]);
        assert_eq!(prefixes(&plain, &Findings::default()).await, [], "no translation here");
    }

    #[tokio::test]
    async fn own_addresses_are_those_of_interfaces_settings_and_names() {
        let named = "198.41.0.4".parse().expect("an address");
        let resolved = "199.9.14.201".parse().expect("an address");
        let surroundings = Surroundings::new(vec![named], vec![String::from("as.example.org")]);
        let findings = surroundings.look(&Says(vec![resolved])).await;
        assert!(findings.own.contains(&named));
        assert!(findings.own.contains(&resolved));
        assert!(findings.own.iter().any(IpAddr::is_loopback), "{:?}", findings.own);
    }
}
