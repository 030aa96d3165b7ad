//! How is an anchor told, with its keys and what it has signed? What others have written is quoted.

use std::sync::Arc;

use salver_jose::KeySet;
use salver_server::{
    anchor::{Anchor, AnchorKeys},
    flow::{
        anchors::{AnchorPlace, Gone, Known, Software},
        keys_at::KeysUnreadable,
    },
};
use serde_json::{Value, json};

use crate::{
    command::{client::quoted, duration},
    output,
};

/// The keys of an anchor, as they are read now.
pub(super) struct Keys(Result<Vec<Key>, KeysUnreadable>);

/// One of them.
struct Key {
    id: Option<String>,
    thumbprint: String,
    kind: String,
}

impl Keys {
    pub(super) fn of(read: Result<Arc<KeySet>, KeysUnreadable>) -> Self {
        Self(read.map(|keys| {
            let key = |key: &salver_jose::PublicKey| Key {
                id: key.key_id().map(str::to_owned),
                thumbprint: key.thumbprint().to_owned(),
                kind: key.to_jwk().get("kty").and_then(Value::as_str).unwrap_or("?").to_owned(),
            };
            keys.iter().map(key).collect()
        }))
    }

    pub(super) fn json(&self) -> Value {
        match &self.0 {
            Ok(keys) => keys
                .iter()
                .map(|key| json!({ "kid": key.id, "kty": key.kind, "thumbprint": key.thumbprint }))
                .collect(),
            Err(why) => json!({ "unreadable": why.to_string() }),
        }
    }

    pub(super) fn tell(&self) {
        match &self.0 {
            Ok(keys) if keys.is_empty() => {
                output::talk("note: no key of the set can be used here, so nothing is believed");
            }
            Ok(keys) => {
                let row = |key: &Key| {
                    let id = key.id.as_deref().map_or_else(|| "-".to_owned(), quoted);
                    vec![key.kind.clone(), id, key.thumbprint.clone()]
                };
                output::table(
                    &["KEY", "KID", "THUMBPRINT"],
                    &keys.iter().map(row).collect::<Vec<_>>(),
                );
            }
            Err(why) => output::talk(&format!(
                "note: its keys cannot be read: {why}. Nothing is believed until they can be."
            )),
        }
    }
}

pub(super) const HEADING: &[&str] =
    &["ISSUER", "STATE", "WRITTEN IN", "KEYS", "SOFTWARES", "GRANTS"];

pub(super) fn row(known: &Known) -> Vec<String> {
    vec![
        known.issuer.escape_debug().to_string(),
        state(known).to_owned(),
        place(known).to_owned(),
        known.anchor.as_ref().map_or_else(|| "-".to_owned(), |anchor| keys_at(anchor).to_owned()),
        known.softwares.len().to_string(),
        known.grants().to_string(),
    ]
}

pub(super) fn json(known: &Known) -> Value {
    json!({
        "issuer": known.issuer,
        "state": state(known),
        "written_in": place(known),
        "also_in_store": known.is_shadowing,
        "changed_by": known.changed.as_ref().map(|(by, _)| by),
        "changed_at": known.changed.as_ref().map(|(_, at)| at),
        "anchor": known.anchor.as_ref().map(|anchor| &anchor.written),
        "softwares": known.softwares.iter().map(software).collect::<Vec<_>>(),
    })
}

fn software(software: &Software) -> Value {
    let client = &software.client;
    json!({
        "client_id": client.client_id,
        "software_id": client.software_id,
        "software_version": client.software_version,
        "issued_at": client.issued_at,
        "checked_at": client.checked_at,
        "key": client.key,
        "grants": software.grants,
    })
}

/// All of it but keys and softwares.
pub(super) fn tell(known: &Known) {
    output::data(&format!("{}  {}, written in the {}", known.issuer, state(known), place(known)));
    if known.is_shadowing {
        output::data("another is in the store; the one of the configuration holds");
    }
    if let Some((by, at)) = &known.changed {
        output::data(&format!("last changed by {by}, {}", duration::moment(*at)));
    }
    match &known.anchor {
        Some(anchor) => tell_values(anchor),
        None => {
            output::talk("note: nothing that can be read says what it is, so nobody is believed");
        }
    }
}

/// One that is not kept yet.
pub(super) fn tell_anchor(anchor: &Anchor) {
    output::data(&anchor.issuer);
    tell_values(anchor);
}

fn tell_values(anchor: &Anchor) {
    let written = &anchor.written;
    let listed =
        |values: &[String]| values.iter().map(|value| quoted(value)).collect::<Vec<_>>().join(", ");
    let names = match written.names.as_slice() {
        [] => "any name".to_owned(),
        names => format!("names {}", listed(names)),
    };
    let redirects = match &written.redirects {
        None => "loopback and its own host".to_owned(),
        Some(redirects) if redirects.is_empty() => "loopback".to_owned(),
        Some(redirects) => format!("loopback and {}", listed(redirects)),
    };
    let scopes = match &written.scopes {
        None => "whatever people allow".to_owned(),
        Some(scopes) => listed(scopes),
    };
    let algorithms: Vec<&str> = anchor.algorithms.iter().map(|one| one.name()).collect();
    let attests = match written.attests.as_slice() {
        [] => "installations of what it has signed for".to_owned(),
        attests => format!("installations of what it has signed for, and of {}", listed(attests)),
    };
    for (what, value) in [
        ("keys", keys_at(anchor).to_owned()),
        ("algorithms", algorithms.join(", ")),
        ("a statement is good", good(anchor)),
        ("may vouch for", format!("{names}; answers to {redirects}; scopes: {scopes}")),
        ("may attest", attests),
    ] {
        output::data(&format!("{what}: {value}"));
    }
}

fn good(anchor: &Anchor) -> String {
    let longest = duration::words(anchor.longest_seconds);
    let once = if anchor.once { ", once" } else { "" };
    let typ = anchor.type_name.as_deref();
    let typ = typ.map_or_else(String::new, |typ| format!(", with typ {}", quoted(typ)));
    format!("for {longest} at most{once}{typ}")
}

pub(super) fn tell_softwares(known: &Known) {
    if known.softwares.is_empty() {
        output::talk("It has signed for no software here yet.");
        return;
    }
    let row = |software: &Software| {
        let client = &software.client;
        vec![
            quoted(&client.software_id),
            quoted(&client.software_version),
            client.client_id.clone(),
            duration::date(client.checked_at),
            software.grants.to_string(),
        ]
    };
    output::table(
        &["SOFTWARE_ID", "VERSION", "CLIENT_ID", "CHECKED", "GRANTS"],
        &known.softwares.iter().map(row).collect::<Vec<_>>(),
    );
}

pub(super) fn ended(gone: Gone) -> Value {
    json!({ "softwares": gone.softwares, "grants": gone.grants })
}

/// How much hangs on it.
pub(super) fn counted(known: Option<&Known>) -> String {
    let (softwares, grants) = known.map_or((0, 0), |known| (known.softwares.len(), known.grants()));
    let [softwares, grants] = [softwares, grants].map(|one| u64::try_from(one).unwrap_or(u64::MAX));
    format!("{} with {}", plural(softwares, "software"), plural(grants, "grant"))
}

pub(super) fn counted_gone(gone: Gone) -> String {
    format!("{} and {}", plural(gone.softwares, "software"), counted_grants(gone.grants))
}

pub(super) fn counted_grants(grants: u64) -> String {
    plural(grants, "grant")
}

fn plural(number: u64, what: &str) -> String {
    let end = if number == 1 { "" } else { "s" };
    format!("{number} {what}{end}")
}

fn keys_at(anchor: &Anchor) -> &str {
    match &anchor.keys {
        AnchorKeys::Inline(_) => "inline",
        AnchorKeys::At(at) => at.url(),
    }
}

fn state(known: &Known) -> &'static str {
    match (&known.anchor, known.is_suspended) {
        (_, true) => "suspended",
        (Some(_), false) => "trusted",
        (None, false) => "unreadable",
    }
}

fn place(known: &Known) -> &'static str {
    match known.place {
        AnchorPlace::Configuration => "configuration",
        AnchorPlace::Store => "store",
        AnchorPlace::Nowhere => "nowhere",
    }
}
