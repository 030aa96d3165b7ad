//! Which host does this text name, and in what one spelling do we keep it?
//!
//! Implements: WHATWG URL §3.5 (host parsing, by the `url` crate), RFC 5891 §4.4 (A-labels), RFC 952 and RFC 1123
//! §2.1 (letters, digits, hyphen; `_` is tolerated), RFC 1035 §2.3.4 (lengths).
//! Leaves out: ports, percent-decoding of a URL's raw text, and whether the host may be contacted.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A host in the one spelling that we compare, store and look up.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Host {
    /// A DNS name: lower case, A-labels, no trailing dot.
    Name(DnsName),
    /// An address literal, in brackets for IPv6 when displayed.
    Ip(IpAddr),
}

/// A DNS host name: lower case, A-labels, no trailing dot, within the DNS lengths.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DnsName(Box<str>);

/// Why a text is not a host for us.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HostError {
    /// Nothing between the separators.
    #[error("empty host")]
    Empty,
    /// A fully qualified spelling such as `localhost.`: another string for the same host (CIMD-F-11).
    #[error("trailing dot")]
    TrailingDot,
    /// Two dots in a row or a dot at the start.
    #[error("empty label")]
    EmptyLabel,
    /// Neither a name by IDNA nor an address literal.
    #[error("not a host")]
    Malformed,
    /// An IPv4 address in a disguise such as `0x7f.1` or `2130706433`.
    #[error("address not in its usual form")]
    DisguisedAddress,
    /// A character outside letters, digits, hyphen and underscore, or a hyphen at the edge of a label.
    #[error("character not allowed in a host name")]
    Character,
    /// A label over 63 or a name over 253 octets (RFC 1035 §2.3.4).
    #[error("host name too long")]
    TooLong,
}

impl Host {
    /// Reads a host as it stands in a URL or in a setting: a name in any case, with U-labels or A-labels, an IPv4
    /// literal in its usual form, or an IPv6 literal with or without brackets.
    ///
    /// # Errors
    /// The first reason why `text` is not a host; see [`HostError`].
    pub fn parse(text: &str) -> Result<Self, HostError> {
        if text.is_empty() {
            return Err(HostError::Empty);
        }
        if is_plain_name(text) {
            return Ok(Self::Name(DnsName::check(text.to_owned())?));
        }
        if let Ok(address) = text.parse::<Ipv6Addr>() {
            return Ok(Self::Ip(IpAddr::V6(address)));
        }
        if text.contains('%') {
            return Err(HostError::Character); // `Host::parse` would decode it: one spelling only
        }
        match url::Host::parse(text) {
            Ok(url::Host::Ipv4(address)) if address.to_string() != text => {
                Err(HostError::DisguisedAddress)
            }
            Ok(host) => Self::from_parsed(host),
            Err(_) if text.ends_with('.') && text.len() > 1 => Err(HostError::TrailingDot),
            Err(_) => Err(HostError::Malformed),
        }
    }

    /// Takes the host of a URL that `url` has parsed. An IPv4 address in disguise can no longer be told there: give the
    /// raw text to [`Host::parse`] where that matters.
    ///
    /// # Errors
    /// As [`Host::parse`], since URL hosts may hold characters that no host name has.
    pub fn from_url(host: &url::Host<&str>) -> Result<Self, HostError> {
        Self::from_parsed(host.to_owned())
    }

    fn from_parsed(host: url::Host<String>) -> Result<Self, HostError> {
        match host {
            url::Host::Domain(name) => Ok(Self::Name(DnsName::check(name)?)),
            url::Host::Ipv4(address) => Ok(Self::Ip(IpAddr::V4(address))),
            url::Host::Ipv6(address) => Ok(Self::Ip(IpAddr::V6(address))),
        }
    }

    /// The DNS name, or nothing for an address literal.
    #[must_use]
    pub fn as_name(&self) -> Option<&str> {
        match self {
            Self::Name(name) => Some(name.as_str()),
            Self::Ip(_) => None,
        }
    }

    /// The address of a literal, or nothing for a name.
    #[must_use]
    pub fn as_ip(&self) -> Option<IpAddr> {
        match self {
            Self::Name(_) => None,
            Self::Ip(address) => Some(*address),
        }
    }

    /// The registrable domain of a name; nothing for address literals and public suffixes.
    #[must_use]
    pub fn registrable_domain(&self) -> Option<&str> {
        crate::registrable_domain(self.as_name()?)
    }

    /// A loopback literal, or a name that RFC 6761 §6.3 binds to this computer.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        match self {
            Self::Name(name) => crate::is_loopback_name(name.as_str()),
            Self::Ip(address) => address.is_loopback(),
        }
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name.as_str()),
            Self::Ip(IpAddr::V4(address)) => address.fmt(f),
            Self::Ip(IpAddr::V6(address)) => write!(f, "[{address}]"),
        }
    }
}

impl std::str::FromStr for Host {
    type Err = HostError;

    fn from_str(text: &str) -> Result<Self, HostError> {
        Self::parse(text)
    }
}

impl From<Ipv4Addr> for Host {
    fn from(address: Ipv4Addr) -> Self {
        Self::Ip(IpAddr::V4(address))
    }
}

impl DnsName {
    /// The name: lower case, A-labels, no trailing dot.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Checks what the URL parser has made lower case and turned into A-labels.
    fn check(name: String) -> Result<Self, HostError> {
        if name.is_empty() {
            return Err(HostError::Empty);
        }
        if name.ends_with('.') {
            return Err(HostError::TrailingDot);
        }
        if name.len() > MAX_NAME {
            return Err(HostError::TooLong);
        }
        name.split('.').try_for_each(check_label)?;
        Ok(Self(name.into_boxed_str()))
    }
}

impl AsRef<str> for DnsName {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for DnsName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A name that IDNA would leave as it is and that is no number: most hosts. A shorter way to what the URL parser would answer.
fn is_plain_name(text: &str) -> bool {
    let is_plain = |b: u8| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.');
    let last = text.bytes().rposition(|b| b == b'.').map_or(0, |dot| dot + 1);
    text.as_bytes().get(last).is_some_and(u8::is_ascii_lowercase)
        && text.bytes().all(is_plain)
        && !text.split('.').any(|label| label.starts_with("xn--"))
}

fn check_label(label: &str) -> Result<(), HostError> {
    let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_';
    match label.len() {
        0 => Err(HostError::EmptyLabel),
        1..=MAX_LABEL if label.starts_with('-') || label.ends_with('-') => {
            Err(HostError::Character)
        } // RFC 1123 §2.1
        1..=MAX_LABEL if label.bytes().all(allowed) => Ok(()),
        1..=MAX_LABEL => Err(HostError::Character),
        _ => Err(HostError::TooLong),
    }
}

const MAX_NAME: usize = 253;
const MAX_LABEL: usize = 63;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const READ: &[(&str, &str, Result<&str, HostError>)] = &[
        ("a name stays", "as.example", Ok("as.example")),
        ("WHATWG URL §3.5 lower case", "AS.Example", Ok("as.example")),
        ("RFC 5891 §4.4 U-label becomes A-label", "bücher.example", Ok("xn--bcher-kva.example")),
        ("… and an A-label stays", "XN--bcher-kva.example", Ok("xn--bcher-kva.example")),
        ("… but a broken A-label is none", "xn--zzzz-.example", Err(HostError::Malformed)),
        ("full-width dots and letters are mapped", "a\u{ff0e}b", Ok("a.b")),
        ("underscore is tolerated", "_dmarc.example", Ok("_dmarc.example")),
        ("… but no other sign", "a!b.example", Err(HostError::Character)),
        ("RFC 1123 §2.1 hyphen inside", "a--b.example", Ok("a--b.example")),
        ("… but not at the edge", "-a.example", Err(HostError::Character)),
        ("CIMD-F-11 no trailing dot", "as.example.", Err(HostError::TrailingDot)),
        ("… not after localhost either", "localhost.", Err(HostError::TrailingDot)),
        ("RFC 1035 no empty label", "a..example", Err(HostError::EmptyLabel)),
        ("… nor at the start", ".example", Err(HostError::EmptyLabel)),
        ("nothing is no host", "", Err(HostError::Empty)),
        ("percent signs are not decoded", "%61.example", Err(HostError::Character)),
        ("a space is no host", "a b", Err(HostError::Malformed)),
        ("no port here", "as.example:443", Err(HostError::Malformed)),
        ("IPv4 literal", "127.0.0.1", Ok("127.0.0.1")),
        ("… with a hexadecimal part", "0x7f.1", Err(HostError::DisguisedAddress)),
        ("… as one number", "2130706433", Err(HostError::DisguisedAddress)),
        ("… shortened", "127.1", Err(HostError::DisguisedAddress)),
        ("… with a leading zero", "127.0.0.01", Err(HostError::DisguisedAddress)),
        ("… with a trailing dot", "127.0.0.1.", Err(HostError::DisguisedAddress)),
        ("IPv6 literal in brackets", "[::1]", Ok("[::1]")),
        ("… or bare", "::1", Ok("[::1]")),
        ("… but no zone", "[fe80::1%25eth0]", Err(HostError::Character)),
    ];

    #[test]
    fn a_host_has_one_spelling() {
        for (why, text, expected) in READ {
            let read = Host::parse(text).map(|host| host.to_string());
            assert_eq!(read, expected.map(str::to_owned), "{why}: {text:?}");
        }
    }

    #[test]
    fn rfc1035_lengths() {
        let label = "a".repeat(63);
        assert!(Host::parse(&format!("{label}.example")).is_ok());
        assert_eq!(Host::parse(&format!("{label}a.example")), Err(HostError::TooLong));
        let full = [label.as_str(); 4].join(".");
        assert!(Host::parse(full.get(..253).unwrap()).is_ok());
        assert_eq!(Host::parse(full.get(..254).unwrap()), Err(HostError::TooLong));
    }

    #[test]
    fn loopback_hosts() {
        for (text, loopback) in [
            ("localhost", true),
            ("a.localhost", true),
            ("127.0.0.1", true),
            ("127.9.9.9", true),
            ("::1", true),
            ("localhost.example", false),
            ("128.0.0.1", false),
            ("::2", false),
        ] {
            assert_eq!(Host::parse(text).unwrap().is_loopback(), loopback, "{text}");
        }
    }

    #[test]
    fn the_host_of_a_url() {
        let url = url::Url::parse("https://EXAMPLE.com/x").unwrap();
        assert_eq!(Host::from_url(&url.host().unwrap()), Host::parse("example.com"));
        let url = url::Url::parse("https://a$b.example/x").unwrap();
        assert_eq!(Host::from_url(&url.host().unwrap()), Err(HostError::Character));
    }

    proptest! {
        #[test]
        fn reading_a_host_again_changes_nothing(text in ".{0,40}") {
            if let Ok(host) = Host::parse(&text) {
                prop_assert_eq!(Host::parse(&host.to_string()), Ok(host));
            }
        }

        #[test]
        fn the_shorter_way_answers_the_same(text in "[a-z0-9.-]{1,12}(x{60}|n--|0x1)?[.-]?[a-z0-9]{0,4}") {
            if is_plain_name(&text) {
                let longer = url::Host::parse(&text).map_err(|_| HostError::Malformed);
                prop_assert_eq!(Host::parse(&text), longer.and_then(Host::from_parsed));
            }
        }

        #[test]
        fn letter_case_never_matters(text in "[a-zA-Z][a-zA-Z0-9]{0,8}(\\.[a-zA-Z][a-zA-Z0-9]{0,8}){0,3}") {
            prop_assert_eq!(Host::parse(&text), Host::parse(&text.to_ascii_lowercase()));
        }

        #[test]
        fn every_address_reads_back(v4 in any::<Ipv4Addr>(), v6 in any::<Ipv6Addr>()) {
            prop_assert_eq!(Host::parse(&v4.to_string()), Ok(Host::from(v4)));
            prop_assert_eq!(Host::parse(&format!("[{v6}]")), Ok(Host::Ip(IpAddr::V6(v6))));
        }
    }
}
