//! `salver admin client list` and `show`: what is on record? Never a secret.

use salver_oauth::client::recorded::Purpose;
use salver_server::flow::{recorded, registrar::shown};
use salver_store::{
    Store,
    record::{ClientEvent, ClientSecret, RecordedClient},
};
use serde_json::{Value, json};

use super::Office;
use crate::{
    command::{Where, block_on, client::quoted, duration},
    failure::Failure,
    output,
};

pub(super) fn list(as_json: bool, place: &Where) -> Result<(), Failure> {
    let office = Office::open(place)?;
    let clients = block_on(async {
        let mut named = Vec::new();
        for client in office.store().list_recorded_clients(None).await? {
            let owner = owner(office.store(), &client).await?;
            named.push((client, owner));
        }
        Ok(named)
    })?;
    if as_json {
        for (client, owner) in &clients {
            output::json(&shown::client(client, owner.as_deref()));
        }
        return Ok(());
    }
    if clients.is_empty() {
        output::talk("No client is on record: `salver admin client create` enters one.");
        return Ok(());
    }
    let rows: Vec<_> =
        clients.iter().map(|(client, owner)| row(client, owner.as_deref())).collect();
    output::table(&["CLIENT", "PURPOSE", "CALLS ITSELF", "OWNER", "STATE", "SINCE"], &rows);
    Ok(())
}

fn row(client: &RecordedClient, owner: Option<&str>) -> Vec<String> {
    vec![
        client.client_id.clone(),
        recorded::purpose(client).map_or("-", Purpose::as_str).to_owned(),
        name(client),
        owner.unwrap_or("-").to_owned(),
        standing(client),
        duration::date(client.created_at),
    ]
}

/// Whose it is, by name.
pub(super) async fn owner(
    store: &dyn Store,
    client: &RecordedClient,
) -> Result<Option<String>, Failure> {
    let Some(owner) = client.owner else { return Ok(None) };
    Ok(store.find_user(owner).await?.map(|user| user.username))
}

/// What it calls itself, as Rust would quote it.
fn name(client: &RecordedClient) -> String {
    let written = client.content.in_force.as_ref().unwrap_or(&client.content.draft);
    let written: Value = serde_json::from_str(written).unwrap_or_default();
    let name = written.get("client_name").and_then(Value::as_str);
    name.map_or_else(|| "-".to_owned(), quoted)
}

fn standing(client: &RecordedClient) -> String {
    let content = &client.content;
    let state = shown::state(content.state);
    let vetted = if content.vetted { ", vetted" } else { "" };
    match &content.in_force {
        Some(in_force) if *in_force != content.draft => format!("{state}, changes wait{vetted}"),
        _ => format!("{state}{vetted}"),
    }
}

pub(in crate::command) fn show(
    client_id: &str,
    as_json: bool,
    place: &Where,
) -> Result<(), Failure> {
    let office = Office::open(place)?;
    block_on(async {
        let client = office.at_desk("", async |desk| desk.find(client_id).await).await?;
        let owner = owner(office.store(), &client).await?;
        let secrets = office.store().list_client_secrets(client_id).await?;
        let events = office.store().list_client_events(client_id).await?;
        if as_json {
            let mut told = shown::client(&client, owner.as_deref());
            if let Some(members) = told.as_object_mut() {
                let secrets: Vec<_> = secrets.iter().map(shown::secret).collect();
                let events: Vec<_> = events.iter().map(shown::event).collect();
                members.insert("secrets".to_owned(), json!(secrets));
                members.insert("history".to_owned(), json!(events));
            }
            output::json(&told);
        } else {
            text(&client, owner.as_deref());
            secrets_and_history(&secrets, &events);
        }
        Ok(())
    })
}

fn text(client: &RecordedClient, owner: Option<&str>) {
    let line = |label: &str, value: &str| output::data(&format!("{label:<15}{value}"));
    line("client_id", &client.client_id);
    line("purpose", recorded::purpose(client).map_or("-", Purpose::as_str));
    line("owner", owner.unwrap_or("-"));
    line("state", &standing(client));
    line("entered", &duration::moment(client.created_at));
    line("changed", &duration::moment(client.changed_at));
    if let Some(end) = client.content.expires_at {
        line("ends", &duration::moment(end));
    }
    if let Some(in_force) = &client.content.in_force {
        line("in force", &plain(in_force));
    }
    if client.content.in_force.as_ref() != Some(&client.content.draft) {
        line("draft", &plain(&client.content.draft));
    }
}

/// Metadata in one line; nothing in it can move other text.
fn plain(metadata: &str) -> String {
    let parsed: Value = serde_json::from_str(metadata).unwrap_or_default();
    let safe = |c: char| if c.is_ascii() { c.to_string() } else { c.escape_unicode().to_string() };
    parsed.to_string().chars().map(safe).collect()
}

fn secrets_and_history(secrets: &[ClientSecret], events: &[ClientEvent]) {
    let moment = |at: Option<_>| at.map_or_else(|| "-".to_owned(), duration::moment);
    if !secrets.is_empty() {
        output::data("");
        let row = |secret: &ClientSecret| {
            vec![
                quoted(&secret.name),
                secret.made_by.escape_debug().to_string(),
                duration::moment(secret.made_at),
                moment(secret.last_used_at),
                moment(secret.ended_at.or(secret.expires_at)),
            ]
        };
        let rows: Vec<_> = secrets.iter().map(row).collect();
        output::table(&["SECRET", "MADE BY", "MADE", "LAST USED", "ENDS"], &rows);
    }
    output::data("");
    let row = |one: &ClientEvent| {
        let event = &one.event;
        vec![
            duration::moment(event.at),
            event.what.escape_debug().to_string(),
            event.by.escape_debug().to_string(),
            if event.note.is_empty() { String::new() } else { quoted(&event.note) },
        ]
    };
    let rows: Vec<_> = events.iter().map(row).collect();
    output::table(&["WHEN", "WHAT", "BY", "NOTE"], &rows);
}
