//! May this token do what the body asks for? Read, compare with the headers, and judge every message (MCP-RS-6 to 8).

use http::HeaderMap;
use salver_oauth::Scope;
use serde_json::Value;

use crate::{
    Resource, agreement,
    message::scan,
    refusal::{BodyFault, Refusal},
    token::Believed,
};

/// Judges a body.
pub(crate) fn judge(
    resource: &Resource,
    believed: &Believed,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<(), Refusal> {
    let payload = scan(body).map_err(|fault| Refusal::Body(BodyFault::Payload(fault)))?;
    agreement::check(headers, &payload)
        .map_err(|mismatch| Refusal::Mismatch { mismatch, id: id(body) })?;
    let mut missing = Scope::empty();
    for message in payload.messages() {
        resource.rules.each_need(message, &mut |needed| {
            if !needed.is_subset(&believed.beside.allowed) {
                missing = missing.union(&needed.difference(&believed.beside.allowed));
            }
        });
    }
    enough(resource, believed, missing)
}

/// Judges a call without a body.
pub(crate) fn judge_bodiless(resource: &Resource, believed: &Believed) -> Result<(), Refusal> {
    enough(resource, believed, resource.rules.default_scope().difference(&believed.beside.allowed))
}

fn enough(resource: &Resource, believed: &Believed, missing: Scope) -> Result<(), Refusal> {
    if missing.is_empty() {
        return Ok(());
    }
    // Clients replace their scopes by the challenge's, so it has what they hold already too.
    let ask_for = resource.scopes.known(&believed.claims.scope).union(&missing);
    Err(Refusal::Scope { missing, ask_for })
}

/// The `id` of a message, to answer it with an error; of a batch, none.
fn id(body: &[u8]) -> Value {
    let message: Option<Value> = serde_json::from_slice(body).ok();
    let id = message.as_ref().and_then(|message| message.get("id"));
    id.filter(|id| id.is_string() || id.is_number()).cloned().unwrap_or_default()
}
