//! What do journeys work with? The one value that is handed to every flow.

use std::sync::Arc;

use salver_egress::Egress;
use salver_jose::seen::{SeenAttestations, SeenTokens};
use salver_oauth::{Timestamp, authorization::return_address::OwnOrigins};
use salver_store::Store;

use crate::{
    anchor::ConfiguredAnchors, bans::BanIndex, chance::Chance, clock::Clock, counters::Counters,
    drift::Drift, keyring::Keyring, logo::Logos, met::MetClients, noted_keys::NotedKeys,
    notices::Notices, policy::CurrentPolicy, read_documents::ReadDocuments,
    registration_limit::RegistrationLimit, registration_tokens::RegistrationTokens,
    revocations::RevocationIndex, sealing::Sealing, secrets::Secrets, settings::Settings,
    throttle::Throttle, usage::Usage,
};

/// What journeys work with.
pub struct Deps {
    /// What the server was told to be.
    pub settings: Settings,
    /// Its own origins, from the settings.
    pub own_origins: OwnOrigins,
    /// What logins are judged by; exchanged while the server runs.
    pub policy: CurrentPolicy,
    /// Who is shut out.
    pub bans: BanIndex,
    /// Whose software statements the configuration trusts.
    pub anchors: ConfiguredAnchors,
    /// What hosts have said against those copies.
    pub drift: Drift,
    /// What is remembered.
    pub store: Arc<dyn Store>,
    /// The way out.
    pub egress: Arc<Egress>,
    /// Signing keys.
    pub keyring: Keyring,
    /// Keys of registrations.
    pub sealing: Sealing,
    /// Other keys.
    pub secrets: Secrets,
    /// Tokens that resource servers have asked about and that were good.
    pub introspected: SeenTokens<()>,
    /// Attestations that installations have shown and that were good.
    pub attestations: SeenAttestations,
    /// What is revoked.
    pub revocations: RevocationIndex,
    /// Key sets of clients that were noted.
    pub noted_keys: NotedKeys,
    /// What was seen lately.
    pub usage: Usage,
    /// Who registered itself and was let in before.
    pub met: MetClients,
    /// How many clients that nobody knows may register.
    pub registration_limit: RegistrationLimit,
    /// How many requests clients that nobody knows may push.
    pub push_limit: RegistrationLimit,
    /// With what clients may register where not everybody may.
    pub registration_tokens: RegistrationTokens,
    /// Wrong secrets of clients and resource servers.
    pub secret_tries: Throttle,
    /// How far clients get.
    pub counters: Counters,
    /// Documents that were read lately.
    pub read_documents: ReadDocuments,
    /// Logos of clients that were let in or asked lately.
    pub logos: Logos,
    /// Who is told of what happens.
    pub notices: Notices,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub chance: Arc<dyn Chance>,
}

/// How many tokens introspection remembers; some 600 bytes each.
pub const INTROSPECTED_KEPT: usize = 20_000;

/// How many attestations are remembered; some two kilobytes each.
pub const ATTESTATIONS_KEPT: usize = 10_000;

impl Deps {
    /// Now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// So many random bytes.
    #[must_use]
    pub fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.chance.fill(&mut bytes);
        bytes
    }

    /// Whether the server can do its work: the store answers, and what is revoked is known.
    pub async fn is_ready(&self) -> bool {
        self.store.check().await.is_ok() && self.revocations.is_fresh(self.now())
    }
}
