//! What a fetch is for, and who caused it: the labels that budgets, exceptions and the ledger go by.

use std::{
    fmt,
    net::{IpAddr, Ipv6Addr},
};

/// What a fetch is for, such as `client_metadata`. Answers are kept apart by purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Purpose(&'static str);

/// Who caused a fetch; one source may use at most a fifth of any budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    /// Somebody who is signed in, by their 128-bit id.
    User([u8; 16]),
    /// Somebody who is not, by the address they come from (kept as IPv4 /24 or IPv6 /48).
    Network(IpAddr),
    /// This program on its own account, such as a regular refresh.
    Itself,
}

/// What we know of a URL beforehand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Standing {
    /// Nothing.
    FirstSight,
    /// Used successfully before, pinned, or in a catalogue: it has a purse of its own, and a copy of it may be served
    /// in place of an error.
    KnownGood,
}

impl Purpose {
    /// A label in `snake_case`, fixed in the program's text.
    #[must_use]
    pub const fn new(label: &'static str) -> Self {
        Self(label)
    }

    /// The label.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl Source {
    /// The same source for everybody of one network.
    #[must_use]
    pub fn widened(self) -> Self {
        match self {
            Self::Network(address) => Self::Network(network_of(address)),
            Self::User(_) | Self::Itself => self,
        }
    }
}

/// First address of the network that counts as one: IPv4 /24, IPv6 /48; an IPv4 address in IPv6 clothes counts as what it is.
#[must_use]
pub fn network_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            IpAddr::from([a, b, c, 0])
        }
        IpAddr::V6(v6) => {
            let [a, b, c, ..] = v6.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0))
        }
    }
}
