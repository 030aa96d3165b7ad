//! What do the methods name that name things deeper inside? `completion/complete` (`params.ref`) and `subscriptions/listen`
//! (`params.notifications.resourceSubscriptions`).
//!
//! They are rare, so a body that holds one is read a second time, whole.

use serde_json::{Map, Value};

use super::{Message, Named, Payload, PayloadFault};

/// Fills in `also_named`.
pub(super) fn complete(payload: &mut Payload<'_>, text: &str) -> Result<(), PayloadFault> {
    let rare = |message: &Message<'_>| {
        matches!(message.method.as_deref(), Some("completion/complete" | "subscriptions/listen"))
    };
    if !payload.messages().iter().any(rare) {
        return Ok(());
    }
    let whole: Value = serde_json::from_str(text).map_err(|_| PayloadFault::NotJson)?;
    match (payload, &whole) {
        (Payload::One(message), whole) => name(message, whole),
        (Payload::Batch(messages), Value::Array(items)) => {
            messages.iter_mut().zip(items).try_for_each(|(message, item)| name(message, item))
        }
        (Payload::Batch(_), _) => Err(PayloadFault::NotMessages),
    }
}

fn name(message: &mut Message<'_>, item: &Value) -> Result<(), PayloadFault> {
    let params = item.get("params");
    match message.method.as_deref() {
        Some("completion/complete") => {
            let Some(Value::Object(reference)) = params.and_then(|params| params.get("ref")) else {
                return Ok(());
            };
            check(reference, &["type", "name", "uri"])?;
            let text = |name: &str| reference.get(name).and_then(Value::as_str).map(str::to_owned);
            message.also_named.extend(text("name").map(Named::Prompt));
            message.also_named.extend(text("uri").map(Named::Resource));
        }
        Some("subscriptions/listen") => {
            let wanted = params.and_then(|params| params.get("notifications"));
            let Some(Value::Object(wanted)) = wanted else {
                return Ok(());
            };
            check(wanted, &["resourceSubscriptions"])?;
            let uris = wanted.get("resourceSubscriptions").and_then(Value::as_array);
            let uris = uris.into_iter().flatten().filter_map(Value::as_str);
            message.also_named.extend(uris.map(|uri| Named::Resource(uri.to_owned())));
        }
        _ => {}
    }
    Ok(())
}

fn check(object: &Map<String, Value>, plain: &[&str]) -> Result<(), PayloadFault> {
    let disguised = object
        .keys()
        .filter(|name| !plain.contains(&name.as_str()))
        .any(|name| plain.iter().any(|plain| super::members::disguises(name, plain)));
    if disguised { Err(PayloadFault::DisguisedMember) } else { Ok(()) }
}
