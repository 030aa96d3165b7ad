//! What does a client get? One access token and one refresh token of an installation's generation.

use salver_jose::token::AccessTokenClaims;
use salver_oauth::{
    InstallationId, ResourceId, Scope, Timestamp, TokenId,
    client::id::ClientId,
    grant::refresh::{Keyed, RefreshToken},
    token::subject::TokenSubject,
};
use salver_store::record::Grant;

use super::TokenRefusal;
use crate::{
    deps::Deps,
    flow::{refusal::Unavailable, terms::Terms},
};

/// What a client gets.
pub struct Issued {
    /// The access token.
    pub access_token: String,
    /// The refresh token; a service has none.
    pub refresh_token: Option<String>,
    /// Seconds until the access token ends.
    pub expires_in: i64,
    /// What it may do.
    pub scope: Scope,
}

/// One generation of an installation.
pub(super) struct Generation<'g> {
    pub(super) grant: &'g Grant,
    pub(super) installation: InstallationId,
    pub(super) number: u32,
    pub(super) refresh_token: &'g RefreshToken,
    pub(super) scope: Scope,
    pub(super) issued_at: Timestamp,
}

/// Signs the tokens of a generation. The same generation gives the same tokens, but for what a signature draws at random.
pub(super) fn issue(deps: &Deps, generation: Generation<'_>) -> Result<Issued, TokenRefusal> {
    let lifetime = Terms::read(generation.grant)?.access_token(&deps.settings.lifetimes);
    let claims = AccessTokenClaims {
        issuer: deps.settings.issuer.clone(),
        audience: ResourceId::parse(&generation.grant.resource).map_err(|_| Unavailable::Crypto)?,
        subject: TokenSubject::Person(generation.grant.user),
        client_id: ClientId::parse(&generation.grant.client_id).map_err(|_| Unavailable::Crypto)?,
        issued_at: generation.issued_at,
        expires_at: generation.issued_at.plus_seconds(lifetime),
        token_id: token_id(deps, generation.installation, generation.number),
        scope: generation.scope.clone(),
        grant: generation.grant.id,
        installation: generation.installation,
        generation: generation.number,
    };
    let access_token =
        deps.keyring.keys().access.issue(&claims).map_err(|_| Unavailable::Crypto)?;
    Ok(Issued {
        access_token,
        refresh_token: Some(generation.refresh_token.reveal(deps.secrets.refresh_tokens())),
        expires_in: lifetime - deps.now().seconds_since(generation.issued_at),
        scope: generation.scope,
    })
}

/// The `jti` of a generation's access token: it follows from the generation, so that a token whose answer was lost can be revoked
/// although nobody kept it.
pub(super) fn token_id(deps: &Deps, installation: InstallationId, generation: u32) -> TokenId {
    let mut input = b"jti\0".to_vec();
    input.extend(installation.as_bytes());
    input.extend(generation.to_be_bytes());
    let hash = deps.secrets.refresh_tokens().of(&input);
    let mut id = [0; 16];
    for (place, byte) in id.iter_mut().zip(hash) {
        *place = byte;
    }
    TokenId::from_bytes(id)
}
