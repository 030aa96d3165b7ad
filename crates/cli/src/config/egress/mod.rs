//! How do requests leave? Which way, within which bounds and budgets, and what the operator opens; in the words of the guarded door.
//!
//! Issue by issue, each off by default. What follows from other parts of the configuration (own names, development) is added where
//! the door is opened.

mod bounds;
mod budgets;
mod exception;
mod ledger;
mod proxy;
mod upstream;

use std::net::{IpAddr, SocketAddr};

pub(crate) use exception::PurposeName;
use rustls::RootCertStore;
use rustls_pki_types::{CertificateDer, pem::PemObject};
use salver_egress::{Settings as Door, upstream::UpstreamSettings};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use self::{
    bounds::{BackOffSection, BoundsSection, KeepingSection},
    budgets::BudgetsSection,
    exception::ExceptionEntry,
    ledger::LedgerSection,
    proxy::{ModeName, ProxySection},
    upstream::UpstreamSection,
};
use super::{layers::Environment, problem::Problems, tls::cannot_read};

/// `[egress]`
#[derive(Clone, Debug, Deserialize, JsonSchema, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct EgressSection {
    /// How requests for what clients name leave: by themselves, through a forward proxy, or not at all. Calls to the MCP servers behind the gateway are always direct.
    pub(crate) mode: ModeName,
    /// PEM file with certificate authorities to trust beside the platform's, for whatever salver connects to.
    pub(crate) extra_ca: Option<String>,
    /// DNS servers to ask instead of the system's, as ADDRESS or ADDRESS:PORT, for whatever salver connects to.
    pub(crate) dns_servers: Vec<String>,
    /// Ports that the URLs of clients may lead to.
    #[schemars(inner(range(min = 1, max = 65535)))]
    pub(crate) ports: Vec<u16>,
    /// NAT64 prefixes of this network, like `64:ff9b::/96`: an address inside counts as the IPv4 address that it stands for.
    pub(crate) translation_prefixes: Vec<String>,
    /// Addresses that lead to this server beside those of its interfaces and names, such as a load balancer's; the URLs of clients must not.
    pub(crate) own_addresses: Vec<String>,
    /// The forward proxy, for `mode = "proxy"`; it is asked by HTTP CONNECT. The environment's proxy variables are not read.
    pub(crate) proxy: ProxySection,
    /// Time and size of one fetch.
    pub(crate) bounds: BoundsSection,
    /// How long fetched documents are kept, and how much of them.
    pub(crate) keeping: KeepingSection,
    /// What may leave in any minute for URLs that are seen for the first time. One person or network may use a fifth of each.
    pub(crate) budgets: BudgetsSection,
    /// The same for URLs that are known to be good, so that strangers cannot use it up.
    pub(crate) known_good_budgets: BudgetsSection,
    /// How long a host that fails is left in peace: doubling from the first time to the longest, each moved by chance.
    pub(crate) back_off: BackOffSection,
    /// Hosts inside your network that are opened to named callers, one entry each.
    pub(crate) exceptions: Vec<ExceptionEntry>,
    /// The list of what left, for `salver egress ledger`.
    pub(crate) ledger: LedgerSection,
    /// Calls to the MCP servers behind the gateway.
    pub(crate) upstream: UpstreamSection,
}

impl Default for EgressSection {
    fn default() -> Self {
        Self {
            mode: ModeName::default(),
            extra_ca: None,
            dns_servers: Vec::new(),
            ports: Door::default().ports,
            translation_prefixes: Vec::new(),
            own_addresses: Vec::new(),
            proxy: ProxySection::default(),
            bounds: BoundsSection::default(),
            keeping: KeepingSection::default(),
            budgets: BudgetsSection::default(),
            known_good_budgets: BudgetsSection::default(),
            back_off: BackOffSection::default(),
            exceptions: Vec::new(),
            ledger: LedgerSection::default(),
            upstream: UpstreamSection::default(),
        }
    }
}

/// How requests leave.
#[derive(Clone, Debug, Default)]
pub(crate) struct EgressSettings {
    /// The door for what strangers chose, without what follows from other sections.
    pub(crate) door: Door,
    /// Bounds of the door for what the operator chose.
    pub(crate) upstream: UpstreamSettings,
    /// The longest that the ledger's file gets, in bytes.
    pub(crate) ledger_bytes: u64,
}

impl EgressSettings {
    /// What is opened or changed, a line each, said at start.
    pub(crate) fn announcements(&self) -> Vec<String> {
        let mode = proxy::announcement(&self.door.mode);
        mode.into_iter().chain(self.door.exceptions.iter().map(exception::announcement)).collect()
    }
}

/// What the section means.
pub(crate) fn resolve(
    section: &EgressSection,
    environment: &Environment,
    problems: &mut Problems,
) -> EgressSettings {
    let mut door = Door {
        mode: proxy::resolve(section.mode, &section.proxy, environment, problems),
        bounds: section.bounds.meaning(),
        keeping: section.keeping.meaning(problems),
        budgets: section.budgets.meaning(),
        known_good_budgets: section.known_good_budgets.meaning(),
        back_off: section.back_off.meaning(problems),
        ports: section.ports.clone(),
        exceptions: exception::resolve(&section.exceptions, problems),
        ledger_events: bounds::size(section.ledger.events),
        ..Door::default()
    };
    let extra_ca = section.extra_ca.as_ref();
    door.extra_roots_pem = extra_ca.and_then(|path| authorities("egress.extra_ca", path, problems));
    if section.ports.is_empty() {
        problems.refuse("egress.ports", "names no port", "leave it out for 443");
    }
    door.dns_servers = each(
        ("egress.dns_servers", &section.dns_servers),
        "write it like 192.0.2.53 or [2001:db8::53]:53",
        problems,
        dns_server,
    );
    door.own_addresses = each(
        ("egress.own_addresses", &section.own_addresses),
        "write it like 203.0.113.7 or 2001:db8::7",
        problems,
        |text| text.parse::<IpAddr>().map_err(|_| "is not an address"),
    );
    door.translation_prefixes = each(
        ("egress.translation_prefixes", &section.translation_prefixes),
        "write it like 64:ff9b::/96, of 32, 40, 48, 56, 64 or 96 bits (RFC 6052)",
        problems,
        |text| Door::translation_prefix(text).ok_or("is not a prefix that translators use"),
    );
    EgressSettings {
        upstream: section.upstream.meaning(),
        ledger_bytes: section.ledger.file_bytes.into(),
        door,
    }
}

/// Each text of a list understood, or refused at its place.
fn each<T>(
    (key, texts): (&str, &[String]),
    example: &str,
    problems: &mut Problems,
    read: impl Fn(&str) -> Result<T, &'static str>,
) -> Vec<T> {
    let mut found = Vec::new();
    for (position, text) in texts.iter().enumerate() {
        match read(text) {
            Ok(value) => found.push(value),
            Err(why) => {
                problems.refuse(format!("{key}[{position}]"), format!("\"{text}\" {why}"), example);
            }
        }
    }
    found
}

fn dns_server(text: &str) -> Result<SocketAddr, &'static str> {
    let read = text
        .parse()
        .or_else(|_| text.parse::<IpAddr>().map(|address| SocketAddr::new(address, 53)));
    match read {
        Ok(server) if server.port() != 0 => Ok(server),
        Ok(_) | Err(_) => Err("is not an address"),
    }
}

/// The bytes of a PEM file with at least one certificate, all of which can stand above others.
pub(crate) fn authorities(key: &str, path: &str, problems: &mut Problems) -> Option<Vec<u8>> {
    let path = problems.origins().resolve(key, path);
    let pem = problems.accept(
        key,
        std::fs::read(&path).map_err(|error| cannot_read(&path, &error)),
        "name a file that salver may read",
    )?;
    let found: Vec<_> =
        CertificateDer::pem_slice_iter(&pem).collect::<Result<_, _>>().unwrap_or_default();
    let mut known = RootCertStore::empty();
    let (usable, unusable) = known.add_parsable_certificates(found);
    if usable == 0 || unusable > 0 {
        problems.refuse(
            key,
            if unusable > 0 {
                "holds a certificate that cannot be used"
            } else {
                "holds no certificate in PEM form"
            },
            "it begins with -----BEGIN CERTIFICATE-----",
        );
        return None;
    }
    Some(pem)
}

#[cfg(test)]
mod tests;
