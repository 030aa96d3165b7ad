//! All clients, a line each, and how their pinned copies stand.

use salver_policy::catalogue::{Catalogue, Client, Date, Pin, Software};
use serde_json::{Value, json};

use super::{
    Source,
    drift::{self, Drift},
    read,
};
use crate::{catalogue, command::settings, failure::Failure, output};

pub(super) fn run(source: &Source, json: bool, today: Date) -> Result<(), Failure> {
    let settings = settings(&source.place.flags())?;
    let catalogue = read::catalogue(&settings, source)?;
    let listed = Listed { drift: drift::of(&settings, &catalogue)?, catalogue, today };
    if json {
        listed.lines().iter().for_each(output::json);
    } else {
        let heading = &["NAME", "PUBLISHER", "INTRODUCED BY", "PINNED COPY", "SEEN"];
        output::table(heading, &listed.rows());
    }
    listed.warnings().iter().for_each(|warning| output::talk(warning));
    if let Some(taken_over) = catalogue::taken_over(&settings)? {
        if let Some(expired) = taken_over.expired(today) {
            output::talk(&format!(
                "warning: catalogue {} of `catalogue.url` expired on {expired}\n  hint: ask its issuer for a newer one",
                taken_over.number()
            ));
        }
        let waiting = taken_over.waiting().len();
        if waiting > 0 {
            let parts =
                if waiting == 1 { "one part".to_owned() } else { format!("{waiting} parts") };
            output::talk(&format!("note: {parts} of it wait: salver catalogue update"));
        }
    }
    Ok(())
}

/// Everything that a listing is made of.
struct Listed {
    catalogue: Catalogue,
    drift: Drift,
    today: Date,
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

/// A software with the `client_id` that its statements give.
fn stated(software: &Software) -> Value {
    let Software { issuer, software_id } = software;
    json!({ "issuer": issuer, "software_id": software_id, "client_id": software.client_id().as_str() })
}

/// What is said of a pin that is too old.
pub(super) fn warned(pin: &Pin, today: Date) -> String {
    format!(
        "warning: the pinned copy of {} is {} days old\n  hint: compare it with the document, and copy it again",
        pin.url.as_str(),
        pin.age(today)
    )
}

impl Listed {
    fn rows(&self) -> Vec<Vec<String>> {
        let clients = self.catalogue.clients().iter().map(|client| self.row(client));
        let alone = self.pins_alone().map(|pin| {
            let host = pin.url.host().to_owned();
            vec!["-".to_owned(), host, "a document".to_owned(), self.cell(pin), "-".to_owned()]
        });
        clients.chain(alone).collect()
    }

    fn row(&self, client: &Client) -> Vec<String> {
        let by = match (&*client.documents, &*client.statements) {
            ([], []) => "its redirect URIs",
            ([], _) => "a statement",
            (_, []) => "a document",
            _ => "a document, a statement",
        };
        let oldest = pins(&self.catalogue, client).max_by_key(|pin| pin.age(self.today));
        let pin = oldest.map_or("-".to_owned(), |pin| self.cell(pin));
        let (name, publisher) = (client.name.to_string(), client.publisher.to_string());
        vec![name, publisher, by.to_owned(), pin, client.seen.to_string()]
    }

    fn cell(&self, pin: &Pin) -> String {
        let drift = if self.drift.contains_key(pin.url.as_str()) { ", differs" } else { "" };
        format!("{} ({} days{drift})", pin.fetched, pin.age(self.today))
    }

    fn lines(&self) -> Vec<Value> {
        let clients = self.catalogue.clients().iter().map(|client| self.line(client));
        let alone = self
            .pins_alone()
            .map(|pin| json!({ "name": null, "publisher": null, "pins": [self.pin(pin)] }));
        clients.chain(alone).collect()
    }

    fn line(&self, client: &Client) -> Value {
        let texts = |patterns: &[salver_policy::catalogue::Pattern]| -> Vec<String> {
            patterns.iter().map(ToString::to_string).collect()
        };
        let pins: Vec<Value> = pins(&self.catalogue, client).map(|pin| self.pin(pin)).collect();
        json!({
            "name": client.name, "publisher": client.publisher, "names": client.names,
            "documents": texts(&client.documents), "redirect_uris": texts(&client.redirect_uris),
            "statements": client.statements.iter().map(stated).collect::<Vec<_>>(),
            "logo_hosts": client.logo_hosts, "key_hosts": client.key_hosts, "shared_host": client.shared_host,
            "recovery": client.recovery, "seen": client.seen, "source": client.source, "pins": pins,
        })
    }

    fn pin(&self, pin: &Pin) -> Value {
        json!({
            "url": pin.url.as_str(), "fetched": pin.fetched, "age_days": pin.age(self.today),
            "old": pin.is_old(self.today), "drift": self.drift.get(pin.url.as_str()),
        })
    }

    /// Pins of documents that no entry has.
    fn pins_alone(&self) -> impl Iterator<Item = &Pin> {
        let catalogue = &self.catalogue;
        let is_alone = |pin: &&Pin| catalogue.client_of_document(pin.url.as_str()).is_none();
        catalogue.pins().iter().filter(is_alone)
    }

    fn warnings(&self) -> Vec<String> {
        let pins = self.catalogue.pins().iter();
        let told = pins.filter_map(|pin| match self.drift.get(pin.url.as_str()) {
            Some(objection) => Some(drift::warned(pin, *objection)),
            None => pin.is_old(self.today).then(|| warned(pin, self.today)),
        });
        told.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on(day: &str) -> Date {
        Date::parse(day).unwrap()
    }

    fn listed(day: &str) -> Listed {
        let catalogue = Catalogue::embedded().clone();
        Listed { catalogue, drift: Drift::new(), today: on(day) }
    }

    #[test]
    fn a_client_is_a_line_with_the_age_of_its_oldest_pin() {
        let listed = listed("2026-10-10");
        let row = |name| listed.row(listed.catalogue.client(name).unwrap());
        assert_eq!(
            row("Claude Code"),
            ["Claude Code", "claude.ai", "a document", "2026-09-30 (10 days)", "2026-09-30"]
        );
        assert_eq!(row("cursor")[2..4], ["its redirect URIs", "-"]);
    }

    #[test]
    fn the_json_line_has_every_member() {
        let listed = listed("2027-04-01");
        let line = listed.line(listed.catalogue.client("Codex").unwrap());
        assert_eq!(line["documents"][1], "https://chatgpt.com/oauth/codex/{id}/client.json");
        let pin = json!({
            "url": "https://chatgpt.com/oauth/codex/client.json", "fetched": "2026-09-30",
            "age_days": 183, "old": true, "drift": null,
        });
        assert_eq!(line["pins"], json!([pin]));
    }

    #[test]
    fn a_client_that_comes_by_statements_is_listed_with_the_client_id_that_they_give() {
        let of = |more: &str| {
            let text = format!(
                "format = 1\nnumber = 1\nissued = \"2026-11-01\"\n[[client]]\nname = \"Desktop\"\npublisher = \"acme.example\"\nstatements = [{{ issuer = \"https://vendor.example\", software_id = \"com.acme.desktop\" }}]\nseen = \"2026-11-01\"\nsource = \"a test\"\n{more}"
            );
            let mut listed = listed("2026-11-11");
            listed.catalogue = Catalogue::parse(&text).unwrap();
            (listed.rows().pop().unwrap()[2].clone(), listed.lines().pop().unwrap())
        };
        let (by, line) = of("");
        assert_eq!(by, "a statement");
        let stated = json!({
            "issuer": "https://vendor.example", "software_id": "com.acme.desktop",
            "client_id": "sws_JbjekGfFFj9XzkVzgZb5sA",
        });
        assert_eq!(line["statements"], json!([stated]));
        let (by, _) = of("documents = [\"https://acme.example/c\"]");
        assert_eq!(by, "a document, a statement");
    }

    #[test]
    fn design_4_6_a_pin_older_than_180_days_warns() {
        let pin = Catalogue::embedded().pin("https://zed.dev/oauth/client-metadata.json").unwrap();
        assert!(warned(pin, on("2027-04-01")).contains("183 days old"));
    }

    #[test]
    fn design_4_6_a_pin_whose_document_says_something_else_is_told_and_one_without_an_entry_too() {
        const URL: &str = "https://alone.example/c";
        let own = format!(
            "format = 1\nnumber = 1\nissued = \"2026-11-01\"\n[[pin]]\nurl = \"{URL}\"\nfetched = \"2026-11-01\"\ndocument = '{{\"client_id\":\"{URL}\",\"redirect_uris\":[\"http://localhost/cb\"]}}'\n"
        );
        let mut listed = listed("2026-11-11");
        listed.catalogue = listed.catalogue.extended_by(Catalogue::parse(&own).unwrap());
        assert!(listed.warnings().is_empty());
        listed.drift.insert(URL.to_owned(), salver_server::drift::Objection::TakenBack);
        let (row, line) = (listed.rows().pop().unwrap(), listed.lines().pop().unwrap());
        assert_eq!(row[1..4], ["alone.example", "a document", "2026-11-01 (10 days, differs)"]);
        assert_eq!(
            (&line["name"], &line["pins"][0]["drift"]),
            (&json!(null), &json!("taken_back"))
        );
        assert!(listed.warnings()[0].contains("is not used any more"));
    }
}
