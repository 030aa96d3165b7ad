//! The judge against the registries as they are published, block by block and by chance.

use ipnet::IpNet;
use proptest::prelude::*;

use super::*;

const REGISTRIES: &str = include_str!("../../data/iana-special-purpose.tsv");

/// Blocks as the data file has them: network, name, document.
fn registries() -> impl Iterator<Item = (IpNet, &'static str, &'static str)> {
    REGISTRIES.lines().filter(|line| !line.starts_with('#')).map(|line| {
        let mut fields = line.split('\t');
        let network = fields.next().unwrap().parse().unwrap();
        (network, fields.next().unwrap().trim_matches('"'), fields.next().unwrap())
    })
}

/// Says the same as the judge, from other sources and in another way.
fn is_forbidden(address: IpAddr) -> bool {
    let reserved = registries().any(|(network, ..)| network.contains(&address));
    let outside_global_unicast = match address {
        IpAddr::V4(v4) => v4.octets()[0] >= 224,
        IpAddr::V6(v6) => v6.segments()[0] >> 13 != 1,
    };
    let text = address.to_string();
    let metadata = text == "168.63.129.16"
        || text.starts_with("161.26.")
        || ["166.8.", "166.9.", "166.10.", "166.11."].iter().any(|start| text.starts_with(start));
    let isatap = matches!(address, IpAddr::V6(v6) if
        matches!(v6.segments(), [_, _, _, _, 0 | 0x200, 0x5efe, ..]));
    reserved || outside_global_unicast || metadata || isatap
}

fn allows(address: IpAddr) -> bool {
    judge(address, ChosenBy::Stranger).is_ok()
}

#[test]
fn the_table_is_the_data_file() {
    let v4 = table::V4.iter().map(|b| (IpNet::V4(b.network), b.name, b.rfc));
    let v6 = table::V6.iter().map(|b| (IpNet::V6(b.network), b.name, b.rfc));
    let table: Vec<_> = v4.chain(v6).collect();
    let data: Vec<_> = registries().collect();
    assert_eq!(table, data, "generate src/address/table.rs anew");
}

#[test]
fn blocks_are_refused_from_first_to_last_address_and_their_outer_neighbours_judged_apart() {
    let mut open_neighbours = 0;
    for (network, name, _) in registries() {
        assert!(!allows(network.network()), "first of {name}");
        assert!(!allows(network.broadcast()), "last of {name}");
        for neighbour in neighbours(network) {
            assert_eq!(allows(neighbour), !is_forbidden(neighbour), "{neighbour} beside {name}");
            open_neighbours += usize::from(allows(neighbour));
        }
    }
    assert!(open_neighbours > 40, "{open_neighbours}");
}

fn neighbours(network: IpNet) -> Vec<IpAddr> {
    match network {
        IpNet::V4(net) => {
            let (first, last) = (u32::from(net.network()), u32::from(net.broadcast()));
            let both = [first.checked_sub(1), last.checked_add(1)];
            both.into_iter().flatten().map(|n| Ipv4Addr::from(n).into()).collect()
        }
        IpNet::V6(net) => {
            let (first, last) = (u128::from(net.network()), u128::from(net.broadcast()));
            let both = [first.checked_sub(1), last.checked_add(1)];
            both.into_iter().flatten().map(|n| Ipv6Addr::from(n).into()).collect()
        }
    }
}

#[test]
fn who_chose_decides_what_may_be_reached() {
    // Address, stranger, user, operator.
    for (address, stranger, user, operator) in [
        ("198.41.0.4", true, true, true),
        ("2001:503:ba3e::2:30", true, true, true),
        ("127.0.0.1", false, true, true),
        ("::1", false, true, true),
        ("10.0.0.1", false, true, true),
        ("fd12:3456::1", false, true, true),
        ("::ffff:10.0.0.1", false, true, true),
        ("169.254.1.1", false, false, true),
        ("fe80::1", false, false, true),
        // Never anybody's wish.
        ("169.254.169.254", false, false, false),
        ("::ffff:169.254.169.254", false, false, false),
        ("fd00:ec2::254", false, false, false),
        ("168.63.129.16", false, false, false),
        ("100.100.100.200", false, false, false),
        ("224.0.0.1", false, false, false),
        ("ff02::1", false, false, false),
        ("0.0.0.0", false, false, false),
        ("0.1.2.3", false, false, false),
        ("::", false, false, false),
        ("255.255.255.255", false, false, false),
        ("240.0.0.1", false, false, false),
        ("64:ff9b::10.0.0.1", false, false, false),
        ("2002:a00:1::1", false, false, false),
    ] {
        let address: IpAddr = address.parse().unwrap();
        let verdicts = [ChosenBy::Stranger, ChosenBy::User, ChosenBy::Operator]
            .map(|chosen_by| judge(address, chosen_by).is_ok());
        assert_eq!(verdicts, [stranger, user, operator], "{address}");
    }
}

#[test]
fn translation_prefixes_open_only_what_their_inner_address_opens() {
    let known = ["64:ff9b::/96".parse().unwrap()];
    let suspected = ["2a00:64::/96".parse().unwrap()];
    let rules = AddressRules {
        translation_prefixes: &known,
        suspected_prefixes: &suspected,
        ..AddressRules::default()
    };
    for (address, allowed) in [
        ("64:ff9b::198.41.0.4", true),
        ("64:ff9b::10.0.0.1", false),
        ("64:ff9b::169.254.169.254", false),
        ("2a00:64::198.41.0.4", true),
        ("2a00:64::10.0.0.1", false),
        ("2a00:64::1:a00:1", true), // outside the suspected prefix
    ] {
        let address: IpAddr = address.parse().unwrap();
        assert_eq!(judge_with(address, ChosenBy::Stranger, rules).is_ok(), allowed, "{address}");
    }
    let suspects_all = ["::/0".parse().unwrap()];
    let rules = AddressRules { suspected_prefixes: &suspects_all, ..AddressRules::default() };
    let inside = "fd00::198.41.0.4".parse().unwrap();
    assert!(judge_with(inside, ChosenBy::Stranger, rules).is_err(), "suspicion opens nothing");
}

#[test]
fn own_addresses_are_refused_to_strangers_only() {
    let own = ["198.41.0.4".parse().unwrap()];
    let rules = AddressRules { own: &own, ..AddressRules::default() };
    assert_eq!(judge_with(own[0], ChosenBy::Stranger, rules), Err(AddressRefusal::Own));
    assert_eq!(judge_with(own[0], ChosenBy::Operator, rules), Ok(()));
}

/// An IPv4 address, as likely near a block's edge as anywhere.
fn any_v4() -> impl Strategy<Value = Ipv4Addr> {
    let edges: Vec<u32> = registries()
        .filter_map(|(network, ..)| match network {
            IpNet::V4(net) => Some([u32::from(net.network()), u32::from(net.broadcast())]),
            IpNet::V6(_) => None,
        })
        .flatten()
        .collect();
    prop_oneof![
        any::<u32>(),
        (proptest::sample::select(edges), -3_i32..=3).prop_map(|(n, by)| n.wrapping_add_signed(by)),
    ]
    .prop_map(Ipv4Addr::from)
}

proptest! {
    #[test]
    fn every_v4_address_is_judged_as_the_registry_says(address in any_v4()) {
        let address = IpAddr::V4(address);
        prop_assert_eq!(allows(address), !is_forbidden(address));
    }

    #[test]
    fn every_v6_address_is_judged_as_the_registry_says(
        bits in any::<u128>(),
        start in proptest::sample::select(vec![None, Some((0x2001_u128 << 112, 16)), Some((1 << 125, 3))]),
    ) {
        let bits = match start {
            Some((prefix, length)) => prefix | (bits >> length),
            None => bits,
        };
        let address = IpAddr::V6(Ipv6Addr::from(bits));
        prop_assert_eq!(allows(address), !is_forbidden(address), "{}", address);
    }

    #[test]
    fn every_address_in_every_block_is_refused(bits in any::<u128>()) {
        for (network, name, _) in registries() {
            let host_bits = network.max_prefix_len() - network.prefix_len();
            let inside = match network {
                IpNet::V4(net) => {
                    let mask = u32::MAX.checked_shr(u32::from(net.prefix_len())).unwrap_or(0);
                    let bits = u32::try_from(bits >> 96).unwrap();
                    IpAddr::V4(Ipv4Addr::from(u32::from(net.network()) | (bits & mask)))
                }
                IpNet::V6(net) => {
                    let mask = u128::MAX.checked_shr(u32::from(net.prefix_len())).unwrap_or(0);
                    IpAddr::V6(Ipv6Addr::from(u128::from(net.network()) | (bits & mask)))
                }
            };
            prop_assert!(network.contains(&inside));
            prop_assert!(!allows(inside), "{} in {} ({} bits)", inside, name, host_bits);
        }
    }

    #[test]
    fn no_form_hides_a_v4_address(v4 in any_v4(), rest in any::<u64>()) {
        let [a, b] = [v4.to_bits() >> 16, v4.to_bits() & 0xffff].map(|n| u16::try_from(n).unwrap());
        let [r0, r1, r2, r3] = [48, 32, 16, 0].map(|by| u16::try_from((rest >> by) & 0xffff).unwrap());
        let forms = [
            Ipv6Addr::new(0, 0, 0, 0, 0, 0xffff, a, b),
            Ipv6Addr::new(0, 0, 0, 0, 0, 0, a, b),
            Ipv6Addr::new(0, 0, 0, 0, 0xffff, 0, a, b),
            Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, a, b),
            Ipv6Addr::new(0x64, 0xff9b, 1, r0, r1, r2, a, b),
            Ipv6Addr::new(0x2002, a, b, r0, r1, r2, r3, 1),
            Ipv6Addr::new(0x2001, 0, r0, r1, r2, r3, !a, !b),
            Ipv6Addr::new(0x2a00, r0, r1, r2, 0, 0x5efe, a, b),
            Ipv6Addr::new(0x2a00, r0, r1, r2, 0x200, 0x5efe, a, b),
        ];
        for form in forms {
            prop_assert!(!allows(IpAddr::V6(form)), "{}", form);
        }
    }

    #[test]
    fn a_translated_address_is_judged_by_what_it_stands_for(
        v4 in any_v4(),
        (index, length) in proptest::sample::select(vec![(0_usize, 32_u8), (1, 40), (2, 48), (3, 56), (4, 64), (5, 96)]),
    ) {
        // RFC 6052 §2.2, written down as byte positions.
        let places = [[4, 5, 6, 7], [5, 6, 7, 9], [6, 7, 9, 10], [7, 9, 10, 11], [9, 10, 11, 12], [12, 13, 14, 15]];
        let mut bytes = [0_u8; 16];
        bytes[..2].copy_from_slice(&[0x2a, 0x00]);
        for (place, byte) in places[index].into_iter().zip(v4.octets()) {
            bytes[place] = byte;
        }
        let address = Ipv6Addr::from(bytes);
        prop_assert_eq!(rfc6052_v4(address, length), Some(v4));
        let prefixes = [Ipv6Net::new("2a00::".parse().unwrap(), length).unwrap()];
        for rules in [
            AddressRules { translation_prefixes: &prefixes, ..AddressRules::default() },
            AddressRules { suspected_prefixes: &prefixes, ..AddressRules::default() },
        ] {
            let verdict = judge_with(IpAddr::V6(address), ChosenBy::Stranger, rules);
            prop_assert_eq!(verdict.is_ok(), !is_forbidden(IpAddr::V4(v4)));
        }
    }
}
