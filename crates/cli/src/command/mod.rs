//! What can be asked on the command line?

mod admin;
mod anchor;
mod api_token;
mod application;
mod approvals;
mod ban;
mod catalogue;
mod change;
mod client;
mod config;
mod demo;
mod duration;
mod egress;
mod group;
mod keys;
mod policy;
mod recorded;
mod registration_token;
mod review;
mod serve;
mod signing_key;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use salver_oauth::Issuer;

use crate::{
    config::{Environment, FILE_VARIABLE, Flags, Layers, Settings},
    failure::Failure,
    state,
};

/// The front door of MCP servers: an OAuth 2.1 authorization server and gateway in one.
#[derive(Debug, Parser)]
#[command(name = "salver", version, disable_help_subcommand = true)]
pub(crate) struct Line {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Protect MCP servers: sign-in, tokens, gateway.
    Serve(serve::Serve),
    /// Try everything out on this computer, with an MCP server and an account inside.
    Demo(demo::Demo),
    /// Look after a server: accounts, trust anchors, clients, reviews, bans.
    #[command(subcommand)]
    Admin(admin::Admin),
    /// For developers of clients: metadata documents, software statements, attested installations.
    #[command(subcommand)]
    Client(client::Client),
    /// Who may come in: explain a login, try other rules on earlier ones, check rules, show ready-made ones.
    #[command(subcommand)]
    Policy(policy::Policy),
    /// Keys that sign and seal: show them, make new ones, kill one.
    #[command(subcommand)]
    Keys(keys::Keys),
    /// What was fetched from others, for whom, and how it ended.
    #[command(subcommand)]
    Egress(egress::Egress),
    /// Well-known clients.
    #[command(subcommand)]
    Catalogue(catalogue::Catalogue),
    /// The configuration: check it, list every key.
    #[command(subcommand)]
    Config(config::Config),
}

/// Where the settings are; for every command that needs them.
#[derive(Args, Clone, Debug, Default)]
struct Where {
    /// The configuration file; also `SALVER_CONFIG`. None is needed.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The directory where state is kept; also `SALVER_DATA`. The default is salver's place in the platform's data directory.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

impl Where {
    fn flags(&self) -> Flags {
        Flags { config: self.config.clone(), data: self.data.clone(), ..Flags::default() }
    }

    /// The configuration file that is read, if any.
    fn file(&self) -> Option<PathBuf> {
        let said = || environment().into_iter().find(|(name, _)| name == FILE_VARIABLE);
        self.config.clone().or_else(|| said().map(|(_, path)| PathBuf::from(path)))
    }
}

impl Line {
    /// Does what was asked.
    pub(crate) fn run(self) -> Result<(), Failure> {
        match self.command {
            Command::Serve(serve) => serve.run(),
            Command::Demo(demo) => demo.run(),
            Command::Admin(admin) => admin.run(),
            Command::Client(client) => client.run(),
            Command::Policy(policy) => policy.run(),
            Command::Keys(keys) => keys.run(),
            Command::Egress(egress) => egress.run(),
            Command::Catalogue(catalogue) => catalogue.run(),
            Command::Config(config) => config.run(),
        }
    }
}

/// The environment, read once.
fn environment() -> Environment {
    std::env::vars_os().collect()
}

/// What flags, environment and file mean.
fn settings(flags: &Flags) -> Result<Settings, Failure> {
    let environment = environment();
    let layers = Layers::gather(flags, &environment).map_err(Failure::Configuration)?;
    Settings::resolve(&layers, &environment).map_err(Failure::Configuration)
}

/// The address under which people reach the server: what the newest start was, unless the configuration says it.
fn public_issuer(settings: &Settings) -> Result<Issuer, Failure> {
    let issuer = if settings.server.issuer_is_set {
        Some(settings.server.issuer.clone())
    } else {
        state::remembered_issuer(&settings.server.data)
    };
    issuer.ok_or_else(|| Failure::Refused {
        why: "no server has been started with this data directory, so nobody knows its address"
            .to_owned(),
        hint: "start `salver serve` once, or name the configuration with --config".to_owned(),
    })
}

/// Runs a journey to its end, on a thread for each core.
fn block_on<T>(journey: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime =
        runtime.map_err(|error| Failure::Setup { part: "the runtime", why: error.to_string() })?;
    let result = runtime.block_on(journey);
    // What still runs has been told to stop; nothing is waited for.
    runtime.shutdown_background();
    result
}
