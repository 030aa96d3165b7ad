//! The front door of MCP servers: one binary with an OAuth 2.1 authorization server, a gateway, and the tools around them.
//!
//! `command` reads the command line, `config` the settings; `serve` listens, `wiring` joins the parts, `catalogue` knows well-known clients,
//! `demo` shows it all; `vendor` is the service of a client's vendor.

mod catalogue;
mod command;
mod config;
mod demo;
mod failure;
mod ledger;
mod logging;
mod output;
mod serve;
mod state;
mod vendor;
mod wiring;

use std::process::ExitCode;

use clap::Parser as _;
use mimalloc::MiMalloc;

/// Requests make and drop hundreds of small things, which costs a fraction of what it does with the system's allocator (docs/benchmarks.md).
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    let command = command::Line::parse();
    // The one provider, for every user of rustls in this process. A second call could only be a mistake of ours, and changes nothing.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    match command.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            output::talk(&failure.to_string());
            ExitCode::FAILURE
        }
    }
}
