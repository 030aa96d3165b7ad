//! Which operations are measured, and what are they allowed to cost?

pub(crate) mod assertion;
pub(crate) mod bare;
pub(crate) mod ours;
pub(crate) mod registration;
mod request;
pub(crate) mod vendor;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use crate::fault::Fault;
use crate::load::{CONNECTIONS, Connection};

/// One operation, done again and again.
pub(crate) trait Operation: Send + Sync {
    /// Does it once over this connection, and fails unless the answer is the right one.
    fn perform<'a>(&'a self, connection: &'a mut Connection, worker: usize) -> Done<'a>;
}

/// An operation in progress.
pub(crate) type Done<'a> = Pin<Box<dyn Future<Output = Result<(), Fault>> + Send + 'a>>;

/// The operations of one server, by their place in [`ALL`].
pub(crate) type Operations = Vec<Arc<dyn Operation>>;

/// An operation and its bound.
pub(crate) struct Scenario {
    /// What it is called, in reports and for `--only`.
    pub(crate) name: &'static str,
    /// What it may cost, in thousand instructions: the bound and the bare handler, by the house's table.
    pub(crate) bound: (u32, u32),
    /// Our server goes out over TLS for it. The bare one does without, and once more with TLS, so that TLS's part is known and left out.
    pub(crate) over_tls: bool,
}

/// In the order in which the servers list their operations.
pub(crate) const ALL: [Scenario; 10] = [
    Scenario { name: "discovery", bound: (50, 25), over_tls: false },
    // The house's table has no bare handler for it: a request and its JSON are 25 and 40.
    Scenario { name: "dynamic registration", bound: (200, 65), over_tls: false },
    Scenario { name: "introspection", bound: (130, 65), over_tls: false },
    Scenario { name: "authorize, cached document", bound: (150, 40), over_tls: false },
    Scenario { name: "authorize, cold document", bound: (350, 100), over_tls: true },
    Scenario { name: "whole login", bound: (740, 370), over_tls: false },
    Scenario { name: "refresh", bound: (460, 288), over_tls: false },
    // The bare handler authenticates in the same way: the house's table leaves that out on both sides.
    Scenario { name: "client_credentials, by a secret", bound: (350, 233), over_tls: false },
    Scenario { name: "client_credentials, by private_key_jwt", bound: (350, 233), over_tls: false },
    Scenario { name: "gateway tools/call", bound: (93, 62), over_tls: false },
];

/// What is held against another operation of our own server.
pub(crate) const PAIRS: [Scenario; 2] = [
    Scenario {
        name: "refresh: without a client secret, and with",
        bound: (110, 100),
        over_tls: false,
    },
    Scenario { name: "a request: sent to /authorize, and pushed", bound: (3, 2), over_tls: false },
];

/// The two operations of each of [`PAIRS`].
pub(crate) type Pairs = Vec<[Arc<dyn Operation>; 2]>;

/// Beside what is allowed: a plain registration of ours, and 1.3 times what the bare server needs more for one with a statement.
pub(crate) const VOUCHED: Scenario = Scenario {
    name: "registration with a statement (bare: a plain one and 1.3 verifications)",
    bound: (1, 1),
    over_tls: false,
};
/// The same client's push without an attestation stands beside it, with as many signatures verified as are named.
pub(crate) const ATTESTED: [(Scenario, f64); 2] = [
    (
        Scenario {
            name: "pushed request with attestation (bare: a plain one and 2.2 verifications)",
            bound: (1, 1),
            over_tls: false,
        },
        2.2,
    ),
    (
        Scenario {
            name: "pushed request with attestation seen before (bare: a plain one and 1.2 verifications)",
            bound: (1, 1),
            over_tls: false,
        },
        1.2,
    ),
];

impl Scenario {
    /// The ratio to the bare handler that must not be passed.
    pub(crate) fn ratio(&self) -> f64 {
        let (ours, bare) = self.bound;
        f64::from(ours) / f64::from(bare)
    }
}

/// One value per worker, so that rotating secrets never meet.
pub(crate) type PerWorker<T> = [tokio::sync::Mutex<T>; CONNECTIONS];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_ratios() {
        let named = |name: &str| ALL.iter().find(|scenario| scenario.name == name).unwrap().ratio();
        assert!((named("discovery") - 2.0).abs() < 1e-9);
        let [secret, pushed] = PAIRS.each_ref().map(Scenario::ratio);
        assert!((secret - 1.1).abs() < 1e-9 && (pushed - 1.5).abs() < 1e-9);
        assert!((named("refresh") - 460.0 / 288.0).abs() < 1e-9);
    }
}
