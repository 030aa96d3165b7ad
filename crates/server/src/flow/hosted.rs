//! Which documents does this server hold for developers? Decision 5: answered from memory, never fetched, vouched for by nobody.

use std::sync::Arc;

use bytes::Bytes;
use salver_oauth::client::{
    document,
    hosted::{HostedId, HostedName},
};
use salver_policy::assessment::DocumentCopy;
use salver_store::StoreError;

use super::{
    client::Found,
    refusal::{ClientRefusal, Refusal},
};
use crate::deps::Deps;

/// The client that a hosted document describes.
///
/// # Errors
/// [`Refusal::Client`] if there is none; or if the store fails.
pub async fn find(deps: &Deps, id: &HostedId) -> Result<Found, Refusal> {
    let refused = |why| Refusal::Client { client_id: id.as_str().to_owned(), why };
    let unknown = || refused(ClientRefusal::Unknown);
    let hosted = deps.store.find_hosted_document(id.name().as_str()).await?.ok_or_else(unknown)?;
    let owner = deps.store.find_user(hosted.owner).await?.ok_or_else(unknown)?;
    let metadata = document::parse_hosted(&hosted.document, id, deps.settings.profile);
    let metadata = metadata.map_err(|error| refused(ClientRefusal::Document(error)))?;
    Ok(Found {
        metadata: Arc::new(metadata),
        copy: DocumentCopy::Live,
        document: Some(hosted.document.into()),
        hosted_for: Some(owner.username.into()),
        record: None,
        signed: None,
    })
}

/// A hosted document, by the last segment of its path.
///
/// # Errors
/// If the store fails.
pub async fn document(deps: &Deps, file: &str) -> Result<Option<Bytes>, StoreError> {
    let Some(name) = HostedName::of_file(file) else {
        return Ok(None);
    };
    let hosted = deps.store.find_hosted_document(name.as_str()).await?;
    Ok(hosted.map(|hosted| hosted.document.into()))
}
