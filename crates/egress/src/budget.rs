//! May another fetch begin? Budgets per host, registrable domain, network and overall, whatever the copies say.
//!
//! Each is a number of fetches in any span of one minute, counted exactly; one source may use at most a fifth of it.
//! Excess is refused at once. The tables are bounded by the overall budget: what is older than a minute is forgotten, and
//! when there is no room even so, nothing begins.

mod window;

use std::{
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use self::window::{Claim, Window, Windows, share_in_flight};
use crate::{
    error::{BudgetKind, NotNow},
    purpose::{Source, network_of},
    settings::Budgets,
};

/// One set of budgets, shared by everything that draws on it.
#[derive(Debug)]
pub(crate) struct Purse {
    budgets: Budgets,
    spent: Mutex<Spent>,
}

#[derive(Debug)]
struct Spent {
    hosts: Windows<String>,
    domains: Windows<String>,
    networks: Windows<IpAddr>,
    overall: Window,
    in_flight: Vec<(String, Source)>,
}

/// The right to one fetch; its place in flight is free again when it is dropped.
#[derive(Debug)]
pub(crate) struct Permit {
    purse: Arc<Purse>,
    host: String,
    source: Source,
}

impl Purse {
    pub(crate) fn new(budgets: Budgets) -> Arc<Self> {
        let room = budgets.overall.saturating_mul(4).saturating_add(64);
        let spent = Spent {
            hosts: Windows::new(room),
            domains: Windows::new(room),
            networks: Windows::new(room),
            overall: Window::default(),
            in_flight: Vec::new(),
        };
        Arc::new(Self { budgets, spent: Mutex::new(spent) })
    }

    /// Takes one fetch out of all budgets, or none out of any.
    pub(crate) fn draw(
        self: &Arc<Self>,
        host: &str,
        source: Source,
        now: Duration,
    ) -> Result<Permit, NotNow> {
        let source = source.widened();
        // A name directly under a public suffix, or an address: its own domain.
        let domain = salver_names::registrable_domain(host).unwrap_or(host);
        let budgets = &self.budgets;
        let claim = |kind, budget| Claim { source, now, kind, budget };
        let mut spent = self.lock();
        spent.check_flight(host, source, budgets)?;
        spent.overall.check(&claim(BudgetKind::Overall, budgets.overall))?;
        spent.domains.check(domain, &claim(BudgetKind::Domain, budgets.per_domain))?;
        spent.hosts.check(host, &claim(BudgetKind::Host, budgets.per_host))?;
        spent.overall.add(source, now);
        spent.domains.add(domain.to_owned(), source, now);
        spent.hosts.add(host.to_owned(), source, now);
        spent.in_flight.push((host.to_owned(), source));
        let (purse, host) = (Arc::clone(self), host.to_owned());
        Ok(Permit { purse, host, source })
    }

    fn lock(&self) -> MutexGuard<'_, Spent> {
        self.spent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Permit {
    /// Takes one connection into the network of `address` out of its budget.
    pub(crate) fn enter_network(&self, address: IpAddr, now: Duration) -> Result<(), NotNow> {
        let network = network_of(address);
        let mut spent = self.purse.lock();
        let budget = self.purse.budgets.per_network;
        let claim = Claim { source: self.source, now, kind: BudgetKind::Network, budget };
        spent.networks.check(&network, &claim)?;
        spent.networks.add(network, self.source, now);
        Ok(())
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut spent = self.purse.lock();
        let mine = |(host, source): &(String, Source)| *host == self.host && *source == self.source;
        if let Some(place) = spent.in_flight.iter().position(mine) {
            spent.in_flight.swap_remove(place);
        }
    }
}

impl Spent {
    fn check_flight(&self, host: &str, source: Source, budgets: &Budgets) -> Result<(), NotNow> {
        let here = || self.in_flight.iter().filter(|(other, _)| other == host);
        if self.in_flight.len() >= budgets.in_flight {
            return Err(NotNow::InFlight(BudgetKind::Overall));
        }
        if here().count() >= budgets.in_flight_per_host {
            return Err(NotNow::InFlight(BudgetKind::Host));
        }
        let by_source = self.in_flight.iter().filter(|(_, other)| *other == source).count();
        if by_source >= share_in_flight(budgets.in_flight) {
            return Err(NotNow::Share(BudgetKind::Overall));
        }
        let here_by_source = here().filter(|(_, other)| *other == source).count();
        if here_by_source >= share_in_flight(budgets.in_flight_per_host) {
            return Err(NotNow::Share(BudgetKind::Host));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(n: u32) -> Source {
        Source::User(u128::from(n).to_be_bytes())
    }

    fn secs(n: u64) -> Duration {
        Duration::from_secs(n)
    }

    #[test]
    fn a_host_gets_its_budget_in_any_minute_and_no_source_more_than_a_fifth() {
        let purse = Purse::new(Budgets::default());
        let mut begun = 0;
        for n in 0..10_000 {
            match purse.draw("victim.example", user(n % 100), secs(0)) {
                Ok(_) => begun += 1,
                Err(refusal) => assert_eq!(refusal, NotNow::Budget(BudgetKind::Host)),
            }
        }
        assert_eq!(begun, 30);
        assert!(purse.draw("victim.example", user(7), secs(59)).is_err());
        for n in 0..6 {
            assert!(purse.draw("victim.example", user(7), secs(60)).is_ok(), "{n}");
        }
        let seventh = purse.draw("victim.example", user(7), secs(60));
        assert_eq!(seventh.err(), Some(NotNow::Share(BudgetKind::Host)));
        assert!(purse.draw("victim.example", user(8), secs(60)).is_ok(), "others go on");
    }

    #[test]
    fn hosts_of_one_domain_share_its_budget_and_those_of_a_public_suffix_do_not() {
        let purse = Purse::new(Budgets::default());
        let begun = |suffix: &str| {
            let draw = |n: u32| purse.draw(&format!("h{n}.{suffix}"), user(n), secs(0)).is_ok();
            (0..100).filter(|n| draw(*n)).count()
        };
        assert_eq!(begun("victim.com"), 60);
        assert_eq!(begun("github.io"), 100);
    }

    #[test]
    fn networks_have_a_budget_whatever_the_names() {
        let purse = Purse::new(Budgets::default());
        let mut entered = 0;
        for n in 0..200 {
            let permit = purse.draw(&format!("h{n}.com"), user(n), secs(0)).expect("within budget");
            let address = IpAddr::from([198, 41, 0, u8::try_from(n).unwrap_or(0)]);
            entered += usize::from(permit.enter_network(address, secs(0)).is_ok());
        }
        assert_eq!(entered, 120);
        let permit = purse.draw("other.com", user(1), secs(0)).expect("within budget");
        assert!(
            permit.enter_network(IpAddr::from([198, 41, 1, 1]), secs(0)).is_ok(),
            "the next /24"
        );
    }

    #[test]
    fn flights_are_bounded_and_places_come_back() {
        let purse = Purse::new(Budgets::default());
        let mut permits: Vec<_> =
            (0..4).map(|n| purse.draw("a.com", user(n), secs(0)).expect("a place")).collect();
        let fifth = purse.draw("a.com", user(9), secs(0));
        assert_eq!(fifth.err(), Some(NotNow::InFlight(BudgetKind::Host)));
        permits.pop();
        assert!(purse.draw("a.com", user(9), secs(0)).is_ok());
    }

    #[test]
    fn memory_stays_bounded_while_many_hosts_are_tried() {
        let purse = Purse::new(Budgets::default());
        for n in 0..100_000_u32 {
            // Ten thousand a minute.
            let now = Duration::from_millis(u64::from(n) * 6);
            let _ = purse.draw(&format!("h{n}.com"), user(n), now);
            let spent = purse.lock();
            assert!(spent.hosts.len() <= 600 * 4 + 64);
            assert!(spent.overall.len() <= 600);
        }
    }
}
