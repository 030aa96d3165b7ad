//! What the operator can set, with the production values as defaults.
//!
//! Nothing here reads a file: the program that uses this crate maps its own configuration onto these types.

use std::{
    collections::BTreeMap,
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use ipnet::Ipv6Net;

use crate::{
    SetupError, address::embedded::RFC6052_LENGTHS, mode::Mode, purpose::Purpose,
    url_gate::TargetHost,
};

/// Everything that can be set.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How connections leave: directly, through a proxy, or not at all.
    pub mode: Mode,
    /// DNS servers to ask instead of the system's; empty means the system's.
    pub dns_servers: Vec<SocketAddr>,
    /// Time and size limits of one fetch.
    pub bounds: Bounds,
    /// How long answers are kept.
    pub keeping: Keeping,
    /// How much may leave, for URLs seen for the first time.
    pub budgets: Budgets,
    /// How much may leave for URLs known to be good; their own purse, so that strangers cannot empty it.
    pub known_good_budgets: Budgets,
    /// How long failing hosts are left in peace.
    pub back_off: BackOff,
    /// Ports that strangers' URLs may name.
    pub ports: Vec<u16>,
    /// Hosts that are opened although they lie inside, each for the callers it names.
    pub exceptions: Vec<Exception>,
    /// Certificate authorities to trust beside the platform's, as PEM.
    pub extra_roots_pem: Option<Vec<u8>>,
    /// NAT64 prefixes of this network (RFC 6052): addresses inside are judged by the IPv4 address they stand for.
    pub translation_prefixes: Vec<Ipv6Net>,
    /// Addresses that lead to this program beside those of its network interfaces, such as a load balancer's.
    pub own_addresses: Vec<IpAddr>,
    /// Names that lead to this program (issuer and resources); their addresses are looked up and refused to strangers.
    pub own_names: Vec<String>,
    /// What the development machine needs; refused unless `reach` is [`Reach::LoopbackOnly`].
    pub development: Development,
    /// From where this program itself can be reached.
    pub reach: Reach,
    /// Events that the ledger remembers.
    pub ledger_events: usize,
}

/// From where the program that uses this crate can be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// It listens on loopback addresses only.
    LoopbackOnly,
    /// It listens elsewhere too, or that is not known.
    Anywhere,
}

/// Limits of one fetch (SPEC CIMD-F-8, CIMD-F-9).
#[derive(Clone, Debug)]
pub struct Bounds {
    /// Asking for the addresses of a name.
    pub dns: Duration,
    /// Opening the connection to one address.
    pub connect: Duration,
    /// The TLS handshake.
    pub tls: Duration,
    /// From the request to the end of the response's head.
    pub head: Duration,
    /// All of it together.
    pub total: Duration,
    /// Bytes of response heads, interim responses included.
    pub head_bytes: usize,
    /// Header fields in the response.
    pub header_fields: usize,
    /// Addresses that are tried one after the other.
    pub addresses_tried: usize,
    /// Answers that one name may have; more refuse it.
    pub addresses_answered: usize,
}

/// How long answers are kept (SPEC CIMD-C-4, RFC 9111).
#[derive(Clone, Debug)]
pub struct Keeping {
    /// Never asked again sooner than this, whatever the host says (unless it says `no-store`).
    pub at_least: Duration,
    /// Asked again after this, whatever the host says.
    pub at_most: Duration,
    /// A known-good copy is served in place of an error for this long after it was fetched or confirmed.
    pub stale_at_most: Duration,
    /// Bytes of all kept bodies whose URL is not known to be good.
    pub bytes: usize,
    /// Bytes of all kept bodies of known-good URLs.
    pub known_good_bytes: usize,
}

/// How much may leave. Each number is for any span of one minute, and one source may use at most a fifth of it.
#[derive(Clone, Debug)]
pub struct Budgets {
    /// Fetches from one host.
    pub per_host: usize,
    /// Fetches from all hosts of one registrable domain.
    pub per_domain: usize,
    /// Connections into one network (IPv4 /24, IPv6 /48).
    pub per_network: usize,
    /// Fetches in all.
    pub overall: usize,
    /// At the same time from one host.
    pub in_flight_per_host: usize,
    /// At the same time in all.
    pub in_flight: usize,
}

/// How long failing hosts are left in peace: doubling from `first` to `at_most`, each time moved by up to half by chance.
#[derive(Clone, Debug)]
pub struct BackOff {
    /// After the first failure.
    pub first: Duration,
    /// However many there were.
    pub at_most: Duration,
}

/// A host inside that is opened to named callers.
#[derive(Clone, Debug)]
pub struct Exception {
    /// The host exactly as URLs name it, or an address; an address opens every name that resolves to it, on this port.
    pub host: TargetHost,
    /// The port.
    pub port: u16,
    /// The callers it is for.
    pub purposes: Vec<Purpose>,
}

/// For development on one machine. Everything is off by default.
#[derive(Clone, Debug, Default)]
pub struct Development {
    /// `("claude.ai", 443)` → the address to dial instead, keeping the name for TLS and `Host`.
    pub connect: BTreeMap<(String, u16), SocketAddr>,
    /// Strangers' `https` URLs may lead to this computer's loopback addresses, on any port (SPEC CIMD-F-6).
    pub loopback: bool,
}

impl Development {
    /// Is anything switched on?
    #[must_use]
    pub fn is_used(&self) -> bool {
        self.loopback || !self.connect.is_empty()
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            mode: Mode::Direct,
            dns_servers: Vec::new(),
            bounds: Bounds::default(),
            keeping: Keeping::default(),
            budgets: Budgets::default(),
            known_good_budgets: Budgets::default(),
            back_off: BackOff::default(),
            ports: vec![443],
            exceptions: Vec::new(),
            extra_roots_pem: None,
            translation_prefixes: Vec::new(),
            own_addresses: Vec::new(),
            own_names: Vec::new(),
            development: Development::default(),
            reach: Reach::Anywhere,
            ledger_events: 4096,
        }
    }
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            dns: Duration::from_millis(2500),
            connect: Duration::from_millis(1500),
            tls: Duration::from_millis(2500),
            head: Duration::from_secs(3),
            total: Duration::from_secs(5),
            head_bytes: 16 * 1024,
            header_fields: 64,
            addresses_tried: 3,
            addresses_answered: 32,
        }
    }
}

impl Default for Keeping {
    fn default() -> Self {
        Self {
            at_least: Duration::from_mins(1),
            at_most: Duration::from_hours(24),
            stale_at_most: Duration::from_hours(7 * 24),
            bytes: 8 * 1024 * 1024,
            known_good_bytes: 24 * 1024 * 1024,
        }
    }
}

impl Default for BackOff {
    fn default() -> Self {
        Self { first: Duration::from_secs(1), at_most: Duration::from_mins(10) }
    }
}

impl Default for Budgets {
    fn default() -> Self {
        Self {
            per_host: 30,
            per_domain: 60,
            per_network: 120,
            overall: 600,
            in_flight_per_host: 4,
            in_flight: 64,
        }
    }
}

impl Settings {
    /// Reads a prefix for `translation_prefixes`; nothing if it has a length that no translator uses.
    #[must_use]
    pub fn translation_prefix(text: &str) -> Option<Ipv6Net> {
        text.parse().ok().filter(is_translation_prefix)
    }

    /// Refuses what cannot be honoured.
    pub(crate) fn check(&self) -> Result<(), SetupError> {
        if self.development.is_used() && self.reach != Reach::LoopbackOnly {
            return Err(SetupError::DevelopmentBeyondLoopback);
        }
        let bounds = &self.bounds;
        let (budgets, known_good) = (&self.budgets, &self.known_good_budgets);
        let positive = [
            ("bounds.addresses_tried", bounds.addresses_tried),
            ("bounds.addresses_answered", bounds.addresses_answered),
            ("bounds.head_bytes", bounds.head_bytes),
            ("bounds.header_fields", bounds.header_fields),
            ("ports", self.ports.len()),
            ("budgets.per_host", budgets.per_host),
            ("budgets.per_domain", budgets.per_domain),
            ("budgets.per_network", budgets.per_network),
            ("budgets.overall", budgets.overall),
            ("budgets.in_flight_per_host", budgets.in_flight_per_host),
            ("budgets.in_flight", budgets.in_flight),
            ("known_good_budgets.per_host", known_good.per_host),
            ("known_good_budgets.per_domain", known_good.per_domain),
            ("known_good_budgets.per_network", known_good.per_network),
            ("known_good_budgets.overall", known_good.overall),
            ("known_good_budgets.in_flight_per_host", known_good.in_flight_per_host),
            ("known_good_budgets.in_flight", known_good.in_flight),
        ];
        for (name, value) in positive {
            if value == 0 {
                return Err(SetupError::OutOfRange(name));
            }
        }
        if !self.translation_prefixes.iter().all(is_translation_prefix) {
            return Err(SetupError::OutOfRange("translation_prefixes"));
        }
        Ok(())
    }

    /// Has the operator opened exactly this host and port to this caller?
    pub(crate) fn opens(&self, host: &TargetHost, port: u16, purpose: Purpose) -> bool {
        self.exceptions.iter().any(|exception| {
            exception.port == port
                && exception.host == *host
                && exception.purposes.contains(&purpose)
        })
    }

    /// Does a development setting lead this host somewhere?
    pub(crate) fn leads_to_development(&self, host: &TargetHost, port: u16) -> bool {
        match host {
            TargetHost::Name(name) => {
                let substituted = self.development.connect.contains_key(&(name.clone(), port));
                substituted || (self.development.loopback && salver_names::is_loopback_name(name))
            }
            TargetHost::Address(address) => {
                self.development.loopback && crate::address::is_loopback(*address)
            }
        }
    }
}

/// RFC 6052 §2.2.
fn is_translation_prefix(prefix: &Ipv6Net) -> bool {
    RFC6052_LENGTHS.contains(&prefix.prefix_len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_hold_and_nothing_that_lets_nothing_through_does() {
        type Case = (&'static str, fn(&mut Settings));
        assert!(Settings::default().check().is_ok());
        let cases: [Case; 6] = [
            ("ports", |settings| settings.ports.clear()),
            ("bounds.addresses_tried", |settings| settings.bounds.addresses_tried = 0),
            ("bounds.header_fields", |settings| settings.bounds.header_fields = 0),
            ("budgets.overall", |settings| settings.budgets.overall = 0),
            ("known_good_budgets.in_flight", |settings| settings.known_good_budgets.in_flight = 0),
            ("translation_prefixes", |settings| {
                settings.translation_prefixes.push(Ipv6Net::new_assert([0; 8].into(), 33));
            }),
        ];
        for (name, spoil) in cases {
            let mut settings = Settings::default();
            spoil(&mut settings);
            let refusal = settings.check();
            assert!(
                matches!(refusal, Err(SetupError::OutOfRange(found)) if found == name),
                "{name}"
            );
        }
    }

    #[test]
    fn rfc6052_2_2_translation_prefixes_have_one_of_six_lengths() {
        for (text, sound) in [
            ("64:ff9b::/96", true),
            ("2001:db8::/32", true),
            ("2001:db8::/33", false),
            ("64:ff9b::", false),
            ("10.0.0.0/8", false),
        ] {
            assert_eq!(Settings::translation_prefix(text).is_some(), sound, "{text}");
        }
    }
}
