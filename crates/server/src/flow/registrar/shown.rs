//! What is told of a client on record to administrators and their programs? Never a secret: what is kept of one shows nothing.

use salver_oauth::client::recorded::Purpose;
use salver_store::record::{ClientEvent, ClientSecret, ClientState, RecordedClient};
use serde_json::{Value, json};

use crate::flow::recorded;

/// A client, as JSON.
#[must_use]
pub fn client(client: &RecordedClient, owner: Option<&str>) -> Value {
    let content = &client.content;
    let parsed = |text: &String| serde_json::from_str::<Value>(text).unwrap_or_default();
    json!({
        "client_id": client.client_id,
        "purpose": recorded::purpose(client).map(Purpose::as_str),
        "owner": owner,
        "state": state(content.state),
        "document": content.document.as_ref().map(|document| &document.url),
        "proven": content.document.as_ref().map(|document| document.held),
        "lost_domain": content.lost_domain,
        "vetted": content.vetted,
        "revision": client.revision,
        "draft": parsed(&content.draft),
        "in_force": content.in_force.as_ref().map(parsed),
        "created_at": client.created_at,
        "changed_at": client.changed_at,
        "expires_at": content.expires_at,
    })
}

/// A secret or a key, as JSON; of a key, too, only that it is there.
#[must_use]
pub fn secret(secret: &ClientSecret) -> Value {
    json!({
        "id": secret.id,
        "name": secret.name,
        "kind": if secret.key.is_some() { "key" } else { "secret" },
        "personal": secret.holder.is_some(),
        "made_by": secret.made_by,
        "made_at": secret.made_at,
        "expires_at": secret.expires_at,
        "last_used_at": secret.last_used_at,
        "ended_at": secret.ended_at,
    })
}

/// Something that happened to a client, as JSON.
#[must_use]
pub fn event(event: &ClientEvent) -> Value {
    let event = &event.event;
    json!({ "by": event.by, "what": event.what, "note": event.note, "at": event.at })
}

/// The name of a state, which stays the same.
#[must_use]
pub const fn state(state: ClientState) -> &'static str {
    match state {
        ClientState::Draft => "draft",
        ClientState::Submitted => "submitted",
        ClientState::InReview => "in_review",
        ClientState::Approved => "approved",
        ClientState::Returned => "returned",
        ClientState::Refused => "refused",
        ClientState::Suspended => "suspended",
        ClientState::Deleted => "deleted",
    }
}
