//! The token endpoint: a code or a refresh token becomes an access token and the next refresh token; a service gets an access token for itself.

mod code;
mod issue;
mod refresh;
mod service;

use salver_oauth::{
    client::id::ClientId,
    limit::TooMany,
    token::{
        error::TokenError,
        request::{PresentedGrant, TokenRequest},
    },
};
use salver_policy::ban::BanFacts;
use salver_store::{StoreError, record::Grant};
use thiserror::Error;

use super::{
    ban::signed_at_consent, client, client_authentication::Claimed, refusal::Unavailable,
    registration,
};
use crate::{deps::Deps, network::Network, throttle::Wait};

pub use issue::Issued;

/// Why a client gets no token.
#[derive(Debug, Error)]
pub enum TokenRefusal {
    /// The request is at fault.
    #[error("{0}")]
    Told(#[from] TokenError),
    /// Too many wrong secrets came from where it comes from.
    #[error("{0}")]
    TooMany(TooMany, Wait),
    /// Something of ours is.
    #[error("unavailable: {0}")]
    Unavailable(#[from] Unavailable),
}

impl From<StoreError> for TokenRefusal {
    fn from(error: StoreError) -> Self {
        Self::Unavailable(Unavailable::Store(error))
    }
}

/// A request of a program, as it came.
#[derive(Clone, Copy, Debug)]
pub struct RawRequest<'r> {
    /// Its form.
    pub body: &'r str,
    /// Its `Authorization` header.
    pub authorization: Option<&'r str>,
    /// What came with it of an attestation.
    pub attestation: RawAttestation<'r>,
    /// Where it comes from.
    pub network: Network,
}

/// The headers in which an installation shows that it is attested (ABCA-1, ABCA-5), as they came.
#[derive(Clone, Copy, Debug)]
pub struct RawAttestation<'r> {
    /// `OAuth-Client-Attestation`.
    pub attestation: Option<&'r str>,
    /// `OAuth-Client-Attestation-PoP`.
    pub proof: Option<&'r str>,
    /// `DPoP`.
    pub dpop: Option<&'r str>,
    /// The path of the endpoint below the issuer.
    pub endpoint: &'static str,
    /// Whether none of them stands twice, or is no text.
    pub is_readable: bool,
}

/// Exchanges what is presented.
///
/// # Errors
/// [`TokenRefusal`].
pub async fn exchange(deps: &Deps, raw: RawRequest<'_>) -> Result<Issued, TokenRefusal> {
    let request = TokenRequest::parse(raw.body, raw.authorization)?;
    let claimed = Claimed::read(&request.credentials, &raw)?;
    if registration::is_none(deps, claimed.client_id()) {
        return Err(TokenError::UnknownClient.into());
    }
    match &request.grant {
        PresentedGrant::Code { code, verifier, redirect_uri } => {
            code::redeem(deps, (claimed, &request), (code, verifier, redirect_uri.as_deref())).await
        }
        PresentedGrant::Refresh { token, scope } => {
            refresh::rotate(deps, (claimed, &request), token, scope.as_deref()).await
        }
        PresentedGrant::ClientCredentials { scope } => {
            service::give(deps, (claimed, &request), scope.as_deref()).await
        }
    }
}

/// DESIGN 4.8: whom a ban shuts out is told that it is unknown, and registers anew in vain. What it has ends by the ban's own doing, this
/// closes the moment before. The keys are those that it has proven and that are not in its registration.
pub(super) fn refuse_banned(
    deps: &Deps,
    grant: &Grant,
    keys: &[Box<str>],
) -> Result<(), TokenRefusal> {
    let bans = deps.bans.get();
    if bans.bans.all().is_empty() {
        return Ok(());
    }
    let bound_to = bans.bindings.of(&grant.fingerprint, &deps.policy.get().catalogue);
    let signed = signed_at_consent(&bans.bans, grant);
    let keys: Vec<_> =
        keys.iter().chain(signed.iter().map(|signed| &signed.key)).cloned().collect();
    let facts =
        BanFacts::of_grant(&grant.client_id, &grant.fingerprint, "", &grant.recipient, &keys);
    let facts = match &signed {
        Some(signed) => facts.signed_by(&signed.issuer, &signed.software_id),
        None => facts,
    };
    match bans.bans.find(&facts.bound_to(bound_to.as_deref()), deps.now()) {
        None => Ok(()),
        Some(ban) => {
            tracing::info!(
                ban = ban.number,
                client_id = grant.client_id,
                "a banned client asked for tokens"
            );
            Err(TokenError::UnknownClient.into())
        }
    }
}

/// What to say of a code or token that is not good. DESIGN 4.5: a client that nothing here names and that is not at hand is not looked
/// up outside; it is unknown, and clients register anew on hearing that.
fn not_good(deps: &Deps, client_id: &ClientId, error: TokenError) -> TokenRefusal {
    let known = client::is_known(deps, client_id);
    TokenRefusal::Told(if known { error } else { TokenError::UnknownClient })
}
