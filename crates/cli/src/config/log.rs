//! What is logged, and in which form?

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `[log]`
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct LogSection {
    /// How much is logged.
    pub(crate) level: Level,
    /// Lines for people, or one JSON object per line.
    pub(crate) format: Format,
}

/// How much is logged.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Level {
    /// Failures.
    Error,
    /// Also what an operator should look at.
    Warn,
    /// Also what happens.
    #[default]
    Info,
    /// Also how.
    Debug,
}

/// The form of a log line.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Format {
    /// For people.
    #[default]
    Human,
    /// For programs.
    Json,
}
