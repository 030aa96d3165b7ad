//! `salver config`: is this file sound, and what may be in one?

use std::path::{Path, PathBuf};

use clap::Subcommand;

use crate::{
    config::{Flags, reference},
    failure::Failure,
    output, vendor,
};

#[derive(Debug, Subcommand)]
pub(super) enum Config {
    /// Say what a start would say to this configuration, without starting.
    Check {
        /// The file; without it the one of `SALVER_CONFIG`, if any, and the environment.
        #[arg(value_name = "FILE")]
        file: Option<PathBuf>,
        /// The file is that of a vendor's service (`salver client serve`).
        #[arg(long, requires = "file")]
        vendor: bool,
    },
    /// Print every key with its type, default and purpose.
    Reference {
        /// Those of a vendor's service (`salver client serve`).
        #[arg(long)]
        vendor: bool,
    },
}

impl Config {
    pub(super) fn run(self) -> Result<(), Failure> {
        match self {
            Self::Check { file: Some(file), vendor: true } => return check_vendor(&file),
            Self::Check { file, .. } => {
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
            Self::Reference { vendor: true } => output::data(vendor::markdown().trim_end()),
            Self::Reference { vendor: false } => output::data(reference::markdown().trim_end()),
        }
        Ok(())
    }
}

fn check_vendor(file: &Path) -> Result<(), Failure> {
    let settings = vendor::Settings::read(file, &super::environment());
    let settings = settings.map_err(Failure::Configuration)?;
    for announcement in &settings.announcements {
        output::talk(&format!("note: {announcement}"));
    }
    output::talk(&format!(
        "The configuration is sound: {} is the service of {}.",
        settings.service.service(),
        settings.service.client_id()
    ));
    Ok(())
}

fn count(resources: usize) -> String {
    match resources {
        0 => "no MCP server yet".to_owned(),
        1 => "one MCP server".to_owned(),
        more => format!("{more} MCP servers"),
    }
}
