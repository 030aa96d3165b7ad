//! How much may leave in any minute? `[egress.budgets]` and `[egress.known_good_budgets]`.

use salver_egress::Budgets;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::bounds::{size, whole};

/// `[egress.budgets]` and `[egress.known_good_budgets]`
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct BudgetsSection {
    /// Fetches from one host.
    #[schemars(range(min = 5, max = 100_000))]
    per_host: u32,
    /// Fetches from all hosts of one registrable domain.
    #[schemars(range(min = 5, max = 100_000))]
    per_domain: u32,
    /// Connections into one network: an IPv4 /24 or an IPv6 /48.
    #[schemars(range(min = 5, max = 100_000))]
    per_network: u32,
    /// Fetches in all.
    #[schemars(range(min = 5, max = 100_000))]
    overall: u32,
    /// Fetches from one host at the same time.
    #[schemars(range(min = 1, max = 1000))]
    in_flight_per_host: u32,
    /// Fetches at the same time in all.
    #[schemars(range(min = 1, max = 10_000))]
    in_flight: u32,
}

impl BudgetsSection {
    pub(super) fn meaning(self) -> Budgets {
        Budgets {
            per_host: size(self.per_host),
            per_domain: size(self.per_domain),
            per_network: size(self.per_network),
            overall: size(self.overall),
            in_flight_per_host: size(self.in_flight_per_host),
            in_flight: size(self.in_flight),
        }
    }
}

impl Default for BudgetsSection {
    fn default() -> Self {
        let door = Budgets::default();
        Self {
            per_host: whole(door.per_host),
            per_domain: whole(door.per_domain),
            per_network: whole(door.per_network),
            overall: whole(door.overall),
            in_flight_per_host: whole(door.in_flight_per_host),
            in_flight: whole(door.in_flight),
        }
    }
}
