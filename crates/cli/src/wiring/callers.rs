//! How are callers called? People by their accounts, clients by their registration or the document that was read last.

use std::sync::Arc;

use futures_util::{FutureExt as _, future::BoxFuture};
use salver_gateway::{Caller, Callers, CallersError};
use salver_jose::IdentityTokenSigner;
use salver_oauth::{
    UserId,
    client::{document, hosted::HostedId, id::ClientId},
};
use salver_server::{
    deps::Deps,
    flow::{
        client::{DOCUMENT, Reach},
        hosted, recorded,
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
        user: UserId,
        client: &'a ClientId,
    ) -> BoxFuture<'a, Result<Caller, CallersError>> {
        async move {
            let found = self.0.store.find_user(user).await.map_err(|error| {
                tracing::warn!(%error, "a caller's name is not known now");
                CallersError::Unavailable
            })?;
            let user = found.filter(|user| user.disabled_at.is_none()).ok_or(CallersError::Gone)?;
            let client_name = self.client_name(client).await;
            Ok(Caller { user_name: user.username.into(), client_name })
        }
        .boxed()
    }
}

impl OfServer {
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
            // Of another server; unknown here; without a name.
            ClientId::Hosted(_) | ClientId::Sealed(_) | ClientId::LocalDevelopment(_) => None,
            ClientId::Document(url) => {
                let copy = self.0.egress.cached(url.as_str(), DOCUMENT)?;
                document::parse(&copy.body, url, self.0.settings.profile).ok()?.name
            }
        }
    }
}
