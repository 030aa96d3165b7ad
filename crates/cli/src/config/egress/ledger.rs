//! How long is the list of what left? `[egress.ledger]`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `[egress.ledger]`
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct LedgerSection {
    /// Events that wait in memory to be written, which happens every second.
    #[schemars(range(min = 64, max = 65_536))]
    pub(super) events: u32,
    /// Bytes of the file `egress-ledger.jsonl` in the data directory; when it is full it becomes `egress-ledger.1.jsonl`, in place of the one before.
    #[schemars(range(min = 65_536, max = 1_073_741_824))]
    pub(super) file_bytes: u32,
}

impl Default for LedgerSection {
    fn default() -> Self {
        Self { events: 4096, file_bytes: 4 * 1024 * 1024 }
    }
}
