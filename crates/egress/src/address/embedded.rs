//! Which IPv4 address an IPv6 address hides, and in which form.
//!
//! RFC 4291 §2.5.5 (compatible, mapped), RFC 2765 (translated), RFC 6052 §2.2 and RFC 8215 (NAT64), RFC 3056 (6to4),
//! RFC 4380 (Teredo), RFC 5214 §6.1 (ISATAP). Prefixes that a network chose for its own NAT64 cannot be seen in an
//! address: the operator names them, see `AddressRules::translation_prefixes`.

use std::net::{Ipv4Addr, Ipv6Addr};

/// A way of writing an IPv4 address inside an IPv6 address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum HiddenForm {
    /// `::ffff:a.b.c.d` (RFC 4291 §2.5.5.2).
    Mapped,
    /// `::a.b.c.d` (RFC 4291 §2.5.5.1, deprecated).
    Compatible,
    /// `::ffff:0:a.b.c.d` (RFC 2765 §2.1).
    Translated,
    /// `64:ff9b::a.b.c.d` (RFC 6052 §2.1).
    Nat64,
    /// Inside `64:ff9b:1::/48`, any prefix length (RFC 8215).
    LocalNat64,
    /// `2002:a.b.c.d::` (RFC 3056).
    SixToFour,
    /// Inside `2001::/32`, inverted (RFC 4380 §4).
    Teredo,
    /// Interface identifier `…:5efe:a.b.c.d` (RFC 5214 §6.1), under any prefix.
    Isatap,
}

/// The IPv4 address that `address` hides, if it has one of the well-known forms.
#[must_use]
pub fn hidden_v4(address: Ipv6Addr) -> Option<(HiddenForm, Ipv4Addr)> {
    let low = from_groups(address.segments()[6], address.segments()[7]);
    match address.segments() {
        // `::` and `::1` have meanings of their own (RFC 4291 §2.5.2, §2.5.3).
        [0, 0, 0, 0, 0, 0, 0, 0 | 1] => None,
        [0, 0, 0, 0, 0, 0xffff, _, _] => Some((HiddenForm::Mapped, low)),
        [0, 0, 0, 0, 0, 0, _, _] => Some((HiddenForm::Compatible, low)),
        [0, 0, 0, 0, 0xffff, 0, _, _] => Some((HiddenForm::Translated, low)),
        [0x64, 0xff9b, 0, 0, 0, 0, _, _] => Some((HiddenForm::Nat64, low)),
        [0x64, 0xff9b, 1, ..] => {
            Some((HiddenForm::LocalNat64, local_nat64(address).unwrap_or(low)))
        }
        [0x2002, high, rest, ..] => Some((HiddenForm::SixToFour, from_groups(high, rest))),
        [0x2001, 0, _, _, _, _, high, rest] => {
            Some((HiddenForm::Teredo, from_groups(!high, !rest)))
        }
        // The universal/local bit may be set or not (RFC 5214 §6.1).
        [_, _, _, _, 0 | 0x0200, 0x5efe, _, _] => Some((HiddenForm::Isatap, low)),
        _ => None,
    }
}

/// The IPv4 address inside a NAT64 address whose prefix has `length` bits (RFC 6052 §2.2, all six lengths).
#[must_use]
pub fn rfc6052_v4(address: Ipv6Addr, length: u8) -> Option<Ipv4Addr> {
    let [_, _, _, _, b4, b5, b6, b7, u, b9, b10, b11, b12, b13, b14, b15] = address.octets();
    if length != 96 && u != 0 {
        return None; // bits 64 to 71 are zero in every shorter form
    }
    match length {
        32 => Some(Ipv4Addr::new(b4, b5, b6, b7)),
        40 => Some(Ipv4Addr::new(b5, b6, b7, b9)),
        48 => Some(Ipv4Addr::new(b6, b7, b9, b10)),
        56 => Some(Ipv4Addr::new(b7, b9, b10, b11)),
        64 => Some(Ipv4Addr::new(b9, b10, b11, b12)),
        96 => Some(Ipv4Addr::new(b12, b13, b14, b15)),
        _ => None,
    }
}

/// Prefix lengths of RFC 6052 §2.2.
pub const RFC6052_LENGTHS: [u8; 6] = [32, 40, 48, 56, 64, 96];

/// A local prefix may have any length from 48 on; the longest whose bits between prefix and address are zero is meant.
fn local_nat64(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let [.., b12, b13, b14, b15] = address.octets();
    let length = if [b13, b14, b15] != [0, 0, 0] || b12 != 0 { 96 } else { 48 };
    rfc6052_v4(address, length)
}

fn from_groups(high: u16, low: u16) -> Ipv4Addr {
    Ipv4Addr::from((u32::from(high) << 16) | u32::from(low))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_hidden_form_is_found_and_its_neighbour_is_not() {
        let inner = Ipv4Addr::new(10, 1, 2, 3);
        for (text, form) in [
            ("::ffff:10.1.2.3", Some(HiddenForm::Mapped)),
            ("::fffe:10.1.2.3", None),
            ("::10.1.2.3", Some(HiddenForm::Compatible)),
            ("::1", None),
            ("::", None),
            ("::ffff:0:10.1.2.3", Some(HiddenForm::Translated)),
            ("::fffe:0:10.1.2.3", None),
            ("64:ff9b::10.1.2.3", Some(HiddenForm::Nat64)),
            ("64:ff9a::10.1.2.3", None),
            ("64:ff9b:1::10.1.2.3", Some(HiddenForm::LocalNat64)),
            ("64:ff9b:1:a01:2:300::", Some(HiddenForm::LocalNat64)),
            ("64:ff9b:2::10.1.2.3", None),
            ("2002:a01:203::1", Some(HiddenForm::SixToFour)),
            ("2003:a01:203::1", None),
            ("2001:0:4136:e378:8000:63bf:f5fe:fdfc", Some(HiddenForm::Teredo)),
            ("2001:1:4136:e378:8000:63bf:f5fe:fdfc", None),
            ("2a00:1450::5efe:10.1.2.3", Some(HiddenForm::Isatap)),
            ("2a00:1450::200:5efe:10.1.2.3", Some(HiddenForm::Isatap)),
            ("2a00:1450::5eff:10.1.2.3", None),
        ] {
            let address: Ipv6Addr = text.parse().expect("the table holds addresses");
            assert_eq!(hidden_v4(address), form.map(|form| (form, inner)), "{text}");
        }
    }

    #[test]
    fn rfc6052_section_2_4_examples() {
        let inner = Ipv4Addr::new(192, 0, 2, 33);
        for (text, length) in [
            ("2001:db8:c000:221::", 32),
            ("2001:db8:1c0:2:21::", 40),
            ("2001:db8:122:c000:2:2100::", 48),
            ("2001:db8:122:3c0:0:221::", 56),
            ("2001:db8:122:344:c0:2:2100::", 64),
            ("2001:db8:122:344::192.0.2.33", 96),
        ] {
            let address: Ipv6Addr = text.parse().expect("the table holds addresses");
            assert_eq!(rfc6052_v4(address, length), Some(inner), "{text}");
        }
        assert_eq!(rfc6052_v4(Ipv6Addr::UNSPECIFIED, 33), None);
    }
}
