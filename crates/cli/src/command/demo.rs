//! `salver demo`: everything on this computer, to try out.

use std::{net::SocketAddr, path::PathBuf};

use clap::Args;

use super::block_on;
use crate::{config::log::LogSection, demo, failure::Failure, logging};

#[derive(Args, Debug)]
pub(super) struct Demo {
    /// Listen on this loopback address instead of 127.0.0.1:8080; port 0 takes a free one.
    #[arg(long, value_name = "ADDR:PORT")]
    listen: Option<SocketAddr>,
    /// Keep state in this directory; without it everything is gone afterwards.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Print one line of JSON on standard output once requests are answered.
    #[arg(long)]
    json: bool,
}

impl Demo {
    pub(super) fn run(self) -> Result<(), Failure> {
        logging::start(LogSection::default());
        block_on(demo::demo(demo::Wishes { listen: self.listen, data: self.data, json: self.json }))
    }
}
