use salver_oauth::client::{
    document::{self, Profile},
    stated::StatedId,
};

use super::*;
use crate::assessment::tests::url;

/// A catalogue of today's format with these lines after its head.
pub(super) fn catalogue(lines: &str) -> Catalogue {
    Catalogue::parse(&text(1, lines)).unwrap()
}

/// The text of one with this number.
pub(super) fn text(number: u64, lines: &str) -> String {
    format!(
        "format = 1\nnumber = {number}\nissued = \"2026-11-01\"\nexpires = \"2026-12-01\"\n{lines}"
    )
}

/// The lines of an entry, whose further members follow.
pub(super) fn entry(name: &str, publisher: &str, more: &str) -> String {
    format!(
        "[[client]]\nname = \"{name}\"\npublisher = \"{publisher}\"\nseen = \"2026-10-01\"\nsource = \"a test\"\n{more}\n"
    )
}

#[test]
fn the_embedded_catalogue_is_sound_and_its_pins_work_for_mcp() {
    let catalogue = Catalogue::embedded();
    assert!(catalogue.clients().len() >= 19);
    for pin in catalogue.pins() {
        document::parse(pin.document.as_bytes(), &pin.url, Profile::Mcp).unwrap();
        assert!(catalogue.client_of_document(pin.url.as_str()).is_some(), "{}", pin.url.as_str());
    }
}

#[test]
fn documents_belong_to_clients_by_their_exact_urls_and_one_open_segment() {
    for (url, name) in [
        ("https://claude.ai/oauth/claude-code-client-metadata", Some("Claude Code")),
        ("https://claude.ai/oauth/claude-code-client-metadata/", None),
        ("https://claude.ai/oauth/other", None),
        ("https://chatgpt.com/oauth/client.json", Some("ChatGPT")),
        ("https://chatgpt.com/oauth/0a1b2c/client.json", Some("ChatGPT")),
        ("https://chatgpt.com/oauth/codex/client.json", Some("Codex")),
        ("https://chatgpt.com/oauth/codex/0a1b2c/client.json", Some("Codex")),
        ("https://chatgpt.com/oauth/0a1b2c/d/client.json", None),
        ("https://chatgpt.com.evil.example/oauth/0a1b2c/client.json", None),
        ("https://github.com/copilot/cli/client-metadata.json", Some("GitHub Copilot CLI")),
        ("https://github.com/evil/cli/client-metadata.json", None),
    ] {
        let client = Catalogue::embedded().client_of_document(url);
        assert_eq!(client.map(|client| &*client.name), name, "{url}");
    }
}

/// The members of an entry that is the software of a statement.
pub(super) const STATED: &str =
    "statements = [{ issuer = \"https://vendor.example\", software_id = \"com.acme.desktop\" }]";

#[test]
fn statements_belong_to_clients_by_their_exact_issuer_and_software_id() {
    let catalogue = catalogue(&entry("App", "app.example", STATED));
    for (issuer, software_id, known) in [
        ("https://vendor.example", "com.acme.desktop", true),
        ("https://vendor.example/", "com.acme.desktop", false),
        ("https://a.vendor.example", "com.acme.desktop", false),
        ("https://other.example", "com.acme.desktop", false),
        ("https://vendor.example", "com.acme.desktop2", false),
        ("https://vendor.example", "COM.acme.desktop", false),
    ] {
        let id = StatedId::of(issuer, software_id);
        let client = catalogue.client_of_statement(id.as_str());
        assert_eq!(client.is_some(), known, "{issuer} {software_id}");
        let id = ClientId::Stated(id);
        let candidates = catalogue.candidates(Some(&id), Some("cursor://x/cb"));
        assert_eq!(candidates.len(), usize::from(known), "{issuer} {software_id}");
    }
    assert!(catalogue.client_of_statement("com.acme.desktop").is_none());
}

#[test]
fn an_open_segment_counts_for_nothing_on_a_host_that_becomes_shared() {
    let base = catalogue(&entry(
        "App",
        "app.example",
        "documents = [\"https://app.example/c.json\", \"https://app.example/{id}/c.json\"]",
    ));
    assert!(base.client_of_document("https://app.example/x/c.json").is_some());
    let extended = base.extended_by(catalogue("shared_hosts = [\"app.example\"]"));
    assert!(extended.client_of_document("https://app.example/x/c.json").is_none());
    assert!(extended.client_of_document("https://app.example/c.json").is_some());
}

#[test]
fn redirect_uris_point_to_all_clients_that_use_every_one() {
    let names = |uris: &[&str]| -> Vec<&str> {
        let clients = Catalogue::embedded().clients_of_redirect_uris(uris.iter().copied());
        clients.into_iter().map(|client| &*client.name).collect()
    };
    assert_eq!(names(&["https://claude.ai/api/mcp/auth_callback"]), ["Claude"]);
    assert_eq!(names(&["https://chatgpt.com/connector/oauth/abc"]), ["ChatGPT"]);
    assert_eq!(
        names(&["http://localhost:50123/callback", "http://127.0.0.1:50123/callback"]),
        ["Claude Code", "Codex", "opencode"]
    );
    assert_eq!(names(&["http://localhost:1/oauth/callback/debug"]), ["MCP Inspector"]);
    for none in [
        &[][..],
        &["https://evil.example/cb"][..],
        &["https://claude.ai/api/mcp/auth_callback", "https://evil.example/cb"][..],
        &["http://[::1]/callback"][..],
    ] {
        assert_eq!(names(none), Vec::<&str>::new(), "{none:?}");
    }
}

#[test]
fn names_belong_to_publishers_in_any_case() {
    for (name, owner) in [
        ("Claude", Some("Claude")),
        (" cLAUDE  code", Some("Claude Code")),
        ("vs code", Some("Visual Studio Code")),
        ("OpenAI", Some("ChatGPT")),
        ("Claude for Everybody", None),
        ("", None),
    ] {
        let client = Catalogue::embedded().owner_of_name(name);
        assert_eq!(client.map(|client| &*client.name), owner, "{name:?}");
    }
}

#[test]
fn places_are_not_what_they_seem() {
    let catalogue = Catalogue::embedded();
    for (uri, relay) in [
        ("https://vscode.dev/redirect?url=x", true),
        ("https://insiders.vscode.dev/redirect", true),
        ("https://vscode.dev/oauth/callback", false),
    ] {
        assert_eq!(catalogue.is_relay(url(uri)), relay, "{uri}");
    }
    for (host, shared) in [
        ("raw.githubusercontent.com", true),
        ("bucket.s3.amazonaws.com", true),
        ("amazonaws.com.evil.example", false),
        ("claude.ai", false),
        // Said by the entry of one client, and true for all that lies there.
        ("github.com", true),
        ("nousresearch.github.io", true),
        ("acme.github.io", false),
    ] {
        assert_eq!(catalogue.is_shared_host(host), shared, "{host}");
    }
}

#[test]
fn pins_are_found_by_the_exact_url_and_age() {
    let pin = Catalogue::embedded().pin("https://zed.dev/oauth/client-metadata.json").unwrap();
    assert!(Catalogue::embedded().pin("https://zed.dev/oauth/client-metadata.json/").is_none());
    let day = |text| Date::parse(text).unwrap();
    let pin = Pin { fetched: day("2026-01-01"), ..pin.clone() };
    assert_eq!(pin.age(day("2026-06-30")), 180);
    assert!(!pin.is_old(day("2026-06-30")), "half a year is not too old");
    assert!(pin.is_old(day("2026-07-01")), "a day more is");
}

#[test]
fn design_4_8_what_a_broken_login_may_be_one_of() {
    for (client_id, redirect_uri, products) in [
        ("https://zed.dev/oauth/client-metadata.json", None, &["Zed"][..]),
        ("https://zed.dev/oauth/client-metadata.json", Some("cursor://x/cb"), &["Zed"]),
        ("lost", Some("cursor://anysphere.cursor-mcp/oauth/callback"), &["Cursor"]),
        (
            "https://unknown.example/c",
            Some("http://127.0.0.1:4/"),
            &["Visual Studio Code", "Visual Studio Code - Insiders"],
        ),
        (
            "lost",
            Some("http://localhost:4/callback"),
            &["Claude Code", "Codex", "opencode", "Cursor"],
        ),
        ("", Some("https://claude.ai/api/mcp/auth_callback"), &["Claude"]),
        ("lost", Some("https://claude.ai/api/mcp/auth_callback2"), &[]),
        ("lost", Some("not an address"), &[]),
        ("lost", None, &[]),
    ] {
        let id = ClientId::parse(client_id).ok();
        let found = Catalogue::embedded().candidates(id.as_ref(), redirect_uri);
        let found: Vec<&str> = found.iter().map(|client| &*client.name).collect();
        assert_eq!(found, products, "{client_id} {redirect_uri:?}");
    }
}

#[test]
fn ten_thousand_entries_are_looked_up_by_hash() {
    use std::fmt::Write as _;
    let mut lines = String::new();
    for number in 0..10_000 {
        let addresses = format!(
            "names = [\"App {number}\"]\ndocuments = [\"https://a{number}.example/c.json\", \"https://a{number}.example/{{id}}/c.json\"]\nredirect_uris = [\"https://a{number}.example/cb\"]\nstatements = [{{ issuer = \"https://vendor.example\", software_id = \"a{number}\" }}]"
        );
        write!(lines, "{}", entry(&format!("App {number}"), "app.example", &addresses)).unwrap();
    }
    let catalogue = catalogue(&lines);
    let index = &catalogue.index;
    // What a look-up touches is one list of entries for each text it tries, and those lists do not grow with the catalogue.
    assert_eq!(index.documents.exactly("https://a7777.example/c.json"), [7777]);
    assert_eq!(index.documents.openly("https://a7777.example/x/c.json"), [7777]);
    assert_eq!(index.redirect_uris.exactly("https://a7777.example/cb"), [7777]);
    assert_eq!(index.names.get("app 7777"), Some(&7777));
    let stated = StatedId::of("https://vendor.example", "a7777");
    assert_eq!(index.statements.get(stated.as_str()), Some(&7777));
    let client = catalogue.client_of_document("https://a7777.example/x/c.json").unwrap();
    assert_eq!(&*client.name, "App 7777");
    assert!(catalogue.client_of_document("https://a7777.example/x/y/c.json").is_none());
}

#[test]
fn an_extension_takes_the_place_of_entries_and_removes() {
    let base = catalogue(&[
        "relays = [\"https://relay.example/r\"]\n",
        &entry("App", "app.example", "names = [\"App\", \"Shared\"]\ndocuments = [\"https://app.example/c\"]"),
        &entry("Other", "other.example", "names = [\"Other\"]\ndocuments = [\"https://other.example/c\", \"https://other.example/d\"]"),
        &entry("Gone", "gone.example", "names = [\"Gone\"]\ndocuments = [\"https://gone.example/c\"]"),
    ].concat());
    let own = Catalogue::parse(&text(9, &[
        "relays = [\"https://own.example/r\"]\n[remove]\nclients = [\"GONE\"]\nrelays = [\"https://relay.example/r\"]\n",
        &entry("app", "own.example", "names = [\"Mine\", \"Other\"]\ndocuments = [\"https://own.example/c\", \"https://other.example/d\"]"),
    ].concat())).unwrap();
    let extended = base.extended_by(own);
    let owner = |name| extended.owner_of_name(name).map(|client| &*client.publisher);
    assert_eq!(owner("Mine"), Some("own.example"));
    assert_eq!(owner("Shared"), None, "the entry was replaced as a whole");
    assert_eq!(owner("Other"), Some("own.example"), "the operator's word wins");
    assert_eq!(owner("Gone"), None);
    let of = |url| extended.client_of_document(url).map(|client| &*client.name);
    assert_eq!(of("https://other.example/c"), Some("Other"));
    assert_eq!(of("https://other.example/d"), Some("app"));
    assert_eq!(of("https://app.example/c"), None);
    assert!(extended.is_relay(url("https://own.example/r")));
    assert!(!extended.is_relay(url("https://relay.example/r")));
    assert_eq!(extended.number(), 1, "the number of what was extended");
}

#[test]
fn an_extension_takes_softwares_from_other_entries() {
    let two = "statements = [{ issuer = \"https://vendor.example\", software_id = \"com.acme.desktop\" }, { issuer = \"https://vendor.example\", software_id = \"other\" }]";
    let base = catalogue(&entry("App", "app.example", two));
    let extended = base.extended_by(catalogue(&entry("Mine", "own.example", STATED)));
    let of = |software_id| {
        let id = StatedId::of("https://vendor.example", software_id);
        extended.client_of_statement(id.as_str()).map(|client| &*client.name)
    };
    assert_eq!((of("com.acme.desktop"), of("other")), (Some("Mine"), Some("App")));
    assert_eq!(extended.client("App").map(|client| client.statements.len()), Some(1));
}

/// A pinned copy of a document with this redirect URI.
fn pin(url: &str, redirect_uri: &str) -> String {
    format!(
        "[[pin]]\nurl = \"{url}\"\nfetched = \"2026-10-01\"\ndocument = '{{\"client_id\":\"{url}\",\"redirect_uris\":[\"{redirect_uri}\"]}}'\n"
    )
}

#[test]
fn an_extension_says_everything_once() {
    let [app, other, gone] =
        ["app", "other", "gone"].map(|host| format!("https://{host}.example/c"));
    let base = catalogue(
        &[
            "relays = [\"https://relay.example/r\"]\nshared_hosts = [\"files.example\", \"gone.example\"]\n",
            &entry("Other", "other.example", "names = [\"Other\"]\nredirect_uris = [\"http://localhost/o\"]"),
            &pin(&app, "http://localhost/old"),
            &pin(&other, "http://localhost/cb"),
            &pin(&gone, "http://localhost/cb"),
        ]
        .concat(),
    );
    let own = catalogue(
        &[
            "relays = [\"https://relay.example/r\"]\nshared_hosts = [\"files.example\"]\n",
            &format!("[remove]\npins = [\"{gone}\"]\nshared_hosts = [\"gone.example\"]\n"),
            &entry(
                "Mine",
                "own.example",
                "names = [\"OTHER\"]\nredirect_uris = [\"http://localhost/m\"]",
            ),
            &pin(&app, "http://localhost/new"),
        ]
        .concat(),
    );
    let extended = base.extended_by(own);
    assert_eq!(extended.client("Other").map(|client| client.names.len()), Some(0));
    assert_eq!(extended.pins().len(), 2);
    assert!(extended.pin(&app).unwrap().document.contains("/new"));
    assert!(extended.pin(&other).is_some() && extended.pin(&gone).is_none());
    assert_eq!(extended.relays().len(), 1);
    assert_eq!(*extended.shared_hosts(), ["files.example".into()]);
    assert!(!extended.is_shared_host("gone.example"));
}
