//! The safe answer (DESIGN 4.8, SPEC 8.6): who is no client here is told so on a page, with the way out in that product, and is redirected nowhere; at the
//! token endpoint it hears `invalid_client`, on which clients register anew.

use http::StatusCode;

use crate::world::{WEB_CALLBACK, WEB_CLIENT, World, authorize, refused};

const SEALED: &str = "slv_AQABc29tZXRoaW5n";
const CURSOR: &str = "cursor://anysphere.cursor-mcp/oauth/callback";
const CODE: &str = "https://claude.ai/oauth/claude-code-client-metadata";

#[tokio::test]
async fn who_is_unknown_or_broken_gets_the_way_out_and_no_redirect() {
    let world = World::new().await;
    let mut alice = world.user("alice").await;
    let mut nobody = salver_testkit::browser::Browser::new(world.router.clone());
    let cases = [
        ("not of this server", SEALED, CURSOR, Some("Cursor")),
        ("not whole", "slv_AQ", CURSOR, Some("Cursor")),
        ("not registered", "gone", CURSOR, Some("Cursor")),
        ("an address of several products", SEALED, "http://localhost:9/callback", Some("opencode")),
        ("an address of nobody", SEALED, "https://elsewhere.example/cb", None),
        ("an address that is none", "gone", "not an address", None),
    ];
    for (why, client_id, redirect_uri, product) in cases {
        for browser in [&mut alice, &mut nobody] {
            let page = browser.get(&authorize(client_id, redirect_uri, &[])).await;
            assert_eq!(page.status, StatusCode::BAD_REQUEST, "{why}: {}", page.text);
            assert!(!page.headers.contains_key("location"), "{why}");
            assert!(
                page.text.contains("This application is not known here"),
                "{why}: {}",
                page.text
            );
            assert!(page.text.contains("It is your move."), "{why}");
            if let Some(product) = product {
                assert!(page.text.contains(product), "{why}: {}", page.text);
            } else {
                assert!(!page.text.contains("class=\"ways-out\""), "{why}: {}", page.text);
                assert!(page.text.contains("Remove the server"), "{why}: {}", page.text);
            }
        }
    }
    for client_id in [SEALED, "gone"] {
        let page = world.redeem(client_id, "slvr_ac_none", &[]).await;
        assert_eq!(refused(&page), (401, "invalid_client".to_owned()), "{client_id}");
    }
}

#[tokio::test]
async fn whose_document_is_broken_is_named_by_it_whatever_the_address_says() {
    let world = World::new().await;
    let mut browser = world.user("alice").await;
    let page = browser.get(&authorize(CODE, CURSOR, &[])).await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
    assert!(!page.headers.contains_key("location"));
    assert!(page.text.contains("Claude Code") && !page.text.contains("Cursor"), "{}", page.text);
}

#[tokio::test]
async fn who_is_banned_hears_whose_move_it_is() {
    let world = World::new().await;
    let mut browser = world.user("alice").await;
    world.ban("document", WEB_CLIENT).await;
    world.deps.bans.refresh(&*world.deps.store).await.unwrap();
    let page = browser.get(&authorize(WEB_CLIENT, WEB_CALLBACK, &[])).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    assert!(!page.headers.contains_key("location"));
    for words in ["It sends our notes elsewhere.", "this server’s administrator"] {
        assert!(page.text.contains(words), "{words}: {}", page.text);
    }
}
