//! What a person learns of names and hosts that pass for others (DESIGN 4.6).

use salver_server::flow::client::DOCUMENT;
use salver_testkit::web::Reply;
use serde_json::json;

use crate::world::{WEB_CALLBACK, WEB_CLIENT, World, authorize, document};

#[tokio::test]
async fn design_4_6_names_that_pass_for_others_are_marked() {
    let world = World::new().await;
    let mut browser = world.user("alice").await;
    for (name, marks) in [
        ("Claude", Some("borrowed-name")),
        ("  claude ", Some("borrowed-name")),
        ("Cl\u{200b}aude", Some("borrowed-name")),
        ("Cl\u{430}ude", Some("looks-like-name")),
        ("C1aude Desktop (official)", Some("looks-like-name")),
        ("Ab\u{430}cus", Some("mixed-scripts")),
        ("Claudette", None),
        ("App", None),
    ] {
        let document = json!({ "client_id": WEB_CLIENT, "client_name": name, "redirect_uris": [WEB_CALLBACK] });
        world.web.set(WEB_CLIENT, Reply::json(document.to_string()));
        world.deps.egress.forget(WEB_CLIENT, DOCUMENT);
        let page = browser.get(&authorize(WEB_CLIENT, WEB_CALLBACK, &[])).await;
        for mark in ["borrowed-name", "looks-like-name", "mixed-scripts"] {
            let marked = page.text.contains(&format!("warning-{mark}"));
            assert_eq!(marked, marks == Some(mark), "{name}: {mark}");
        }
    }
}

#[tokio::test]
async fn design_4_6_hosts_that_pass_for_others_are_marked() {
    const EVIL: &str = "https://claude.ai.evil.example/oauth/mcp-oauth-client-metadata";
    const EVIL_CALLBACK: &str = "https://claude.ai.evil.example/api/mcp/auth_callback";
    const OWN: &str = "https://claude.ai/oauth/new";
    const OWN_CALLBACK: &str = "https://claude.ai/cb";
    let world = World::new().await;
    let mut browser = world.user("alice").await;
    for (client_id, redirect_uri, marked) in
        [(EVIL, EVIL_CALLBACK, true), (OWN, OWN_CALLBACK, false), (WEB_CLIENT, WEB_CALLBACK, false)]
    {
        world.web.set(client_id, document(client_id, &[redirect_uri]));
        let page = browser.get(&authorize(client_id, redirect_uri, &[])).await;
        assert_eq!(page.text.contains("warning-looks-like-host"), marked, "{client_id}");
        assert!(page.text.contains("warning-first-sight"), "{client_id}");
    }
}
