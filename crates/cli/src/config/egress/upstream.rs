//! How are the MCP servers behind the gateway called? `[egress.upstream]`; always directly, see decision 4.

use std::time::Duration;

use salver_egress::upstream::UpstreamSettings;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::bounds::{size, whole};

/// `[egress.upstream]`
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct UpstreamSection {
    /// Seconds for looking up a name, connecting and the TLS handshake together.
    #[schemars(range(min = 1, max = 60))]
    connect_seconds: u32,
    /// Seconds from a call to the head of its answer; a tool that answers with JSON does all its work before it.
    #[schemars(range(min = 1, max = 86_400))]
    head_seconds: u32,
    /// Seconds that an unused connection is kept; less than what the server behind keeps it for.
    #[schemars(range(min = 1, max = 600))]
    idle_seconds: u32,
    /// Unused connections that are kept for each MCP server.
    #[schemars(range(min = 0, max = 10_000))]
    idle_connections: u32,
}

impl UpstreamSection {
    pub(super) fn meaning(self) -> UpstreamSettings {
        let seconds = |number: u32| Duration::from_secs(number.into());
        UpstreamSettings {
            connect_time_limit: seconds(self.connect_seconds),
            header_time_limit: seconds(self.head_seconds),
            idle_time_limit: seconds(self.idle_seconds),
            idle_per_origin: size(self.idle_connections),
            ..UpstreamSettings::default()
        }
    }
}

impl Default for UpstreamSection {
    fn default() -> Self {
        let door = UpstreamSettings::default();
        Self {
            connect_seconds: whole(door.connect_time_limit.as_secs()),
            head_seconds: whole(door.header_time_limit.as_secs()),
            idle_seconds: whole(door.idle_time_limit.as_secs()),
            idle_connections: whole(door.idle_per_origin),
        }
    }
}
