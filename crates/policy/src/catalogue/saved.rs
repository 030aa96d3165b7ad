//! How is a catalogue written down, so that it can be read back? In the format of docs/catalogue.md.
//!
//! For what has been settled from several catalogues: a part of an update that applies can lack another part that waits, so that what is
//! written need not be a catalogue that anybody could issue. Comments and the order of members are not kept.

use std::fmt::Write as _;

use serde::Serialize;
use thiserror::Error;

use super::{
    Catalogue, CatalogueError, Client, Date, FORMAT, Pattern, Pin, Software,
    content::{Content, Removed},
    parse,
};

/// A catalogue could not be written down.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[error("the catalogue cannot be written: {0}")]
pub struct SaveError(Box<str>);

impl Catalogue {
    /// The catalogue as text, for [`Catalogue::restore`].
    ///
    /// # Errors
    /// [`SaveError`], if a number in it is beyond what TOML holds.
    pub fn save(&self) -> Result<String, SaveError> {
        toml::to_string(&Written::of(&self.content))
            .map_err(|error| SaveError(error.to_string().into()))
    }

    /// Reads back what was saved.
    ///
    /// # Errors
    /// [`CatalogueError`], if that is not what the text is.
    pub fn restore(text: &str) -> Result<Self, CatalogueError> {
        parse::read_settled(text).map(Self::of)
    }
}

/// A `[[pin]]` with this document, byte for byte, as a person would write it into a file.
#[must_use]
pub fn pin_block(url: &str, fetched: Date, document: &str) -> String {
    // What a literal string cannot hold, or would not give back as it is, is escaped.
    let is_plain = |c: char| c == '\n' || c == '\t' || !c.is_control();
    let quoted = if document.chars().all(is_plain) && !document.contains("''") {
        format!("'''\n{document}'''")
    } else {
        toml::Value::from(document).to_string()
    };
    let mut block = String::new();
    // Writing to a text cannot fail.
    let _ = write!(
        block,
        "[[pin]]\nurl = {}\nfetched = \"{fetched}\"\ndocument = {quoted}\n",
        toml::Value::from(url)
    );
    block
}

#[derive(Serialize)]
struct Written<'c> {
    format: u64,
    number: u64,
    issued: Date,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires: Option<Date>,
    relays: Vec<&'c str>,
    shared_hosts: &'c [Box<str>],
    remove: WrittenRemoved<'c>,
    client: Vec<WrittenClient<'c>>,
    pin: Vec<WrittenPin<'c>>,
}

#[derive(Serialize)]
struct WrittenRemoved<'c> {
    clients: &'c [Box<str>],
    pins: &'c [Box<str>],
    relays: &'c [Box<str>],
    shared_hosts: &'c [Box<str>],
}

#[derive(Serialize)]
struct WrittenClient<'c> {
    name: &'c str,
    publisher: &'c str,
    names: &'c [Box<str>],
    documents: Vec<&'c str>,
    redirect_uris: Vec<&'c str>,
    statements: Vec<WrittenStatement<'c>>,
    logo_hosts: &'c [Box<str>],
    key_hosts: &'c [Box<str>],
    shared_host: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    recovery: Option<&'c str>,
    seen: Date,
    source: &'c str,
}

#[derive(Serialize)]
struct WrittenStatement<'c> {
    issuer: &'c str,
    software_id: &'c str,
}

#[derive(Serialize)]
struct WrittenPin<'c> {
    url: &'c str,
    fetched: Date,
    document: &'c str,
}

impl<'c> Written<'c> {
    fn of(content: &'c Content) -> Self {
        let Removed { clients, pins, relays, shared_hosts } = &content.removed;
        Self {
            format: FORMAT,
            number: content.number,
            issued: content.issued,
            expires: content.expires,
            relays: texts(&content.relays),
            shared_hosts: &content.shared_hosts,
            remove: WrittenRemoved { clients, pins, relays, shared_hosts },
            client: content.clients.iter().map(WrittenClient::of).collect(),
            pin: content.pins.iter().map(WrittenPin::of).collect(),
        }
    }
}

impl<'c> WrittenClient<'c> {
    fn of(client: &'c Client) -> Self {
        Self {
            name: &client.name,
            publisher: &client.publisher,
            names: &client.names,
            documents: texts(&client.documents),
            redirect_uris: texts(&client.redirect_uris),
            statements: client.statements.iter().map(WrittenStatement::of).collect(),
            logo_hosts: &client.logo_hosts,
            key_hosts: &client.key_hosts,
            shared_host: client.shared_host,
            recovery: client.recovery.as_deref(),
            seen: client.seen,
            source: &client.source,
        }
    }
}

impl<'c> WrittenStatement<'c> {
    fn of(software: &'c Software) -> Self {
        Self { issuer: &software.issuer, software_id: &software.software_id }
    }
}

impl<'c> WrittenPin<'c> {
    fn of(pin: &'c Pin) -> Self {
        Self { url: pin.url.as_str(), fetched: pin.fetched, document: &pin.document }
    }
}

fn texts(patterns: &[Pattern]) -> Vec<&str> {
    patterns.iter().map(Pattern::as_str).collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::{STATED, catalogue, entry, text};
    use super::*;
    use crate::catalogue::update::Update;

    fn comes_back(catalogue: &Catalogue) {
        let saved = catalogue.save().unwrap();
        let restored = Catalogue::restore(&saved).unwrap();
        assert_eq!(restored.content, catalogue.content, "{saved}");
    }

    #[test]
    fn what_was_saved_comes_back_byte_for_byte() {
        comes_back(Catalogue::embedded());
        let removals = "[remove]\nclients = [\"Zed\"]\npins = [\"https://app.example/c\"]\nrelays = [\"https://a.example/r\"]\nshared_hosts = [\"b.example\"]\n";
        let hosts = "logo_hosts = [\"cdn.app.example\"]\nkey_hosts = [\"keys.app.example\"]\nshared_host = true\nrecovery = \"Say \\\"again\\\", \\\\o/.\"\ndocuments = [\"https://app.example/c\"]";
        let pin = "[[pin]]\nurl = \"https://app.example/c\"\nfetched = \"2026-10-01\"\ndocument = \"{\\r\\n\\t\\\"client_id\\\":\\\"https://app.example/c\\\",\\\"client_name\\\":\\\"'''\\\",\\\"redirect_uris\\\":[\\\"http://localhost/cb\\\"]}\\n\"\n";
        let stated = entry("Stated", "vendor.example", STATED);
        let app = entry("App", "app.example", hosts);
        comes_back(&catalogue(&[removals, &stated, &app, pin].concat()));
    }

    #[test]
    fn what_applies_of_an_update_comes_back_although_nobody_could_issue_it() {
        let app = entry(
            "App",
            "app.example",
            "names = [\"App\"]\ndocuments = [\"https://app.example/c\"]\nredirect_uris = [\"http://localhost/cb\"]",
        );
        let pin = "[[pin]]\nurl = \"https://app.example/c\"\nfetched = \"2026-10-01\"\ndocument = '{\"client_id\":\"https://app.example/c\",\"redirect_uris\":[\"http://localhost/cb\"]}'\n";
        let before = catalogue(&[&*app, pin].concat());
        // A new client that nothing is bound to yet, and a pin that stays behind its entry.
        let bound = app.replace("http://localhost/cb", "http://localhost/other");
        let new = entry("New", "new.example", "documents = [\"https://new.example/c\"]");
        let other = pin.replace("http://localhost/cb", "http://localhost/other");
        let offered = Catalogue::parse(&text(2, &[&*bound, &new, &other].concat())).unwrap();
        let applied = Update::settle(&before, &offered, |_| false).applied;
        assert_eq!(applied.client("New").map(|client| client.documents.len()), Some(0));
        let saved = applied.save().unwrap();
        assert!(Catalogue::parse(&saved).is_err());
        comes_back(&applied);
        for broken in ["", "format = 1", &*saved.replace("app.example", "App.example")] {
            assert!(Catalogue::restore(broken).is_err(), "{broken}");
        }
    }

    #[test]
    fn a_written_pin_is_read_as_the_same_document() {
        let plain = "{\n\t\"client_id\": \"https://app.example/c\",\n  \"redirect_uris\": [\"http://localhost/cb\"],\n  \"client_name\": \"\\u0041 \u{e9}\"\n}\n";
        for document in [
            plain.to_owned(),
            format!("\n{plain}\n\n"),
            plain.trim_end().to_owned(),
            plain.replace('\n', "\r\n"),
            plain.replace("\\u0041", "'''"),
        ] {
            let fetched = Date::parse("2026-10-01").unwrap();
            let block = pin_block("https://app.example/c", fetched, &document);
            let read = catalogue(&block);
            assert_eq!(read.pins().first().map(|pin| &*pin.document), Some(&*document), "{block}");
        }
    }
}
