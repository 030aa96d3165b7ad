//! All clients, a line each.

use salver_policy::catalogue::{Catalogue, Client, Date, Pin};
use serde_json::{Value, json};

use crate::output;

pub(super) fn run(catalogue: &Catalogue, json: bool, today: Date) {
    if json {
        for client in catalogue.clients() {
            output::json(&line(catalogue, client, today));
        }
    } else {
        let rows: Vec<_> =
            catalogue.clients().iter().map(|client| row(catalogue, client, today)).collect();
        output::table(&["NAME", "PUBLISHER", "INTRODUCED BY", "PINNED COPY", "SEEN"], &rows);
    }
    for pin in catalogue.pins().iter().filter(|pin| pin.is_old(today)) {
        output::talk(&warned(pin, today));
    }
}

/// The pins of a client's documents.
pub(super) fn pins<'c>(
    catalogue: &'c Catalogue,
    client: &'c Client,
) -> impl Iterator<Item = &'c Pin> {
    catalogue.pins().iter().filter(|pin| {
        let owner = catalogue.client_of_document(pin.url.as_str());
        owner.is_some_and(|owner| owner.name == client.name)
    })
}

/// What is said of a pin that is too old.
pub(super) fn warned(pin: &Pin, today: Date) -> String {
    format!(
        "warning: the pinned copy of {} is {} days old\n  hint: compare it with the document, and copy it again",
        pin.url.as_str(),
        pin.age(today)
    )
}

fn row(catalogue: &Catalogue, client: &Client, today: Date) -> Vec<String> {
    let by = if client.documents.is_empty() { "its redirect URIs" } else { "a document" };
    let pin = pins(catalogue, client).max_by_key(|pin| pin.age(today));
    let pin =
        pin.map_or("-".to_owned(), |pin| format!("{} ({} days)", pin.fetched, pin.age(today)));
    let (name, publisher) = (client.name.to_string(), client.publisher.to_string());
    vec![name, publisher, by.to_owned(), pin, client.seen.to_string()]
}

fn line(catalogue: &Catalogue, client: &Client, today: Date) -> Value {
    let texts = |patterns: &[salver_policy::catalogue::Pattern]| -> Vec<String> {
        patterns.iter().map(ToString::to_string).collect()
    };
    let pins: Vec<Value> = pins(catalogue, client)
        .map(|pin| {
            json!({
                "url": pin.url.as_str(), "fetched": pin.fetched, "age_days": pin.age(today),
                "old": pin.is_old(today),
            })
        })
        .collect();
    json!({
        "name": client.name, "publisher": client.publisher, "names": client.names,
        "documents": texts(&client.documents), "redirect_uris": texts(&client.redirect_uris),
        "logo_hosts": client.logo_hosts, "key_hosts": client.key_hosts, "shared_host": client.shared_host,
        "recovery": client.recovery, "seen": client.seen, "source": client.source, "pins": pins,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on(day: &str) -> Date {
        Date::parse(day).unwrap()
    }

    #[test]
    fn a_client_is_a_line_with_the_age_of_its_oldest_pin() {
        let catalogue = Catalogue::embedded();
        let row = |name| row(catalogue, catalogue.client(name).unwrap(), on("2026-10-10"));
        assert_eq!(
            row("Claude Code"),
            ["Claude Code", "claude.ai", "a document", "2026-09-30 (10 days)", "2026-09-30"]
        );
        assert_eq!(row("cursor")[2..4], ["its redirect URIs", "-"]);
    }

    #[test]
    fn the_json_line_has_every_member() {
        let catalogue = Catalogue::embedded();
        let line = line(catalogue, catalogue.client("Codex").unwrap(), on("2027-04-01"));
        assert_eq!(line["documents"][1], "https://chatgpt.com/oauth/codex/{id}/client.json");
        let pin = json!({
            "url": "https://chatgpt.com/oauth/codex/client.json", "fetched": "2026-09-30",
            "age_days": 183, "old": true,
        });
        assert_eq!(line["pins"], json!([pin]));
    }

    #[test]
    fn design_4_6_a_pin_older_than_180_days_warns() {
        let pin = Catalogue::embedded().pin("https://zed.dev/oauth/client-metadata.json").unwrap();
        assert!(warned(pin, on("2027-04-01")).contains("183 days old"));
    }
}
