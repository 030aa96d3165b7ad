//! What does the server behind learn about the caller? A short signed statement in `Salver-Identity`: person, client, scopes. A service has no person.
//!
//! Made anew when half its life is over, since a signature costs more than the rest of a call.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use http::{HeaderName, HeaderValue};
use salver_jose::{IdentityTokenClaims, IdentityTokenSigner, MAX_IDENTITY_SECONDS};
use salver_oauth::{Issuer, Timestamp, client::id::ClientId, token::subject::TokenSubject};
use thiserror::Error;

use crate::{
    Resource,
    refusal::{Refusal, TokenFault, Unavailable},
    token::Believed,
};

/// The header. Whatever a client sends under this name is dropped.
pub(crate) const SALVER_IDENTITY: HeaderName = HeaderName::from_static("salver-identity");

/// A caller, by the names that people know.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Caller {
    /// The person's user name; none of a service that acts for itself.
    pub user_name: Option<Box<str>>,
    /// What the client calls itself, if that is known.
    pub client_name: Option<Box<str>>,
}

/// Why a caller cannot be described.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum CallersError {
    /// There is no such person or service any more, or they are shut out.
    #[error("no such person or service")]
    Gone,
    /// Whoever knows does not answer now.
    #[error("not known at the moment")]
    Unavailable,
}

/// Who knows people and clients, and has the key that signs statements about them.
pub trait Callers: Send + Sync {
    /// The signer that counts now.
    fn signer(&self) -> IdentityTokenSigner;

    /// The names of whom a token is for and of its client. Asked about twice a minute for each token in use.
    fn describe<'a>(
        &'a self,
        subject: TokenSubject,
        client: &'a ClientId,
    ) -> BoxFuture<'a, Result<Caller, CallersError>>;
}

/// A statement that is ready to be sent.
pub(crate) struct Signed {
    value: HeaderValue,
    made_at: Timestamp,
}

/// The statement about whoever holds a token, for the server behind a resource.
pub(crate) async fn statement(
    callers: &dyn Callers,
    issuer: &Issuer,
    resource: &Resource,
    believed: &Believed,
    now: Timestamp,
) -> Result<HeaderValue, Refusal> {
    if let Some(signed) = &*believed.beside.identity.load()
        && (0..MAX_IDENTITY_SECONDS / 2).contains(&now.seconds_since(signed.made_at))
    {
        return Ok(signed.value.clone());
    }
    let claims = &believed.claims;
    let caller = callers.describe(claims.subject, &claims.client_id).await;
    let caller = caller.map_err(|error| match error {
        CallersError::Gone => Refusal::Token(TokenFault::PersonGone),
        CallersError::Unavailable => Refusal::Unavailable(Unavailable::Callers),
    })?;
    let statement = callers.signer().issue(&IdentityTokenClaims {
        issuer: issuer.clone(),
        audience: resource.target.as_str().into(),
        subject: claims.subject,
        name: caller.user_name,
        client_id: claims.client_id.as_str().into(),
        client_name: caller.client_name,
        scope: believed.beside.allowed.clone(),
        issued_at: now,
        expires_at: now.plus_seconds(MAX_IDENTITY_SECONDS),
    });
    let signing = || Refusal::Unavailable(Unavailable::Signing);
    let value = HeaderValue::try_from(statement.map_err(|_| signing())?).map_err(|_| signing())?;
    let signed = Signed { value: value.clone(), made_at: now };
    believed.beside.identity.store(Some(Arc::new(signed)));
    Ok(value)
}
