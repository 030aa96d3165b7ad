//! Which applications has a developer entered?

use salver_store::{StoreError, record::RecordedClient};

use super::Developer;
use crate::{
    deps::Deps,
    documents,
    flow::{recorded, registrar},
};

/// An application in a list.
pub struct Listed {
    /// It.
    pub client: RecordedClient,
    /// What its owner last called it.
    pub name: String,
}

/// A developer's applications, oldest first.
///
/// # Errors
/// If the store fails.
pub async fn list(deps: &Deps, developer: &Developer) -> Result<Vec<Listed>, StoreError> {
    let clients = deps.store.list_recorded_clients(Some(developer.person().user.id)).await?;
    Ok(clients.into_iter().filter(|client| developer.owns(client)).map(Listed::of).collect())
}

impl Listed {
    /// A client under the name that its owner last gave it.
    #[must_use]
    pub fn of(client: RecordedClient) -> Self {
        Self { name: name(&client), client }
    }
}

/// What its owner last called it; else its id.
#[must_use]
pub fn name(client: &RecordedClient) -> String {
    let draft = &client.content.draft;
    let metadata = match &client.content.document {
        Some(document) => documents::metadata(&document.url, draft.as_bytes()),
        None => registrar::id(client).and_then(|id| recorded::metadata(&id, draft).ok()),
    };
    metadata.map_or_else(|| client.client_id.clone(), |metadata| metadata.label().to_owned())
}
