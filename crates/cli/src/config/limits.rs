//! How much may visitors take up? DESIGN §9.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `[limits]`
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct LimitsSection {
    /// Connections at the same time; more wait until one ends.
    #[schemars(range(min = 16, max = 1_000_000))]
    pub(crate) connections: u32,
    /// Seconds that a visitor may take for the head of a request; also how long an idle connection is kept.
    #[schemars(range(min = 1, max = 300))]
    pub(crate) head_seconds: u32,
    /// Bytes of a request to an MCP server; a longer one gets 413.
    #[schemars(range(min = 1024, max = 67_108_864))]
    pub(crate) body_bytes: u32,
    /// Seconds that such a request may take to arrive.
    #[schemars(range(min = 1, max = 600))]
    pub(crate) body_seconds: u32,
    /// Seconds that open requests are given to finish when the server is told to stop.
    #[schemars(range(min = 0, max = 600))]
    pub(crate) shutdown_seconds: u32,
}

impl Default for LimitsSection {
    fn default() -> Self {
        Self {
            connections: 4096,
            head_seconds: 15,
            body_bytes: 4 * 1024 * 1024,
            body_seconds: 30,
            shutdown_seconds: 10,
        }
    }
}
