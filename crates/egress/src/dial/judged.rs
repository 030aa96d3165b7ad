//! Which addresses may be dialled for a wish? All that its name has, or none (SPEC CIMD-F-4).
//!
//! Brings together the judge of addresses, what the operator opened, and what is known of our surroundings.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    sync::Arc,
};

use tokio::time::timeout;

use super::{Dialer, Wish};
use crate::{
    AddressRefusal, ChosenBy, DialError,
    address::{self, AddressRules},
    error::Phase,
    resolver::ResolveError,
    surroundings::Findings,
    url_gate::TargetHost,
};

impl Dialer {
    /// Only a stranger's wish needs to know where we are, and only when the operator did not open its host.
    pub(super) async fn look_around(&self, wish: Wish<'_>) -> Arc<Findings> {
        let (host, port) = (wish.target.host(), wish.target.port());
        let opened = self.settings.opens(host, port, wish.purpose)
            || self.settings.leads_to_development(host, port);
        if wish.chosen_by != ChosenBy::Stranger || opened {
            return Arc::default();
        }
        self.surroundings.look(&*self.resolver).await
    }

    /// All addresses of the target; one forbidden answer refuses the name (SPEC CIMD-F-4).
    pub(super) async fn judged_addresses(
        &self,
        wish: Wish<'_>,
        around: &Findings,
    ) -> Result<Vec<IpAddr>, DialError> {
        let addresses = self.addresses(wish.target.host()).await?;
        for address in &addresses {
            self.judge(*address, wish, around)
                .map_err(|refusal| DialError::Address { address: *address, refusal })?;
        }
        Ok(alternating(addresses))
    }

    pub(super) async fn addresses(&self, host: &TargetHost) -> Result<Vec<IpAddr>, DialError> {
        let name = match host {
            TargetHost::Address(address) => return Ok(vec![*address]),
            // RFC 6761 §6.3: not a question for the DNS.
            TargetHost::Name(name) if salver_names::is_loopback_name(name) => {
                return Ok(vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()]);
            }
            TargetHost::Name(name) => format!("{name}."), // absolute: no search list is tried
        };
        let answers = timeout(self.settings.bounds.dns, self.resolver.resolve(&name))
            .await
            .map_err(|_| DialError::TimedOut(Phase::Dns))?
            .map_err(|error| match error {
                ResolveError::NoSuchName => DialError::NoSuchName,
                ResolveError::NotAnswered => DialError::NotResolved,
            })?;
        match answers.len() {
            0 => Err(DialError::NoSuchName),
            answers if answers > self.settings.bounds.addresses_answered => {
                Err(DialError::TooManyAddresses { answers })
            }
            _ => Ok(answers),
        }
    }

    pub(super) fn judge(
        &self,
        address: IpAddr,
        wish: Wish<'_>,
        around: &Findings,
    ) -> Result<(), AddressRefusal> {
        let port = wish.target.port();
        if wish.chosen_by == ChosenBy::Stranger {
            if self.settings.opens(wish.target.host(), port, wish.purpose)
                || self.settings.opens(&TargetHost::Address(address), port, wish.purpose)
            {
                return address::judge(address, ChosenBy::Operator);
            }
            if self.settings.development.loopback && address::is_loopback(address) {
                return Ok(()); // SPEC CIMD-F-6
            }
        }
        let translation_prefixes = &self.settings.translation_prefixes;
        address::judge_with(
            address,
            wish.chosen_by,
            AddressRules {
                own: &around.own,
                translation_prefixes,
                suspected_prefixes: &around.prefixes,
            },
        )
    }
}

/// The two families in turn, so that a broken one costs one attempt.
fn alternating(addresses: Vec<IpAddr>) -> Vec<IpAddr> {
    let (v4, v6): (Vec<_>, Vec<_>) = addresses.into_iter().partition(IpAddr::is_ipv4);
    let (mut v4, mut v6) = (v4.into_iter(), v6.into_iter());
    let mut all = Vec::new();
    loop {
        let pair = [v4.next(), v6.next()];
        if pair == [None, None] {
            return all;
        }
        all.extend(pair.into_iter().flatten());
    }
}
