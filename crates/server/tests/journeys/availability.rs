//! A document whose host fails: pins, stale copies, withdrawal (DESIGN 4.5, 4.6); and names that belong to somebody.

use std::time::Duration;

use http::StatusCode;
use salver_server::flow::client::DOCUMENT;
use salver_testkit::web::Reply;

use crate::world::{ISSUER, WEB_CALLBACK, WEB_CLIENT, World, authorize, document};

/// In the catalogue, with a pin.
const CLAUDE: &str = "https://claude.ai/oauth/mcp-oauth-client-metadata";
const CLAUDE_CALLBACK: &str = "https://claude.ai/api/mcp/auth_callback";

fn challenge() -> Reply {
    Reply { status: 403, ..Reply::json("<html>are you human?</html>") }
        .with("content-type", "text/html")
}

#[tokio::test]
async fn a_known_client_logs_in_by_its_pin_where_its_host_shuts_us_out() {
    let world = World::new().await;
    let mut browser = world.user("alice").await;
    for shut_out in [challenge(), Reply { status: 503, ..Reply::json("") }] {
        world.web.set(CLAUDE, shut_out);
        let ask = authorize(CLAUDE, CLAUDE_CALLBACK, &[("prompt", "consent")]);
        let page = browser.get(&ask).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
        assert!(page.text.contains("warning-pinned-copy"));
        assert!(page.text.contains("proof-published"), "a pinned login is at most published");
        world.login(&mut browser, CLAUDE, CLAUDE_CALLBACK, "notes:read").await;
    }
    // Its redirect URIs are the pin's.
    let page = browser.get(&authorize(CLAUDE, "https://claude.ai/other", &[])).await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_withdrawal_or_another_document_wins_over_the_pin() {
    let world = World::new().await;
    let mut browser = world.user("alice").await;
    for gone in [404, 410] {
        world.web.set(CLAUDE, Reply { status: gone, ..Reply::json("") });
        let page = browser.get(&authorize(CLAUDE, CLAUDE_CALLBACK, &[])).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST, "{gone}");
    }
    world.web.set(CLAUDE, document(CLAUDE, &["https://claude.ai/new"]));
    let page = browser.get(&authorize(CLAUDE, CLAUDE_CALLBACK, &[])).await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST, "the live document no longer has it");
    let page = browser.get(&authorize(CLAUDE, "https://claude.ai/new", &[])).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(!page.text.contains("warning-pinned-copy") && page.text.contains("proof-anchored"));
}

#[tokio::test]
async fn a_client_without_a_pin_is_refused_where_its_host_shuts_us_out() {
    let world = World::new().await;
    let mut browser = world.user("alice").await;
    world.web.set(WEB_CLIENT, challenge());
    let page = browser.get(&authorize(WEB_CLIENT, WEB_CALLBACK, &[])).await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
    assert!(page.text.contains("robot"), "{}", page.text);
}

#[tokio::test]
async fn a_copy_that_somebody_let_in_outlives_the_failure_of_its_host_and_says_so() {
    let at_once = |settings: &mut salver_egress::Settings| {
        settings.keeping.at_least = Duration::ZERO;
        settings.keeping.at_most = Duration::ZERO;
    };
    let world = World::with(ISSUER, at_once).await;
    let mut browser = world.user("alice").await;
    world.login(&mut browser, WEB_CLIENT, WEB_CALLBACK, "notes:read").await;
    world.web.set(WEB_CLIENT, Reply { status: 503, ..Reply::json("") });
    let ask = authorize(WEB_CLIENT, WEB_CALLBACK, &[("prompt", "consent")]);
    let page = browser.get(&ask).await;
    assert!(page.text.contains("warning-stale-copy"), "{}", page.text);
    // Somebody who never let it in gets no copy of uncertain age.
    let mut bob = world.user("bob").await;
    assert_eq!(bob.get(&ask).await.status, StatusCode::BAD_REQUEST);
    world.web.set(WEB_CLIENT, Reply { status: 404, ..Reply::json("") });
    world.deps.egress.forget(WEB_CLIENT, DOCUMENT);
    assert_eq!(browser.get(&ask).await.status, StatusCode::BAD_REQUEST, "a withdrawal");
}
