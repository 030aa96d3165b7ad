//! Which hosts and ports may a URL name? The part of the URL gate about the authority.
//!
//! RFC 3986 §3.2.2, RFC 6761 and its registry (through `salver-names`).

use std::net::IpAddr;

use super::{TargetHost, UrlRefusal, UrlRules};
use crate::{ChosenBy, address};

/// Form of the authority as written, before a parser lower-cases, decodes or completes it.
pub(super) fn check_raw_host(raw_authority: &str) -> Result<(), UrlRefusal> {
    let raw_host = match raw_authority.strip_prefix('[') {
        Some(rest) => return check_bracketed(rest),
        None => match raw_authority.split_once(':') {
            // A colon asks for a port (SPEC CIMD-U-7).
            Some((_, "")) => return Err(UrlRefusal::HostForm),
            Some((raw_host, _)) => raw_host,
            None => raw_authority,
        },
    };
    let bad_byte = |byte: u8| !matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-' | b'_');
    if raw_host.is_empty() || raw_host.len() > 253 || raw_host.bytes().any(bad_byte) {
        return Err(UrlRefusal::HostForm);
    }
    let bad_label = |label: &str| label.is_empty() || label.len() > 63;
    if raw_host.split('.').any(bad_label) {
        return Err(UrlRefusal::HostForm); // also the trailing dot
    }
    Ok(())
}

/// `[…]` must hold an IPv6 address without a zone; the parser checks the rest.
fn check_bracketed(rest: &str) -> Result<(), UrlRefusal> {
    match rest.split_once(']') {
        Some((address, "")) if !address.is_empty() => Ok(()),
        Some((address, port)) if !address.is_empty() && port.starts_with(':') && port.len() > 1 => {
            Ok(())
        }
        _ => Err(UrlRefusal::HostForm),
    }
}

/// Kind of host and port, as whoever chose it may name them.
pub(super) fn check(
    host: &TargetHost,
    port: u16,
    https: bool,
    rules: UrlRules<'_>,
) -> Result<(), UrlRefusal> {
    match rules.chosen_by {
        // RFC 8252 §8.3 in spirit: without TLS only what never leaves the computer.
        ChosenBy::User if !https && !stays_here(host) => Err(UrlRefusal::Scheme),
        ChosenBy::User | ChosenBy::Operator => Ok(()),
        ChosenBy::Stranger if (rules.opened)(host, port) => Ok(()),
        ChosenBy::Stranger => check_strangers(host, port, rules.ports),
    }
}

fn check_strangers(host: &TargetHost, port: u16, ports: &[u16]) -> Result<(), UrlRefusal> {
    let TargetHost::Name(name) = host else {
        return Err(UrlRefusal::AddressAsHost);
    };
    // The parser reads these as addresses where it can; where it cannot, a resolver might.
    if looks_numeric(name) {
        return Err(UrlRefusal::AddressAsHost);
    }
    if name.contains('_') {
        return Err(UrlRefusal::HostForm); // RFC 1123 §2.1: no host name
    }
    if !name.contains('.') || salver_names::is_special_use(name) {
        return Err(UrlRefusal::SpecialUseName);
    }
    if !ports.contains(&port) {
        return Err(UrlRefusal::Port { port });
    }
    Ok(())
}

/// The last label is a number, decimal or hexadecimal (URL Standard, "ends in a number").
fn looks_numeric(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or(name);
    let hexadecimal = last
        .strip_prefix("0x")
        .is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
    hexadecimal || last.bytes().all(|byte| byte.is_ascii_digit())
}

fn stays_here(host: &TargetHost) -> bool {
    match host {
        TargetHost::Address(IpAddr::V4(v4)) => v4.is_loopback(),
        TargetHost::Address(v6) => address::is_loopback(*v6),
        TargetHost::Name(name) => name == "localhost",
    }
}

/// What looks like the host of a URL that nobody has judged, for people to read: never user name, path or query.
pub(crate) fn apparent_host(raw_url: &str) -> String {
    let Some((_, rest)) = raw_url.split_once("://") else {
        return String::new();
    };
    let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    let host = match host.split_once(']') {
        Some((address, _)) => format!("{address}]"),
        None => host.split(':').next().unwrap_or_default().to_owned(),
    };
    let readable = |c: char| c.is_ascii_alphanumeric() || ".-_:[]".contains(c);
    host.chars().take(255).map(|c| if readable(c) { c } else { '?' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_refused_url_only_its_host_is_told() {
        for (url, host) in [
            ("https://a.example/path?token=secret", "a.example"),
            ("http://user:secret@a.example:8443#x", "a.example"),
            ("https://127.0.0.1?x@y", "127.0.0.1"),
            ("https://[::1]:443/", "[::1]"),
            ("https://\u{1b}[2J\n/", "?[2J?"),
            ("https://a\\b@c/", "a"),
            ("secret", ""),
            ("", ""),
        ] {
            assert_eq!(apparent_host(url), host, "{url}");
        }
        assert_eq!(apparent_host(&format!("https://{}/", "a".repeat(3000))).len(), 255);
    }
}
