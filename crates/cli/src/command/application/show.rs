//! One application with its clients.

use salver_policy::application::method_of;
use salver_store::record::{Binding, MetApplication, MetClient};
use serde_json::{Value, json};

use super::picture::Picture;
use crate::{command::duration, failure::Failure, output};

pub(super) fn run(picture: &Picture, name: &str, json: bool) -> Result<(), Failure> {
    let application = picture.application(name)?;
    if json {
        output::json(&whole(picture, application));
        return Ok(());
    }
    output::data(&format!("{}  {}", application.id, application.label.escape_debug()));
    output::data(&format!("key: {}", application.key.escape_debug()));
    if application.label != application.own_label {
        output::data(&format!("without your name: {}", application.own_label.escape_debug()));
    }
    let rows: Vec<_> = picture.clients_of(application.id).map(|one| row(picture, one)).collect();
    if !rows.is_empty() {
        output::data("");
        let heading =
            ["CLIENT", "METHOD", "CALLS ITSELF", "PEOPLE", "COPIES", "LAST USED", "BOUND"];
        output::table(&heading, &rows);
    }
    for binding in unmet(picture, application) {
        let fingerprint = binding.fingerprint.escape_debug();
        output::talk(&format!("note: {fingerprint} is bound to it, and nobody has let it in yet"));
    }
    Ok(())
}

fn row(picture: &Picture, client: &MetClient) -> Vec<String> {
    let sum = picture.sum(|live| live.grant.fingerprint == client.fingerprint);
    let cells = [
        client.fingerprint.escape_debug().to_string(),
        method(client).to_owned(),
        client.name.escape_debug().to_string(),
    ];
    cells.into_iter().chain(sum.cells()).chain([bound(picture, client)]).collect()
}

/// How a client has come under its application, if not by itself.
fn bound(picture: &Picture, client: &MetClient) -> String {
    match binding(picture, client) {
        Some(binding) => format!("{} by {}", duration::date(binding.at), binding.by.escape_debug()),
        None if client.home == client.fingerprint => "-".to_owned(),
        None => "by the catalogue".to_owned(),
    }
}

fn whole(picture: &Picture, application: &MetApplication) -> Value {
    let clients = picture.clients_of(application.id).map(|client| {
        let sum = picture.sum(|live| live.grant.fingerprint == client.fingerprint);
        let binding = binding(picture, client);
        json!({
            "fingerprint": client.fingerprint, "method": method(client), "name": client.name, "home": client.home,
            "client_ids": sum.client_ids, "people": sum.people.len(), "installations": sum.installations,
            "last_used_at": sum.last_used_at, "bound_by": binding.map(|binding| &binding.by),
            "bound_at": binding.map(|binding| binding.at),
        })
    });
    let unmet: Vec<_> = unmet(picture, application).map(|binding| &binding.fingerprint).collect();
    json!({
        "id": application.id.to_string(), "key": application.key, "label": application.label,
        "own_label": application.own_label, "clients": clients.collect::<Vec<_>>(), "bound_unmet": unmet,
    })
}

fn method(client: &MetClient) -> &'static str {
    method_of(&client.fingerprint).map_or("-", |method| method.id())
}

fn binding<'p>(picture: &'p Picture, client: &MetClient) -> Option<&'p Binding> {
    picture.bindings.iter().find(|binding| binding.fingerprint == client.fingerprint)
}

/// What is bound to an application before anybody has met it.
fn unmet<'p>(
    picture: &'p Picture,
    application: &'p MetApplication,
) -> impl Iterator<Item = &'p Binding> {
    let is_met = |binding: &Binding| {
        picture.clients.iter().any(|client| client.fingerprint == binding.fingerprint)
    };
    let bound = picture.bindings.iter().filter(|binding| binding.application == application.id);
    bound.filter(move |binding| !is_met(binding))
}
