//! Where does the log go? To standard error, so that standard output stays data.

use std::io::IsTerminal as _;

use tracing_subscriber::{
    Layer as _,
    filter::{LevelFilter, Targets},
    layer::SubscriberExt as _,
    util::SubscriberInitExt as _,
};

use crate::config::log::{Format, Level, LogSection};

/// Starts logging. Libraries speak only when something is amiss: their own words may hold what ours never do.
pub(crate) fn start(section: LogSection) {
    let level = match section.level {
        Level::Error => LevelFilter::ERROR,
        Level::Warn => LevelFilter::WARN,
        Level::Info => LevelFilter::INFO,
        Level::Debug => LevelFilter::DEBUG,
    };
    let targets =
        Targets::new().with_target("salver", level).with_default(level.min(LevelFilter::WARN));
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    let lines = match section.format {
        Format::Human => lines.with_target(false).boxed(),
        Format::Json => lines.json().flatten_event(true).boxed(),
    };
    // A second start, as tests in one process make it, keeps the first.
    let _ = tracing_subscriber::registry().with(lines.with_filter(targets)).try_init();
}
