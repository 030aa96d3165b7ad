//! What does an operation cost? Instructions per operation of the real server, beside a bare handler that does only the
//! necessary, in one run and by one counter.
//!
//! `cargo build --profile dist -p salver && cargo run --profile dist -p salver-bench`. The bounds are ratios to the bare handler.
//! Leaves out: timed tests; wall clock is shown, never judged.

mod attested;
mod bare;
mod counter;
mod document;
mod fault;
mod load;
mod measure;
mod registrations;
mod report;
mod scenario;
mod subject;
mod upstream;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::counter::Counter;

#[derive(Parser)]
#[command(about = "Instructions per operation, beside a bare handler in the same run")]
struct Arguments {
    /// The server to measure; the default is the `salver` that stands beside this program.
    #[arg(long)]
    salver: Option<PathBuf>,
    /// Which counter; the default is `perf` where the machine has counters, else `callgrind`.
    #[arg(long)]
    counter: Option<Counter>,
    /// Only operations whose name contains this.
    #[arg(long)]
    only: Option<String>,
    /// Operations to count in each measurement.
    #[arg(long, default_value_t = 2_000)]
    operations: u32,
    /// Keep what callgrind wrote in this folder, for `callgrind_annotate`.
    #[arg(long)]
    keep: Option<PathBuf>,
    /// Also registers so many times, with a thousand distinct bodies, and shows what that leaves behind.
    #[arg(long)]
    registrations: Option<u32>,
    #[command(subcommand)]
    role: Option<Role>,
}

#[derive(Subcommand)]
enum Role {
    /// Serve the bare handlers (started by a run itself).
    #[command(hide = true)]
    Bare(bare::Surroundings),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return report::failed(&fault::Fault::Io("start a runtime", error)),
    };
    let outcome = match arguments.role {
        Some(Role::Bare(around)) => runtime.block_on(bare::serve(&around)),
        None => runtime.block_on(measure::run(&measure::Plan {
            salver: arguments.salver,
            counter: arguments.counter,
            only: arguments.only,
            operations: arguments.operations,
            keep: arguments.keep,
            registrations: arguments.registrations,
        })),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => report::failed(&fault),
    }
}
