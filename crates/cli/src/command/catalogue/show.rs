//! One client, in full.

use std::fmt::{self, Write as _};

use salver_policy::catalogue::{Catalogue, Client, Date, Pin, Software};

use super::list::{pins, warned};
use crate::{failure::Failure, output};

pub(super) fn run(catalogue: &Catalogue, name: &str, today: Date) -> Result<(), Failure> {
    let client = find(catalogue, name).ok_or_else(|| Failure::Refused {
        why: format!("no well-known client is called {name:?}"),
        hint: "salver catalogue list shows all".to_owned(),
    })?;
    let pins: Vec<_> = pins(catalogue, client).collect();
    let text = described(client, &pins, today);
    output::data(text.map_err(|fmt::Error| not_written())?.trim_end());
    for pin in pins.into_iter().filter(|pin| pin.is_old(today)) {
        output::talk(&warned(pin, today));
    }
    Ok(())
}

fn find<'c>(catalogue: &'c Catalogue, name: &str) -> Option<&'c Client> {
    catalogue
        .client(name)
        .or_else(|| catalogue.owner_of_name(name))
        .or_else(|| catalogue.client_of_document(name))
        .or_else(|| catalogue.client_of_statement(name))
}

fn not_written() -> Failure {
    Failure::Setup { part: "the text of the entry", why: "it cannot be written".to_owned() }
}

fn described(client: &Client, pins: &[&Pin], today: Date) -> Result<String, fmt::Error> {
    let mut text = String::new();
    writeln!(text, "{}, published by {}", client.name, client.publisher)?;
    list(&mut text, "names that belong to it", &client.names)?;
    list(&mut text, "documents", &client.documents)?;
    list(&mut text, "redirect URIs", &client.redirect_uris)?;
    let stated = |software: &Software| format!("{software} ({})", software.client_id().as_str());
    let statements: Vec<_> = client.statements.iter().map(stated).collect();
    list(&mut text, "statements, by issuer and software_id", &statements)?;
    list(&mut text, "hosts of its logos", &client.logo_hosts)?;
    list(&mut text, "hosts of its keys", &client.key_hosts)?;
    if client.shared_host {
        writeln!(text, "others may put files beside its documents: only their exact URLs count")?;
    }
    if let Some(recovery) = &client.recovery {
        writeln!(text, "recovery: {recovery}")?;
    }
    writeln!(text, "last found true on {}; source: {}", client.seen, client.source)?;
    for pin in pins {
        let (url, fetched, age) = (pin.url.as_str(), pin.fetched, pin.age(today));
        writeln!(text, "\npinned copy of {url}, made on {fetched} ({age} days ago):")?;
        writeln!(text, "{}", pin.document.trim_end())?;
    }
    Ok(text)
}

fn list<T: fmt::Display>(text: &mut String, heading: &str, values: &[T]) -> fmt::Result {
    if values.is_empty() {
        return Ok(());
    }
    writeln!(text, "{heading}:")?;
    values.iter().try_for_each(|value| writeln!(text, "  {value}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_are_found_by_names_and_documents() {
        for (name, found) in [
            ("zed", Some("Zed")),
            ("vs code", Some("Visual Studio Code")),
            ("https://chatgpt.com/oauth/abc/client.json", Some("ChatGPT")),
            ("nobody", None),
        ] {
            let client = find(Catalogue::embedded(), name);
            assert_eq!(client.map(|client| &*client.name), found, "{name}");
        }
    }

    #[test]
    fn everything_is_shown() {
        let catalogue = Catalogue::embedded();
        let shown = |name| {
            let client = find(catalogue, name).unwrap();
            let pins: Vec<_> = pins(catalogue, client).collect();
            described(client, &pins, Date::parse("2026-10-10").unwrap()).unwrap()
        };
        let zed = shown("Zed");
        for part in [
            "Zed, published by zed.dev\n",
            "documents:\n  https://zed.dev/oauth/client-metadata.json\n",
            "recovery: In Zed, ",
            "last found true on 2026-09-30; source: ",
            "made on 2026-09-30 (10 days ago):\n{\n  \"client_id\"",
        ] {
            assert!(zed.contains(part), "{part} in {zed}");
        }
        assert!(!zed.contains("exact URLs"));
        assert!(shown("Hermes Agent").contains("only their exact URLs count"));
    }

    #[test]
    fn statements_are_shown_with_the_client_id_that_they_give_and_found_by_it() {
        let catalogue = Catalogue::parse(
            "format = 1\nnumber = 1\nissued = \"2026-11-01\"\n[[client]]\nname = \"Desktop\"\npublisher = \"acme.example\"\nseen = \"2026-11-01\"\nsource = \"a test\"\n\
             [[client.statements]]\nissuer = \"https://vendor.example\"\nsoftware_id = \"com.acme.desktop\"\n",
        )
        .unwrap();
        let software = &catalogue.client("Desktop").unwrap().statements[0];
        let id = software.client_id();
        let found = find(&catalogue, id.as_str()).unwrap();
        let shown = described(found, &[], Date::parse("2026-11-10").unwrap()).unwrap();
        let line = format!("  https://vendor.example com.acme.desktop ({})\n", id.as_str());
        assert!(shown.contains(&line), "{shown}");
        assert!(find(&catalogue, "com.acme.desktop").is_none());
    }
}
