//! `salver policy`: who may come in, why, and what would other rules change? Works beside a running server, and writes nothing.

mod check;
mod explain;
mod explained;
mod preset;
mod simulate;
mod simulated;

use clap::Subcommand;

use crate::failure::Failure;

#[derive(Debug, Subcommand)]
pub(super) enum Policy {
    /// Say what would become of a login, and why: facts, what is proven, each rule, the outcome.
    Explain(explain::Explain),
    /// Say whose logins of the last 30 days other rules would change, before they are put in force.
    Simulate(simulate::Simulate),
    /// Find rules that can never decide, that contradict each other, that name what is not there, or that let in what a ban shuts out.
    Check(check::Check),
    /// Print ready-made rules, to be read and copied.
    Preset(preset::Print),
}

impl Policy {
    pub(super) fn run(self) -> Result<(), Failure> {
        match self {
            Self::Explain(explain) => explain.run(),
            Self::Simulate(simulate) => simulate.run(),
            Self::Check(check) => check.run(),
            Self::Preset(print) => {
                print.run();
                Ok(())
            }
        }
    }
}
