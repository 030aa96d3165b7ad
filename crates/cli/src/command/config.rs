//! `salver config`: is this file sound, and what may be in one?

use std::path::PathBuf;

use clap::Subcommand;

use crate::{
    config::{Flags, reference},
    failure::Failure,
    output,
};

#[derive(Debug, Subcommand)]
pub(super) enum Config {
    /// Say what a start would say to this configuration, without starting.
    Check {
        /// The file; without it the one of `SALVER_CONFIG`, if any, and the environment.
        #[arg(value_name = "FILE")]
        file: Option<PathBuf>,
    },
    /// Print every key with its type, default and purpose.
    Reference,
}

impl Config {
    pub(super) fn run(self) -> Result<(), Failure> {
        match self {
            Self::Check { file } => {
                let settings = super::settings(&Flags { config: file, ..Flags::default() })?;
                let catalogue = settings.catalogue.announcements();
                for announcement in settings.egress.announcements().into_iter().chain(catalogue) {
                    output::talk(&format!("note: {announcement}"));
                }
                for announcement in settings.development.announcements() {
                    output::talk(&format!("note: development setting: {announcement}"));
                }
                output::talk(&format!(
                    "The configuration is sound: {} protects {}.",
                    settings.server.issuer,
                    count(settings.resources.len())
                ));
            }
            Self::Reference => output::data(reference::markdown().trim_end()),
        }
        Ok(())
    }
}

fn count(resources: usize) -> String {
    match resources {
        0 => "no MCP server yet".to_owned(),
        1 => "one MCP server".to_owned(),
        more => format!("{more} MCP servers"),
    }
}
