//! What is on record of a client that comes by the URL of its document, and may its developer register it? (CIMD-A-3)
//!
//! The document stays the source: at a login it is read as any other, and what reviewers have approved only adds their mark, for as long as it says the
//! same. Who is out comes in neither way. What the record says is known with the bans ([`crate::documents`]), so a login asks nobody for it.

use salver_oauth::client::{
    id::{ClientId, MetadataUrl},
    metadata::Metadata,
};
use salver_policy::assessment::{DocumentCopy, OnRecord};
pub use salver_store::record::OwnDocument;
use salver_store::{
    Outcome, StoreError,
    record::{ClientContent, ClientState, RecordedClient},
};
use thiserror::Error;

use super::{
    client::{self, DOCUMENT, Found, Reach},
    refusal::{ClientRefusal, Refusal},
    registrar::{Act, Registrar},
};
use crate::{
    deps::Deps,
    documents,
    notices::event::{Application, Event},
};

/// Whether nobody gets in with the document at this URL.
pub(super) fn is_out(deps: &Deps, url: &MetadataUrl) -> bool {
    deps.bans.get().documents.find(url.as_str()).is_some_and(documents::OwnDocument::is_out)
}

/// The same client with what is on record of its document.
pub(super) async fn with_record(deps: &Deps, found: Found) -> Result<Found, Refusal> {
    let bans = deps.bans.get();
    let Some(own) = bans.documents.find(found.metadata.client_id.as_str()) else {
        return Ok(found);
    };
    let owner = match own.owner {
        Some(owner) => deps.store.find_user(owner).await?,
        None => None,
    };
    let record = OnRecord {
        account: owner.map_or_else(|| "an administrator".into(), |owner| owner.username.into()),
        vetted: own.is_approved(&found.metadata, deps.now()),
        resource: None,
        lost_domain: own.lost_domain.clone(),
    };
    Ok(Found { record: Some(record), ..found })
}

/// Puts an approved document that says something else now before reviewers again; what they have approved keeps its mark.
///
/// # Errors
/// If the store fails.
pub(super) async fn note_change(deps: &Deps, found: &Found) -> Result<(), StoreError> {
    let client = &found.metadata;
    let bans = deps.bans.get();
    let (Some(own), Some(document), DocumentCopy::Live) =
        (bans.documents.find(client.client_id.as_str()), &found.document, found.copy)
    else {
        return Ok(());
    };
    if own.is_out() || !own.has_changed(client) {
        return Ok(());
    }
    let Some(seen) = deps.store.find_recorded_client(&own.id).await? else { return Ok(()) };
    let content = ClientContent {
        draft: String::from_utf8_lossy(document).into_owned(),
        state: ClientState::Submitted,
        ..seen.content.clone()
    };
    let act = Act { by: "salver", what: "submitted", note: "The document has changed." };
    // Who was quicker has done the same, or decides on it at this moment.
    if Registrar::of(deps).change(&seen, content.clone(), act).await? == Outcome::Applied {
        tracing::info!(client_id = client.client_id.as_str(), "an approved document has changed");
        tell(deps, &RecordedClient { content, ..seen }).await?;
    }
    deps.bans.refresh(&*deps.store).await
}

async fn tell(deps: &Deps, client: &RecordedClient) -> Result<(), StoreError> {
    let owner = match client.owner {
        Some(owner) => deps.store.find_user(owner).await?,
        None => None,
    };
    let developer = owner.map_or_else(|| "an administrator".into(), |owner| owner.username);
    let place = (&deps.settings.issuer, &*deps.chance);
    let event = Event::of_application(place, Application::of(client), developer, None, deps.now());
    deps.notices.tell(event);
    Ok(())
}

/// Why a document is not registered, or not read again.
#[derive(Debug, Error)]
pub enum ReadRefusal {
    /// It is no URL of a document.
    #[error("it is not the URL of a metadata document")]
    NoUrl,
    /// This server hosts it itself, for whoever tries something out.
    #[error("this server hosts the document itself")]
    Hosted,
    /// It cannot be fetched, or breaks a rule.
    #[error("{0}")]
    Client(ClientRefusal),
    /// It is at hand as a copy alone.
    #[error("the document cannot be fetched, and a copy is no word of its host")]
    Copy,
    /// Something of ours fails.
    #[error("{0}")]
    Ours(Box<Refusal>),
}

/// Reads the document at a URL now, for whoever wants it registered.
///
/// # Errors
/// [`ReadRefusal`].
pub async fn read(deps: &Deps, url: &str, reach: Reach) -> Result<(String, Metadata), ReadRefusal> {
    let Ok(ClientId::Document(at)) = ClientId::parse(url) else { return Err(ReadRefusal::NoUrl) };
    deps.egress.forget(url, DOCUMENT);
    let found = match client::find(deps, &ClientId::Document(at), reach).await {
        Ok(Some(found)) => found,
        Ok(None) => return Err(ReadRefusal::Copy),
        Err(Refusal::Client { why, .. }) => return Err(ReadRefusal::Client(why)),
        Err(refusal) => return Err(ReadRefusal::Ours(Box::new(refusal))),
    };
    if found.hosted_for.is_some() {
        return Err(ReadRefusal::Hosted);
    }
    match (found.copy, found.document) {
        (DocumentCopy::Live, Some(document)) => {
            Ok((String::from_utf8_lossy(&document).into_owned(), Metadata::clone(&found.metadata)))
        }
        _ => Err(ReadRefusal::Copy),
    }
}
