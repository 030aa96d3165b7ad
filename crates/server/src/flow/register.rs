//! May this client register itself, and what is it called then? RFC 7591, DESIGN 4.3.
//!
//! Nothing is written for it, ever (a step of the funnel is counted): the `client_id` is the registration. Refused is what no login could go on with: a body that breaks a rule, an address that the
//! redirect policy refuses, a client that is banned. The same is asked again at each login.

use salver_jose::seal::{ClientCredential, SealIdError};
use salver_oauth::{
    client::{change::thumbprints, metadata::Keys, redirect_uri::RedirectUri, sealed::SealedId},
    discovery::path,
    registration::{
        Answer, Credentials, InstallationNonce, Registration, RegistrationError,
        RegistrationRequest,
    },
};
use salver_policy::{
    application::fingerprint,
    ban::BanFacts,
    redirects::{RedirectJudgement, RedirectVerdict},
};
use salver_store::record::FunnelStep;
use serde_json::Value;

use super::{funnel, refusal::Unavailable};
use crate::deps::Deps;

/// Why a registration is refused.
#[derive(Debug, thiserror::Error)]
pub enum RegisterRefusal {
    /// It breaks a rule, or the policy of this server.
    #[error(transparent)]
    Told(#[from] RegistrationError),
    /// Something of ours failed.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

/// Registers a client. Answers what it is told, for status 201.
///
/// # Errors
/// [`RegisterRefusal`].
pub fn register(deps: &Deps, body: &[u8]) -> Result<Value, RegisterRefusal> {
    let request = RegistrationRequest::parse(body)?;
    let redirect_uris = request.redirect_uris().to_vec();
    let redirects = &deps.settings.registration.redirects;
    let policy = deps.policy.get();
    let judged = redirects.judge(&redirect_uris, &policy.catalogue);
    if let Some(position) = refused(&judged) {
        return Err(RegistrationError::RedirectUriNotAllowed { position }.into());
    }
    let nonce = || Ok::<_, Unavailable>(InstallationNonce::from_bytes(deps.random()));
    let registration = request.register(nonce)?;
    let id = deps.sealing.seal(&registration).map_err(|error| match error {
        SealIdError::TooLong(too_long) => RegisterRefusal::Told(too_long.into()),
        SealIdError::Seal(_) => Unavailable::Crypto.into(),
    })?;
    let metadata = registration.metadata(id.clone());
    let application = fingerprint(&metadata);
    let bans = deps.bans.get();
    let bound_to = bans.bindings.of(&application, &policy.catalogue);
    if !bans.bans.is_empty() {
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
    let Ok(registration) = deps.sealing.registration(id) else {
        return Ok(None);
    };
    let kind = ClientCredential::ManagementToken;
    if !deps.sealing.is_credential(kind, (id, &registration), token) {
        return Ok(None);
    }
    answer(deps, id, &registration, registration.redirect_uris()).map(Some)
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
    let answer = Answer { client_id: id, registration, redirect_uris, credentials };
    serde_json::to_value(answer).map_err(|_| Unavailable::Crypto)
}

/// The first address that is refused.
fn refused(judged: &RedirectJudgement<'_>) -> Option<usize> {
    let mut findings = judged.findings.iter();
    findings.find(|finding| finding.verdict == RedirectVerdict::Refused).map(|found| found.position)
}
