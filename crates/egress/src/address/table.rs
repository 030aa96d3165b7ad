//! The IANA special-purpose address registries as constants.
//!
//! Generated from `data/iana-special-purpose.tsv` (RFC 6890, RFC 8190); `cargo xtask fresh` compares the two.
//! Nothing is decided here: `address.rs` judges.

#![expect(clippy::ip_constant, reason = "generated from the numbers of the registry")]

use std::net::{Ipv4Addr, Ipv6Addr};

use ipnet::{Ipv4Net, Ipv6Net};

use super::Block;

/// Special-purpose IPv4 blocks, in the order of the registry.
pub(super) const V4: &[Block<Ipv4Net>] = &[
    Block {
        network: Ipv4Net::new_assert(Ipv4Addr::new(0, 0, 0, 0), 8),
        name: "This network",
        rfc: "RFC791/RFC1122",
    },
    Block {
        network: Ipv4Net::new_assert(Ipv4Addr::new(10, 0, 0, 0), 8),
        name: "Private-Use",
        rfc: "RFC1918",
    },
    Block {
        network: Ipv4Net::new_assert(Ipv4Addr::new(100, 64, 0, 0), 10),
        name: "Shared Address Space",
        rfc: "RFC6598",
    },
    Block {
        network: Ipv4Net::new_assert(Ipv4Addr::new(127, 0, 0, 0), 8),
        name: "Loopback",
        rfc: "RFC1122",
    },
    Block {
        network: Ipv4Net::new_assert(Ipv4Addr::new(169, 254, 0, 0), 16),
        name: "Link Local",
        rfc: "RFC3927",
    },
    Block {
        network: Ipv4Net::new_assert(Ipv4Addr::new(172, 16, 0, 0), 12),
        name: "Private-Use",
        rfc: "RFC1918",
    },
    Block {
        network: Ipv4Net::new_assert(Ipv4Addr::new(192, 0, 0, 0), 24),
        name: "IETF Protocol Assignments",
        rfc: "RFC6890",
    },
    Block {
        network: Ipv4Net::new_assert(Ipv4Addr::new(192, 0, 0, 0), 29),
        name: "IPv4 Service Continuity Prefix (DS-Lite)",
        rfc: "RFC7335",
    },
    Block {
        network: Ipv4Net::new_assert(Ipv4Addr::new(192, 0, 0, 9), 32),
        name: "Port Control Protocol Anycast",
        rfc: "RFC7723",
    },
    Block {
        network: Ipv4Net::new_assert(Ipv4Addr::new(192, 0, 0, 10), 32),
        name: "TURN Anycast",
        rfc: "RFC8155",
    },
    Block {
        network: Ipv4Net::new_assert(Ipv4Addr::new(192, 0, 2, 0), 24),
        name: "TEST-NET-1",
        rfc: "RFC5737",
    },
    Block {
        network: Ipv4Net::new_assert(Ipv4Addr::new(192, 31, 196, 0), 24),
        name: "AS112-v4",
        rfc: "RFC7535",
    },
    Block {
        network: Ipv4Net::new_assert(Ipv4Addr::new(192, 52, 193, 0), 24),
        name: "AMT",
        rfc: "RFC7450",
    },
    Block {
        network: Ipv4Net::new_assert(Ipv4Addr::new(192, 88, 99, 0), 24),
        name: "Deprecated 6to4 Relay Anycast",
        rfc: "RFC7526",
    },
    Block {
        network: Ipv4Net::new_assert(Ipv4Addr::new(192, 168, 0, 0), 16),
        name: "Private-Use",
        rfc: "RFC1918",
    },
    Block {
        network: Ipv4Net::new_assert(Ipv4Addr::new(192, 175, 48, 0), 24),
        name: "Direct Delegation AS112",
        rfc: "RFC7534",
    },
    Block {
        network: Ipv4Net::new_assert(Ipv4Addr::new(198, 18, 0, 0), 15),
        name: "Benchmarking",
        rfc: "RFC2544",
    },
    Block {
        network: Ipv4Net::new_assert(Ipv4Addr::new(198, 51, 100, 0), 24),
        name: "TEST-NET-2",
        rfc: "RFC5737",
    },
    Block {
        network: Ipv4Net::new_assert(Ipv4Addr::new(203, 0, 113, 0), 24),
        name: "TEST-NET-3",
        rfc: "RFC5737",
    },
    Block {
        network: Ipv4Net::new_assert(Ipv4Addr::new(240, 0, 0, 0), 4),
        name: "Reserved (class E)",
        rfc: "RFC1112",
    },
    Block {
        network: Ipv4Net::new_assert(Ipv4Addr::new(255, 255, 255, 255), 32),
        name: "Limited Broadcast",
        rfc: "RFC919",
    },
];

/// Special-purpose IPv6 blocks, in the order of the registry.
pub(super) const V6: &[Block<Ipv6Net>] = &[
    Block {
        network: Ipv6Net::new_assert(Ipv6Addr::new(0, 0, 0, 0, 0, 0, 0, 0), 128),
        name: "Unspecified",
        rfc: "RFC4291",
    },
    Block {
        network: Ipv6Net::new_assert(Ipv6Addr::new(0, 0, 0, 0, 0, 0, 0, 0x1), 128),
        name: "Loopback",
        rfc: "RFC4291",
    },
    Block {
        network: Ipv6Net::new_assert(Ipv6Addr::new(0, 0, 0, 0, 0, 0xffff, 0, 0), 96),
        name: "IPv4-mapped Address",
        rfc: "RFC4291",
    },
    Block {
        network: Ipv6Net::new_assert(Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, 0, 0), 96),
        name: "IPv4-IPv6 Translation",
        rfc: "RFC6052",
    },
    Block {
        network: Ipv6Net::new_assert(Ipv6Addr::new(0x64, 0xff9b, 0x1, 0, 0, 0, 0, 0), 48),
        name: "Local-Use IPv4/IPv6 Translation",
        rfc: "RFC8215",
    },
    Block {
        network: Ipv6Net::new_assert(Ipv6Addr::new(0x100, 0, 0, 0, 0, 0, 0, 0), 64),
        name: "Discard-Only",
        rfc: "RFC6666",
    },
    Block {
        network: Ipv6Net::new_assert(Ipv6Addr::new(0x100, 0, 0, 0x1, 0, 0, 0, 0), 64),
        name: "Dummy IPv6 Prefix",
        rfc: "RFC9780",
    },
    Block {
        network: Ipv6Net::new_assert(Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
        name: "IETF Protocol Assignments",
        rfc: "RFC2928",
    },
    Block {
        network: Ipv6Net::new_assert(Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 32),
        name: "TEREDO (embeds IPv4)",
        rfc: "RFC4380",
    },
    Block {
        network: Ipv6Net::new_assert(Ipv6Addr::new(0x2001, 0x1, 0, 0, 0, 0, 0, 0x1), 128),
        name: "Port Control Protocol Anycast",
        rfc: "RFC7723",
    },
    Block {
        network: Ipv6Net::new_assert(Ipv6Addr::new(0x2001, 0x1, 0, 0, 0, 0, 0, 0x2), 128),
        name: "TURN Anycast",
        rfc: "RFC8155",
    },
    Block {
        network: Ipv6Net::new_assert(Ipv6Addr::new(0x2001, 0x1, 0, 0, 0, 0, 0, 0x3), 128),
        name: "DNS-SD Service Registration Protocol Anycast",
        rfc: "RFC9665",
    },
    Block {
        network: Ipv6Net::new_assert(Ipv6Addr::new(0x2001, 0x2, 0, 0, 0, 0, 0, 0), 48),
        name: "Benchmarking",
        rfc: "RFC5180",
    },
    Block {
        network: Ipv6Net::new_assert(Ipv6Addr::new(0x2001, 0x3, 0, 0, 0, 0, 0, 0), 32),
        name: "AMT",
        rfc: "RFC7450",
    },
    Block {
        network: Ipv6Net::new_assert(Ipv6Addr::new(0x2001, 0x4, 0x112, 0, 0, 0, 0, 0), 48),
        name: "AS112-v6",
        rfc: "RFC7535",
    },
    Block {
        network: Ipv6Net::new_assert(Ipv6Addr::new(0x2001, 0x10, 0, 0, 0, 0, 0, 0), 28),
        name: "Deprecated ORCHID",
        rfc: "RFC4843",
    },
    Block {
        network: Ipv6Net::new_assert(Ipv6Addr::new(0x2001, 0x20, 0, 0, 0, 0, 0, 0), 28),
        name: "ORCHIDv2 (no IP reachability as locator)",
        rfc: "RFC7343",
    },
    Block {
        network: Ipv6Net::new_assert(Ipv6Addr::new(0x2001, 0x30, 0, 0, 0, 0, 0, 0), 28),
        name: "Drone Remote ID DETs",
        rfc: "RFC9374",
    },
    Block {
        network: Ipv6Net::new_assert(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
        name: "Documentation",
        rfc: "RFC3849",
    },
    Block {
        network: Ipv6Net::new_assert(Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16),
        name: "6to4",
        rfc: "RFC3056",
    },
    Block {
        network: Ipv6Net::new_assert(Ipv6Addr::new(0x2620, 0x4f, 0x8000, 0, 0, 0, 0, 0), 48),
        name: "Direct Delegation AS112",
        rfc: "RFC7534",
    },
    Block {
        network: Ipv6Net::new_assert(Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
        name: "Documentation",
        rfc: "RFC9637",
    },
    Block {
        network: Ipv6Net::new_assert(Ipv6Addr::new(0x5f00, 0, 0, 0, 0, 0, 0, 0), 16),
        name: "Segment Routing SIDs",
        rfc: "RFC9602",
    },
    Block {
        network: Ipv6Net::new_assert(Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0), 7),
        name: "Unique-Local",
        rfc: "RFC4193",
    },
    Block {
        network: Ipv6Net::new_assert(Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0), 10),
        name: "Link-Local Unicast",
        rfc: "RFC4291",
    },
];
