//! A client gives a token back (RFC 7009): it ends, and a refresh token takes its access tokens along (RV-3).

use salver_jose::token::{Audience, Expected, verify_access_token};
use salver_oauth::{
    InstallationId, TokenId,
    client::service::ServiceId,
    form::Form,
    grant::refresh::RefreshToken,
    token::{error::TokenError, request::credentials, subject::TokenSubject},
};
use salver_store::record::{RevocationReason, Subject};

use super::{
    client,
    client_authentication::{Claimed, Whose},
    registration, service,
    token::{RawRequest, TokenRefusal},
};
use crate::deps::Deps;

/// Revokes what is presented. Unknown and dead tokens are no error (RV-2); the type hint is not needed.
///
/// # Errors
/// [`TokenRefusal`], if the request is at fault or the token is another client's (RV-1).
pub async fn revoke(deps: &Deps, raw: RawRequest<'_>) -> Result<(), TokenRefusal> {
    let form = Form::parse(raw.body);
    let text = form.one("token").map_err(TokenError::Form)?.ok_or(TokenError::Missing("token"))?;
    let credentials = credentials(&form, raw.authorization)?;
    let claimed = Claimed::read(&credentials, &raw)?;
    if registration::is_none(deps, claimed.client_id()) {
        return Err(TokenError::UnknownClient.into());
    }
    let Some(named) = named(deps, &text) else {
        // RV-2: whoever is known here need not hear that the token is not.
        let known = client::is_known(deps, claimed.client_id());
        return if known { Ok(()) } else { Err(TokenError::UnknownClient.into()) };
    };
    let subject = match named {
        Named::OfService(token, id) => {
            if *claimed.client_id() != id.client_id() {
                return Err(TokenError::RefreshToken.into());
            }
            claimed.prove_service(deps, &service::find(deps, id).await?).await?;
            Subject::Token(token)
        }
        Named::OfPerson(subject, installation) => {
            let found = deps.store.find_installation(installation).await?;
            let Some((installation, grant)) = found else {
                return Ok(());
            };
            if grant.client_id != claimed.client_id().as_str() {
                return Err(TokenError::RefreshToken.into());
            }
            let (key, instance) = (&installation.client_key, &installation.instance_key);
            let whose = Whose::of(&grant, (key.as_deref(), instance.as_deref()), None);
            claimed.prove(deps, whose).await?;
            subject
        }
    };
    let now = deps.now();
    deps.store.revoke(subject, RevocationReason::Client, now).await?;
    deps.revocations.refresh(&*deps.store, now).await?;
    Ok(())
}

/// What a token of ours stands for.
enum Named {
    /// With the installation that it belongs to.
    OfPerson(Subject, InstallationId),
    /// With the service that it was given to.
    OfService(TokenId, ServiceId),
}

fn named(deps: &Deps, text: &str) -> Option<Named> {
    if let Some(token) = RefreshToken::parse(text, deps.secrets.refresh_tokens()) {
        let installation = token.installation();
        return Some(Named::OfPerson(Subject::Installation(installation), installation));
    }
    let expected =
        Expected { issuer: &deps.settings.issuer, audience: Audience::Any, now: deps.now() };
    let claims = verify_access_token(text, &deps.keyring.keys().access_keys, &expected).ok()?;
    Some(match claims.subject {
        TokenSubject::Service(id) => Named::OfService(claims.token_id, id),
        TokenSubject::Person(_) => {
            Named::OfPerson(Subject::Token(claims.token_id), claims.installation)
        }
    })
}
