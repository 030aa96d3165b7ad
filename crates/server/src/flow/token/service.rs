//! A service gets a token for itself (RFC 6749 §4.4, RFC 9068, SPEC 2.5): for one resource, for a few minutes, and never a refresh token.
//!
//! Nothing is written for it. Its token hangs below the stem of the registration and below the secret or key that it was got with: whoever ends one of
//! them ends the token.

use salver_jose::token::AccessTokenClaims;
use salver_oauth::{
    InstallationId, TokenId,
    client::service::ServiceId,
    grant::{refresh::Keyed as _, service::decide},
    token::{error::TokenError, request::TokenRequest, subject::TokenSubject},
};

use super::{Issued, TokenRefusal, not_good};
use crate::{
    deps::Deps,
    flow::{
        client_authentication::{Claimed, ServiceProof},
        refusal::Unavailable,
        service,
    },
};

pub(super) async fn give(
    deps: &Deps,
    (claimed, request): (Claimed<'_>, &TokenRequest),
    scope: Option<&str>,
) -> Result<Issued, TokenRefusal> {
    let Some(id) = ServiceId::of(claimed.client_id()) else {
        return Err(not_good(deps, claimed.client_id(), TokenError::GrantNotForClient));
    };
    // DESIGN 4.5: for whom nothing is in force, nothing is fetched.
    let service = service::find(deps, id).await?;
    service.refuse_banned(deps, None)?;
    let proof = Box::pin(claimed.prove_service(deps, &service)).await?;
    if let ServiceProof::Key(key) = &proof {
        service.refuse_banned(deps, Some(key))?;
    }
    let given =
        decide(&service.metadata, (&request.resources, scope), deps.settings.resources.offers())?;
    let now = deps.now();
    let (installation, proof_ends) = match proof {
        ServiceProof::Secret(secret) => (secret.id, secret.expires_at),
        ServiceProof::Key(key) => (installation_of(deps, id, &key), None),
    };
    let latest = now.plus_seconds(deps.settings.lifetimes.access_token);
    let expires_at = [service.expires_at, proof_ends].into_iter().flatten().fold(latest, Ord::min);
    let claims = AccessTokenClaims {
        issuer: deps.settings.issuer.clone(),
        audience: given.offer.resource.clone(),
        subject: TokenSubject::Service(id),
        client_id: id.client_id(),
        issued_at: now,
        expires_at,
        token_id: TokenId::from_bytes(deps.random()),
        scope: given.scope,
        grant: service.stem,
        installation,
        generation: 0,
    };
    let access_token =
        deps.keyring.keys().access.issue(&claims).map_err(|_| Unavailable::Crypto)?;
    Ok(Issued {
        access_token,
        refresh_token: None,
        expires_in: expires_at.seconds_since(now),
        scope: claims.scope,
    })
}

/// What stands for a key among the names of a token: it follows from service and key, and is nobody else's.
fn installation_of(deps: &Deps, id: ServiceId, key: &str) -> InstallationId {
    let input = format!("service key\0{}\0{key}", id.as_str());
    let hash = deps.secrets.refresh_tokens().of(input.as_bytes());
    let mut bytes = [0; 16];
    for (place, byte) in bytes.iter_mut().zip(hash) {
        *place = byte;
    }
    InstallationId::from_bytes(bytes)
}
