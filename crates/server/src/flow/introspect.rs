//! A resource server asks what a token is (RFC 7662). It learns of its own tokens only (IN-2).

use std::sync::Arc;

use salver_jose::token::{AccessTokenClaims, Audience, Expected};
use salver_oauth::{
    form::Form,
    token::{error::TokenError, request::basic},
};
use subtle::ConstantTimeEq;

use super::{
    refusal::Unavailable,
    secret::{self, Place},
    token::{RawRequest, TokenRefusal},
};
use crate::{deps::Deps, revocations::Standing, settings::Resource};

/// The claims of a token that is good at the caller's resource; `None` for every other.
///
/// # Errors
/// [`TokenRefusal`], if the caller is not a resource server of ours (IN-1) or the request is at fault.
pub fn introspect(
    deps: &Deps,
    raw: RawRequest<'_>,
) -> Result<Option<Arc<AccessTokenClaims>>, TokenRefusal> {
    let caller = caller(deps, raw)?;
    let form = Form::parse(raw.body);
    let text = form.one("token").map_err(TokenError::Form)?.ok_or(TokenError::Missing("token"))?;
    let now = deps.now();
    let expected =
        Expected { issuer: &deps.settings.issuer, audience: Audience::Only(&caller.id), now };
    let keys = deps.keyring.keys();
    let Ok(token) = deps.introspected.verify(text.as_bytes(), &keys.access_keys, &expected, |_| ())
    else {
        return Ok(None);
    };
    let claims = &token.claims;
    match deps.revocations.standing((claims.grant, claims.installation, claims.token_id), now) {
        Standing::Unknown => Err(Unavailable::StaleFeed.into()),
        Standing::Revoked => Ok(None),
        Standing::Live => {
            deps.usage.note(claims.installation, claims.generation, now);
            Ok(Some(Arc::clone(claims)))
        }
    }
}

fn caller<'d>(deps: &'d Deps, raw: RawRequest<'_>) -> Result<&'d Resource, TokenRefusal> {
    let (name, password) = basic(raw.authorization.ok_or(TokenError::UnknownClient)?)?;
    let resource = deps.settings.resources.named(&name).ok_or(TokenError::UnknownClient)?;
    let secret = resource.introspection_secret.as_ref().ok_or(TokenError::UnknownClient)?;
    let compare = || {
        // Hashed first: the comparison takes the same time for every length.
        let (given, kept) = (deps.secrets.digest(&password), deps.secrets.digest(secret));
        given.ct_eq(&kept).into()
    };
    if secret::is_right(
        deps,
        &format!("resource {name}"),
        (raw.network, Place::WithToken),
        compare,
    )? {
        Ok(resource)
    } else {
        Err(TokenError::UnknownClient.into())
    }
}
