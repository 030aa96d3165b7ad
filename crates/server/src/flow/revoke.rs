//! A client gives a token back (RFC 7009): it ends, and a refresh token takes its access tokens along (RV-3).

use salver_jose::token::{Audience, Expected, verify_access_token};
use salver_oauth::{
    form::Form,
    grant::refresh::RefreshToken,
    token::{error::TokenError, request::credentials},
};
use salver_store::record::{RevocationReason, Subject};

use super::{client, client_authentication, token::TokenRefusal};
use crate::deps::Deps;

/// Revokes what is presented. Unknown and dead tokens are no error (RV-2); the type hint is not needed.
///
/// # Errors
/// [`TokenRefusal`], if the request is at fault or the token is another client's (RV-1).
pub async fn revoke(
    deps: &Deps,
    body: &str,
    authorization: Option<&str>,
) -> Result<(), TokenRefusal> {
    let form = Form::parse(body);
    let text = form.one("token").map_err(TokenError::Form)?.ok_or(TokenError::Missing("token"))?;
    let credentials = credentials(&form, authorization)?;
    let client_id = client_authentication::public(&credentials)?;
    let subject = match RefreshToken::parse(&text, deps.secrets.refresh_tokens()) {
        Some(token) => refresh_token(deps, &token).await?,
        None => access_token(deps, &text),
    };
    match subject {
        Some((owner, _)) if owner != client_id.as_str() => Err(TokenError::RefreshToken.into()),
        Some((_, subject)) => {
            let now = deps.now();
            deps.store.revoke(subject, RevocationReason::Client, now).await?;
            deps.revocations.refresh(&*deps.store, now).await?;
            Ok(())
        }
        None if client::is_known(deps, client_id) => Ok(()),
        None => Err(TokenError::UnknownClient.into()),
    }
}

async fn refresh_token(
    deps: &Deps,
    token: &RefreshToken,
) -> Result<Option<(String, Subject)>, TokenRefusal> {
    let found = deps.store.find_installation(token.installation()).await?;
    Ok(found.map(|(installation, grant)| (grant.client_id, Subject::Installation(installation.id))))
}

fn access_token(deps: &Deps, text: &str) -> Option<(String, Subject)> {
    let expected =
        Expected { issuer: &deps.settings.issuer, audience: Audience::Any, now: deps.now() };
    let claims = verify_access_token(text, &deps.keyring.keys().access_keys, &expected).ok()?;
    Some((claims.client_id.to_string(), Subject::Token(claims.token_id)))
}
