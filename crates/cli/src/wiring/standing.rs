//! Does a token still stand? The authorization server's index answers the gateway's question.

use std::sync::Arc;

use salver_gateway::{Standing, TokenNames, Verdict};
use salver_oauth::{InstallationId, Timestamp};
use salver_server::{deps::Deps, revocations::Standing as Known};
use tokio::sync::watch;

/// The index of the server in this process.
pub(super) struct OfServer(pub(super) Arc<Deps>);

impl Standing for OfServer {
    fn ask(&self, names: &TokenNames, now: Timestamp) -> Verdict {
        match self.0.revocations.standing((names.grant, names.installation, names.token), now) {
            Known::Live => Verdict::Stands,
            Known::Revoked => Verdict::Revoked,
            Known::Unknown => Verdict::Unknown,
        }
    }

    fn changes(&self) -> watch::Receiver<u64> {
        self.0.revocations.changes()
    }

    fn used(&self, installation: InstallationId, generation: u32, now: Timestamp) {
        self.0.usage.note(installation, generation, now);
    }
}
