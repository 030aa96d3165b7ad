//! The catalogue names softwares by issuer and `software_id` (DESIGN 4.4, 4.6): whom such a statement introduced is that entry to people, rules and bans, and nobody else is.

use std::sync::Arc;

use http::StatusCode;
use salver_policy::{catalogue::Catalogue, rules::PolicySection};
use salver_server::{
    anchor::written::WrittenAnchor,
    flow::{
        application, ban,
        explain::{Asking, Question, explain},
    },
    upkeep,
};
use salver_store::record::{Counted, FunnelStep};
use salver_testkit::{browser::Browser, web::Reply};
use serde_json::{Value, json};

use crate::{
    register::{id, post, register},
    statements::{VENDOR, Vendor, sent, told},
    world::{NATIVE_CLIENT, World, authorize, json_of, policy},
};

const CALLBACK: &str = "http://127.0.0.1:51004/callback";
const OTHER: &str = "https://other-vendor.example";
const BORROWED: &str = "warning-borrowed-name";

/// The catalogue with the software of a statement, whose issuer is on another site than the publisher; and these members.
fn catalogue(more: &str) -> Arc<Catalogue> {
    let text = format!(
        "format = 1\nnumber = 1\nissued = \"2026-11-01\"\n[[client]]\nname = \"Desk\"\npublisher = \"brand.example\"\n\
         names = [\"Vendor Editor\"]\nredirect_uris = [\"http://127.0.0.1/callback\"]\nrecovery = \"In Desk, forget the server.\"\nseen = \"2026-11-01\"\nsource = \"a test\"\n{more}"
    );
    let own = Catalogue::parse(&text).unwrap();
    Arc::new(Catalogue::embedded().clone().extended_by(own))
}

fn listed() -> Arc<Catalogue> {
    catalogue(&format!("statements = [{{ issuer = \"{VENDOR}\", software_id = \"editor\" }}]\n"))
}

/// Two vendors are trusted, and clients of the catalogue come in; all others wait.
async fn world() -> (World, Vendor, Vendor) {
    let (world, vendor, other) = (World::new().await, Vendor::new(), Vendor::new());
    let anchor = |issuer: &str, vendor: &Vendor| {
        let (issuer, keys) = (issuer.to_owned(), Some(vendor.key_set()));
        WrittenAnchor { issuer, keys, ..WrittenAnchor::default() }.read().unwrap()
    };
    world.deps.anchors.set(vec![anchor(VENDOR, &vendor), anchor(OTHER, &other)]);
    let section: PolicySection = serde_json::from_value(json!({ "preset": "known" })).unwrap();
    world.deps.policy.set_rules(&policy(&section).rules);
    world.deps.policy.set_catalogue(&listed());
    (world, vendor, other)
}

async fn registered(world: &World, vendor: &Vendor, claims: &[(&str, Value)]) -> String {
    id(&register(world, &sent(&vendor.statement(world, claims))).await)
}

fn waits(text: &str) -> bool {
    text.contains("action=\"/authorize/access\"")
}

async fn cards(browser: &mut Browser) -> Vec<String> {
    let page = browser.get("/account/apps").await.text;
    page.split("<li class=\"card app\">").skip(1).map(str::to_owned).collect()
}

#[tokio::test]
async fn design_4_6_whom_a_listed_statement_introduced_is_that_entry_and_others_borrow_its_name() {
    let (world, vendor, other) = world().await;
    let mut ada = world.user("ada").await;
    let client = registered(&world, &vendor, &[]).await;
    let asked = ada.get(&authorize(&client, CALLBACK, &[])).await;
    assert!(!waits(&asked.text) && !asked.text.contains(BORROWED), "{}", asked.text);
    world.login(&mut ada, &client, CALLBACK, "notes:read").await;

    let plain = json!({
        "client_name": "Vendor Editor", "redirect_uris": [CALLBACK],
        "token_endpoint_auth_method": "none",
    });
    let document = json!({
        "client_id": NATIVE_CLIENT, "client_name": "Vendor Editor",
        "redirect_uris": ["http://127.0.0.1/callback"],
        "software_statement": vendor.statement(&world, &[("client_id", json!(NATIVE_CLIENT))]),
    });
    world.web.set(NATIVE_CLIENT, Reply::json(document.to_string()));
    for (why, client) in [
        (
            "another software of the same issuer",
            registered(&world, &vendor, &[("software_id", json!("viewer"))]).await,
        ),
        (
            "the same software_id of another issuer",
            registered(&world, &other, &[("iss", json!(OTHER))]).await,
        ),
        ("nobody's statement", id(&register(&world, &plain).await)),
        ("a document that shows it", NATIVE_CLIENT.to_owned()),
    ] {
        let asked = ada.get(&authorize(&client, CALLBACK, &[])).await;
        assert_eq!(asked.status, StatusCode::OK, "{why}: {}", asked.text);
        assert!(waits(&asked.text), "{why}: {}", asked.text);
    }
    let everybody: PolicySection = serde_json::from_value(json!({ "preset": "open" })).unwrap();
    world.deps.policy.set_rules(&policy(&everybody).rules);
    let asked = ada.get(&authorize(NATIVE_CLIENT, CALLBACK, &[])).await;
    assert!(asked.text.contains(BORROWED), "{}", asked.text);
    assert!(asked.text.contains("has signed the same"), "and yet it is evidence: {}", asked.text);
}

#[tokio::test]
async fn the_catalogue_makes_nobody_an_anchor() {
    let (world, vendor, _) = world().await;
    world.deps.anchors.set(Vec::new());
    let body = json!({
        "client_name": "Vendor Editor", "redirect_uris": [CALLBACK],
        "token_endpoint_auth_method": "none", "software_statement": vendor.statement(&world, &[]),
    });
    let client = id(&register(&world, &body).await);
    assert!(!client.starts_with("sws_"), "it is ignored: {client}");
    vendor.is_trusted(&world, |written| written.issuer = OTHER.into());
    let (code, _) = told(&world, &vendor.statement(&world, &[])).await;
    assert_eq!(code, "unapproved_software_statement");
    assert!(world.deps.store.list_stated_clients().await.unwrap().is_empty());
    // Whoever comes with the identifier alone is unknown, and hears how to get out of it in that product.
    let listed = listed();
    let software = &listed.client("Desk").unwrap().statements[0];
    let id = software.client_id();
    let mut ada = world.user("ada").await;
    let page = ada.get(&authorize(id.as_str(), CALLBACK, &[])).await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
    assert!(page.text.contains("In Desk, forget the server."), "{}", page.text);
}

#[tokio::test]
async fn design_4_4_people_and_numbers_see_the_entry_and_other_catalogues_bring_it_elsewhere() {
    let (world, vendor, _) = world().await;
    let mut ada = world.user("ada").await;
    let client = registered(&world, &vendor, &[]).await;
    world.login(&mut ada, &client, CALLBACK, "notes:read").await;
    let one = cards(&mut ada).await;
    assert_eq!(one.len(), 1, "{one:?}");
    assert!(one[0].contains(">Desk<"), "the catalogue's name, not the client's: {one:?}");
    assert!(!one[0].contains("Careful"), "its issuer has signed for it: {one:?}");

    upkeep::merge_counts(&world.deps).await;
    let day = salver_server::counters::day(world.clock.now());
    let counted = world.deps.store.list_counts(day).await.unwrap();
    let as_desk = |step| {
        let is_it = |one: &&Counted| one.step == step && one.method == "dynamic";
        counted.iter().find(is_it).and_then(|one| one.application.as_deref())
    };
    for step in [FunnelStep::Registered, FunnelStep::Approved, FunnelStep::Used] {
        assert_eq!(as_desk(step), Some("entry Desk"), "{step:?}");
    }
    let question = Question {
        client: Asking::ClientId(&client),
        redirect_uri: Some(CALLBACK),
        resource: Some("notes"),
        user: None,
        scopes: Some("notes:read"),
        pushed: None,
    };
    let explained = explain(&world.deps, &question).await.unwrap()[0].to_string();
    assert!(explained.contains("Desk"), "{explained}");

    // A catalogue that does not name it lets it go home, and one that does takes it in again.
    for (catalogue, shown) in [(catalogue(""), ">Vendor Editor<"), (listed(), ">Desk<")] {
        world.deps.policy.set_catalogue(&catalogue);
        assert_eq!(application::settle(&world.deps, &catalogue).await.unwrap(), 1);
        let card = cards(&mut ada).await;
        assert!(card[0].contains(shown) && !card[0].contains("Careful"), "{shown} in {card:?}");
    }
}

#[tokio::test]
async fn design_4_8_a_ban_of_the_entry_shuts_out_its_software_and_no_other_of_the_issuer() {
    let (world, vendor, _) = world().await;
    let mut ada = world.user("ada").await;
    let client = registered(&world, &vendor, &[]).await;
    let issued = world.login(&mut ada, &client, CALLBACK, "notes:read").await;
    world.ban("application", "entry Desk").await;
    ban::follow(&world.deps).await.unwrap();
    assert!(!world.is_active(&issued.access).await);
    let page = ada.get(&authorize(&client, CALLBACK, &[])).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN, "{}", page.text);
    assert!(page.text.contains("In Desk, forget the server."), "{}", page.text);
    let refused = post(&world, sent(&vendor.statement(&world, &[])).to_string()).await;
    assert_eq!(json_of(&refused)["error"], "invalid_client_metadata", "{}", refused.text);
    registered(&world, &vendor, &[("software_id", json!("viewer"))]).await;
}

#[tokio::test]
async fn design_4_8_bans_of_signers_end_what_a_document_was_let_in_with_their_statement_for() {
    for (kind, value, ends) in [
        ("statement_issuer", VENDOR, true),
        ("statement_issuer", OTHER, false),
        ("software_id", "editor", true),
        ("software_id", "viewer", false),
        ("key", "", true),
    ] {
        let (world, vendor, _) = world().await;
        let everybody: PolicySection = serde_json::from_value(json!({ "preset": "open" })).unwrap();
        world.deps.policy.set_rules(&policy(&everybody).rules);
        let document = json!({
            "client_id": NATIVE_CLIENT, "client_name": "Vendor Editor",
            "redirect_uris": ["http://127.0.0.1/callback"],
            "software_statement": vendor.statement(&world, &[("client_id", json!(NATIVE_CLIENT))]),
        });
        world.web.set(NATIVE_CLIENT, Reply::json(document.to_string()));
        let mut ada = world.user("ada").await;
        let issued = world.login(&mut ada, NATIVE_CLIENT, CALLBACK, "notes:read").await;
        let value = if kind == "key" { vendor.thumbprint() } else { value.to_owned() };
        world.ban(kind, &value).await;
        // The token endpoint does not wait until what was let in before is ended.
        world.deps.bans.refresh(&*world.deps.store).await.unwrap();
        let page = world.refresh(NATIVE_CLIENT, &issued.refresh).await;
        let expected = if ends { StatusCode::UNAUTHORIZED } else { StatusCode::OK };
        assert_eq!(page.status, expected, "{kind} {value}: {}", page.text);
        ban::follow(&world.deps).await.unwrap();
        assert_eq!(world.is_active(&issued.access).await, !ends, "{kind} {value}");
        let page = ada.get(&authorize(NATIVE_CLIENT, CALLBACK, &[])).await;
        let expected = if ends { StatusCode::FORBIDDEN } else { StatusCode::OK };
        assert_eq!(page.status, expected, "{kind} {value}: {}", page.text);
    }
}
