//! `/admin/anchors`: whose statements are believed, and what ends with whom.

use http::StatusCode;
use salver_server::{anchor::written::WrittenAnchor, flow::ban};
use salver_store::record::{Anchor, Role};
use salver_testkit::{browser::Browser, form::Form, web::Reply};
use serde_json::json;

use crate::{
    register::{id, register},
    statements::{VENDOR, Vendor, sent},
    world::World,
};

const KEYS_URL: &str = "https://native.example/mcp/jwks.json";
const CALLBACK: &str = "http://127.0.0.1:51004/callback";

/// A vendor in the store, with its keys at a URL.
async fn stored(world: &World, vendor: &Vendor) {
    let written = WrittenAnchor {
        issuer: VENDOR.into(),
        keys_url: Some(KEYS_URL.into()),
        names: vec!["Vendor *".into()],
        ..WrittenAnchor::default()
    };
    let anchor = Anchor {
        issuer: VENDOR.into(),
        content: Some(serde_json::to_string(&written).unwrap()),
        suspended: false,
        changed_by: "the command line".into(),
        changed_at: world.clock.now(),
    };
    world.web.set(KEYS_URL, Reply::json(vendor.key_set()));
    world.deps.store.set_anchor(anchor).await.unwrap();
    ban::follow(&world.deps).await.unwrap();
}

/// The page of the one anchor, by the link of the list.
async fn address(ada: &mut Browser) -> String {
    let page = ada.get("/admin/anchors").await;
    let rest = page.text.split("href=\"/admin/anchors/").nth(1).unwrap();
    format!("/admin/anchors/{}", rest.split('"').next().unwrap())
}

async fn take(ada: &mut Browser, path: &str) -> String {
    let page = ada.get(path).await;
    assert_eq!(page.status, StatusCode::OK, "{path}");
    let page = ada.submit(&Form::to(&page.text, path)).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{path}");
    page.location().to_owned()
}

#[tokio::test]
async fn an_anchor_is_seen_with_keys_and_softwares_suspended_resumed_and_removed() {
    let (world, vendor) = (World::new().await, Vendor::new());
    stored(&world, &vendor).await;
    let hostile = [("software_id", json!("<b>x</b>")), ("software_version", json!("1.0"))];
    let client = id(&register(&world, &sent(&vendor.statement(&world, &hostile))).await);
    let mut bob = world.user("bob").await;
    let issued = world.login(&mut bob, &client, CALLBACK, "notes:read").await;
    let mut ada = world.account("ada", Role::Administrator).await;
    let home = ada.get("/admin").await;
    assert!(home.text.contains("1 issuer of software statements"), "{}", home.text);
    let one = address(&mut ada).await;
    let page = ada.get(&one).await;
    for words in [vendor.thumbprint().as_str(), "&#60;b&#62;x", &*client, "1 grant", "Vendor *"] {
        assert!(page.text.contains(words), "{words}: {}", page.text);
    }
    assert!(!page.text.contains("<b>x"), "{}", page.text);

    assert_eq!(take(&mut ada, &format!("{one}/suspend")).await, one);
    let statement = vendor.statement(&world, &[]);
    let refused = crate::register::post(&world, sent(&statement).to_string()).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{}", refused.text);
    let nothing = ada.get(&format!("{one}/suspend")).await;
    assert_eq!(nothing.status, StatusCode::NOT_FOUND, "it is suspended already");
    assert_eq!(take(&mut ada, &format!("{one}/resume")).await, one);
    assert!(world.is_active(&issued.access).await, "suspending ends nothing");

    let asked = ada.get(&format!("{one}/remove")).await;
    assert!(asked.text.contains("1 software with 1 grant"), "{}", asked.text);
    let path = format!("{one}/remove");
    let forged = Form::to(&asked.text, &path).with("form_token", "x");
    assert_eq!(ada.submit(&forged).await.status, StatusCode::FORBIDDEN);
    assert!(world.is_active(&issued.access).await);
    assert_eq!(take(&mut ada, &path).await, "/admin/anchors?removed");
    assert!(!world.is_active(&issued.access).await, "what it vouched for has ended");
    assert!(world.deps.store.list_stated_clients().await.unwrap().is_empty());
    let page = ada.get("/admin/anchors?removed").await;
    assert!(page.text.contains("The anchor is gone") && page.text.contains("Nobody is trusted"));
    assert_eq!(ada.get(&one).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn an_anchor_of_the_configuration_is_suspended_but_not_removed_and_strangers_see_nothing() {
    let (world, vendor) = (World::new().await, Vendor::new());
    vendor.is_trusted(&world, |_| {});
    let mut ada = world.account("ada", Role::Administrator).await;
    let one = address(&mut ada).await;
    let page = ada.get(&one).await;
    assert!(page.text.contains("in the configuration"), "{}", page.text);
    assert!(!page.text.contains("Remove"), "{}", page.text);
    assert_eq!(ada.get(&format!("{one}/remove")).await.status, StatusCode::NOT_FOUND);
    assert_eq!(take(&mut ada, &format!("{one}/suspend")).await, one);
    assert!(ada.get(&one).await.text.contains("suspended"));
    let suspended = world.deps.store.list_anchors().await.unwrap();
    assert!(suspended[0].suspended && suspended[0].content.is_none());
    assert_eq!(suspended[0].changed_by, "ada");
    let resume = ada.get(&format!("{one}/resume")).await;
    let form = Form::to(&resume.text, &format!("{one}/resume"));
    for role in [Role::User, Role::Developer, Role::Reviewer] {
        let mut other = world.account(&format!("{role:?}").to_lowercase(), role).await;
        for path in ["/admin/anchors", &one, &format!("{one}/resume")] {
            assert_eq!(other.get(path).await.status, StatusCode::NOT_FOUND, "{role:?} {path}");
        }
        assert_eq!(other.submit(&form).await.status, StatusCode::NOT_FOUND, "{role:?}");
    }
    assert_eq!(ada.submit(&form).await.status, StatusCode::SEE_OTHER);
    assert!(world.deps.store.list_anchors().await.unwrap().is_empty());
    for path in ["/admin/anchors/x", &format!("{one}/explode")] {
        assert_eq!(ada.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn keys_that_cannot_be_read_are_told_with_the_reason() {
    let (world, vendor) = (World::new().await, Vendor::new());
    stored(&world, &vendor).await;
    world.web.set(KEYS_URL, Reply { status: 503, ..Reply::json("") });
    let mut ada = world.account("ada", Role::Administrator).await;
    let one = address(&mut ada).await;
    let page = ada.get(&one).await;
    assert!(
        page.text.contains("cannot be read: they cannot be fetched: status 503"),
        "{}",
        page.text
    );
}
