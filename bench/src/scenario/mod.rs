//! Which operations are measured, and what are they allowed to cost?

pub(crate) mod bare;
pub(crate) mod ours;
mod request;

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
    /// The bound is wanted three times over for now.
    pub(crate) lenient: bool,
}

/// In the order in which the servers list their operations.
pub(crate) const ALL: [Scenario; 6] = [
    Scenario { name: "discovery", bound: (50, 25), lenient: false },
    Scenario { name: "introspection", bound: (130, 65), lenient: true },
    Scenario { name: "authorize, cached document", bound: (150, 40), lenient: true },
    Scenario { name: "whole login", bound: (740, 370), lenient: true },
    Scenario { name: "refresh", bound: (460, 288), lenient: true },
    Scenario { name: "gateway tools/call", bound: (93, 62), lenient: false },
];

impl Scenario {
    /// The ratio to the bare handler that must not be passed.
    pub(crate) fn ratio(&self) -> f64 {
        let (ours, bare) = self.bound;
        f64::from(ours) / f64::from(bare) * if self.lenient { 3.0 } else { 1.0 }
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
        assert!((named("refresh") - 3.0 * 460.0 / 288.0).abs() < 1e-9);
    }
}
