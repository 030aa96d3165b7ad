//! Which application does a client belong to? DESIGN 4.4: what a person would call one app, whatever its `client_id`s.
//!
//! A client has a [`fingerprint`] of its own. The catalogue binds fingerprints to the application of an entry ([`entry_of`]); an administrator may bind them to any
//! application, and that goes before. Both name the label under which people see, count, ban and revoke, and nothing else: rung, evidence, verdict and
//! consent belong to the `client_id` alone.

use salver_oauth::{
    client::{
        id::ClientId,
        metadata::Metadata,
        recorded::Purpose,
        redirect_uri::{RedirectUri, without_port},
    },
    registration::Registration,
};

use crate::{
    catalogue::{Catalogue, Client, folded},
    visit::Method,
};

/// What makes two `client_id`s the same client, as a key.
#[must_use]
pub fn fingerprint(client: &Metadata) -> String {
    of_client_id(&client.client_id)
        .unwrap_or_else(|| of_targets(&client.redirect_uris, client.name.as_deref()))
}

/// The fingerprint of whoever has this `client_id`; nothing for a client that registered itself, of whom more has to be known.
#[must_use]
pub fn of_client_id(client_id: &ClientId) -> Option<String> {
    match client_id {
        ClientId::Document(url) => Some(format!("{DOCUMENT}{}", url.as_str())),
        ClientId::Issued(id) => Some(format!("issued {}", id.as_str())),
        ClientId::Recorded(id) => Some(format!("{} {}", word_of(id.purpose()), id.as_str())),
        ClientId::Sealed(_) => None,
        ClientId::Stated(id) => Some(format!("{STATEMENT}{}", id.as_str())),
        ClientId::Hosted(id) => Some(format!("hosted {}", id.as_str())),
        ClientId::LocalDevelopment(id) => Some(format!("development {}", id.as_str())),
    }
}

/// The fingerprint that a client will have which registers itself so.
#[must_use]
pub fn of_registration(registration: &Registration) -> String {
    of_targets(registration.redirect_uris(), registration.claims().client_name.as_deref())
}

/// Whoever sends answers to the same places under the same name is the same client, however its `client_id` was sealed.
fn of_targets(redirect_uris: &[RedirectUri], name: Option<&str>) -> String {
    let mut targets: Vec<_> = redirect_uris.iter().map(|uri| without_port(uri.as_str())).collect();
    targets.sort_unstable();
    targets.dedup();
    let name = folded(name.unwrap_or_default());
    // No redirect URI holds a space, or is the sign before the name.
    format!("{DYNAMIC}{}{BEFORE_NAME}{name}", targets.join(" "))
}

/// The entry of the catalogue that a client with this fingerprint belongs to: by the URL of its document; by the statement that it was registered with, which was
/// verified then; or, if it registered itself without one, by having redirect URIs of that entry only, and one of its names, with or without something in brackets
/// behind it. Programs on the user's computer share addresses, so the name decides between them.
#[must_use]
pub fn entry_of<'c>(fingerprint: &str, catalogue: &'c Catalogue) -> Option<&'c Client> {
    if let Some(url) = fingerprint.strip_prefix(DOCUMENT) {
        return catalogue.client_of_document(url);
    }
    if let Some(client_id) = fingerprint.strip_prefix(STATEMENT) {
        return catalogue.client_of_statement(client_id);
    }
    let (targets, name) = fingerprint.strip_prefix(DYNAMIC)?.split_once(BEFORE_NAME)?;
    let named = catalogue.owner_of_name(name).or_else(|| catalogue.owner_of_name(bare(name)?))?;
    let uses_all = catalogue.clients_of_redirect_uris(targets.split(' '));
    uses_all.into_iter().find(|client| client.name == named.name)
}

/// A name without what stands in brackets at its end: Claude Code and others put the name of the MCP server there, as the user calls it.
fn bare(name: &str) -> Option<&str> {
    let (bare, _) = name.strip_suffix(')')?.split_once(" (")?;
    Some(bare)
}

/// The key of the application of an entry.
#[must_use]
pub fn key_of_entry(entry: &Client) -> String {
    format!("{ENTRY}{}", entry.name)
}

/// The name of the entry whose application has this key.
#[must_use]
pub fn entry_in_key(key: &str) -> Option<&str> {
    key.strip_prefix(ENTRY)
}

/// The key of the application that a client with this fingerprint belongs to as long as no administrator binds it.
#[must_use]
pub fn home(fingerprint: &str, catalogue: &Catalogue) -> String {
    entry_of(fingerprint, catalogue).map_or_else(|| fingerprint.to_owned(), key_of_entry)
}

/// How whoever has such a fingerprint came to be known; nothing if it is none.
#[must_use]
pub fn method_of(fingerprint: &str) -> Option<Method> {
    let (word, _) = fingerprint.split_once(' ')?;
    match word {
        "document" => Some(Method::MetadataDocument),
        "issued" | "application" | "service" => Some(Method::Preregistered),
        "personal" => Some(Method::UserRegistered),
        "dynamic" | "statement" => Some(Method::Dynamic),
        "hosted" => Some(Method::Hosted),
        "development" => Some(Method::LocalDevelopment),
        _ => None,
    }
}

/// Whether whoever has such a fingerprint was registered by a statement of an issuer who was trusted.
#[must_use]
pub fn is_stated(fingerprint: &str) -> bool {
    fingerprint.starts_with(STATEMENT)
}

const fn word_of(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Application => "application",
        Purpose::Personal => "personal",
        Purpose::Service => "service",
    }
}

const DOCUMENT: &str = "document ";
const DYNAMIC: &str = "dynamic ";
const STATEMENT: &str = "statement ";
const ENTRY: &str = "entry ";
const BEFORE_NAME: &str = " = ";

#[cfg(test)]
mod tests {
    use salver_oauth::client::stated::StatedId;

    use super::*;
    use crate::{
        assessment::tests::{catalogue, client, registered},
        ban::BanSubject,
    };

    const BOTH: [&str; 2] = ["http://localhost/cb", "https://app.example/cb"];

    #[test]
    fn design_4_4_the_same_targets_and_name_are_one_application() {
        let plain = fingerprint(&registered(1, "App", &BOTH));
        assert_eq!(plain, "dynamic http://localhost/cb https://app.example/cb = app");
        for (why, client, same) in [
            ("under another key", registered(2, "App", &BOTH), true),
            ("letter case of the name", registered(1, " APP ", &BOTH), true),
            ("order", registered(1, "App", &[BOTH[1], BOTH[0]]), true),
            ("port", registered(1, "App", &["http://localhost:8080/cb", BOTH[1]]), true),
            ("name", registered(1, "Apps", &BOTH), false),
            ("fewer targets", registered(1, "App", &BOTH[..1]), false),
            (
                "a target in the name",
                registered(1, "https://app.example/cb = App", &BOTH[..1]),
                false,
            ),
            ("path", registered(1, "App", &["http://localhost/cb2", BOTH[1]]), false),
            ("host", registered(1, "App", &["http://127.0.0.1/cb", BOTH[1]]), false),
            ("not dynamic", client("App", BOTH[0]), false),
        ] {
            assert_eq!(fingerprint(&client) == plain, same, "{why}");
        }
        assert!(BanSubject::parse("application", &plain).is_ok(), "it can be banned");
    }

    #[test]
    fn a_fingerprint_says_how_its_client_came_to_be_known() {
        for client in [
            registered(1, "App", &BOTH),
            client("https://app.example/c", BOTH[0]),
            client("http://localhost:8080/clients/app.json", BOTH[0]),
            client("partner", BOTH[0]),
            client("app_BwcHBwcHBwcHBwcHBwcHBw", BOTH[0]),
            client("own_BwcHBwcHBwcHBwcHBwcHBw", BOTH[0]),
            client("svc_BwcHBwcHBwcHBwcHBwcHBw", BOTH[0]),
            client("http://localhost?redirect_uri=http%3A%2F%2F127.0.0.1%2Fcb", BOTH[0]),
        ] {
            let method = Method::of(&client.client_id);
            assert_eq!(method_of(&fingerprint(&client)), Some(method), "{}", client.client_id);
        }
        for other in ["entry App", "document", ""] {
            assert_eq!(method_of(other), None, "{other}");
        }
    }

    #[test]
    fn design_4_4_the_catalogue_binds_whom_its_statements_have_introduced() {
        let catalogue = catalogue();
        let stated = |issuer, software_id| {
            let id = StatedId::of(issuer, software_id);
            fingerprint(&client(id.as_str(), BOTH[0]))
        };
        for (why, fingerprint, entry) in [
            ("its statement", stated("https://signing.example", "editor"), Some("Editor")),
            ("another software", stated("https://signing.example", "Editor"), None),
            ("another issuer", stated("https://other.example", "editor"), None),
            (
                "its id by another method",
                stated("https://signing.example", "editor").replace("statement", "issued"),
                None,
            ),
            ("its name alone", "statement Editor".to_owned(), None),
        ] {
            assert_eq!(entry_in_key(&home(&fingerprint, &catalogue)), entry, "{why}");
        }
        assert!(is_stated(&stated("https://other.example", "editor")));
        assert!(!is_stated(&fingerprint(&registered(1, "statement Editor", &BOTH))));
    }

    #[test]
    fn design_4_4_the_catalogue_binds_its_documents_and_who_registers_like_its_entry() {
        const LOOPBACK: [&str; 2] = ["http://localhost:1/callback", "http://127.0.0.1:2/callback"];
        let dynamic = |name, uris: &[&str]| fingerprint(&registered(1, name, uris));
        for (why, fingerprint, entry) in [
            (
                "its document",
                "document https://claude.ai/oauth/claude-code-client-metadata".to_owned(),
                Some("Claude Code"),
            ),
            (
                "an open pattern",
                "document https://chatgpt.com/oauth/a1/client.json".to_owned(),
                Some("ChatGPT"),
            ),
            ("another document there", "document https://claude.ai/oauth/other".to_owned(), None),
            ("name and targets", dynamic("Claude Code", &LOOPBACK), Some("Claude Code")),
            ("some of its targets", dynamic("claude  code", &LOOPBACK[..1]), Some("Claude Code")),
            (
                "the same targets, another name of the catalogue",
                dynamic("Codex CLI", &LOOPBACK),
                Some("Codex"),
            ),
            (
                "with the user's name of the MCP server",
                dynamic("Claude Code (weather (old))", &LOOPBACK),
                Some("Claude Code"),
            ),
            ("brackets before the end", dynamic("Claude Code (a) b", &LOOPBACK), None),
            ("brackets alone", dynamic("(Claude Code)", &LOOPBACK), None),
            ("the same targets, a name of nobody", dynamic("Claude Codes", &LOOPBACK), None),
            ("the name, and a target more", dynamic("Claude Code", &[LOOPBACK[0], BOTH[1]]), None),
            ("the name, other targets", dynamic("Claude", &LOOPBACK), None),
            (
                "an app scheme",
                dynamic("Cursor", &["cursor://anysphere.cursor-mcp/oauth/callback"]),
                Some("Cursor"),
            ),
            ("entered", "issued Claude Code".to_owned(), None),
            ("hosted", "hosted http://localhost:8080/clients/claude.json".to_owned(), None),
            ("nothing", String::new(), None),
        ] {
            let catalogue = Catalogue::embedded();
            let found = entry_of(&fingerprint, catalogue).map(|entry| &*entry.name);
            assert_eq!(found, entry, "{why}: {fingerprint}");
            let home = home(&fingerprint, catalogue);
            assert_eq!(entry_in_key(&home), entry, "{why}");
            assert_eq!(home == fingerprint, entry.is_none(), "{why}");
        }
    }
}
