//! May this client register itself, and what is it called then? RFC 7591, DESIGN 4.3.
//!
//! Nothing is written for it, ever (a step of the funnel is counted): the `client_id` is the registration. Refused is what no login could go on with: a body that breaks a rule, an address that the
//! redirect policy refuses, a client that is banned. The same is asked again at each login. A client that nobody knows may have to wait (decision 10).

use salver_jose::{
    KeySet,
    seal::{ClientCredential, SealIdError},
};
use salver_oauth::{
    client::{
        change::thumbprints, id::ClientId, metadata::Keys, redirect_uri::RedirectUri,
        sealed::SealedId,
    },
    discovery::path,
    limit::TooMany,
    registration::{
        AccessError, Answer, Authentication, Credentials, InstallationNonce, KeysFault,
        Registration, RegistrationBody, RegistrationError, RegistrationRequest, encoding,
    },
};
use salver_policy::{
    application::of_registration,
    ban::BanFacts,
    redirects::{RedirectJudgement, RedirectVerdict},
};
use salver_store::{
    Outcome, StoreError,
    record::{FunnelStep, NewDeletion},
};
use serde_json::Value;

use super::{funnel, refusal::Unavailable, registration, registration_access::admit, stated};
use crate::{
    anchor, deps::Deps, network::Network, registration_limit::Reached, sealing, throttle::Wait,
};

/// Why a registration is refused.
#[derive(Debug, thiserror::Error)]
pub enum RegisterRefusal {
    /// It breaks a rule, or the policy of this server.
    #[error(transparent)]
    Told(#[from] RegistrationError),
    /// Whoever sends it may not register.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// It is new here, and too many are.
    #[error("{0}")]
    TooMany(TooMany, Wait),
    /// Something of ours failed.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

impl From<StoreError> for RegisterRefusal {
    fn from(error: StoreError) -> Self {
        Self::Unavailable(error.into())
    }
}

/// A registration, as it came.
#[derive(Clone, Copy, Debug)]
pub struct RawRegistration<'r> {
    /// Its body.
    pub body: &'r [u8],
    /// The bearer token that came with it.
    pub bearer: Option<&'r str>,
    /// Where it comes from.
    pub network: Network,
}

/// Registers a client. Answers what it is told, for status 201.
///
/// # Errors
/// [`RegisterRefusal`].
pub async fn register(deps: &Deps, raw: RawRegistration<'_>) -> Result<Value, RegisterRefusal> {
    let invitation = admit(deps, raw.bearer)?;
    let body = RegistrationBody::parse(raw.body).map_err(RegistrationError::Body)?;
    let statement = body.software_statement().map_err(RegistrationError::Body)?;
    let answer = match statement.filter(|_| anchor::are_any(deps)) {
        Some(statement) => stated::register(deps, &body, statement).await?,
        None => by_itself(deps, body.request()?, raw.network)?,
    };
    if let Some(number) = invitation {
        deps.registration_tokens.note(number, deps.now());
    }
    Ok(answer)
}

/// For whom nobody vouches: the `client_id` is the registration.
fn by_itself(
    deps: &Deps,
    request: RegistrationRequest,
    network: Network,
) -> Result<Value, RegisterRefusal> {
    let redirect_uris = request.redirect_uris().to_vec();
    let redirects = &deps.settings.registration.redirects;
    let policy = deps.policy.get();
    let judged = redirects.judge(&redirect_uris, &policy.catalogue);
    if let Some(position) = refused(&judged) {
        return Err(RegistrationError::RedirectUriNotAllowed { position }.into());
    }
    let application = of_registration(request.registration());
    let bans = deps.bans.get();
    let bound_to = bans.bindings.of(&application, &policy.catalogue);
    if bound_to.is_none() && !deps.met.contains(&application) {
        // DESIGN §9: whoever is known waits for nobody.
        let canonical = encoding::encode(request.registration());
        let taken = deps.registration_limit.take(network, &canonical, deps.now());
        taken.map_err(|(reached, wait)| RegisterRefusal::TooMany(too_many(reached), wait))?;
    }
    let nonce = || Ok::<_, Unavailable>(InstallationNonce::from_bytes(deps.random()));
    let registration = request.register(nonce)?;
    usable_keys(registration.authentication())?;
    let id = deps.sealing.seal(&registration).map_err(|error| match error {
        SealIdError::TooLong(too_long) => RegisterRefusal::Told(too_long.into()),
        SealIdError::Seal(_) => Unavailable::Crypto.into(),
    })?;
    if !bans.bans.is_empty() {
        let metadata = registration.metadata(ClientId::Sealed(id.clone()));
        let software_id = registration.claims().software_id.as_deref();
        let keys = match &metadata.keys {
            Keys::Inline(set) => thumbprints(set),
            Keys::None | Keys::At(_) => Vec::new(),
        };
        let application = (&*application, bound_to.as_deref());
        let facts = BanFacts::of_registration(&metadata, application, &keys, software_id);
        if let Some(ban) = bans.bans.find(&facts, deps.now()) {
            tracing::info!(ban = ban.number, "a banned client has tried to register");
            return Err(RegistrationError::Banned.into());
        }
    }
    let application = (&*application, bound_to.as_deref());
    funnel::note_bound(deps, FunnelStep::Registered, application, &bans.bindings);
    Ok(answer(deps, &id, &registration, &redirect_uris)?)
}

/// What is registered under a `client_id`, for whoever has its registration access token (RFC 7592 §2.1): the `client_id` tells all.
///
/// # Errors
/// [`Unavailable`]. Nothing, if the token is not that of this registration.
pub fn read(deps: &Deps, id: &SealedId, token: &str) -> Result<Option<Value>, Unavailable> {
    let Some(registration) = managed(deps, id, token) else {
        return Ok(None);
    };
    answer(deps, id, &registration, registration.redirect_uris()).map(Some)
}

/// Deletes a registration, for whoever has its registration access token (RFC 7592 §2.3): what was let in under its `client_id` ends, and nobody knows it any
/// more. Where nobody had let it in, nothing is written: there is nothing to end, and strangers leave no rows (DESIGN §7 item 7).
///
/// Answers whether the token is that of this registration.
///
/// # Errors
/// [`Unavailable`]; whether it is deleted is not known then, and it may be tried again.
pub async fn delete(deps: &Deps, id: &SealedId, token: &str) -> Result<bool, Unavailable> {
    if managed(deps, id, token).is_none() {
        return Ok(false);
    }
    let (Some(registration), Some(sealed_by)) = (deps.sealing.hash(id), sealing::key_id(id)) else {
        return Ok(false);
    };
    let (client_id, at) = (id.as_str().to_owned(), deps.now());
    let deletion = NewDeletion { client_id, registration, sealed_by, at };
    if deps.store.delete_registration(deletion).await? == Outcome::Applied {
        tracing::info!(client_id = id.as_str(), "a client has deleted its registration");
    }
    // Also if another process was first.
    deps.bans.refresh(&*deps.store).await?;
    deps.revocations.refresh(&*deps.store, at).await?;
    Ok(true)
}

/// A registration whose registration access token this is.
fn managed(deps: &Deps, id: &SealedId, token: &str) -> Option<Registration> {
    let registration = registration::find(deps, id).ok()?;
    let kind = ClientCredential::ManagementToken;
    deps.sealing.is_credential(kind, (id, &registration), token).then_some(registration)
}

fn answer(
    deps: &Deps,
    id: &SealedId,
    registration: &Registration,
    redirect_uris: &[RedirectUri],
) -> Result<Value, Unavailable> {
    let of = |kind| deps.sealing.credential(kind, id, registration);
    let (secret, token) = (of(ClientCredential::Secret), of(ClientCredential::ManagementToken));
    let registration_client_uri =
        format!("{}/{}", deps.settings.issuer.endpoint(path::REGISTER), id.as_str());
    let credentials = match (&secret, &token) {
        (Some(secret), Some(token)) => Some(Credentials {
            client_secret: secret,
            registration_access_token: token,
            registration_client_uri: &registration_client_uri,
        }),
        _ => None,
    };
    let client_id = id.as_str();
    let answer =
        Answer { client_id, registration, redirect_uris, credentials, software_statement: None };
    serde_json::to_value(answer).map_err(|_| Unavailable::Crypto)
}

/// A client whose keys verify nothing could never redeem a code: better it hears so now.
///
/// # Errors
/// [`KeysFault`].
pub fn usable_keys(authentication: &Authentication) -> Result<(), RegistrationError> {
    let (Authentication::PrivateKeyJwt(Keys::Inline(set))
    | Authentication::Attestation(Keys::Inline(set))) = authentication
    else {
        return Ok(());
    };
    let read = KeySet::parse(set.as_bytes()).map_err(|_| KeysFault::NotASet)?;
    let found = read.iter().next().is_some();
    if found { Ok(()) } else { Err(KeysFault::NoneUsable.into()) }
}

const fn too_many(reached: Reached) -> TooMany {
    match reached {
        Reached::OneNetwork { a_minute } => TooMany::RegistrationsFromOneNetwork { a_minute },
        Reached::All => TooMany::Registrations,
    }
}

/// The first address that is refused.
fn refused(judged: &RedirectJudgement<'_>) -> Option<usize> {
    let mut findings = judged.findings.iter();
    findings.find(|finding| finding.verdict == RedirectVerdict::Refused).map(|found| found.position)
}
