//! What does the authorization server get to know? Its part of the settings, in its own words.

use std::sync::Arc;

use salver_egress::Egress;
use salver_jose::{
    Algorithm as JoseAlgorithm,
    seen::{SeenAttestations, SeenTokens},
};
use salver_server::{
    anchor::ConfiguredAnchors,
    bans::BanIndex,
    chance::SystemChance,
    clock::{Clock as _, SystemClock},
    counters::Counters,
    deps::{ATTESTATIONS_KEPT, Deps, INTROSPECTED_KEPT},
    drift::Drift,
    keyring::Keyring,
    logo::Logos,
    met::MetClients,
    noted_keys::NotedKeys,
    notices::Notices,
    policy::CurrentPolicy,
    read_documents::ReadDocuments,
    registration_limit::RegistrationLimit,
    registration_tokens::RegistrationTokens,
    revocations::RevocationIndex,
    sealing::Sealing,
    secrets::Secrets,
    settings::{Lifetimes, Resource as ServerResource, Resources, Settings as ServerSettings},
    throttle::Throttle,
    usage::Usage,
};

use super::{clients, egress, policy::policy};
use crate::{
    catalogue,
    config::{Settings, resources::Resource, tokens::Algorithm},
    failure::Failure,
    state::State,
};

/// What journeys work with.
pub(super) async fn deps(
    settings: &Settings,
    state: &State,
    (egress, notices): (Egress, Notices),
) -> Result<Deps, Failure> {
    let secrets = secrets(state)?;
    let now = SystemClock.now();
    let keyring = Keyring::open(
        &*state.store,
        secrets.signing_keys(),
        algorithm(settings.tokens.algorithm),
        now,
    )
    .await
    .map_err(keys_failed)?;
    let sealing =
        Sealing::open(&*state.store, secrets.sealing_roots(), &settings.server.issuer, now)
            .await
            .map_err(keys_failed)?;
    let catalogue = catalogue::in_force(settings)?;
    let server = server_settings(settings);
    Ok(Deps {
        own_origins: server.own_origins(),
        met: MetClients::default(),
        registration_limit: RegistrationLimit::new(server.registration.bounds),
        push_limit: RegistrationLimit::new(server.pushed_requests.bounds),
        registration_tokens: RegistrationTokens::default(),
        secret_tries: Throttle::default(),
        policy: CurrentPolicy::new(policy(settings, catalogue)),
        bans: BanIndex::default(),
        anchors: ConfiguredAnchors::new(settings.anchors.clone()),
        drift: Drift::default(),
        settings: server,
        store: Arc::clone(&state.store),
        egress: Arc::new(egress),
        keyring,
        sealing,
        secrets,
        introspected: SeenTokens::new(INTROSPECTED_KEPT),
        attestations: SeenAttestations::new(ATTESTATIONS_KEPT),
        revocations: RevocationIndex::default(),
        noted_keys: NotedKeys::default(),
        usage: Usage::default(),
        counters: Counters::default(),
        logos: Logos::default(),
        notices,
        read_documents: ReadDocuments::default(),
        clock: Arc::new(SystemClock),
        chance: Arc::new(SystemChance::default()),
    })
}

/// The same for a command that asks once what the server would say.
pub(crate) async fn onlooker(settings: &Settings, state: &State) -> Result<Deps, Failure> {
    let deps = deps(settings, state, (egress::open(settings)?, Notices::default())).await?;
    deps.bans.refresh(&*deps.store).await?;
    Ok(deps)
}

/// What is derived from the master key.
pub(crate) fn secrets(state: &State) -> Result<Secrets, Failure> {
    Secrets::derive(&state.master_key)
        .map_err(|error| Failure::Setup { part: "the keys", why: error.to_string() })
}

/// The algorithm by its JOSE name.
pub(crate) fn algorithm(algorithm: Algorithm) -> JoseAlgorithm {
    match algorithm {
        Algorithm::Es256 => JoseAlgorithm::Es256,
        Algorithm::EdDsa => JoseAlgorithm::EdDsa,
    }
}

/// Why there are no signing keys, in the words of a command.
pub(crate) fn keys_failed(error: salver_server::keyring::KeyringError) -> Failure {
    use salver_server::keyring::KeyringError as E;
    match error {
        E::Store(error) => Failure::Store(error),
        E::OtherMasterKey => {
            Failure::MasterKey("does not open the signing keys in this store".to_owned())
        }
        E::NoKey => Failure::Setup { part: "the signing keys", why: error.to_string() },
    }
}

/// What the server was told to be.
pub(crate) fn server_settings(settings: &Settings) -> ServerSettings {
    let days = |days: u32| i64::from(days) * 86_400;
    ServerSettings {
        issuer: settings.server.issuer.clone(),
        resources: Resources::new(settings.resources.iter().map(resource).collect()),
        clients: clients::metadata(&settings.clients),
        registration: settings.registration.clone(),
        pushed_requests: settings.pushed_requests,
        developers: settings.developers.clone(),
        profile: settings.documents.profile,
        pins: settings.catalogue.pins,
        changes: settings.documents.changes,
        lifetimes: Lifetimes {
            code: settings.tokens.code_seconds.into(),
            access_token: settings.tokens.access_token_seconds.into(),
            refresh_unused: days(settings.tokens.refresh_unused_days),
            ..Lifetimes::default()
        },
    }
}

fn resource(resource: &Resource) -> ServerResource {
    ServerResource {
        name: resource.name.clone(),
        id: resource.id.clone(),
        scopes: resource
            .scopes
            .iter()
            .map(|scope| (scope.name.clone(), scope.sentence.clone()))
            .collect(),
        default_scope: resource.default_scope.clone(),
        requires_push: resource.requires_push,
        introspection_secret: resource.introspection_secret.clone(),
    }
}
