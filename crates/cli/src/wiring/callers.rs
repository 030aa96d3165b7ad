//! How are callers called? People by their accounts, clients by their registration or the document that was read last.

use std::sync::Arc;

use futures_util::{FutureExt as _, future::BoxFuture};
use salver_gateway::{Caller, Callers, CallersError};
use salver_jose::IdentityTokenSigner;
use salver_oauth::{
    UserId,
    client::{document, hosted::HostedId, id::ClientId, service::ServiceId},
    token::subject::TokenSubject,
};
use salver_server::{
    deps::Deps,
    flow::{
        client::{DOCUMENT, Reach},
        hosted, recorded, service, stated,
        token::TokenRefusal,
    },
};

/// The authorization server in this process.
pub(super) struct OfServer(pub(super) Arc<Deps>);

impl Callers for OfServer {
    fn signer(&self) -> IdentityTokenSigner {
        self.0.keyring.keys().identity.clone()
    }

    fn describe<'a>(
        &'a self,
        subject: TokenSubject,
        client: &'a ClientId,
    ) -> BoxFuture<'a, Result<Caller, CallersError>> {
        async move {
            match subject {
                TokenSubject::Person(user) => self.person(user, client).await,
                TokenSubject::Service(id) => self.service(id).await,
            }
        }
        .boxed()
    }
}

impl OfServer {
    async fn person(&self, user: UserId, client: &ClientId) -> Result<Caller, CallersError> {
        let found = self.0.store.find_user(user).await.map_err(|error| unavailable(&error))?;
        let user = found.filter(|user| user.disabled_at.is_none()).ok_or(CallersError::Gone)?;
        let client_name = self.client_name(client).await;
        Ok(Caller { user_name: Some(user.username.into()), client_name })
    }

    /// A service acts for itself: there is no person to be named.
    async fn service(&self, id: ServiceId) -> Result<Caller, CallersError> {
        match service::find(&self.0, id).await {
            Ok(found) => {
                Ok(Caller { user_name: None, client_name: found.metadata.name().map(Into::into) })
            }
            Err(TokenRefusal::Told(_) | TokenRefusal::TooMany(..)) => Err(CallersError::Gone),
            Err(TokenRefusal::Unavailable(error)) => Err(unavailable(&error)),
        }
    }

    /// A claim of the client, as everywhere; nothing is fetched for it.
    async fn client_name(&self, client: &ClientId) -> Option<Box<str>> {
        if let Some(hosted) = HostedId::at(&self.0.settings.issuer, client) {
            return hosted::find(&self.0, &hosted).await.ok()?.metadata.name.clone();
        }
        match client {
            ClientId::Issued(id) => self.0.settings.clients.get(id.as_str())?.name.clone(),
            ClientId::Recorded(id) => {
                recorded::find(&self.0, id, Reach::AtHand).await.ok()?.metadata.name.clone()
            }
            ClientId::Stated(id) => stated::find(&self.0, *id).await.ok()?.metadata.name.clone(),
            // Of another server; unknown here; without a name.
            ClientId::Hosted(_) | ClientId::Sealed(_) | ClientId::LocalDevelopment(_) => None,
            ClientId::Document(url) => {
                let copy = self.0.egress.cached(url.as_str(), DOCUMENT)?;
                document::parse(&copy.body, url, self.0.settings.profile).ok()?.name
            }
        }
    }
}

fn unavailable(error: &dyn std::error::Error) -> CallersError {
    tracing::warn!(%error, "a caller's name is not known now");
    CallersError::Unavailable
}
