//! How long, how large and how often, for one fetch and what is kept of it? `[egress.bounds]`, `[egress.keeping]`, `[egress.back_off]`.

use std::time::Duration;

use salver_egress::{BackOff, Bounds, Keeping};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::config::problem::Problems;

/// `[egress.bounds]`
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct BoundsSection {
    /// Milliseconds for asking the DNS.
    #[schemars(range(min = 50, max = 60_000))]
    dns_milliseconds: u32,
    /// Milliseconds for connecting to one address.
    #[schemars(range(min = 50, max = 60_000))]
    connect_milliseconds: u32,
    /// Milliseconds for the TLS handshake.
    #[schemars(range(min = 50, max = 60_000))]
    tls_milliseconds: u32,
    /// Milliseconds from the request to the end of the response's head.
    #[schemars(range(min = 50, max = 60_000))]
    head_milliseconds: u32,
    /// Milliseconds for all of it together.
    #[schemars(range(min = 100, max = 60_000))]
    total_milliseconds: u32,
    /// Bytes of response heads, interim responses included.
    #[schemars(range(min = 8192, max = 1_048_576))]
    head_bytes: u32,
    /// Header fields in a response.
    #[schemars(range(min = 8, max = 1000))]
    header_fields: u32,
    /// Addresses of a name that are tried one after the other.
    #[schemars(range(min = 1, max = 16))]
    addresses_tried: u32,
    /// Addresses that a name may have; one with more is refused.
    #[schemars(range(min = 1, max = 256))]
    addresses_answered: u32,
}

/// `[egress.keeping]`
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct KeepingSection {
    /// Seconds before a document is asked for again, however soon its host wants that.
    #[schemars(range(min = 0, max = 86_400))]
    at_least_seconds: u32,
    /// Seconds after which it is asked for again, however late its host wants that.
    #[schemars(range(min = 1, max = 2_592_000))]
    at_most_seconds: u32,
    /// Hours for which a document that is known to be good is used while its host fails.
    #[schemars(range(min = 0, max = 720))]
    stale_hours: u32,
    /// Bytes of all documents that are seen for the first time.
    #[schemars(range(min = 65_536, max = 1_073_741_824))]
    bytes: u32,
    /// Bytes of all documents that are known to be good.
    #[schemars(range(min = 65_536, max = 1_073_741_824))]
    known_good_bytes: u32,
}

/// `[egress.back_off]`
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct BackOffSection {
    /// Milliseconds after the first failure.
    #[schemars(range(min = 100, max = 600_000))]
    first_milliseconds: u32,
    /// Seconds at most, however many failures there were and whatever `Retry-After` says.
    #[schemars(range(min = 1, max = 86_400))]
    at_most_seconds: u32,
}

impl BoundsSection {
    pub(super) fn meaning(self) -> Bounds {
        Bounds {
            dns: milliseconds(self.dns_milliseconds),
            connect: milliseconds(self.connect_milliseconds),
            tls: milliseconds(self.tls_milliseconds),
            head: milliseconds(self.head_milliseconds),
            total: milliseconds(self.total_milliseconds),
            head_bytes: size(self.head_bytes),
            header_fields: size(self.header_fields),
            addresses_tried: size(self.addresses_tried),
            addresses_answered: size(self.addresses_answered),
        }
    }
}

impl KeepingSection {
    pub(super) fn meaning(self, problems: &mut Problems) -> Keeping {
        if self.at_least_seconds > self.at_most_seconds {
            problems.refuse(
                "egress.keeping.at_least_seconds",
                format!(
                    "{} is more than `at_most_seconds`, which is {}",
                    self.at_least_seconds, self.at_most_seconds
                ),
                "make it smaller, or the other larger",
            );
        }
        Keeping {
            at_least: seconds(self.at_least_seconds),
            at_most: seconds(self.at_most_seconds),
            stale_at_most: Duration::from_hours(self.stale_hours.into()),
            bytes: size(self.bytes),
            known_good_bytes: size(self.known_good_bytes),
        }
    }
}

impl BackOffSection {
    pub(super) fn meaning(self, problems: &mut Problems) -> BackOff {
        let (first, at_most) =
            (milliseconds(self.first_milliseconds), seconds(self.at_most_seconds));
        if first > at_most {
            problems.refuse(
                "egress.back_off.first_milliseconds",
                format!(
                    "{} is more than `at_most_seconds`, which is {}",
                    self.first_milliseconds, self.at_most_seconds
                ),
                "make it smaller, or the other larger",
            );
        }
        BackOff { first, at_most }
    }
}

impl Default for BoundsSection {
    fn default() -> Self {
        let door = Bounds::default();
        Self {
            dns_milliseconds: whole(door.dns.as_millis()),
            connect_milliseconds: whole(door.connect.as_millis()),
            tls_milliseconds: whole(door.tls.as_millis()),
            head_milliseconds: whole(door.head.as_millis()),
            total_milliseconds: whole(door.total.as_millis()),
            head_bytes: whole(door.head_bytes),
            header_fields: whole(door.header_fields),
            addresses_tried: whole(door.addresses_tried),
            addresses_answered: whole(door.addresses_answered),
        }
    }
}

impl Default for KeepingSection {
    fn default() -> Self {
        let door = Keeping::default();
        Self {
            at_least_seconds: whole(door.at_least.as_secs()),
            at_most_seconds: whole(door.at_most.as_secs()),
            stale_hours: whole(door.stale_at_most.as_secs() / 3600),
            bytes: whole(door.bytes),
            known_good_bytes: whole(door.known_good_bytes),
        }
    }
}

impl Default for BackOffSection {
    fn default() -> Self {
        let door = BackOff::default();
        Self {
            first_milliseconds: whole(door.first.as_millis()),
            at_most_seconds: whole(door.at_most.as_secs()),
        }
    }
}

/// A number of the file as a size.
pub(super) fn size(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// A default of the door as a number of the file.
pub(super) fn whole<N: TryInto<u32>>(number: N) -> u32 {
    number.try_into().unwrap_or(u32::MAX)
}

fn milliseconds(number: u32) -> Duration {
    Duration::from_millis(number.into())
}

fn seconds(number: u32) -> Duration {
    Duration::from_secs(number.into())
}
