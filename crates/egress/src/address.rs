//! May we connect to this address? The judge of addresses, a pure function.
//!
//! RFC 6890 and RFC 8190 (the registries, as a generated table), RFC 4291 §2.4 (only `2000::/3` is global unicast),
//! multicast, cloud metadata services, every form that hides an IPv4 address, and our own addresses. Finding out which
//! addresses are our own is `own.rs`; asking for the addresses of a name is `resolver.rs`.

pub mod embedded;
mod table;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{Ipv4Net, Ipv6Net};

use self::embedded::{HiddenForm, hidden_v4, rfc6052_v4};
use crate::ChosenBy;

/// One block of the special-purpose registries.
#[derive(Debug, PartialEq, Eq)]
pub struct Block<Net> {
    /// The addresses of the block.
    pub network: Net,
    /// Its name in the registry.
    pub name: &'static str,
    /// The document that reserves it.
    pub rfc: &'static str,
}

/// What the judge knows of the place where it runs.
#[derive(Clone, Copy, Debug, Default)]
pub struct AddressRules<'a> {
    /// Addresses that lead to ourselves: a stranger's URL must not.
    pub own: &'a [IpAddr],
    /// NAT64 prefixes of this network (RFC 6052): an address inside is judged by the IPv4 address it stands for.
    pub translation_prefixes: &'a [Ipv6Net],
    /// Prefixes that may translate here, as nobody trustworthy says (RFC 7050): an address inside that would stand for a
    /// forbidden IPv4 address is refused, but none is allowed for standing for a good one.
    pub suspected_prefixes: &'a [Ipv6Net],
}

/// Why an address is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressRefusal {
    /// In a block of the IANA special-purpose registries.
    SpecialPurpose {
        /// The block's name in the registry.
        block: &'static str,
    },
    /// A service of a cloud provider that answers every machine inside.
    CloudMetadata,
    /// A group of hosts.
    Multicast,
    /// IPv6 space that is not assigned for global unicast (RFC 4291 §2.4).
    NotGlobalUnicast,
    /// An IPv4 address inside an IPv6 address.
    HidesIpv4 {
        /// How it is written.
        form: HiddenForm,
        /// The address inside.
        inner: Ipv4Addr,
    },
    /// A NAT64 address of this network, standing for a forbidden IPv4 address.
    TranslatesTo {
        /// The address it stands for.
        inner: Ipv4Addr,
    },
    /// One of our own addresses.
    Own,
}

/// Judges an address by itself, without knowledge of our own addresses and network.
///
/// # Errors
///
/// The reason for which a connection must not be opened.
pub fn judge(address: IpAddr, chosen_by: ChosenBy) -> Result<(), AddressRefusal> {
    judge_with(address, chosen_by, AddressRules::default())
}

/// Judges an address at a known place.
///
/// # Errors
///
/// The reason for which a connection must not be opened.
pub fn judge_with(
    address: IpAddr,
    chosen_by: ChosenBy,
    rules: AddressRules<'_>,
) -> Result<(), AddressRefusal> {
    if is_cloud_metadata(address) {
        return Err(AddressRefusal::CloudMetadata);
    }
    if address.is_multicast() {
        return Err(AddressRefusal::Multicast);
    }
    match (chosen_by, address) {
        (ChosenBy::Stranger, _) if rules.own.contains(&address) => Err(AddressRefusal::Own),
        (ChosenBy::Stranger, IpAddr::V4(v4)) => public_v4(v4),
        (ChosenBy::Stranger, IpAddr::V6(v6)) => public_v6(v6, rules),
        (ChosenBy::User | ChosenBy::Operator, IpAddr::V4(v4)) => unicast_v4(v4, chosen_by),
        (ChosenBy::User | ChosenBy::Operator, IpAddr::V6(v6)) => unicast_v6(v6, chosen_by, rules),
    }
}

/// Is this address on this very computer?
#[must_use]
pub fn is_loopback(address: IpAddr) -> bool {
    address.to_canonical().is_loopback()
}

fn public_v4(address: Ipv4Addr) -> Result<(), AddressRefusal> {
    match table::V4.iter().find(|block| holds_v4(block.network, address)) {
        Some(block) => Err(AddressRefusal::SpecialPurpose { block: block.name }),
        None => Ok(()),
    }
}

fn public_v6(address: Ipv6Addr, rules: AddressRules<'_>) -> Result<(), AddressRefusal> {
    if let Some(inner) = translated(address, rules.translation_prefixes) {
        return public_inside(inner, rules);
    }
    if let Some((form, inner)) = hidden_v4(address) {
        return Err(AddressRefusal::HidesIpv4 { form, inner });
    }
    if let Some(block) = table::V6.iter().find(|block| holds_v6(&block.network, address)) {
        return Err(AddressRefusal::SpecialPurpose { block: block.name });
    }
    if !holds_v6(&GLOBAL_UNICAST, address) {
        return Err(AddressRefusal::NotGlobalUnicast);
    }
    match translated(address, rules.suspected_prefixes) {
        Some(inner) => public_inside(inner, rules),
        None => Ok(()),
    }
}

fn public_inside(inner: Ipv4Addr, rules: AddressRules<'_>) -> Result<(), AddressRefusal> {
    judge_with(IpAddr::V4(inner), ChosenBy::Stranger, rules)
        .map_err(|_| AddressRefusal::TranslatesTo { inner })
}

/// For those who may reach inside: everything that is one host, and not a cloud provider's.
fn unicast_v4(address: Ipv4Addr, chosen_by: ChosenBy) -> Result<(), AddressRefusal> {
    let refused = match chosen_by {
        ChosenBy::Operator => holds_v4(NEVER_ONE_HOST_V4, address),
        // Link-local is where metadata services live; only an operator may name it.
        ChosenBy::User | ChosenBy::Stranger => {
            holds_v4(NEVER_ONE_HOST_V4, address) || address.is_link_local()
        }
    };
    if refused || address.octets().first() == Some(&0) { public_v4(address) } else { Ok(()) }
}

fn unicast_v6(
    address: Ipv6Addr,
    chosen_by: ChosenBy,
    rules: AddressRules<'_>,
) -> Result<(), AddressRefusal> {
    if let Some(inner) = translated(address, rules.translation_prefixes) {
        return judge_with(IpAddr::V4(inner), chosen_by, rules)
            .map_err(|_| AddressRefusal::TranslatesTo { inner });
    }
    match hidden_v4(address) {
        // A socket that serves both families reports IPv4 peers in this form.
        Some((HiddenForm::Mapped, inner)) => judge_with(IpAddr::V4(inner), chosen_by, rules),
        Some((form, inner)) => Err(AddressRefusal::HidesIpv4 { form, inner }),
        None if address.is_unspecified() => {
            Err(AddressRefusal::SpecialPurpose { block: "Unspecified" })
        }
        None if chosen_by != ChosenBy::Operator && address.is_unicast_link_local() => {
            Err(AddressRefusal::SpecialPurpose { block: "Link-Local Unicast" })
        }
        None => Ok(()),
    }
}

fn translated(address: Ipv6Addr, prefixes: &[Ipv6Net]) -> Option<Ipv4Addr> {
    let prefix = prefixes.iter().find(|prefix| holds_v6(prefix, address))?;
    rfc6052_v4(address, prefix.prefix_len())
}

fn is_cloud_metadata(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => METADATA_V4.iter().any(|network| holds_v4(*network, v4)),
        IpAddr::V6(v6) => METADATA_V6.contains(&v6),
    }
}

/// Is the address in the block? One comparison of the leading bits, since every answer of every name is held against every block.
fn holds_v4(network: Ipv4Net, address: Ipv4Addr) -> bool {
    let differing = network.addr().to_bits() ^ address.to_bits();
    differing.leading_zeros() >= u32::from(network.prefix_len())
}

fn holds_v6(network: &Ipv6Net, address: Ipv6Addr) -> bool {
    let differing = network.addr().to_bits() ^ address.to_bits();
    differing.leading_zeros() >= u32::from(network.prefix_len())
}

const GLOBAL_UNICAST: Ipv6Net = Ipv6Net::new_assert(Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);

/// Class E with limited broadcast (RFC 1112 §4, RFC 919 §7).
const NEVER_ONE_HOST_V4: Ipv4Net = Ipv4Net::new_assert(Ipv4Addr::new(240, 0, 0, 0), 4);

/// Metadata and platform services that answer without credentials, wherever their addresses lie.
const METADATA_V4: &[Ipv4Net] = &[
    // The address that most clouds share, and the container credentials of one of them.
    Ipv4Net::new_assert(Ipv4Addr::new(169, 254, 169, 254), 32),
    Ipv4Net::new_assert(Ipv4Addr::new(169, 254, 170, 2), 32),
    Ipv4Net::new_assert(Ipv4Addr::new(169, 254, 170, 23), 32),
    Ipv4Net::new_assert(Ipv4Addr::new(169, 254, 0, 23), 32),
    // Azure's platform address, in public space.
    Ipv4Net::new_assert(Ipv4Addr::new(168, 63, 129, 16), 32),
    // Alibaba Cloud, in shared address space.
    Ipv4Net::new_assert(Ipv4Addr::new(100, 100, 100, 200), 32),
    // Oracle Cloud (classic), among the protocol assignments.
    Ipv4Net::new_assert(Ipv4Addr::new(192, 0, 0, 192), 32),
    // IBM Cloud's service network, in public space.
    Ipv4Net::new_assert(Ipv4Addr::new(161, 26, 0, 0), 16),
    Ipv4Net::new_assert(Ipv4Addr::new(166, 8, 0, 0), 14),
];

const METADATA_V6: &[Ipv6Addr] = &[
    // AWS, its container credentials, Google Cloud, Oracle Cloud, Scaleway: unique-local.
    Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254),
    Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x23),
    Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254),
    Ipv6Addr::new(0xfd00, 0xc1, 0, 0, 0, 0, 0xa9fe, 0xa9fe),
    Ipv6Addr::new(0xfd00, 0x42, 0, 0, 0, 0, 0, 0x42),
];

#[cfg(test)]
mod tests;
