//! How short can an address be? It is plain ASCII, so a byte with its highest bit set can stand for a fragment of the table.

use super::{Undecodable, tables::FRAGMENTS};

/// An address with the longest fragment of the table at each place, from front to end.
pub(super) fn pack(address: &str) -> Vec<u8> {
    let mut packed = Vec::with_capacity(address.len());
    let mut rest = address.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        if let Some((place, behind)) = longest_fragment(*byte, rest) {
            packed.push(FRAGMENT | place);
            rest = behind;
        } else {
            packed.push(*byte);
            rest = after;
        }
    }
    packed
}

/// The address that was packed.
pub(super) fn unpack(packed: &[u8]) -> Result<Box<str>, Undecodable> {
    let mut address = String::with_capacity(4 * packed.len());
    for byte in packed {
        if byte.is_ascii() {
            address.push(char::from(*byte));
        } else {
            let fragment = FRAGMENTS.get(usize::from(byte & !FRAGMENT)).ok_or(Undecodable)?;
            address.push_str(fragment);
        }
    }
    Ok(address.into())
}

/// The place of the longest fragment that `rest` begins with, and what stands behind it.
fn longest_fragment(first: u8, rest: &[u8]) -> Option<(u8, &[u8])> {
    if !begins_a_fragment(first) {
        return None;
    }
    let mut longest = None;
    let mut length = 0;
    for (place, fragment) in (0..=PLACES).zip(FRAGMENTS) {
        let fragment = fragment.as_bytes();
        if fragment.len() > length
            && fragment.first() == Some(&first)
            && let Some(behind) = rest.strip_prefix(fragment)
        {
            length = fragment.len();
            longest = Some((place, behind));
        }
    }
    longest
}

/// Whether a look into the table is worth it.
const fn begins_a_fragment(byte: u8) -> bool {
    matches!(byte, b'/' | b'.' | b'c' | b'h' | b'v')
}

/// The bit of a byte that stands for a fragment; the others are its place.
const FRAGMENT: u8 = 0x80;

const PLACES: u8 = 0x7F;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_table_can_be_used() {
        assert!(FRAGMENTS.len() <= 128);
        for (place, fragment) in FRAGMENTS.iter().enumerate() {
            assert!(fragment.len() > 1 && fragment.is_ascii(), "{fragment}");
            assert!(begins_a_fragment(fragment.as_bytes()[0]), "{fragment} is never looked for");
            assert!(!FRAGMENTS[..place].contains(fragment), "{fragment} stands twice");
            assert_eq!(pack(fragment), [FRAGMENT | u8::try_from(place).unwrap()], "{fragment}");
        }
    }

    #[test]
    fn common_addresses_are_short() {
        for (address, length) in [
            ("cursor://anysphere.cursor-mcp/oauth/callback", 1),
            ("http://localhost/callback", 1),
            ("http://[::1]/oauth/callback", 2),
            ("https://a.example/cb", 13),
            ("", 0),
        ] {
            let packed = pack(address);
            assert_eq!(packed.len(), length, "{address}");
            assert_eq!(unpack(&packed).as_deref(), Ok(address));
        }
        assert_eq!(unpack(&[0xFF]), Err(Undecodable), "a place behind the table");
    }

    proptest! {
        #[test]
        fn what_was_packed_is_unpacked(address in "(https?://|cursor://|/|\\.com|[!-~]{0,8}){0,8}") {
            let packed = pack(&address);
            prop_assert!(packed.len() <= address.len());
            let unpacked = unpack(&packed);
            prop_assert_eq!(unpacked.as_deref(), Ok(address.as_str()));
        }
    }
}
